import math
import sys

import pytest
from fake_servicer import CONFIG, FakeServicer, FakeTransport
from matplotlib.figure import Figure

from aepsych_grpc.client import Client, NothingToModelError
from aepsych_grpc.client.plots.axis import axis_of, middle
from aepsych_grpc.client.plots.growth import spread
from aepsych_grpc.client.plots.section import section
from aepsych_grpc.v1.config_pb2 import Parameter


def running(**changes):
    servicer = FakeServicer({**CONFIG, **changes})
    experiment = Client(transport=FakeTransport(servicer)).setup({})
    for trial in experiment:
        experiment.tell(trial, trial.trial_id % 2)
    return servicer, experiment


def parameter(name="x", **kinds):
    return {"name": name, **kinds}


def pixels(figure: Figure, path):
    figure.savefig(path)
    return path.stat().st_size


def test_a_field_shows_the_config_s_axes(tmp_path):
    servicer, experiment = running()
    figure = experiment.plot()
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("size (px)", "contrast")
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert axes.get_ylim() == (0.01, 1)
    assert "5 responses" in [text.get_text() for text in axes.texts]
    assert figure.axes[1].get_ylabel() == "probability of seen = 1"
    assert pixels(figure, tmp_path / "field.png") > 20_000
    stimuli = next(r for n, r in servicer.calls if n == "Query").prediction.stimuli
    assert {stimulus.values["eye"].string_value for stimulus in stimuli} == {"left"}


def test_trials_are_filled_or_open_by_response():
    _, experiment = running()
    filled, opened = experiment.plot().axes[0].collections[-2:]
    assert (len(filled.get_offsets()), len(opened.get_offsets())) == (3, 2)
    assert filled.get_facecolor()[0].tolist() != opened.get_facecolor()[0].tolist()


def test_proportions_are_shades_of_trials_and_heights_of_a_curve(tmp_path):
    words = [{"name": "words", "proportion": {"trials": 4, "lapse_rate": 0.02, "target": 0.5}}]
    _, experiment = running(outcomes=words)
    figure = experiment.plot()
    assert figure.axes[1].get_ylabel() == "proportion of words"
    trials = figure.axes[0].collections[-1]
    assert len({tuple(colour) for colour in trials.get_facecolor().tolist()}) == 2
    assert pixels(figure, tmp_path / "field.png") > 20_000
    _, experiment = running(parameters=CONFIG["parameters"][:1], outcomes=words)
    axes = experiment.plot().axes[0]
    assert axes.get_ylabel() == "proportion of words"
    assert {height for _, height in axes.collections[-1].get_offsets().tolist()} == {0.0, 0.25}
    assert any("threshold" in text.get_text() for text in axes.texts)


def test_one_parameter_is_a_curve(tmp_path):
    _, experiment = running(parameters=CONFIG["parameters"][:1])
    figure = experiment.plot()
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_xscale()) == ("contrast", "probability of seen = 1", "log")
    assert "5 responses; threshold 0.1 (0.08 to 0.2)" in [text.get_text() for text in axes.texts]
    assert pixels(figure, tmp_path / "curve.png") > 10_000


def test_a_threshold_with_the_truth(tmp_path):
    _, experiment = running()
    figure = experiment.plot_threshold(truth=lambda context: 0.05 * context["size"])
    axes = figure.axes[0]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert {"estimate", "90 % credible band", "truth", "seen = 1", "seen = 0"} <= set(labels)
    truth = next(line for line in axes.lines if line.get_label() == "truth")
    assert list(truth.get_ydata()) == pytest.approx([0.05 * size for size in range(1, 9)])
    assert pixels(figure, tmp_path / "threshold.png") > 10_000


def test_a_long_legend_does_not_narrow_its_panel():
    _, experiment = running()
    figure = experiment.plot_overview(truth=lambda _: 0.1)
    figure.draw_without_rendering()
    left, right = figure.axes[0], figure.axes[1]
    assert len(right.get_legend().get_texts()) == 5
    assert left.get_position().width == pytest.approx(right.get_position().width, abs=0.01)
    assert right.get_position().width > 0.37


def test_named_values_are_an_axis(tmp_path):
    colours = parameter("colour", categorical={"choices": ["red", "green", "blue"]})
    _, experiment = running(parameters=[CONFIG["parameters"][0], colours])
    axes = experiment.plot().axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["red", "green", "blue"]
    figure = experiment.plot_threshold(truth=lambda _: 0.1)
    assert pixels(figure, tmp_path / "colours.png") > 10_000
    _, single = running(parameters=[colours], intensity_parameter="")
    assert pixels(single.plot(), tmp_path / "bars.png") > 5_000


def test_before_there_is_a_model_the_trials_are_shown_alone(tmp_path):
    servicer, experiment = running()
    servicer.can_model = False
    assert pixels(experiment.plot(), tmp_path / "trials.png") > 5_000
    with pytest.raises(NothingToModelError):
        experiment.plot_threshold()


def test_more_parameters_are_held_and_named():
    third = parameter("delay", continuous={"lower_bound": 0, "upper_bound": 10})
    _, experiment = running(parameters=[*CONFIG["parameters"][:2], third])
    assert "5 responses; delay = 5" in [text.get_text() for text in experiment.plot().axes[0].texts]
    axes = experiment.plot(["delay", "size"], fixed_parameters={"contrast": 0.2}).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("delay", "size (px)")
    assert "5 responses; contrast = 0.2" in [text.get_text() for text in axes.texts]
    with pytest.raises(ValueError, match="outcomes are: seen"):
        experiment.plot(outcome="heard")


def contours(servicer):
    return [r.threshold_contour for n, r in servicer.calls if n == "Query" and r.WhichOneof("query").startswith("thr")]


def finite(line):
    return [value for value in line.get_ydata() if not math.isnan(value)]


def test_a_threshold_lies_along_the_intensity_alone():
    third = parameter("delay", continuous={"lower_bound": 0, "upper_bound": 10})
    servicer, experiment = running(parameters=[*CONFIG["parameters"][:2], third])
    for shown in (["delay", "size"], ["delay"]):
        assert "threshold" not in experiment.plot(shown).axes[0].get_legend_handles_labels()[1]
    assert not contours(servicer)
    axes = experiment.plot(["contrast", "delay"]).axes[0]
    line = next(line for line in axes.lines if line.get_label() == "threshold")
    assert set(line.get_xdata()) == {0.1}
    assert (min(line.get_ydata()), max(line.get_ydata())) == (0, 10)
    (asked,) = contours(servicer)
    assert {frozenset(context.values) for context in asked.contexts} == {frozenset({"size", "delay"})}


def test_a_threshold_that_is_unlikely_is_not_drawn():
    servicer, experiment = running()
    servicer.crossing_probability = lambda index: 0.49 if index < 3 else 0.5
    for figure, panel in ((experiment.plot(), 0), (experiment.plot_threshold(), 0), (experiment.plot_overview(), 1)):
        axes = figure.axes[panel]
        assert len(finite(next(line for line in axes.lines if line.get_label() in ("threshold", "estimate")))) == 5
        remark = "No threshold is drawn where it is unlikely to lie within the bounds."
        assert remark in [text.get_text() for text in axes.texts]
    servicer.crossing_probability = lambda _index: 0.1
    axes = experiment.plot_overview().axes[1]
    assert not finite(axes.lines[0])
    assert "No threshold: it is unlikely to lie within the bounds." in [text.get_text() for text in axes.texts]
    assert axes.get_ylim() == (0.01, 1)


def test_a_curve_s_title_has_a_threshold_only_if_it_is_crossed():
    servicer, experiment = running(parameters=CONFIG["parameters"][:1])
    servicer.crossing_probability = lambda _index: 0.2
    axes = experiment.plot().axes[0]
    shown = [text.get_text() for text in axes.texts]
    assert "5 responses" in shown
    assert "No threshold: it is unlikely to lie within the bounds." in shown
    assert "threshold" not in axes.get_legend_handles_labels()[1]


@pytest.mark.parametrize(
    ("kind", "message", "given"),
    [
        (TypeError, "is a list of names", {"parameters": "contrast"}),
        (ValueError, 'no parameter "speed" to vary, only: contrast, size', {"parameters": ["speed"]}),
        (ValueError, 'no parameter "siz" .*Did you mean "size"', {"fixed_parameters": {"siz": 1}}),
        (ValueError, "One or two different", {"parameters": ["size", "size"]}),
        (ValueError, '"size" can\'t be shown and held', {"parameters": ["size"], "fixed_parameters": {"size": 1}}),
        (ValueError, "Every parameter is held", {"fixed_parameters": {"size": 1, "contrast": 0.1}}),
        (TypeError, "are values by name", {"fixed_parameters": ["size"]}),
    ],
)
def test_a_section_that_can_t_be_shown(kind, message, given):
    servicer, experiment = running()
    servicer.calls.clear()
    with pytest.raises(kind, match=message):
        experiment.plot(**given)
    assert not servicer.calls


def test_a_threshold_takes_a_parameter_beside_the_intensity():
    _, experiment = running(parameters=CONFIG["parameters"][:1])
    for plot in (experiment.plot_threshold, experiment.plot_overview):
        with pytest.raises(ValueError, match=r"only contrast; use plot\(\)"):
            plot()
    _, experiment = running()
    with pytest.raises(ValueError, match=r"contrast is the intensity; .* over one of: size"):
        experiment.plot_threshold("contrast")
    with pytest.raises(ValueError, match=r"beside contrast is held; .* plot\(\)"):
        experiment.plot_threshold(fixed_parameters={"size": 3})


def test_what_the_caller_holds_is_said_once():
    servicer, experiment = running(parameters=CONFIG["parameters"][:2])
    experiment.plot(["contrast"], fixed_parameters={"size": 3})
    queries = [r for n, r in servicer.calls if n == "Query"]
    assert [r.fixed_parameters["size"].number_value for r in queries] == [3, 3]
    assert all(set(stimulus.values) == {"contrast"} for stimulus in queries[0].prediction.stimuli)


def test_the_participant_is_named_and_levels_are_whole():
    servicer = FakeServicer()
    experiment = Client(transport=FakeTransport(servicer)).setup({}, participant_id="p07")
    axes = experiment.plot().axes[0]
    assert axes.get_title(loc="left") == "contrast threshold, participant p07"
    assert all(float(tick).is_integer() for tick in axes.get_xticks())
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["threshold", "90 % credible band", "seen = 1", "seen = 0"]


def test_trials_at_the_same_place_stand_apart():
    _, experiment = running()
    for i in range(6):
        experiment.tell({"contrast": 0.5, "size": 4}, i % 2)
    filled, opened = experiment.plot().axes[0].collections[-2:]
    places = [tuple(place) for marks in (filled, opened) for place in marks.get_offsets() if place[1] == 0.5]
    # One of the trials that were asked lies beside them, at size 1.
    xs = sorted(x for x, _ in places if x > 2)
    assert len(set(xs)) == len(xs) == 6
    assert sum(xs) / 6 == pytest.approx(4)
    assert xs[-1] - xs[0] < 1
    curve = experiment.plot(["size"]).axes[0]
    ys = sorted(tuple(place) for marks in curve.collections[-2:] for place in marks.get_offsets())
    assert len(set(ys)) == len(ys) == 11


def test_trials_with_other_named_values_are_left_out():
    colours = parameter("colour", categorical={"choices": ["red", "green"]})
    _, experiment = running(parameters=[*CONFIG["parameters"][:2], colours])
    told = {"contrast": 0.2, "size": 3, "colour": "green"}
    experiment.tell(told, 1)
    assert "5 of 6 responses; colour = red" in [text.get_text() for text in experiment.plot().axes[0].texts]
    green = experiment.plot(fixed_parameters={"colour": "green"}).axes[0]
    assert "1 of 6 responses; colour = green" in [text.get_text() for text in green.texts]


def test_a_continuous_outcome_has_its_unit_and_no_threshold():
    servicer, experiment = running(outcomes=[{"name": "pupil", "continuous": {"unit": "mm"}}])
    assert experiment.plot().axes[1].get_ylabel() == "pupil (mm)"
    assert {r.WhichOneof("query") for n, r in servicer.calls if n == "Query"} == {"prediction"}


def test_no_global_state_of_pyplot_is_touched():
    _, experiment = running()
    experiment.plot()
    assert "matplotlib.pyplot" not in sys.modules


def test_a_missing_package_names_its_remedy(monkeypatch):
    _, experiment = running()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'aepsych-grpc\[plot\]'"):
        experiment.plot()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'aepsych-grpc\[pandas\]'"):
        experiment.to_pandas()


@pytest.mark.parametrize(
    ("kind", "values", "held"),
    [
        ({"continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}}, (0.01, 0.1, 1), 0.1),
        ({"continuous": {"lower_bound": -1, "upper_bound": 1}}, (-1, 0, 1), 0),
        ({"integer": {"lower_bound": 1, "upper_bound": 100, "log_scale": True}}, (1, 10, 100), 10),
        ({"integer": {"lower_bound": 0, "upper_bound": 1}}, (0, 1), 1),
        ({"discrete": {"values": [1, 2, 5, 9]}}, (1, 2, 5, 9), 5),
        ({"categorical": {"choices": ["a", "b"]}}, ("a", "b"), "a"),
        ({"binary": {}}, (False, True), False),
    ],
)
def test_axes_and_middles_by_kind(kind, values, held):
    from google.protobuf.json_format import ParseDict

    item = ParseDict(parameter(**kind), Parameter())
    axis = axis_of(item, 3)
    assert axis.values == pytest.approx(values) if not isinstance(values[0], str) else axis.values == values
    assert middle(item) == (pytest.approx(held) if isinstance(held, float) else held)
    assert axis.position(axis.values[-1]) == axis.positions[-1]


def test_pairs_of_stimuli_have_no_section():
    from google.protobuf.json_format import ParseDict

    from aepsych_grpc.v1.config_pb2 import ExperimentConfig

    config = ParseDict({**CONFIG, "stimuli_per_trial": 2}, ExperimentConfig())
    with pytest.raises(ValueError, match="have 2"):
        section(config, (), {})


def test_growth_shows_the_response_after_ever_more_trials_and_the_threshold_over_their_number(tmp_path):
    servicer, experiment = running()
    figure = experiment.plot_growth()
    fields, last = figure.axes[:3], figure.axes[3]
    shown = [next(text.get_text() for text in axes.texts if "response" in text.get_text()) for axes in fields[:2]]
    assert shown == ["4 responses", "5 responses"]
    assert not fields[2].axison
    assert (last.get_xlabel(), last.get_ylabel(), last.get_xlim()) == ("responses", "contrast", (4, 5))
    assert [text.get_text() for text in last.get_legend().get_texts()] == ["2 px", "5 px", "7 px"]
    asked_at = {request.at_sequence for name, request in servicer.calls if name == "Query"}
    assert asked_at == {trial.sequence for trial in experiment.trials()[-2:]}
    assert pixels(figure, tmp_path / "growth.png") > 40_000


def test_growth_without_a_threshold_is_the_response_alone(tmp_path):
    _, experiment = running(outcomes=[{"name": "loudness", "continuous": {"unit": "sone"}}])
    figure = experiment.plot_growth()
    assert all(axes.get_xlabel() != "responses" for axes in figure.axes)
    assert pixels(figure, tmp_path / "growth.png") > 20_000


def test_growth_over_one_parameter(tmp_path):
    _, experiment = running(parameters=CONFIG["parameters"][:1])
    figure = experiment.plot_growth()
    assert figure.axes[3].get_xlabel() == "responses"
    assert pixels(figure, tmp_path / "growth.png") > 20_000


def test_nothing_grows_from_nothing():
    experiment = Client(transport=FakeTransport(FakeServicer())).setup({})
    with pytest.raises(ValueError, match="No trial has its response yet"):
        experiment.plot_growth()


@pytest.mark.parametrize(
    ("count", "most", "expected"), [(0, 3, []), (1, 3, [1]), (5, 3, [4, 5]), (200, 3, [4, 28, 200])]
)
def test_looks_are_spread_by_ratios(count, most, expected):
    assert spread(count, most) == expected
