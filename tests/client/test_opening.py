import json

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
    assert "e1" in repr(experiment)


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


def test_server_info(client):
    info = client.server_info()
    assert (info.version, info.limits.max_trials_per_ask, info.models[0].options[0].default) == ("9.9", 100, 2.0)
