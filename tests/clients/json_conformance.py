"""The behaviours with JSON by hand, as curl, grpcurl or a web page sends it.

python -m clients.json_conformance curl|grpcurl|chromium HOST:PORT [BEHAVIOUR ...]
"""

import sys
import uuid
from functools import cache
from typing import Any

from clients.behaving import behave, restart
from clients.json_callers import CALLERS, Caller, RefusedError

CONTRAST = {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}}
FREQUENCY = {"name": "frequency", "continuous": {"lower_bound": 0.5, "upper_bound": 16}}
STUDY = {"name": "conformance", "parameters": [CONTRAST, FREQUENCY], "intensity_parameter": "contrast"}


@cache
def caller() -> Caller:
    return CALLERS[sys.argv[1]](sys.argv[2])


def call(method: str, **request: Any) -> dict[str, Any]:
    return caller().call(method, request)


def refusal(method: str, **request: Any) -> RefusedError:
    try:
        answer = call(method, **request)
    except RefusedError as error:
        return error
    raise AssertionError(f"not refused: {answer}")


def new_experiment(**config: Any) -> str:
    return call("Setup", config=STUDY | config, participant_id="p01")["experimentId"]


def asked(experiment: str, **more: Any) -> list[dict[str, Any]]:
    return call("Ask", experiment_id=experiment, **more)["trials"]


def told(experiment: str, *observations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return call("Tell", experiment_id=experiment, observations=observations, **more)


def trials(experiment: str) -> list[dict[str, Any]]:
    return call("ListTrials", experiment_id=experiment).get("trials", [])


def state(experiment: str) -> dict[str, Any]:
    return call("GetExperiment", experiment_id=experiment)["experiment"]


def observation(trial_id: int, response: Any, **more: Any) -> dict[str, Any]:
    return {"trial_id": trial_id, "outcomes": {"response": response}} | more


def stimulus(contrast: float, frequency: float) -> dict[str, Any]:
    return {"values": {"contrast": contrast, "frequency": frequency}}


def observed() -> str:
    experiment = new_experiment(strategies=[{"model": {"name": "gp_classification"}, "stopping": {"min_asks": 10}}])
    contrasts = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1]
    told(
        experiment,
        *(
            {"stimuli": [stimulus(contrast, 2.0 ** (i % 4))], "outcomes": {"response": int(contrast > 0.12)}}
            for i, contrast in enumerate(contrasts)
        ),
    )
    return experiment


def server_info():
    info = call("GetServerInfo")
    assert info["version"]
    assert info["limits"]["maxTrialsPerAsk"] > 0
    assert "gp_classification" in [model["name"] for model in info["models"]]


def setup():
    answer = call("Setup", config=STUDY)
    assert answer["experimentId"]
    assert [item["name"] for item in answer["config"]["parameters"]] == ["contrast", "frequency"]


def setup_twice():
    request = {"config": STUDY, "request_id": uuid.uuid4().hex}
    first, again = call("Setup", **request), call("Setup", **request)
    assert first["experimentId"] == again["experimentId"]
    assert not first.get("duplicate")
    assert again["duplicate"]


def setup_refused():
    wrong = {"name": "contrast", "continuous": {"lower_bound": 2, "upper_bound": 1}}
    error = refusal("Setup", config={"parameters": [wrong], "intensity_parameter": "contast"})
    assert (error.code, error.reason) == ("INVALID_ARGUMENT", "INVALID_CONFIG")
    assert "config.parameters[0].continuous" in " ".join(error.violations)
    assert "contrast" in error.violations["config.intensity_parameter"]


def ask():
    (trial,) = asked(new_experiment())
    values = trial["stimuli"][0]["values"]
    assert trial["trialId"] == 1
    assert 0.01 <= values["contrast"] <= 1
    assert 0.5 <= values["frequency"] <= 16
    assert (trial["source"], trial["state"]) == ("TRIAL_SOURCE_SOBOL", "TRIAL_STATE_PENDING")


def ask_again():
    experiment = new_experiment()
    first, again = (call("Ask", experiment_id=experiment, request_id="one") for _ in range(2))
    assert first["trials"] == again["trials"]
    assert not first.get("duplicate")
    assert again["duplicate"]
    assert state(experiment)["askedCount"] == 1


def ask_batch():
    three = asked(new_experiment(), count=3)
    assert [trial["trialId"] for trial in three] == [1, 2, 3]
    assert len({trial["stimuli"][0]["values"]["contrast"] for trial in three}) == 3


def ask_fixed():
    (trial,) = asked(new_experiment(), fixed_parameters={"frequency": 4})
    assert trial["stimuli"][0]["values"]["frequency"] == 4


def tell():
    experiment = new_experiment()
    (trial,) = asked(experiment)
    metadata = {"eye": "left", "levels": [1, [], {"deep": [True, None]}]}
    told(experiment, observation(trial["trialId"], 1, response_time="0.425s", metadata=metadata))
    (found,) = trials(experiment)
    assert found["state"] == "TRIAL_STATE_TOLD"
    assert found["observation"]["outcomes"] == {"response": 1}
    assert found["observation"]["responseTime"] == "0.425s"
    assert found["observation"]["metadata"] == metadata


def tell_again():
    experiment = new_experiment()
    asked(experiment)
    first, again = (told(experiment, observation(1, 1))["receipts"][0] for _ in range(2))
    assert not first.get("duplicate")
    assert again["duplicate"]
    assert state(experiment)["toldCount"] == 1


def tell_conflict():
    experiment = new_experiment()
    asked(experiment)
    told(experiment, observation(1, 1, observation_id="mine"))
    again = [observation(1, 0, observation_id="mine")]
    error = refusal("Tell", experiment_id=experiment, observations=again)
    assert (error.code, error.reason) == ("ALREADY_EXISTS", "OBSERVATION_ID_REUSED")
    assert trials(experiment)[0]["observation"]["outcomes"] == {"response": 1}


def tell_refused():
    experiment = new_experiment()
    asked(experiment)
    before = state(experiment)["sequence"]
    unknown = [{"trial_id": 1, "outcomes": {"respnse": 1}}]
    error = refusal("Tell", experiment_id=experiment, observations=unknown)
    assert (error.code, error.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert "observations[0].outcomes.respnse" in error.violations
    no_number = [observation(1, caller().not_a_number)]
    error = refusal("Tell", experiment_id=experiment, observations=no_number)
    assert "observations[0].outcomes.response" in error.violations
    assert state(experiment)["sequence"] == before


def tell_and_ask():
    experiment = new_experiment()
    asked(experiment)
    answer = told(experiment, observation(1, 0), ask_next={})
    assert answer["receipts"][0]["trialId"] == 1
    assert [trial["trialId"] for trial in answer["nextTrials"]] == [2]


def unsolicited():
    experiment = new_experiment()
    mine = {"observation_id": "mine", "stimuli": [stimulus(0.25, 2)], "outcomes": {"response": 1}}
    told(experiment, mine)
    assert told(experiment, mine)["receipts"][0]["duplicate"]
    (found,) = trials(experiment)
    assert found["source"] == "TRIAL_SOURCE_UNSOLICITED"
    assert found["stimuli"] == [stimulus(0.25, 2)]
    outside = [{"stimuli": [stimulus(7, 2)], "outcomes": {"response": 1}}]
    error = refusal("Tell", experiment_id=experiment, observations=outside)
    assert (error.code, error.reason) == ("OUT_OF_RANGE", "OUT_OF_BOUNDS")


def excluded():
    experiment = new_experiment()
    asked(experiment)
    told(experiment, observation(1, 1, exclude_from_model=True))
    assert trials(experiment)[0]["observation"]["excludeFromModel"]


def pairwise():
    size = {"name": "size", "continuous": {"lower_bound": 0, "upper_bound": 1}}
    pairs = {"parameters": [size], "outcomes": [{"choice": {}}], "stimuli_per_trial": 2}
    experiment = call("Setup", config=pairs)["experimentId"]
    (trial,) = asked(experiment)
    first, second = (one["values"]["size"] for one in trial["stimuli"])
    assert first != second
    told(experiment, observation(1, 1))
    assert trials(experiment)[0]["observation"]["outcomes"] == {"response": 1}


def unicode():
    size = {"name": "Größe", "continuous": {"lower_bound": 0, "upper_bound": 1}}
    colour = {"name": "色", "categorical": {"choices": ["rot ✓", '"blå"']}}
    answer = call("Setup", config={"parameters": [size, colour]}, participant_id="Zoë 😀")
    experiment = answer["experimentId"]
    assert [item["name"] for item in answer["config"]["parameters"]] == ["Größe", "色"]
    (trial,) = asked(experiment, fixed_parameters={"色": '"blå"'})
    assert trial["stimuli"][0]["values"]["色"] == '"blå"'
    told(experiment, observation(1, 1, metadata={"Auge": "links ←"}))
    (found,) = trials(experiment)
    assert found["stimuli"] == trial["stimuli"]
    assert found["observation"]["metadata"] == {"Auge": "links ←"}
    assert state(experiment)["participantId"] == "Zoë 😀"


def several_outcomes():
    experiment = new_experiment(
        outcomes=[{"name": "seen", "binary": {}}, {"name": "confidence", "ordinal": {"levels": 4}}]
    )
    asked(experiment)
    told(experiment, {"trial_id": 1, "outcomes": {"seen": 1, "confidence": 3}})
    assert trials(experiment)[0]["observation"]["outcomes"] == {"seen": 1, "confidence": 3}


def query_prediction():
    stimuli = [stimulus(contrast, 2) for contrast in (0.01, 0.1, 1)]
    answer = call("Query", experiment_id=observed(), prediction={"stimuli": stimuli})
    responses = answer["prediction"]["responses"]
    means = [item["mean"] for item in responses]
    assert len(means) == 3
    assert means == sorted(means)
    assert all(0 <= item.get("lower", 0) <= item["upper"] <= 1 for item in responses)
    # Where a response is almost certain its mean can lie beyond the interval, for the posterior is that skewed.
    assert responses[1].get("lower", 0) <= means[1] <= responses[1]["upper"]


def query_threshold():
    contexts = [{"values": {"frequency": frequency}} for frequency in (1, 8)]
    answer = call("Query", experiment_id=observed(), threshold_contour={"contexts": contexts})
    points = answer["thresholdContour"]["points"]
    assert [point["context"] for point in points] == contexts
    assert all(0.01 <= point["median"] <= 1 for point in points)
    assert all(point["threshold"]["lower"] <= point["median"] <= point["threshold"]["upper"] for point in points)


def not_found():
    error = refusal("Ask", experiment_id="nowhere")
    assert (error.code, error.reason) == ("NOT_FOUND", "EXPERIMENT_NOT_FOUND")


def finish():
    experiment = new_experiment()
    asked(experiment)
    answer = call("FinishExperiment", experiment_id=experiment, reason="participant tired")
    assert answer["experiment"]["state"] == "EXPERIMENT_STATE_FINISHED"
    error = refusal("Ask", experiment_id=experiment)
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "EXPERIMENT_FINISHED")
    told(experiment, observation(1, 1))


def reconnect():
    experiment = new_experiment()
    asked(experiment)
    told(experiment, observation(1, 1))
    (pending,) = asked(experiment, request_id="before")
    restart()
    assert told(experiment, observation(1, 1))["receipts"][0]["duplicate"]
    assert asked(experiment, request_id="before") == [pending]
    told(experiment, observation(2, 0))
    assert state(experiment)["toldCount"] == 2


def deadline():
    experiment = observed()
    many = [stimulus(0.01 + i / 5050, 2) for i in range(5000)]  # takes longer than that on any machine
    try:
        caller().call("Query", {"experiment_id": experiment, "prediction": {"stimuli": many}}, hurried=True)
    except RefusedError as error:
        assert error.code == "DEADLINE_EXCEEDED", error  # noqa: PT017  # no pytest here
    else:
        raise AssertionError("not refused")
    told(experiment, {"stimuli": [stimulus(0.5, 2)], "outcomes": {"response": 1}})


def big_batch():
    experiment = new_experiment(strategies=[{"generator": {"name": "sobol"}, "stopping": {"min_asks": 1}}])
    contrasts = [0.01 + 0.99 * i / 499 for i in range(500)]
    receipts = told(
        experiment,
        *({"stimuli": [stimulus(contrast, 2)], "outcomes": {"response": 1}} for contrast in contrasts),
    )["receipts"]
    assert len(receipts) == 500
    assert [trial["stimuli"][0]["values"]["contrast"] for trial in trials(experiment)] == contrasts


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
    sys.exit(behave(BEHAVIOURS, sys.argv[3:]))
