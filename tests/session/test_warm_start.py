"""Experiments that begin with the observations of earlier ones."""

from dataclasses import replace

import pytest
from session_scenario import ask_call, given, make_config, run

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.config.parameter import Continuous, Fixed, Parameter
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import ReviseCall, SetupCall
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


def set_up(experiments, config=None, warm_start_from=(), **fields):
    call = SetupCall(config=config or make_config(), warm_start_from=tuple(warm_start_from), **fields)
    answer = experiments.setup(call)
    return experiments.open(answer.experiment_id), answer


@pytest.fixture
def earlier(experiments):
    """An experiment with seven responses, of which one is excluded, one corrected and one retracted."""
    experiment, _ = set_up(experiments, make_config(sobol=5, model=2))
    run(experiment, 6)
    (trial,) = experiment.ask(ask_call()).trials
    experiment.tell([given(trial.trial_id, exclude_from_model=True)])
    first = experiment.trials()[0][0].observation.outcomes["seen"]
    experiment.revise(ReviseCall(trial_id=1, outcomes={"seen": 1 - first}))
    experiment.revise(ReviseCall(trial_id=2))
    return experiment


def observations(experiment):
    """Return what an experiment's models learn from, in natural units."""
    data = experiment._training["seen"].latest()
    space = experiment._phases[0].space
    points = [space.decode(point.reshape(1, -1))[0] for point in data.X]
    return list(zip(points, data.y.tolist(), strict=True))


def refused(experiments, *arguments, **fields):
    before = experiments.store.list_experiments(page_size=100)
    with pytest.raises(ServiceError) as raised:
        set_up(experiments, *arguments, **fields)
    assert experiments.store.list_experiments(page_size=100) == before
    return raised.value


def test_the_observations_that_count_are_carried_over_as_they_were_corrected(experiments, earlier):
    experiment, answer = set_up(experiments, warm_start_from=[earlier.experiment_id])
    assert answer.carried_over_count == 5
    assert observations(experiment) == observations(earlier)
    overview = experiment.overview()
    assert (overview.warm_start_from, overview.carried_over_count) == ((earlier.experiment_id,), 5)
    assert (overview.asked_count, overview.told_count, overview.pending_count) == (0, 0, 0)
    assert overview.can_model
    assert experiment.fitted().observation_count == 5
    assert experiment.trials()[0] == ()


def test_several_experiments_are_carried_over_in_the_order_given(experiments, earlier):
    other, _ = set_up(experiments, replace(make_config(), seed=8))
    run(other, 2)
    experiment, answer = set_up(experiments, warm_start_from=[other.experiment_id, earlier.experiment_id])
    assert answer.carried_over_count == 7
    assert observations(experiment) == observations(other) + observations(earlier)


def test_stopping_rules_count_own_trials_alone(experiments, earlier):
    config = make_config()
    rules = (
        replace(config.strategies[0], stopping=Stopping(min_total_tells=2)),
        replace(config.strategies[1], stopping=Stopping(min_outcome_occurrences=1)),
    )
    experiment, _ = set_up(experiments, replace(config, strategies=rules), [earlier.experiment_id])
    sources = []
    for seen in (1, 1, 1, 0):
        assert not experiment.overview().finished
        (trial,) = experiment.ask(ask_call()).trials
        sources.append(trial.source)
        experiment.tell([given(trial.trial_id, seen)])
    assert sources == [Source.SOBOL, Source.SOBOL, Source.MODEL, Source.MODEL]
    assert experiment.overview().finished
    assert [trial.trial_id for trial in experiment.trials()[0]] == [1, 2, 3, 4]


def test_initial_trials_are_passed_over_where_the_config_says_so(experiments, earlier):
    config = make_config()
    start, *rest = config.strategies
    config = replace(config, strategies=(replace(start, skip_with_warm_start=True), *rest))
    cold, _ = set_up(experiments, config)
    warm, _ = set_up(experiments, config, [earlier.experiment_id])
    assert (cold.overview().current_strategy, warm.overview().current_strategy) == ("start", "adaptive")
    (trial,) = warm.ask(ask_call()).trials
    assert (trial.strategy, trial.source) == ("adaptive", Source.MODEL)
    assert [item.finished for item in warm.overview().strategies] == [True, False]


def test_without_observations_to_carry_over_it_is_a_cold_start_with_a_warning(experiments):
    config = make_config()
    start, *rest = config.strategies
    config = replace(config, strategies=(replace(start, skip_with_warm_start=True), *rest))
    nothing, _ = set_up(experiments, config)
    experiment, answer = set_up(experiments, config, [nothing.experiment_id])
    assert experiment.overview().current_strategy == "start"
    assert answer.prior_warnings == (
        f"Nothing is carried over from experiment {nothing.experiment_id}: no responses count there.",
    )


def test_whatever_happens_to_the_earlier_experiment_changes_nothing(tmp_path):
    stimuli, data = [], []
    for name, meddled in (("left.db", False), ("meddled.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        first, _ = set_up(experiments)
        run(first, 4)
        second, _ = set_up(experiments, warm_start_from=[first.experiment_id])
        run(second, 2)
        if meddled:
            first.revise(ReviseCall(trial_id=1))
            run(first, 2)
            experiments.close()
            experiments = Experiments(open_store(tmp_path / name))
            second = experiments.open(second.experiment_id)
        run(second, 4)
        stimuli.append([trial.stimuli for trial in second.trials()[0]])
        data.append(observations(second))
        experiments.close()
    assert stimuli[0] == stimuli[1]
    assert data[0] == data[1]


def test_setup_sent_again_gives_the_same_answer_whatever_was_told_since(experiments, earlier):
    identity = RequestIdentity(request_id="s", content_digest=b"1")
    first, answer = set_up(experiments, warm_start_from=[earlier.experiment_id], request=identity)
    earlier.revise(ReviseCall(trial_id=3))
    again, second = set_up(experiments, warm_start_from=[earlier.experiment_id], request=identity)
    assert again is first
    assert second == replace(answer, duplicate=True)


def test_what_was_carried_over_is_not_carried_on(experiments, earlier):
    second, _ = set_up(experiments, warm_start_from=[earlier.experiment_id])
    run(second, 2)
    _, answer = set_up(experiments, warm_start_from=[second.experiment_id])
    assert answer.carried_over_count == 2
    (warning,) = answer.prior_warnings
    assert f"began with observations of {earlier.experiment_id} itself" in warning
    _, answer = set_up(experiments, warm_start_from=[earlier.experiment_id, second.experiment_id])
    assert answer.carried_over_count == 7
    assert answer.prior_warnings == ()


def test_what_was_carried_over_is_no_trial_to_revise(experiments, earlier):
    experiment, _ = set_up(experiments, warm_start_from=[earlier.experiment_id])
    with pytest.raises(ServiceError) as raised:
        experiment.revise(ReviseCall(trial_id=1, outcomes={"seen": 1}))
    assert raised.value.reason is Reason.TRIAL_NOT_FOUND


def test_own_revisions_leave_what_was_carried_over(experiments, earlier):
    experiment, _ = set_up(experiments, warm_start_from=[earlier.experiment_id])
    run(experiment, 2)
    experiment.revise(ReviseCall(trial_id=1))
    assert observations(experiment)[:5] == observations(earlier)
    assert len(observations(experiment)) == 6
    sequence = experiment._state.trials[1].sequence
    assert experiment.fitted(at_sequence=sequence - 1).observation_count == 7
    assert experiment.fitted(at_sequence=3).observation_count == 2


def test_other_scales_and_orders_place_the_observations_anew(experiments, earlier):
    config = make_config()
    contrast = Parameter(name="contrast", kind=Continuous(lower_bound=0.0, upper_bound=2.0))
    config = replace(config, parameters=(config.parameters[1], contrast))
    experiment, _ = set_up(experiments, config, [earlier.experiment_id])
    for (here, seen), (there, seen_there) in zip(observations(experiment), observations(earlier), strict=True):
        assert here == pytest.approx(there)
        assert seen == seen_there


def test_a_parameter_that_was_fixed_may_vary_and_one_that_is_fixed_must_agree(experiments):
    config = make_config()
    fixed = replace(config, parameters=(config.parameters[0], Parameter(name="frequency", kind=Fixed(value=4.0))))
    one, _ = set_up(experiments, fixed)
    run(one, 3)
    wider, answer = set_up(experiments, config, [one.experiment_id])
    assert answer.carried_over_count == 3
    assert all(stimulus["frequency"] == pytest.approx(4.0) for stimulus, _ in observations(wider))
    run(wider, 2)
    (violation,) = refused(experiments, fixed, [wider.experiment_id]).violations
    assert 'The parameter "frequency" keeps out 2 of its 2 observations, such as: ' in violation.message
    assert "expected is 4, the value that the config fixes. (trial 1)" in violation.message


def test_all_that_does_not_fit_is_named_with_the_experiment(experiments, earlier):
    config = make_config()
    narrow = Parameter(name="contrast", kind=Continuous(lower_bound=0.9, upper_bound=1.0))
    misnamed = replace(config.parameters[1], name="frequenzy")
    other, _ = set_up(experiments, replace(config, parameters=(config.parameters[0], misnamed)))
    error = refused(
        experiments,
        replace(config, parameters=(narrow, config.parameters[1])),
        [other.experiment_id, earlier.experiment_id],
    )
    assert error.reason is Reason.INVALID_REQUEST
    paths = [violation.path for violation in error.violations]
    assert paths == [*["warm_start_experiment_ids[0]"] * 2, "warm_start_experiment_ids[1]"]
    for one, violation in zip((other, other, earlier), error.violations, strict=True):
        assert f'"{one.experiment_id}" can\'t be carried over' in violation.message
    assert 'Did you mean "frequenzy"?' in error.violations[0].message
    assert 'The parameter "contrast" keeps out' in error.violations[2].message
    assert "expected is a number from 0.9 to 1" in error.violations[2].message


def test_stimuli_out_of_bounds_are_carried_over_only_where_the_config_allows_it(experiments, earlier):
    config = make_config()
    narrow = Parameter(name="contrast", kind=Continuous(lower_bound=0.9, upper_bound=1.0))
    lenient = replace(config, parameters=(narrow, config.parameters[1]), allow_out_of_bounds=True)
    _, answer = set_up(experiments, lenient, [earlier.experiment_id])
    assert answer.carried_over_count == 5


def test_experiments_that_do_not_exist_are_all_named(experiments, earlier):
    error = refused(experiments, None, ["nowhere", earlier.experiment_id, "neither"])
    assert error.reason is Reason.EXPERIMENT_NOT_FOUND
    assert [violation.path for violation in error.violations] == [
        "warm_start_experiment_ids[0]",
        "warm_start_experiment_ids[2]",
    ]
    assert error.metadata == {"experiment_id": "nowhere"}


def test_too_many_observations_are_refused(experiments, earlier, monkeypatch):
    monkeypatch.setattr("aepsych_grpc.session.warm_start.MOST_CARRIED", 4)
    error = refused(experiments, None, [earlier.experiment_id])
    assert (error.reason, error.metadata) == (Reason.LIMIT_EXCEEDED, {"given": "5", "allowed": "4"})


def test_a_check_says_what_a_setup_would(experiments, earlier):
    call = SetupCall(config=make_config(), warm_start_from=(earlier.experiment_id,))
    assert experiments.check(call).carried_over_count == 5
    with pytest.raises(ServiceError):
        experiments.check(replace(call, warm_start_from=("nowhere",)))


def test_carried_observations_teach_no_population(experiments, earlier):
    """Each observation teaches once: with the experiment that it was told in."""
    second, _ = set_up(experiments, warm_start_from=[earlier.experiment_id])
    run(second, 4)
    plain, _ = set_up(experiments)
    plain.tell([given(stimuli=trial.stimuli, outcomes=trial.observation.outcomes) for trial in second.trials()[0]])
    priors = [
        set_up(experiments, prior_from=(one.experiment_id,))[1].learned_priors[0].hyperprior for one in (second, plain)
    ]
    assert priors[0] == priors[1]
