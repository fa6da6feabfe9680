import json
import math

import numpy as np
import pytest

from aepsych_grpc.client import ExperimentNotFoundError, InvalidConfigError
from aepsych_grpc.v1.config_pb2 import ExperimentConfig

YAML = """\
name: good
parameters:
  - name: contrast
    continuous: {lower_bound: 0.01, upper_bound: 1}
"""


def sent(servicer):
    return next(request for name, request in reversed(servicer.calls) if name == "Setup")


@pytest.mark.parametrize("form", ["yaml", "json", "dict", "message"])
def test_a_config_is_taken_in_every_form(servicer, client, tmp_path, form):
    plain = {
        "name": "good",
        "parameters": [{"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1}}],
    }
    file = tmp_path / f"study.{form}"
    file.write_text(YAML if form == "yaml" else json.dumps(plain), encoding="utf-8")
    source = {"yaml": str(file), "json": file, "dict": plain}.get(form, ExperimentConfig(name="good"))
    experiment = client.setup(source, participant_id="p01", labels={"lab": "v2"}, seed=0)
    request = sent(servicer)
    assert request.config.name == "good"
    assert len(request.config.parameters) == (form != "message")
    assert (request.participant_id, request.labels["lab"], request.seed) == ("p01", "v2", 0)
    assert request.HasField("seed")
    assert experiment.experiment_id == "e1"
    assert experiment.warnings == ("few trials",)
    assert experiment.config.intensity_parameter == "contrast"
    assert repr(experiment).startswith(
        "<Experiment experiment_id='e1' name='contrast threshold' participant_id='p01' at "
    )


def test_mistakes_of_form_have_their_lines_and_no_call_is_made(servicer, client, tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text(YAML.replace("lower_bound", "lower_bond"), encoding="utf-8")
    with pytest.raises(InvalidConfigError, match=r"line 4: .*lower_bond") as caught:
        client.setup(file)
    assert caught.value.violations[0].line == 4
    assert not servicer.calls


def test_mistakes_that_the_server_finds_in_a_file_have_their_lines(client, tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text(YAML.replace("good", "bad"), encoding="utf-8")
    with pytest.raises(InvalidConfigError) as caught:
        client.setup(file)
    assert str(caught.value) == f"{file} has mistakes:\n  line 3: config.parameters[0].name: taken"


def test_mistakes_that_the_server_finds_in_a_dict_have_no_lines(client):
    with pytest.raises(InvalidConfigError) as caught:
        client.setup({"name": "bad"})
    assert caught.value.violations[0].line == 0


def test_a_dict_with_an_unknown_field_is_refused(client):
    with pytest.raises(InvalidConfigError, match="colour"):
        client.setup({"colour": "red"})


def test_a_dict_s_mistakes_of_form_are_all_named(servicer, client):
    config = {
        "name": True,
        "outcome": [],
        "parameters": [
            {"name": "contrast", "continuous": {"lower_bond": 0, "upper_bound": "high"}},
            {"name": "size", "integer": {"lower_bound": 1.5, "upper_bound": 8}},
        ],
    }
    with pytest.raises(InvalidConfigError) as caught:
        client.setup(config)
    lines = str(caught.value).splitlines()
    assert lines[0] == "The config has mistakes:"
    assert len(lines) == 5
    assert lines[1].endswith('Did you mean "outcomes"?')
    assert lines[2].endswith('Did you mean "lower_bound"?')
    assert "config.parameters[0].continuous.upper_bound" in lines[3]
    assert 'config.parameters[1].integer.lower_bound: "1.5" is given; expected is a whole number' in lines[4]
    assert {item.line for item in caught.value.violations} == {0}
    assert not servicer.calls


def test_a_dict_may_have_all_that_a_config_has(servicer, client):
    config = {
        "labels": {"lab": "v2"},
        "intensityParameter": "contrast",
        "parameters": (
            {"name": "contrast", "discrete": {"values": np.array([1e-5, 0.5, 2])}},
            {"name": "mask", "fixed": {"value": False}},
            {"name": "eye", "fixed": {"value": "null"}},
        ),
        "strategies": [{"model": {"name": "gp", "options": {"depth": np.int64(3), "ends": [math.inf], "none": None}}}],
        "seed": None,
    }
    client.setup(config)
    sent_config = sent(servicer).config
    assert list(sent_config.parameters[0].discrete.values) == [1e-5, 0.5, 2]
    assert [item.fixed.value.WhichOneof("kind") for item in sent_config.parameters[1:]] == [
        "bool_value",
        "string_value",
    ]
    options = sent_config.strategies[0].model.options
    assert (options["depth"], list(options["ends"]), options["none"]) == (3, [math.inf], None)
    assert sent_config.intensity_parameter == "contrast"
    assert not sent_config.HasField("seed")


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (None, TypeError, "None is given, of type NoneType"),
        ({"parameters": {1, 2}}, TypeError, "config.parameters is .* of type set"),
        ({1: 2}, TypeError, "config has the name 1, of type int"),
        (YAML, ValueError, "the text of one: save it"),
        ("name: study", ValueError, "the text of one: save it"),
        ('{"name": "study"}', ValueError, "the text of one: save it"),
        ("", ValueError, "empty"),
    ],
)
def test_what_is_no_config(servicer, client, source, kind, message):
    with pytest.raises(kind, match=message):
        client.setup(source)
    assert not servicer.calls


@pytest.mark.parametrize(
    "wrong",
    [
        {"participant_id": 7},
        {"labels": {"a": 1}},
        {"labels": {1: "a"}},
        {"labels": "a"},
        {"seed": 1.5},
        {"seed": "1"},
        {"warm_start": "e1"},
        {"warm_start": [1]},
        {"prior_from": "e1"},
        {"prior_from": [1]},
    ],
)
def test_arguments_of_a_wrong_type_are_named(servicer, client, wrong):
    with pytest.raises(TypeError, match=next(iter(wrong))):
        client.setup({}, **wrong)
    assert not servicer.calls


def test_an_id_is_a_text(client):
    with pytest.raises(TypeError, match='`experiment_id` is a text, such as "5"; 5 is given, of type int'):
        client.experiment(5)
    with pytest.raises(TypeError, match="participant_id"):
        client.experiments(participant_id=5)


def test_a_missing_file_is_an_os_error(client, tmp_path):
    with pytest.raises(FileNotFoundError):
        client.setup(tmp_path / "none.yaml")


def test_check_sets_nothing_up(servicer, client):
    assert client.check({"name": "good"}).intensity_parameter == "contrast"
    assert sent(servicer).validate_only


def test_an_experiment_is_found_again(client):
    experiment = client.experiment("e1")
    assert (experiment.experiment_id, experiment.participant_id) == ("e1", "p01")
    with pytest.raises(ExperimentNotFoundError) as caught:
        client.experiment("e2")
    assert caught.value.metadata == {"experiment_id": "e1"}


def test_lists_go_over_all_pages(servicer, client):
    assert [state.experiment_id for state in client.experiments(name="n", labels={"a": "b"})] == [
        f"e{i}" for i in range(5)
    ]
    pages = [request for name, request in servicer.calls if name == "ListExperiments"]
    assert [page.page_token for page in pages] == ["", "2", "4"]
    assert all((page.name, page.labels["a"]) == ("n", "b") for page in pages)


def test_a_list_has_what_was_fetched_and_is_a_table(client):
    listed = client.experiments()
    assert not hasattr(listed[0], "can_model")
    assert listed[0].told_count == 0
    assert "5 experiments" in listed._repr_html_()
    assert "<td>e3</td>" in listed._repr_html_()
    assert "1 experiment<" in listed[3]._repr_html_()


def test_server_info(client):
    info = client.server_info()
    assert (info.version, info.limits.max_trials_per_ask, info.models[0].options[0].default) == ("9.9", 100, 2.0)
