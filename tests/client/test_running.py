import numpy as np
import pytest
from fake_servicer import TRIALS
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.client import ExperimentFinishedError, Observation
from aepsych_grpc.client.running import duration

COLUMNS = [
    *("trial_id", "contrast", "size", "eye", "seen", "response_time", "strategy", "source", "state"),
    *("as_asked", "exclude_from_model", "note", "ask_time", "tell_time", "revise_time", "revision_reason"),
    *("participant_id", "experiment_id"),
]


def sent(servicer, method="Tell"):
    return next(request for name, request in reversed(servicer.calls) if name == method)


def test_a_trial_is_easy_to_use(experiment):
    trial = experiment.ask(fixed_parameters={"size": 2}, compute_budget=0.25)
    assert trial["contrast"] == pytest.approx(0.1)
    assert trial.stimulus == {"contrast": 0.1, "size": 1, "eye": "left"}
    assert isinstance(trial["size"], int)
    assert (trial.trial_id, trial.source, trial.state, trial.strategy) == (1, "sobol", "pending", "sobol")
    assert str(trial) == "Trial 1: contrast=0.1, size=1, eye=left"
    assert "awaits a response" in trial._repr_html_()


def test_an_ask_carries_its_options(servicer, experiment):
    experiment.ask(fixed_parameters={"size": 2}, compute_budget=0.25)
    request = sent(servicer, "Ask")
    assert request.fixed_parameters["size"].number_value == 2
    assert request.compute_budget.ToMilliseconds() == 250
    assert request.count == 1


def test_a_batch_is_cut_where_nothing_is_left(experiment):
    assert [trial.trial_id for trial in experiment.ask_batch(3)] == [1, 2, 3]
    assert len(experiment.ask_batch(4)) == TRIALS - 3
    with pytest.raises(ExperimentFinishedError):
        experiment.ask()


def test_tell_by_trial_leaves_the_id_to_the_server(servicer, experiment):
    trial = experiment.ask()
    receipt = experiment.tell(
        trial, 1, response_time=0.731, metadata={"eye": "left", "n": [1, 2]}, exclude_from_model=True
    )
    observation = sent(servicer).observations[0]
    assert (observation.observation_id, observation.trial_id) == ("", 1)
    assert not observation.stimuli
    assert observation.response_time.ToMilliseconds() == 731
    assert observation.exclude_from_model
    assert (receipt.observation_id, receipt.duplicate, receipt.sequence) == ("trial-1", False, 7)
    (listed,) = experiment.trials()
    assert (listed.state, listed.outcomes, listed.response_time) == ("told", {"seen": 1}, 0.731)
    assert listed.metadata == {"eye": "left", "n": [1.0, 2.0]}
    assert str(listed).endswith("-> seen=1")
    assert experiment.tell(1, {"seen": True}).duplicate


def test_tell_a_stimulus_that_was_not_asked(servicer, experiment):
    receipt = experiment.tell({"contrast": 0.2, "size": 3}, 0)
    observation = sent(servicer).observations[0]
    assert observation.trial_id == 0
    assert observation.stimuli[0].values["size"].number_value == 3
    assert receipt.trial_id == 1
    experiment.tell([{"contrast": 0.2}, {"contrast": 0.3}], 1)
    assert len(sent(servicer).observations[0].stimuli) == 2


def test_tell_batch_takes_pairs_and_observations(servicer, experiment):
    first, second = experiment.ask_batch(2)
    receipts = experiment.tell_batch([(first, 1), Observation(second, 0, response_time=1)], ask_next=True)
    assert [receipt.trial_id for receipt in receipts] == [1, 2]
    assert receipts[0].next_trial is None
    assert receipts[1].next_trial.trial_id == 3
    assert len([name for name, _ in servicer.calls if name == "Tell"]) == 1


def test_a_loop_runs_the_experiment_with_one_call_a_trial(servicer, experiment):
    seen = []
    for trial in experiment:
        seen.append(trial.trial_id)
        receipt = experiment.tell(trial, 1)
    assert seen == [1, 2, 3, 4, 5]
    assert receipt.finished
    names = [name for name, _ in servicer.calls if name in ("Ask", "Tell")]
    assert names == ["Ask", *["Tell"] * 5, "Ask"]


def test_a_loop_begins_with_what_awaits_a_response(client, experiment):
    for trial in experiment:
        if trial.trial_id == 3:
            break
        experiment.tell(trial, 0)
    again = client.experiment(experiment.experiment_id)
    assert [trial.trial_id for trial in again if again.tell(trial, 1)] == [3, 4, 5]


def test_a_loop_asks_anew_after_a_trial_that_was_not_told(experiment):
    assert [trial.trial_id for trial in experiment] == [1, 2, 3, 4, 5]


def test_tells_outside_a_loop_ask_nothing(servicer, experiment):
    trial = next(iter(experiment))
    experiment.tell(trial, 1)
    assert not sent(servicer).HasField("ask_next")
    assert experiment.tell(trial, 1, ask_next=True).next_trial.trial_id == 2


def test_several_outcomes_need_names(servicer, client):
    servicer.config.outcomes.add(name="confidence").ordinal.levels = 4
    experiment = client.setup({})
    with pytest.raises(ValueError, match="seen, confidence"):
        experiment.tell(1, 1)
    experiment.tell(1, {"seen": 1, "confidence": 3})


def test_a_trial_with_two_stimuli_has_no_single_one(experiment):
    experiment.tell([{"contrast": 0.2}, {"contrast": 0.3}], 1)
    (trial,) = experiment.trials()
    with pytest.raises(ValueError, match="2 stimuli"):
        trial["contrast"]
    assert "contrast=0.2 | contrast=0.3" in str(trial)


def test_finishing(servicer, experiment):
    assert not experiment.finish_strategy("sobol").finished
    assert sent(servicer, "FinishStrategy").strategy == "sobol"
    assert experiment.finish("tired").finished
    assert sent(servicer, "FinishExperiment").reason == "tired"


def test_state_and_notebook_view(experiment):
    experiment.tell(experiment.ask(), 1)
    state = experiment.state()
    assert (state.told_count, state.pending_count, state.strategies[0].remaining) == (1, 0, ("asks 1 of 5",))
    assert "1 response<" in experiment._repr_html_()
    assert "sobol ◂" in state._repr_html_()


def test_a_data_frame_of_trials(experiment):
    experiment.tell(experiment.ask(), 1)
    experiment.ask()
    frame = experiment.to_pandas()
    assert list(frame["contrast"]) == pytest.approx([0.1, 0.2])
    assert frame["seen"][0] == 1
    assert frame["seen"].isna()[1]
    assert list(frame["state"]) == ["told", "pending"]


def test_a_data_frame_has_all_that_is_known(experiment):
    experiment.tell(experiment.ask(), 1, metadata={"eye": "left"})
    experiment.tell(experiment.ask(), 0, metadata={"block": 2, "eye": "right"})
    experiment.ask()
    frame = experiment.to_pandas()
    assert list(frame["metadata_eye"][:2]) == ["left", "right"]
    assert frame["metadata_block"].isna().tolist() == [True, False, True]
    assert set(frame["participant_id"]) == {"p01"}
    assert set(frame["experiment_id"]) == {"e1"}
    assert set(frame["note"]) == {""}
    assert list(frame.columns) == [*COLUMNS, "metadata_eye", "metadata_block"]


def test_a_data_frame_without_trials_has_its_columns_and_types(experiment):
    frame = experiment.to_pandas()
    assert list(frame.columns) == COLUMNS
    experiment.ask()
    for shown in (frame, experiment.to_pandas()):
        assert shown["response_time"].dtype == "float64"
        assert str(shown["tell_time"].dtype) == "datetime64[ns, UTC]"
        assert str(shown["ask_time"].dtype) == "datetime64[ns, UTC]"


def test_a_parameter_called_like_a_column_keeps_its_values(servicer, client):
    servicer.config.parameters[1].name = "note"
    servicer.config.outcomes[0].name = "state"
    experiment = client.setup({})
    experiment.tell(experiment.ask(), 1)
    frame = experiment.to_pandas()
    assert (frame["parameter_note"][0], frame["outcome_state"][0], frame["state"][0]) == (1, 1, "told")


def test_a_trial_is_a_mapping_of_its_stimulus(experiment):
    trial = experiment.ask()
    assert "contrast" in trial
    assert "speed" not in trial
    assert list(trial) == list(trial.keys()) == ["contrast", "size", "eye"]
    assert dict(trial) == trial.stimulus
    assert len(trial) == 3
    assert trial.get("speed", 7) == 7
    assert {**trial}["eye"] == "left"
    experiment.tell([{"contrast": 0.2}, {"contrast": 0.3}], 1)
    assert experiment.trials()[1]


@pytest.mark.parametrize(
    ("shown", "more", "message"),
    [
        ("1", {}, "'1' is given, of type str"),
        (True, {}, "True is given, of type bool"),
        (["a"], {}, r"\['a'\] is given, of type list"),
        (1, {"response_time": "0.3"}, "`response_time` is a number; '0.3' is given, of type str"),
        (1, {"response_time": True}, "`response_time` is a number"),
        (1, {"metadata": ["left"]}, "`metadata` are values by name"),
    ],
)
def test_what_can_t_be_told(servicer, experiment, shown, more, message):
    with pytest.raises(TypeError, match=message):
        experiment.tell(shown, 1, **more)
    with pytest.raises(TypeError, match=message):
        experiment.tell_batch([Observation(shown, 1, **more)])
    assert "Tell" not in [name for name, _ in servicer.calls]


def test_what_can_t_be_asked(experiment):
    with pytest.raises(TypeError, match="`compute_budget` is a number"):
        experiment.ask(compute_budget="1")
    with pytest.raises(TypeError, match="`count` is a whole number"):
        experiment.ask_batch("2")
    with pytest.raises(TypeError, match="`fixed_parameters` are values by name"):
        experiment.ask(fixed_parameters=[1])


def test_numpy_s_numbers_are_numbers(servicer, experiment):
    experiment.ask()
    experiment.tell(np.int64(1), np.int64(1), response_time=np.float32(0.5))
    assert sent(servicer).observations[0].trial_id == 1
    assert sent(servicer).observations[0].response_time.ToMilliseconds() == 500


@given(st.floats(0, 1e6))
def test_durations_are_exact_to_the_nanosecond(seconds):
    message = duration(seconds)
    assert 0 <= message.nanos < 1_000_000_000
    assert message.seconds + message.nanos / 1e9 == pytest.approx(seconds, abs=1e-9, rel=1e-12)
