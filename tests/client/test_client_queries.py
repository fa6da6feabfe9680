import pytest

from aepsych_grpc.client import NothingToModelError
from aepsych_grpc.v1 import query_pb2


def sent(servicer):
    return next(request for name, request in reversed(servicer.calls) if name == "Query")


def test_options_reach_the_server(servicer, experiment):
    experiment.maximum(latent=True, fixed_parameters={"size": 3}, outcome="seen", credible_level=0.5, at_sequence=4)
    request = sent(servicer)
    assert request.response_scale == query_pb2.RESPONSE_SCALE_LATENT
    assert request.fixed_parameters["size"].number_value == 3
    assert (request.outcome, request.credible_level, request.at_sequence) == ("seen", 0.5, 4)


def test_what_is_left_out_stays_unset(servicer, experiment):
    experiment.minimum()
    request = sent(servicer)
    assert request.WhichOneof("query") == "minimum"
    assert not request.HasField("credible_level")
    assert not request.HasField("at_sequence")
    assert request.response_scale == query_pb2.RESPONSE_SCALE_UNSPECIFIED


def test_points_have_native_values(servicer, experiment):
    point = experiment.inverse(0.75)
    assert sent(servicer).inverse.value == 0.75
    assert point.stimulus == {"contrast": 0.1, "size": 1, "eye": "left"}
    assert isinstance(point.stimulus["size"], int)
    assert point.response.lower < point.response.mean < point.response.upper


def test_predictions_have_the_order_of_the_stimuli(experiment):
    low, high = experiment.predict([{"contrast": 0.02}, {"contrast": 0.9}])
    assert low.mean < high.mean


def test_numbers_have_the_order_of_the_stimuli(servicer, experiment):
    stimuli = [{"contrast": 0.2}, {"contrast": 0.9}]
    assert experiment.level_set_probability(stimuli, target=0.8) == [0.2, 0.9]
    assert sent(servicer).level_set_probability.target == 0.8
    assert experiment.acquisition(stimuli) == [0.2, 0.9]
    assert not experiment.level_set_probability([])
    assert not sent(servicer).level_set_probability.HasField("target")


def test_just_noticeable_differences(servicer, experiment):
    steps = experiment.just_noticeable_difference([{"contrast": 0.2}, {"contrast": 0.9}], "contrast")
    assert [(step.lower, step.upper) for step in steps] == [(0.08, 0.2)] * 2
    assert sent(servicer).just_noticeable_difference.parameter == "contrast"


def test_samples_are_a_list_for_each_draw(servicer, experiment):
    assert experiment.samples([{"contrast": 0.2}, {"contrast": 0.9}], 3, seed=5) == [[0, 0], [0.1, 0.1], [0.2, 0.2]]
    assert (sent(servicer).samples.count, sent(servicer).samples.seed) == (3, 5)


def test_a_threshold(servicer, experiment):
    threshold = experiment.threshold(contexts=[{"size": 1}, {"size": 2}], target=0.74)
    request = sent(servicer).threshold_contour
    assert (request.target, len(request.contexts), request.HasField("grid_size")) == (0.74, 2, False)
    assert (threshold.parameter, threshold.target, threshold.observation_count) == ("contrast", 0.74, 5)
    assert [point.context for point in threshold.points] == [{"size": 1}, {"size": 2}]
    frame = threshold.to_pandas()
    assert list(frame["contrast"]) == [0.1, 0.1]
    assert list(frame.columns)[:2] == ["size", "contrast"]
    assert "0.08 to 0.2" in threshold._repr_html_()


@pytest.mark.parametrize(
    ("call", "given", "message"),
    [
        ("predict", {"stimuli": [{"contrast": 1}], "credible_levl": 0.5}, 'predict.. .*Did you mean "credible_level"'),
        ("threshold", {"context": [{"size": 1}]}, 'threshold.. .*Did you mean "contexts"'),
        ("maximum", {"latnt": True}, 'maximum.. .*Did you mean "latent"'),
        ("minimum", {"contexts": []}, 'minimum.. has no option "contexts"'),
        ("predict", {"stimuli": {"contrast": 1}}, r"write stimuli=\[{...}\]"),
        ("predict", {"stimuli": ["contrast"]}, r"stimuli\[0\]"),
        ("predict", {"stimuli": "contrast"}, "`stimuli` is a list"),
        ("threshold", {"contexts": {"size": 1}}, r"write contexts=\[{...}\]"),
        ("threshold", {"target": "0.5"}, "`target` is a number; '0.5' is given, of type str"),
        ("threshold", {"grid_size": 2.5}, "`grid_size` is a whole number"),
        ("inverse", {"value": "0.5"}, "`value` is a number"),
        ("maximum", {"credible_level": "0.5"}, "`credible_level` is a number"),
        ("maximum", {"at_sequence": 1.5}, "`at_sequence` is a whole number"),
        ("maximum", {"fixed_parameters": ["size"]}, "`fixed_parameters` are values by name"),
        ("maximum", {"outcome": 1}, "`outcome` is a text"),
    ],
)
def test_arguments_that_a_query_does_not_have(servicer, experiment, call, given, message):
    servicer.calls.clear()
    with pytest.raises(TypeError, match=message):
        getattr(experiment, call)(**given)
    assert not servicer.calls


def test_answers_are_told_in_a_line_or_a_table(experiment):
    assert str(experiment.inverse(0.75)) == "contrast=0.1, size=1, eye=left: 0.74 (0.64 to 0.76)"
    threshold = experiment.threshold(contexts=[{"size": 1}, {"size": 12}])
    assert str(threshold).splitlines() == [
        "contrast at which the response reaches 0.74, after 5 responses",
        "size  median  credible interval  mean  reached within bounds",
        "   1     0.1        0.08 to 0.2  0.11                    99%",
        "  12     0.1        0.08 to 0.2  0.11                    99%",
    ]
    assert repr(threshold.points[0]).startswith("ThresholdPoint(context={'size': 1}, median=0.1, threshold=")
    header = threshold._repr_html_().partition("</thead>")[0]
    assert header.index("median") < header.index("mean")
    assert list(threshold.to_pandas().columns)[1:3] == ["contrast", "mean"]


def test_nothing_to_model(servicer, experiment):
    servicer.can_model = False
    with pytest.raises(NothingToModelError):
        experiment.predict([{"contrast": 0.1}])


def test_a_moment_asks_about_its_own_sequence(servicer, experiment):
    then = experiment.at(4)
    assert then.sequence == 4
    then.maximum()
    assert sent(servicer).at_sequence == 4
    then.threshold(at_sequence=2)
    assert sent(servicer).at_sequence == 2
    experiment.maximum()
    assert not sent(servicer).HasField("at_sequence")
    with pytest.raises(TypeError, match="sequence"):
        experiment.at("4")


def test_a_moment_has_the_trials_that_had_been_told(experiment):
    for trial in experiment:
        experiment.tell(trial, trial.trial_id % 2)
    trials = experiment.trials()
    then = experiment.at(trials[2].sequence)
    assert then.trials() == trials[:3]
    assert then.to_pandas()["trial_id"].tolist() == [1, 2, 3]
    assert not hasattr(then, "ask")


async def test_a_moment_on_an_event_loop(servicer, async_client):
    experiment = await async_client.setup({})
    await experiment.at(3).maximum()
    assert sent(servicer).at_sequence == 3
