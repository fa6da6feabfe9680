"""Experiments of every outcome kind go on from their log as if nothing had happened."""

import math

import pytest
from session_scenario import ask_call, given, make_config

from aepsych_grpc.config.experiment import Component, Strategy
from aepsych_grpc.config.experiment import Stopping as Until
from aepsych_grpc.config.outcome import Binary, Choice, Continuous, Ordinal, Outcome
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


def strength(stimulus):
    return math.log10(stimulus["contrast"]) + 1 + stimulus["frequency"] / 40


KINDS = {
    "binary": (Binary(target=0.5), lambda stimuli: strength(stimuli[0]) > 0),
    "ordinal": (Ordinal(levels=4), lambda stimuli: min(max(round(2 * strength(stimuli[0]) + 1.5), 0), 3)),
    "continuous": (Continuous(), lambda stimuli: 250 - 80 * strength(stimuli[0])),
    "choice": (Choice(), lambda stimuli: strength(stimuli[1]) > strength(stimuli[0])),
}


def config(names):
    plain = make_config()
    strategies = (
        plain.strategies[0],
        Strategy(name="adaptive", generator=Component(name="optimize_acquisition"), stopping=Until(min_asks=5)),
    )
    given = {
        "outcomes": tuple(Outcome(name=name, kind=KINDS[name][0]) for name in names),
        "strategies": strategies,
        "stimuli_per_trial": 2 if "choice" in names else 1,
    }
    changed = {field: getattr(plain, field) for field in ("name", "parameters", "seed")} | given
    return from_proto(to_proto(type(plain)(**changed)), CATALOGUE)


@pytest.mark.parametrize("names", [["ordinal"], ["continuous"], ["choice"], ["continuous", "binary", "ordinal"]])
def test_a_restart_at_any_point_changes_no_later_stimulus(tmp_path, names):
    ends = []
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        experiment = experiments.open(experiments.setup(SetupCall(config=config(names))).experiment_id)
        for _ in range(8):
            (trial,) = experiment.ask(ask_call()).trials
            outcomes = {name: float(KINDS[name][1](trial.stimuli)) for name in names}
            experiment.tell([given(trial.trial_id, outcomes=outcomes)])
            if restart:
                experiments.close()
                experiments = Experiments(open_store(tmp_path / name))
                experiment = experiments.open(experiment.experiment_id)
        fitted = [experiment.fitted(None, name) for name in names]
        X = fitted[0].space.encode([trial.stimuli[0] for trial in experiment.trials()[0]])
        beliefs = [[part.tolist() for belief in one.readout for part in belief.marginals(X)] for one in fitted]
        ends.append(([trial.stimuli for trial in experiment.trials()[0]], beliefs))
        experiments.close()
    assert ends[0] == ends[1]
