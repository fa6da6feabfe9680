"""The behaviours with the Python client: `python -m clients.python_conformance HOST:PORT [BEHAVIOUR ...]`."""

import math
import sys
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from aepsych_grpc.client import AepsychError, Client, Experiment, Observation, Timeout
from aepsych_grpc.client.channel import GrpcTransport
from clients.behaving import behave, restart

STUDY = {
    "name": "conformance",
    "parameters": [
        {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}},
        {"name": "frequency", "continuous": {"lower_bound": 0.5, "upper_bound": 16}},
    ],
    "intensity_parameter": "contrast",
}


class Twice(GrpcTransport):
    """Sends every call twice, as after an answer that was lost: the client makes its ids by itself."""

    def unary(self, method: str, request: Message, timeout: float | None) -> Message:
        self.first = super().unary(method, request, timeout)
        self.again = super().unary(method, request, timeout)
        return self.again


TARGET = sys.argv[1]
CLIENT = Client(TARGET)


def new_experiment(client: Client = CLIENT, **config: Any) -> Experiment:
    return client.setup(STUDY | config, participant_id="p01")


def stimulus(contrast: float, frequency: float) -> dict[str, float]:
    return {"contrast": contrast, "frequency": frequency}


def refusal(call: Callable[[], object]) -> AepsychError:
    try:
        answer = call()
    except AepsychError as error:
        return error
    raise AssertionError(f"not refused: {answer}")


def paths(error: AepsychError) -> str:
    return " ".join(violation.path for violation in error.violations)


def observed() -> Experiment:
    experiment = new_experiment(
        strategies=[{"model": {"name": "gp_classification"}, "stopping": {"min_asks": 10}}],
    )
    contrasts = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1]
    experiment.tell_batch(
        (stimulus(contrast, 2.0 ** (i % 4)), int(contrast > 0.12)) for i, contrast in enumerate(contrasts)
    )
    return experiment


def server_info():
    info = CLIENT.server_info()
    assert info.version
    assert info.limits.max_trials_per_ask > 0
    assert "gp_classification" in [model.name for model in info.models]


def setup():
    experiment = new_experiment()
    assert experiment.experiment_id
    assert [item.name for item in experiment.config.parameters] == ["contrast", "frequency"]


def setup_twice():
    transport = Twice(TARGET)
    new_experiment(Client(TARGET, transport=transport))
    assert transport.first.experiment_id == transport.again.experiment_id
    assert not transport.first.duplicate
    assert transport.again.duplicate


def setup_refused():
    wrong = {"name": "contrast", "continuous": {"lower_bound": 2, "upper_bound": 1}}
    error = refusal(lambda: CLIENT.setup({"parameters": [wrong], "intensity_parameter": "contast"}))
    assert (error.code, error.reason.name) == ("INVALID_ARGUMENT", "INVALID_CONFIG")
    assert "config.parameters[0].continuous" in paths(error)
    assert "config.intensity_parameter" in paths(error)


def ask():
    trial = new_experiment().ask()
    assert trial.trial_id == 1
    assert 0.01 <= trial["contrast"] <= 1
    assert 0.5 <= trial["frequency"] <= 16
    assert (trial.source, trial.state) == ("sobol", "pending")


def ask_again():
    transport = Twice(TARGET)
    experiment = Client(TARGET, transport=transport).experiment(new_experiment().experiment_id)
    trial = experiment.ask()
    assert transport.first.trials == transport.again.trials
    assert not transport.first.duplicate
    assert transport.again.duplicate
    assert trial.trial_id == 1
    assert experiment.state().asked_count == 1


def ask_batch():
    trials = new_experiment().ask_batch(3)
    assert [trial.trial_id for trial in trials] == [1, 2, 3]
    assert len({trial["contrast"] for trial in trials}) == 3


def ask_fixed():
    assert new_experiment().ask(fixed_parameters={"frequency": 4})["frequency"] == 4


def tell():
    experiment = new_experiment()
    metadata = {"eye": "left", "levels": [1, [], {"deep": [True, None]}]}
    experiment.tell(experiment.ask(), 1, response_time=0.425, metadata=metadata)
    (told,) = experiment.trials()
    assert (told.state, told.outcomes) == ("told", {"response": 1})
    assert told.response_time == 0.425
    assert told.metadata == metadata


def tell_again():
    experiment = new_experiment()
    trial = experiment.ask()
    assert not experiment.tell(trial, 1).duplicate
    assert experiment.tell(trial, 1).duplicate
    assert experiment.state().told_count == 1


def tell_conflict():
    experiment = new_experiment()
    trial = experiment.ask()
    experiment.tell(trial, 1)  # under the id trial-1
    assert refusal(lambda: experiment.tell(trial, 0)).code == "ALREADY_EXISTS"
    assert experiment.trials()[0].outcomes == {"response": 1}


def tell_refused():
    experiment = new_experiment()
    trial = experiment.ask()
    before = experiment.state().sequence
    error = refusal(lambda: experiment.tell(trial, {"respnse": 1}))
    assert (error.code, error.reason.name) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert "observations[0].outcomes.respnse" in paths(error)
    assert "observations[0].outcomes.response" in paths(refusal(lambda: experiment.tell(trial, math.nan)))
    assert experiment.state().sequence == before


def tell_and_ask():
    experiment = new_experiment()
    receipt = experiment.tell(experiment.ask(), 0, ask_next=True)
    assert receipt.trial_id == 1
    assert receipt.next_trial.trial_id == 2


def unsolicited():
    transport = Twice(TARGET)
    experiment = Client(TARGET, transport=transport).experiment(new_experiment().experiment_id)
    experiment.tell(stimulus(0.25, 2), 1)
    assert transport.again.receipts[0].duplicate
    (told,) = experiment.trials()
    assert (told.source, dict(told)) == ("unsolicited", stimulus(0.25, 2))
    error = refusal(lambda: experiment.tell(stimulus(7, 2), 1))
    assert (error.code, error.reason.name) == ("OUT_OF_RANGE", "OUT_OF_BOUNDS")


def excluded():
    experiment = new_experiment()
    experiment.tell(experiment.ask(), 1, exclude_from_model=True)
    assert experiment.trials()[0].exclude_from_model


def pairwise():
    size = {"name": "size", "continuous": {"lower_bound": 0, "upper_bound": 1}}
    experiment = CLIENT.setup({"parameters": [size], "outcomes": [{"choice": {}}], "stimuli_per_trial": 2})
    trial = experiment.ask()
    first, second = trial.stimuli
    assert first["size"] != second["size"]
    experiment.tell(trial, 1)
    (told,) = experiment.trials()
    assert (told.stimuli, told.outcomes) == (trial.stimuli, {"response": 1})


def unicode():
    size = {"name": "Größe", "continuous": {"lower_bound": 0, "upper_bound": 1}}
    colour = {"name": "色", "categorical": {"choices": ["rot ✓", '"blå"']}}
    experiment = CLIENT.setup({"parameters": [size, colour]}, participant_id="Zoë 😀")
    trial = experiment.ask(fixed_parameters={"色": '"blå"'})
    assert list(trial) == ["Größe", "色"]
    assert trial["色"] == '"blå"'
    experiment.tell(trial, 1, metadata={"Auge": "links ←"})
    (told,) = CLIENT.experiment(experiment.experiment_id).trials()
    assert dict(told) == dict(trial)
    assert told.metadata == {"Auge": "links ←"}
    assert experiment.state().participant_id == "Zoë 😀"


def several_outcomes():
    experiment = new_experiment(
        outcomes=[{"name": "seen", "binary": {}}, {"name": "confidence", "ordinal": {"levels": 4}}],
    )
    experiment.tell(experiment.ask(), {"seen": 1, "confidence": 3})
    assert experiment.trials()[0].outcomes == {"seen": 1, "confidence": 3}


def query_prediction():
    answers = observed().predict([stimulus(contrast, 2) for contrast in (0.01, 0.1, 1)])
    means = [answer.mean for answer in answers]
    assert len(means) == 3
    assert means == sorted(means)
    assert all(0 <= answer.lower <= answer.upper <= 1 for answer in answers)
    # Where a response is almost certain its mean can lie beyond the interval, for the posterior is that skewed.
    assert answers[1].lower <= answers[1].mean <= answers[1].upper


def query_threshold():
    contexts = [{"frequency": 1}, {"frequency": 8}]
    points = observed().threshold(contexts=contexts).points
    assert [dict(point.context) for point in points] == contexts
    assert all(0.01 <= point.median <= 1 for point in points)
    assert all(point.threshold.lower <= point.median <= point.threshold.upper for point in points)


def not_found():
    error = refusal(lambda: CLIENT.experiment("nowhere"))
    assert (error.code, error.reason.name) == ("NOT_FOUND", "EXPERIMENT_NOT_FOUND")


def finish():
    experiment = new_experiment()
    pending = experiment.ask()
    assert experiment.finish("participant tired").finished
    error = refusal(experiment.ask)
    assert (error.code, error.reason.name) == ("FAILED_PRECONDITION", "EXPERIMENT_FINISHED")
    experiment.tell(pending, 1)


def reconnect():
    experiment = new_experiment()
    trial = experiment.ask()
    experiment.tell(trial, 1)
    pending = experiment.ask()
    restart()
    assert experiment.tell(trial, 1).duplicate
    assert experiment.trials()[-1].stimuli == pending.stimuli
    experiment.tell(pending, 0)
    assert experiment.state().told_count == 2


def deadline():
    experiment = observed()
    hurried = Client(TARGET, timeout=Timeout(record=30, compute=0.001)).experiment(experiment.experiment_id)
    many = [stimulus(0.01 + i / 5050, 2) for i in range(5000)]  # takes longer than that on any machine
    assert refusal(lambda: hurried.predict(many)).code == "DEADLINE_EXCEEDED"
    experiment.tell(stimulus(0.5, 2), 1)


def big_batch():
    experiment = new_experiment(strategies=[{"generator": {"name": "sobol"}, "stopping": {"min_asks": 1}}])
    contrasts = [0.01 + 0.99 * i / 499 for i in range(500)]
    receipts = experiment.tell_batch(Observation(stimulus(contrast, 2), 1) for contrast in contrasts)
    assert len(receipts) == 500
    assert [trial["contrast"] for trial in experiment.trials()] == contrasts


BEHAVIOURS = (
    server_info,
    setup,
    setup_twice,
    setup_refused,
    ask,
    ask_again,
    ask_batch,
    ask_fixed,
    tell,
    tell_again,
    tell_conflict,
    tell_refused,
    tell_and_ask,
    unsolicited,
    excluded,
    pairwise,
    unicode,
    several_outcomes,
    query_prediction,
    query_threshold,
    not_found,
    finish,
    reconnect,
    deadline,
    big_batch,
)

if __name__ == "__main__":
    sys.exit(behave(BEHAVIOURS, sys.argv[2:]))
