import math
from dataclasses import replace

import pytest
from study import LEVEL, study

from aepsych_grpc.config.experiment import Component
from aepsych_grpc.simulation.design import design_of
from aepsych_grpc.simulation.picture import save
from aepsych_grpc.simulation.run import CONTEXTS, Look, run_participant, simulate
from aepsych_grpc.simulation.screen import conclusion
from aepsych_grpc.simulation.shown import Shown
from aepsych_grpc.simulation.summary import Row, summarise, trials_needed

DECIBEL = Shown(unit="dB", log_scale=False)
FACTOR = Shown(unit="", log_scale=True)


def look(trials, errors, width=2.0, inside=(True, False)):
    return Look(trials=trials, errors=tuple(errors), widths=(width,) * len(inside), inside=inside)


def row(trials, error):
    return Row(trials=trials, participants=5, error=error, large_error=2 * error, width=3 * error, coverage=0.9)


def test_a_participant_follows_from_seed_and_number():
    design = design_of(study(), trials=12)
    once, again, other = (run_participant(design, (0.1, 0.4), 5, number) for number in (0, 0, 1))
    assert once == again != other
    assert [one.trials for one in once] == [10, 12]
    assert all(len(one.errors) == len(one.widths) == len(one.inside) == CONTEXTS for one in once)


def test_a_single_parameter_has_a_single_threshold():
    design = design_of(study(parameters=(LEVEL,)), trials=30)
    (run,) = simulate(design, participants=1, widths=(0.1, 0.1), seed=0, workers=1)
    assert [len(one.errors) for one in run] == [1, 1, 1, 1]
    assert run[-1].errors[0] < 4
    assert run[-1].widths[0] < run[0].widths[0]


def test_a_study_that_ends_early_is_looked_at_when_it_ends():
    config = study()
    listed = Component(name="manual", options={"points": [{"level": 10.0, "ear": "left", "pitch": 500.0}] * 3})
    only = replace(config.strategies[1], generator=listed, acquisition=None)
    (run,) = simulate(
        design_of(replace(config, strategies=(only,))), participants=1, widths=(0.1, 0.4), seed=0, workers=1
    )
    assert [one.trials for one in run] == [3]


def test_rows_are_over_participants_and_contexts():
    first, second = summarise([[look(10, (1, 2)), look(20, (0.5, 0.5))], [look(10, (3, 4), 4.0)]])
    assert (first.trials, first.participants, first.error, first.width, first.coverage) == (10, 2, 2.5, 3.0, 0.5)
    assert first.large_error == pytest.approx(3.7)
    assert (second.trials, second.participants, second.error) == (20, 1, 0.5)


def test_trials_are_enough_when_errors_stay_small():
    rows = [row(10, 4), row(20, 1), row(30, 1.5), row(40, 1.0), row(50, 0.8)]
    assert trials_needed(rows, 1.0) == 40
    assert trials_needed(rows, 5) == 10
    assert trials_needed(rows, 0.1) is None


def test_errors_are_shown_in_the_unit_or_as_factors():
    assert DECIBEL.error(2.345) == "± 2.35 dB"
    assert FACTOR.error(math.log10(1.5)) == "x/÷ 1.50"
    assert FACTOR.width(math.log10(3)) == "x 3.00"
    assert FACTOR.internal(1.2) == pytest.approx(math.log10(1.2))
    with pytest.raises(ValueError, match="above 1"):
        FACTOR.internal(0.2)
    with pytest.raises(ValueError, match="above 0"):
        DECIBEL.internal(0)


def test_the_conclusion_names_trials_and_errors():
    rows = [row(10, 4), row(20, 1)]
    assert "from 20 trials on" in conclusion(rows, DECIBEL, 2.0)
    assert "Not enough trials for ± 0.5 dB" in conclusion(rows, DECIBEL, 0.5)
    assert "After 20 trials half of the thresholds are within ± 1 dB" in conclusion(rows, DECIBEL, None)


@pytest.mark.parametrize("shown", [DECIBEL, FACTOR])
def test_the_picture_is_saved(tmp_path, shown):
    file = tmp_path / "picture.png"
    save([row(10, 0.4), row(20, 0.1)], shown, "level", file, within=0.2)
    assert file.read_bytes().startswith(b"\x89PNG")
