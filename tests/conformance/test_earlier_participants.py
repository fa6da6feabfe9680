"""What earlier participants teach the next one: over a socket, with what is refused, sent again and restarted."""

import itertools
import random
from copy import deepcopy

import grpc
import pytest
from google.protobuf.json_format import ParseDict

from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1.experiment_service_pb2_grpc import ExperimentServiceStub

TRIALS = 30
STUDY = {
    "parameters": [
        {"name": "contrast", "continuous": {"lowerBound": 0, "upperBound": 1}},
        {"name": "size", "continuous": {"lowerBound": 1, "upperBound": 9}},
    ],
    "intensityParameter": "contrast",
    "strategies": [
        {"name": "first", "generator": {"name": "sobol"}, "stopping": {"minAsks": 2}},
        {"name": "then", "model": {"name": "gp_classification"}, "stopping": {"minAsks": 5}},
    ],
}
SHARING = STUDY | {"populationPrior": {}}
_numbers = itertools.count()


def fresh_name():
    """A study of its own for each test: they share a server."""
    return f"study {next(_numbers)}"


def setup_request(config, *, prior_from=(), **fields):
    return ParseDict({"config": config, "priorFromExperimentIds": list(prior_from)} | fields, v1.SetupRequest())


def set_up(stub, config, **fields):
    return stub.Setup(setup_request(config, **fields))


def respond(stub, experiment_id, seed, trials=TRIALS, outcomes=("response",), **stimulus):
    """Tell responses of a simulated participant to stimuli all over the space."""
    luck = random.Random(seed)
    observations = []
    for _ in range(trials):
        contrast, size = luck.random(), luck.uniform(1, 9)
        answers = {name: int(contrast + luck.gauss(0, 0.1) > 0.3 + 0.02 * size) for name in outcomes}
        values = {"contrast": contrast, "size": size} | stimulus
        observations.append({"stimuli": [{"values": values}], "outcomes": answers})
    stub.Tell(ParseDict({"experimentId": experiment_id, "observations": observations}, v1.TellRequest()))


def finish(stub, experiment_id):
    stub.FinishExperiment(v1.FinishExperimentRequest(experiment_id=experiment_id))


def finished(stub, config, seed, **fields):
    """Run a participant through a study and return the experiment's id."""
    experiment_id = set_up(stub, config, **fields).experiment_id
    respond(stub, experiment_id, seed)
    finish(stub, experiment_id)
    return experiment_id


def teachers(message):
    return {(one.strategy_index, one.outcome): list(one.experiment_ids) for one in message.learned_priors}


def get(stub, experiment_id):
    return stub.GetExperiment(v1.GetExperimentRequest(experiment_id=experiment_id)).experiment


def numbers(message):
    return [[(one.name, one.centre, one.sd) for one in prior.hyperparameters] for prior in message.learned_priors]


def test_named_experiments_teach_the_model(live):
    earlier = [finished(live.stub, STUDY, seed) for seed in range(2)]
    answer = set_up(live.stub, STUDY, prior_from=earlier)
    assert teachers(answer) == {(1, "response"): earlier}
    assert not any("learned from" in warning for warning in answer.warnings)
    names = [name for name, _, _ in numbers(answer)[0]]
    assert names[-4:] == ["threshold_variance", "slope_variance", "slope", "variance"]
    slope = answer.learned_priors[0].hyperparameters[-2]
    assert slope.sd < 0.75  # of the model's own prior: 1
    assert get(live.stub, answer.experiment_id).learned_priors == answer.learned_priors
    (listed,) = [
        one
        for one in live.stub.ListExperiments(v1.ListExperimentsRequest(page_size=1)).experiments
        if one.experiment_id == answer.experiment_id
    ]
    assert not listed.learned_priors


def test_a_running_experiment_teaches_what_it_has_been_told(live):
    running = set_up(live.stub, STUDY).experiment_id
    respond(live.stub, running, 1)
    before = set_up(live.stub, STUDY, prior_from=[running])
    respond(live.stub, running, 2)
    after = set_up(live.stub, STUDY, prior_from=[running])
    assert teachers(before) == teachers(after) == {(1, "response"): [running]}
    assert numbers(before) != numbers(after)


def test_without_the_option_and_without_ids_nothing_is_learned(live):
    study = STUDY | {"name": fresh_name()}
    finished(live.stub, study, 1)
    assert not set_up(live.stub, study).learned_priors


def test_every_finished_participant_teaches_the_next(live):
    study = SHARING | {"name": fresh_name()}
    first = set_up(live.stub, study, participantId="p01")
    assert not first.learned_priors
    assert first.config.population_prior.max_experiments == 10
    respond(live.stub, first.experiment_id, 1)
    second = set_up(live.stub, study, participantId="p02")
    assert not second.learned_priors, "the first has not finished"
    finish(live.stub, first.experiment_id)
    respond(live.stub, second.experiment_id, 2)
    finish(live.stub, second.experiment_id)
    third = set_up(live.stub, study, participantId="p01")  # of whom there is an experiment already
    assert teachers(third) == {(1, "response"): [second.experiment_id, first.experiment_id]}
    respond(live.stub, third.experiment_id, 3)
    finish(live.stub, third.experiment_id)
    fourth = set_up(live.stub, study | {"populationPrior": {"maxExperiments": 2}})
    assert teachers(fourth) == {(1, "response"): [third.experiment_id, second.experiment_id]}


def test_an_experiment_that_runs_out_of_trials_teaches_with_its_last_response(live):
    study = SHARING | {"name": fresh_name(), "strategies": [STUDY["strategies"][1] | {"stopping": {"maxAsks": 2}}]}
    experiment_id = set_up(live.stub, study).experiment_id
    for number in (1, 2):
        live.stub.Ask(v1.AskRequest(experiment_id=experiment_id))
        told = {"trialId": number, "outcomes": {"response": number - 1}}
        live.stub.Tell(ParseDict({"experimentId": experiment_id, "observations": [told]}, v1.TellRequest()))
    assert teachers(set_up(live.stub, study)) == {(0, "response"): [experiment_id]}


def test_named_ids_stand_in_for_those_of_the_study(live):
    study = SHARING | {"name": fresh_name()}
    finished(live.stub, study, 1)
    other = finished(live.stub, STUDY, 2)
    assert teachers(set_up(live.stub, study, prior_from=[other])) == {(1, "response"): [other]}


def test_experiments_of_the_study_that_do_not_fit_are_left_out_with_a_warning(live):
    study = SHARING | {"name": fresh_name()}
    pilot = deepcopy(study)
    pilot["parameters"][0]["continuous"]["upperBound"] = 2
    pilots = [finished(live.stub, pilot, seed) for seed in range(2)]
    fitting = finished(live.stub, study, 3)
    cancelled = set_up(live.stub, study).experiment_id
    finish(live.stub, cancelled)
    answer = set_up(live.stub, study)
    assert teachers(answer) == {(1, "response"): [fitting]}
    (warning,) = [one for one in answer.warnings if "learned from" in one]
    assert warning == (
        f"Nothing is learned from experiments {pilots[1]}, {pilots[0]}: "
        'the parameter "contrast" is 0 to 2 there, 0 to 1 here.'
    )
    checked = set_up(live.stub, study, validateOnly=True)
    assert warning in checked.warnings
    assert not checked.experiment_id
    assert not checked.learned_priors


def test_one_who_has_told_nothing_teaches_nothing(live):
    silent = set_up(live.stub, STUDY).experiment_id
    excluded = set_up(live.stub, STUDY).experiment_id
    told = {"stimuli": [{"values": {"contrast": 0.5, "size": 2}}], "outcomes": {"response": 1}}
    told["excludeFromModel"] = True
    live.stub.Tell(ParseDict({"experimentId": excluded, "observations": [told]}, v1.TellRequest()))
    answer = set_up(live.stub, STUDY, prior_from=[silent, excluded])
    assert not answer.learned_priors
    assert f"Nothing is learned from experiment {silent}: no responses were told." in answer.warnings


def test_how_the_teachers_chose_their_trials_does_not_matter(live):
    plain = STUDY | {"strategies": [{"generator": {"name": "random"}, "stopping": {"maxAsks": 50}}]}
    earlier = finished(live.stub, plain, 1)
    assert teachers(set_up(live.stub, STUDY, prior_from=[earlier])) == {(1, "response"): [earlier]}


def test_a_fixed_parameter_may_differ(live):
    def with_eye(eye):
        return STUDY | {"parameters": [{"name": "eye", "fixed": {"value": eye}}, *STUDY["parameters"]]}

    left = set_up(live.stub, with_eye("left")).experiment_id
    respond(live.stub, left, 1, eye="left")
    assert teachers(set_up(live.stub, with_eye("right"), prior_from=[left])) == {(1, "response"): [left]}


def test_two_outcomes_and_two_strategies_are_taught_each(live):
    model = {"model": {"name": "gp_classification"}}
    both = STUDY | {
        "outcomes": [{"name": "seen", "binary": {}}, {"name": "sure", "ordinal": {"levels": 2}}],
        "strategies": [
            model | {"generator": {"name": "sobol"}, "stopping": {"minAsks": 3}},
            model | {"stopping": {"minAsks": 3}},
            model | {"stopping": {"minAsks": 3}, "keepMostRecent": 5},
        ],
    }
    earlier = set_up(live.stub, both).experiment_id
    respond(live.stub, earlier, 1, outcomes=("seen", "sure"))
    answer = set_up(live.stub, both, prior_from=[earlier])
    assert teachers(answer) == {(i, name): [earlier] for i in range(3) for name in ("seen", "sure")}
    by_model = {(one.strategy_index, one.outcome): list(one.hyperparameters) for one in answer.learned_priors}
    assert by_model[0, "seen"] == by_model[1, "seen"]
    assert by_model[0, "seen"] != by_model[2, "seen"], "the last one learns from five responses"
    assert by_model[0, "seen"] != by_model[0, "sure"]
    live.stub.Ask(v1.AskRequest(experiment_id=answer.experiment_id, count=9))


def changed(path, value):
    config = deepcopy(STUDY)
    *parents, last = path
    place = config
    for name in parents:
        place = place[name]
    place[last] = value
    return config


MISFITS = {
    "bounds": changed(["parameters", 0, "continuous", "upperBound"], 2),
    "scale": changed(["parameters", 1, "continuous", "logScale"], True),
    "kind": changed(["parameters", 1], {"name": "size", "integer": {"lowerBound": 1, "upperBound": 9}}),
    "name": changed(["parameters", 1, "name"], "width"),
    "intensity": changed(["intensityParameter"], "size"),
    "guess rate": STUDY | {"outcomes": [{"name": "response", "binary": {"guessRate": 0.5}}]},
    "outcome": STUDY | {"outcomes": [{"name": "seen"}]},
    "kind of outcome": STUDY
    | {"outcomes": [{"name": "response", "continuous": {}}], "strategies": STUDY["strategies"][:1]},
}


@pytest.mark.parametrize("name", MISFITS)
@pytest.mark.parametrize("validate_only", [False, True])
def test_a_named_experiment_that_does_not_fit_is_refused(live, refused, name, validate_only):
    fitting, misfit = (set_up(live.stub, config).experiment_id for config in (STUDY, MISFITS[name]))
    before = live.rows()
    request = setup_request(STUDY, prior_from=[fitting, misfit], validateOnly=validate_only)
    refusal = refused(live.stub.Setup, request)
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert refusal.fields == ("prior_from_experiment_ids[1]",)
    assert f'"{misfit}" can\'t teach: ' in refusal.descriptions[0]
    assert refusal.descriptions[0].endswith(" here. Make the two agree, or leave the id out.") or name == "outcome"
    assert live.rows() == before


@pytest.mark.parametrize("validate_only", [False, True])
def test_a_named_experiment_that_does_not_exist_is_refused(live, refused, validate_only):
    known = set_up(live.stub, STUDY).experiment_id
    misfit = set_up(live.stub, MISFITS["bounds"]).experiment_id
    before = live.rows()
    request = setup_request(STUDY, prior_from=[known, "nobody", misfit, "none"], validateOnly=validate_only)
    refusal = refused(live.stub.Setup, request)
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "EXPERIMENT_NOT_FOUND")
    assert refusal.fields == ("prior_from_experiment_ids[1]", "prior_from_experiment_ids[3]")
    assert refusal.metadata == {"experiment_id": "nobody"}
    assert live.rows() == before


@pytest.mark.parametrize(
    ("ids", "code", "reason", "fields"),
    [
        (["a", "", "a"], "INVALID_ARGUMENT", "INVALID_REQUEST", [1, 2]),
        (["a" * 201], "INVALID_ARGUMENT", "INVALID_REQUEST", [0]),
        ([f"id{i}" for i in range(101)], "RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED", None),
    ],
)
def test_a_list_of_ids_that_is_none_is_refused(live, refused, ids, code, reason, fields):
    before = live.rows()
    refusal = refused(live.stub.Setup, setup_request(STUDY, prior_from=ids))
    assert (refusal.code, refusal.reason) == (code, reason)
    path = "prior_from_experiment_ids"
    assert refusal.fields == ((path,) if fields is None else tuple(f"{path}[{i}]" for i in fields))
    assert live.rows() == before


def test_a_study_without_a_name_can_not_learn_from_its_participants(live, refused):
    before = live.rows()
    refusal = refused(live.stub.Setup, setup_request(SHARING))
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_CONFIG")
    assert refusal.fields == ("config.name",)
    assert live.rows() == before


def test_a_setup_sent_again_gets_the_same_answer_although_others_have_finished(live, refused):
    study = SHARING | {"name": fresh_name()}
    finished(live.stub, MISFITS["bounds"] | {"name": study["name"]}, 0)
    finished(live.stub, study, 1)
    request = setup_request(study, requestId=fresh_name())
    first = live.stub.Setup(request)
    finished(live.stub, study, 2)
    again = live.stub.Setup(request)
    assert again.duplicate
    first.duplicate = True
    assert again == first
    request.prior_from_experiment_ids.append(first.experiment_id)
    assert refused(live.stub.Setup, request).reason == "REQUEST_ID_REUSED"


def test_a_restarted_server_asks_the_same_whatever_has_become_of_the_teachers(tmp_path):
    asked, priors = [], []
    for name, restarts in (("steady.db", False), ("restarted.db", True)):
        database = tmp_path / name
        server = Server(database, Exposure(port=0))
        with grpc.insecure_channel(server.address) as channel:
            stub = ExperimentServiceStub(channel)
            study = SHARING | {"name": "study"}
            teacher = finished(stub, study, 1)
            learner = set_up(stub, study | {"seed": 5})
        if restarts:
            server.stop(1)
            server = Server(database, Exposure(port=0))
        with grpc.insecure_channel(server.address) as channel:
            stub = ExperimentServiceStub(channel)
            if restarts:
                respond(stub, teacher, 2)
            respond(stub, learner.experiment_id, 3, trials=5)
            trials = stub.Ask(v1.AskRequest(experiment_id=learner.experiment_id, count=4)).trials
            asked.append([dict(trial.stimuli[0].values) for trial in trials])
            priors.append(numbers(get(stub, learner.experiment_id)))
            assert numbers(learner) == priors[-1]
        server.stop(1)
    assert asked[0] == asked[1]
    assert priors[0] == priors[1]
