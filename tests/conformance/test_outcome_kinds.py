"""Every kind of outcome from Setup to Query: a simulated observer answers, and the model finds out what moves it."""

import numpy as np
import pytest
from google.protobuf.json_format import ParseDict
from scipy.stats import norm, spearmanr

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import trial_pb2

PARAMETERS = [
    {"name": "level", "continuous": {"lowerBound": 0, "upperBound": 10}},
    {"name": "shape", "categorical": {"choices": ["round", "square"]}},
]
TRIALS = 15


def truth(stimulus):
    """What moves the observer: more with the level, and round more than square."""
    return 0.5 * (stimulus["level"].number_value - 5) + (stimulus["shape"].string_value == "round")


def respond_speed(trial, rng):
    return 300 + 40 * truth(trial.stimuli[0].values) + rng.normal(0, 10)


def respond_rating(trial, rng):
    return np.digitize(truth(trial.stimuli[0].values) + rng.normal(0, 0.5), [-1.5, 0, 0.7, 2])


def respond_choice(trial, rng):
    first, second = (truth(stimulus.values) for stimulus in trial.stimuli)
    return second - first + rng.normal(0, 0.5) > 0


OBSERVERS = {
    "choice": ({"choice": {}}, 2, respond_choice),
    "ordinal": ({"ordinal": {"levels": 5}}, 1, respond_rating),
    "continuous": ({"continuous": {"unit": "ms"}}, 1, respond_speed),
}
GRID = [
    {"values": {"level": level, "shape": shape}} for level in np.linspace(0, 10, 11) for shape in ("round", "square")
]


def strategies(**adaptive):
    return [
        {"generator": {"name": "sobol"}, "stopping": {"minAsks": 8}},
        {"generator": {"name": "optimize_acquisition"}, "stopping": {"minAsks": TRIALS - 8}, **adaptive},
    ]


def set_up(live, **config):
    config = {"parameters": PARAMETERS, "seed": 4, **config}
    return live.stub.Setup(ParseDict({"config": config}, v1.SetupRequest()))


def run(live, experiment_id, outcomes, rng):
    """Ask and tell until the experiment is finished; return the trials."""
    trials = []
    while True:
        answer = live.stub.Ask(v1.AskRequest(experiment_id=experiment_id), timeout=30)
        trials.extend(answer.trials)
        (trial,) = answer.trials
        told = {name: float(respond(trial, rng)) for name, respond in outcomes.items()}
        observations = [{"trialId": trial.trial_id, "outcomes": told}]
        tell = ParseDict({"experimentId": experiment_id, "observations": observations}, v1.TellRequest())
        if live.stub.Tell(tell, timeout=30).finished:
            return trials


def query(live, experiment_id, **fields):
    request = ParseDict({"experimentId": experiment_id, **fields}, v1.QueryRequest())
    return live.stub.Query(request, timeout=30)


@pytest.fixture(scope="module", params=OBSERVERS)
def study(request, live):
    kind, stimuli, respond = OBSERVERS[request.param]
    answer = set_up(live, outcomes=[{"name": "answer", **kind}], stimuliPerTrial=stimuli, strategies=strategies())
    trials = run(live, answer.experiment_id, {"answer": respond}, np.random.default_rng(0))
    return request.param, answer, trials


def predictions(live, experiment_id, **fields):
    return query(live, experiment_id, prediction={"stimuli": GRID}, **fields).prediction.responses


def rank_correlation(estimates):
    stimuli = [ParseDict(point, trial_pb2.Stimulus()).values for point in GRID]
    return spearmanr([estimate.mean for estimate in estimates], [truth(stimulus) for stimulus in stimuli]).statistic


def test_the_model_chooses_trials_and_ranks_stimuli_as_the_observer_does(study, live):
    kind, answer, trials = study
    assert [trial.source for trial in trials[:8]] == [trial_pb2.TRIAL_SOURCE_SOBOL] * 8
    assert [(trial.source, trial.note) for trial in trials[8:]] == [(trial_pb2.TRIAL_SOURCE_MODEL, "")] * 7
    assert {len(trial.stimuli) for trial in trials} == {OBSERVERS[kind][1]}
    assert rank_correlation(predictions(live, answer.experiment_id)) > 0.85
    answered = query(live, answer.experiment_id, maximum={})
    assert answered.model == answer.config.strategies[1].model.name
    assert answered.point.stimulus.values["level"].number_value > 7


def test_every_kind_is_listed_as_known(study, live):
    assert study[0] in live.stub.GetServerInfo(v1.GetServerInfoRequest()).outcome_kinds


def test_a_threshold_needs_a_target_where_the_outcome_has_none(study, live, refused):
    experiment_id = study[1].experiment_id
    request = {"experimentId": experiment_id, "thresholdContour": {"parameter": "level"}}
    refusal = refused(live.stub.Query, ParseDict(request, v1.QueryRequest()))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ("threshold_contour.target",))
    assert "has no target of its own" in refusal.descriptions[0]
    contour = query(
        live,
        experiment_id,
        thresholdContour={"parameter": "level", "target": 0},
        responseScale="RESPONSE_SCALE_LATENT",
    ).threshold_contour
    assert {point.context.values["shape"].string_value for point in contour.points} == {"round", "square"}
    assert all(0 <= point.median <= 10 for point in contour.points)


def test_probabilities_are_for_binary_outcomes(study, live, refused):
    request = {"experimentId": study[1].experiment_id, "maximum": {}, "responseScale": "RESPONSE_SCALE_PROBABILITY"}
    refusal = refused(live.stub.Query, ParseDict(request, v1.QueryRequest()))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ("response_scale",))


def respond_count(trial, rng):
    return rng.binomial(10, norm.cdf(truth(trial.stimuli[0].values)))


@pytest.mark.parametrize("link", ["probit", "logit", "gumbel"])
def test_a_proportion_is_learned_from_counts_and_answered_as_a_probability(live, refused, link):
    proportion = {"trials": 10, "lapseRate": 0.01, "target": 0.6}
    answer = set_up(
        live,
        outcomes=[{"name": "seen", "proportion": proportion}],
        strategies=strategies(model={"name": "gp_classification", "options": {"link": link}}),
        intensityParameter="level",
    )
    experiment_id = answer.experiment_id
    assert answer.config.outcomes[0].proportion.trials == 10
    assert answer.config.strategies[1].acquisition.name == "sur"
    assert "proportion" in live.stub.GetServerInfo(v1.GetServerInfoRequest()).outcome_kinds
    trials = run(live, experiment_id, {"seen": respond_count}, np.random.default_rng(0))
    assert [(trial.source, trial.note) for trial in trials[8:]] == [(trial_pb2.TRIAL_SOURCE_MODEL, "")] * 7
    contour = query(live, experiment_id, thresholdContour={}).threshold_contour
    assert contour.target == 0.6
    # Phi^-1(.59 / .99) = .24 is reached half a level above the middle, for round two levels earlier.
    medians = {point.context.values["shape"].string_value: point.median for point in contour.points}
    assert medians == {"round": pytest.approx(3.48, abs=1.2), "square": pytest.approx(5.48, abs=1.2)}
    assert medians["round"] < medians["square"]
    stimuli = [{"values": {"level": level, "shape": "square"}} for level in (0, 5, 10)]
    for scale in ("RESPONSE_SCALE_EXPECTED", "RESPONSE_SCALE_PROBABILITY"):
        answered = query(live, experiment_id, prediction={"stimuli": stimuli}, responseScale=scale).prediction
        assert [one.mean for one in answered.responses] == pytest.approx([0.01, 0.5, 0.98], abs=0.2)
    (above,) = query(live, experiment_id, levelSetProbability={"stimuli": stimuli[2:]}).values.values
    assert above > 0.95
    jnd = {"parameter": "level", "stimuli": stimuli[1:2]}
    assert query(live, experiment_id, justNoticeableDifference=jnd).WhichOneof("result")
    inverse = {"experimentId": experiment_id, "inverse": {"value": 6}}
    assert refused(live.stub.Query, ParseDict(inverse, v1.QueryRequest())).fields == ("inverse.value",)


@pytest.mark.parametrize("count", [-1, 11, 2.5, True, "7"])
def test_what_is_no_count_of_the_presentations_is_refused(live, refused, count):
    answer = set_up(live, outcomes=[{"name": "seen", "proportion": {"trials": 10}}])
    live.stub.Ask(v1.AskRequest(experiment_id=answer.experiment_id))
    told = {"experimentId": answer.experiment_id, "observations": [{"trialId": 1, "outcomes": {"seen": count}}]}
    refusal = refused(live.stub.Tell, ParseDict(told, v1.TellRequest()))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ("observations[0].outcomes.seen",))
    assert "how many of 10 presentations, a whole number from 0 to 10" in refusal.descriptions[0]


def test_each_outcome_has_a_model_of_its_own(live, refused):
    outcomes = [
        {"name": "seen", "binary": {}},
        {"name": "speed", "continuous": {}},
        {"name": "sure", "ordinal": {"levels": 5}},
    ]
    observers = {
        "seen": lambda trial, rng: truth(trial.stimuli[0].values) + rng.normal(0, 0.5) > 0,
        "speed": respond_speed,
        "sure": lambda trial, rng: 4 - respond_rating(trial, rng),
    }
    answer = set_up(live, outcomes=outcomes, strategies=strategies(model={"name": "gp_rating"}))
    adaptive = answer.config.strategies[1]
    assert (adaptive.model.name, adaptive.acquisition.name) == ("gp_rating", "posterior_variance")
    trials = run(live, answer.experiment_id, observers, np.random.default_rng(0))
    assert {trial.source for trial in trials[8:]} == {trial_pb2.TRIAL_SOURCE_MODEL}
    models = {"": "gp_classification", "seen": "gp_classification", "speed": "gp_regression", "sure": "gp_rating"}
    for outcome, model in models.items():
        assert query(live, answer.experiment_id, maximum={}, outcome=outcome).model == model
    assert rank_correlation(predictions(live, answer.experiment_id, outcome="speed")) > 0.85
    assert rank_correlation(predictions(live, answer.experiment_id, outcome="sure")) < -0.85
    unknown = {"experimentId": answer.experiment_id, "maximum": {}, "outcome": "sur"}
    assert refused(live.stub.Query, ParseDict(unknown, v1.QueryRequest())).fields == ("outcome",)


def test_an_outcome_that_no_model_learns_from_says_so(live, refused):
    outcomes = [{"name": "which", "choice": {}}, {"name": "sure", "ordinal": {"levels": 5}}]
    answer = set_up(live, outcomes=outcomes, stimuliPerTrial=2, strategies=strategies())
    observers = {"which": respond_choice, "sure": lambda *_: 3}
    run(live, answer.experiment_id, observers, np.random.default_rng(0))
    request = {"experimentId": answer.experiment_id, "maximum": {}, "outcome": "sure"}
    assert refused(live.stub.Query, ParseDict(request, v1.QueryRequest())).reason == "NOTHING_TO_MODEL"
    assert query(live, answer.experiment_id, maximum={}).model == "gp_preference"


def test_a_choice_is_predicted_on_the_latent_scale(live, refused):
    answer = set_up(live, outcomes=[{"choice": {}}], stimuliPerTrial=2)
    request = {"experimentId": answer.experiment_id, "maximum": {}, "responseScale": "RESPONSE_SCALE_EXPECTED"}
    refusal = refused(live.stub.Query, ParseDict(request, v1.QueryRequest()))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ("response_scale",))


@pytest.mark.parametrize("acquisition", ["expected_improvement", "upper_confidence_bound"])
def test_trials_that_seek_the_maximum_get_there(live, acquisition):
    adaptive = strategies(acquisition={"name": acquisition})
    answer = set_up(live, outcomes=[{"name": "answer", "continuous": {}}], strategies=adaptive)
    trials = run(live, answer.experiment_id, {"answer": respond_speed}, np.random.default_rng(0))
    assert {trial.source for trial in trials[8:]} == {trial_pb2.TRIAL_SOURCE_MODEL}
    last = trials[-1].stimuli[0].values
    assert last["level"].number_value > 9
    assert last["shape"].string_value == "round"


def test_continuous_predictions_are_in_the_outcome_s_unit(study, live):
    if study[0] != "continuous":
        return
    stimuli = [{"values": {"level": level, "shape": "square"}} for level in (0, 10)]
    low, high = query(live, study[1].experiment_id, prediction={"stimuli": stimuli}).prediction.responses
    assert low.mean == pytest.approx(200, abs=30)
    assert high.mean == pytest.approx(400, abs=30)
    assert low.lower < low.mean < low.upper
    point = query(live, study[1].experiment_id, inverse={"value": 300}).point
    assert point.response.mean == pytest.approx(300, abs=2)


def test_trials_are_listed_with_what_the_model_expects_of_them(study, live):
    kind, answer, trials = study
    request = v1.ListTrialsRequest(experiment_id=answer.experiment_id, include_posterior=True)
    listed = live.stub.ListTrials(request, timeout=30).trials
    assert all(trial.posterior.lower < trial.posterior.mean < trial.posterior.upper for trial in listed)
    if kind != "choice":
        return
    assert all(0 < trial.posterior.mean < 1 for trial in listed)  # that the second is chosen
    better = [truth(trial.stimuli[1].values) - truth(trial.stimuli[0].values) for trial in trials]
    assert spearmanr([trial.posterior.mean for trial in listed], better).statistic > 0.85
