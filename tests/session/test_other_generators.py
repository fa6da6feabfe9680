"""Generators with a memory, through a session: what they have asked and been told, and the same after a restart."""

from dataclasses import replace

import pytest
from session_scenario import MODEL, ask_call, given, make_config

from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.experiment import Component, Stopping, Strategy
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import ModelRefitted
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store

ITEMS = [{"contrast": 0.01 * 2**i, "frequency": f} for i in range(4) for f in (1, 4)]


def set_up(experiments, generator, stopping=Stopping(min_asks=12), **options):  # noqa: B008  # frozen
    strategy = Strategy(name="only", generator=Component(name=generator, options=options), stopping=stopping)
    config = from_proto(to_proto(replace(make_config(), strategies=(strategy,))), CATALOGUE)
    return experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)


def answer(trial):
    return given(trial.trial_id, int(trial.stimuli[0]["contrast"] > 0.05))


def test_a_pool_is_shown_once_and_then_the_experiment_ends(experiments):
    experiment = set_up(experiments, "pool", points=ITEMS)
    batch = experiment.ask(ask_call(count=3)).trials
    experiment.tell([answer(trial) for trial in batch])
    rest = experiment.ask(ask_call(count=20))
    assert rest.finished
    shown = [trial.stimuli[0] for trial in (*batch, *rest.trials)]
    assert sorted(map(repr, shown)) == sorted(repr({k: float(v) for k, v in item.items()}) for item in ITEMS)
    assert [trial.source for trial in batch] == [Source.FALLBACK] * 3
    assert {trial.source for trial in rest.trials} == {Source.MODEL}


def test_a_pool_without_an_item_of_the_fixed_values_is_refused(experiments):
    experiment = set_up(experiments, "pool", points=ITEMS)
    with pytest.raises(ServiceError) as caught:
        experiment.ask(ask_call(fixed_parameters={"frequency": 2.5}))
    assert caught.value.reason is Reason.INVALID_REQUEST
    assert [violation.path for violation in caught.value.violations] == ["fixed_parameters"]


def test_a_mixed_batch_records_one_refit(experiments):
    experiment = set_up(experiments, "epsilon_greedy", epsilon=0.5)
    experiment.tell([answer(trial) for trial in experiment.ask(ask_call(count=4)).trials])
    batch = experiment.ask(ask_call(count=8)).trials
    assert {trial.source for trial in batch} == {Source.RANDOM, Source.MODEL}
    events = [decode(one.payload).kind for one in experiments.store.events(experiment.experiment_id)]
    assert sum(isinstance(kind, ModelRefitted) for kind in events) == 1
    assert [trial.trial_id for trial in batch] == list(range(5, 13))


def test_thompson_sampling_has_a_model_and_no_acquisition_function(experiments):
    experiment = set_up(experiments, "thompson_sampling")
    (progress,) = experiment.overview().strategies
    assert (progress.model, progress.acquisition) == (MODEL, "")
    experiment.tell([answer(trial) for trial in experiment.ask(ask_call(count=4)).trials])
    (trial,) = experiment.ask(ask_call()).trials
    assert trial.source is Source.MODEL


@pytest.mark.parametrize(
    ("generator", "options"),
    [
        ("pool", {"points": ITEMS, "repeat": True}),
        ("epsilon_greedy", {"epsilon": 0.3}),
        ("thompson_sampling", {}),
        ("staircase", {"parameter": "contrast", "context": {"frequency": 4}, "steps": [2]}),
        ("quest_plus", {"parameter": "contrast", "context": {"frequency": 4}}),
    ],
)
def test_a_restart_before_every_trial_changes_no_stimulus(tmp_path, generator, options):
    shown = {}
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        experiment_id = set_up(experiments, generator, **options).experiment_id
        for _ in range(8):
            if restart:
                experiments.close()
                experiments = Experiments(open_store(tmp_path / name))
            experiment = experiments.open(experiment_id)
            (trial,) = experiment.ask(ask_call()).trials
            shown.setdefault(name, []).append((trial.stimuli, trial.source))
            experiment.tell([answer(trial)])
        experiments.close()
    assert shown["steady.db"] == shown["restarted.db"]


def test_a_staircase_ends_with_its_reversals(experiments):
    options = {"parameter": "contrast", "context": {"frequency": 4}, "steps": [2], "down": 1, "reversals": 3}
    experiment = set_up(experiments, "staircase", Stopping(max_asks=50), **options)
    levels, finished = [], False
    while not finished:
        (trial,) = experiment.ask(ask_call()).trials
        levels.append(trial.stimuli[0]["contrast"])
        finished = experiment.tell([answer(trial)]).finished
    assert levels == pytest.approx([1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.0625, 0.03125])
    assert experiment.overview().finished


def test_excluded_and_unsolicited_responses_move_no_staircase(experiments):
    options = {"parameter": "contrast", "context": {"frequency": 4}, "steps": [2], "down": 1}
    experiment = set_up(experiments, "staircase", **options)
    (trial,) = experiment.ask(ask_call()).trials
    experiment.tell([given(trial.trial_id, 1, exclude_from_model=True), given(0, 1, stimuli=trial.stimuli)])
    (trial,) = experiment.ask(ask_call()).trials
    assert trial.stimuli[0]["contrast"] == 1
    experiment.tell([answer(trial)])
    assert experiment.ask(ask_call()).trials[0].stimuli[0]["contrast"] == pytest.approx(0.5)


SUM = LinearConstraint(coefficients={"frequency": 1.0, "contrast": 10.0}, upper_bound=8.0)


def test_asked_stimuli_keep_to_constraints_and_told_ones_must(experiments):
    config = from_proto(to_proto(make_config(sobol=4, model=6, constraints=(SUM,))), CATALOGUE)
    experiment = experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)
    for _ in range(10):
        (trial,) = experiment.ask(ask_call()).trials
        assert SUM.is_kept(trial.stimuli[0])
        experiment.tell([answer(trial)])
    with pytest.raises(ServiceError) as caught:
        experiment.tell([given(0, 1, stimuli=({"contrast": 0.5, "frequency": 9.0},))])
    assert caught.value.reason is Reason.OUT_OF_BOUNDS
    assert [violation.path for violation in caught.value.violations] == ["observations[0].stimuli[0].values"]
    assert "10 contrast <= 8" in caught.value.violations[0].message


def test_fixed_parameters_that_lead_out_of_the_constraints_are_refused(experiments):
    config = from_proto(to_proto(make_config(constraints=(SUM,))), CATALOGUE)
    experiment = experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)
    with pytest.raises(ServiceError) as caught:
        experiment.ask(ask_call(fixed_parameters={"frequency": 9.0}))
    assert caught.value.reason is Reason.INVALID_REQUEST
    assert experiment.ask(ask_call(fixed_parameters={"frequency": 7.0})).trials[0].stimuli[0]["contrast"] <= 0.1


def test_constraints_that_leave_nothing_together_are_refused(experiments):
    other = LinearConstraint(coefficients={"frequency": -1.0}, upper_bound=-8.0)
    config = from_proto(to_proto(make_config(constraints=(SUM, other))), CATALOGUE)
    with pytest.raises(InvalidConfigError, match="none keeps to all constraints"):
        experiments.setup(SetupCall(config=config))


def test_listed_stimuli_and_generators_must_keep_to_constraints():
    def refusal(generator, **options):
        strategy = Strategy(
            name="only", generator=Component(name=generator, options=options), stopping=Stopping(min_asks=3)
        )
        config = replace(make_config(constraints=(SUM,)), strategies=(strategy,))
        with pytest.raises(InvalidConfigError) as caught:
            from_proto(to_proto(config), CATALOGUE)
        return [violation.path.removeprefix("config.strategies[0].generator.") for violation in caught.value.violations]

    assert refusal("manual", points=[{"contrast": 0.1, "frequency": 1}, {"contrast": 1, "frequency": 1}]) == [
        "options.points[1]"
    ]
    assert refusal("staircase", parameter="contrast", context={"frequency": 1}, steps=[2]) == ["name"]
