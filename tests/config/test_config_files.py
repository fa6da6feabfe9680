import json
import textwrap

import pytest
from google.protobuf import json_format

from aepsych_grpc.config.files import check, dump, load, read
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.v1 import config_pb2

GOOD = """\
# A study.
name: contrast
parameters:
  - name: contrast
    continuous: {lower_bound: 1e-3, upper_bound: 1, log_scale: true}
  - name: eye
    categorical:
      choices:
        - left
        - yes
  - {name: lamp, fixed: {value: no}}
  - {name: dots, integer: {lower_bound: 010, upper_bound: "20"}}
intensityParameter: contrast
labels: {lab: 2}
outcomes: [{binary: {guess_rate: .5}}]
"""


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="study.yaml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return file

    return write_file


def mistakes(function, *arguments):
    with pytest.raises(InvalidConfigError) as caught:
        function(*arguments)
    return [(violation.line, violation.path, violation.message) for violation in caught.value.violations]


def test_a_file_is_the_message_in_its_json_form(write):
    message = load(write(GOOD))
    contrast, eye, lamp, dots = message.parameters
    assert (contrast.continuous.lower_bound, contrast.continuous.log_scale) == (0.001, True)
    assert list(eye.categorical.choices) == ["left", "yes"]
    assert lamp.fixed.value.string_value == "no"
    assert (dots.integer.lower_bound, dots.integer.upper_bound) == (10, 20)
    assert message.intensity_parameter == "contrast"
    assert dict(message.labels) == {"lab": "2"}
    assert message.outcomes[0].binary.guess_rate == 0.5
    assert not message.HasField("seed")


def test_json_is_read_as_protobuf_writes_it(write, catalogue):
    message = load(write(GOOD))
    message.description = 'tab\there, "quotes", \N{GRINNING FACE} and \\'
    for options in ({}, {"preserving_proto_field_name": True}, {"indent": None}):
        text = json_format.MessageToJson(message, **options).replace("  ", "\t")
        assert load(write(text, "study.json")) == message
    assert load(write(json.dumps(json_format.MessageToDict(message)))) == message
    assert check(write(GOOD), catalogue).parameters[0].name == "contrast"


def test_null_leaves_a_field_out(write):
    message = load(write("{name: null, seed: ~, outcomes: null, strategies: [{name: a, model: null}]}"))
    assert not message.HasField("seed")
    assert not message.strategies[0].HasField("model")


def test_options_keep_their_types(write):
    text = "strategies: [{generator: {name: a, options: {a: 1, b: '1', c: true, d: [null, {e: .inf}], f: inf}}}]"
    options = load(write(text)).strategies[0].generator.options
    assert (options["a"], options["b"], options["c"], options["f"]) == (1, "1", True, "inf")
    assert options["d"][0] is None
    assert options["d"][1]["e"] == float("inf")


@pytest.mark.parametrize(
    ("text", "line", "path", "message_part"),
    [
        ("naem: a", 1, "naem", 'Did you mean "name"?'),
        ("parameters:\n- name: a\n  continous: {}", 3, "parameters[0].continous", 'Did you mean "continuous"?'),
        ("outcomes:\n- binary:\n    rate: 1", 3, "outcomes[0].binary.rate", "known: guess_rate, lapse_rate, target"),
        ("parameters: a", 1, "parameters", "expected is a list"),
        ("parameters:\n- a", 2, "parameters[0]", "such as {name: a}"),
        ("parameters:\n- []", 2, "parameters[0]", "A list is given; expected are the fields name, continuous"),
        ("strategies:\n- generator: sobol", 2, "strategies[0].generator", "such as {name: sobol}"),
        ("parameters:\n- binary: 1", 2, "parameters[0].binary", "expected is {}"),
        ("parameters:\n- name: a\n  binary:", 3, "parameters[0].binary", "write binary: {}"),
        ("parameters:\n- binary: {}\n  fixed: {}", 3, "parameters[0].fixed", 'together with "binary"'),
        ("name: [a]", 1, "name", "A list is given; expected is a text"),
        ("seed: {}", 1, "seed", "A group of fields is given; expected is a number"),
        ("seed: 1.5", 1, "seed", "a whole number"),
        ("seed: 3000000000", 1, "seed", "a whole number, at most 2147483647"),
        ("seed: 0x10", 1, "seed", '"0x10" is given; expected is a number'),
        ("allow_out_of_bounds: yes", 1, "allow_out_of_bounds", "true or false"),
        ("allow_out_of_bounds: 'true'", 1, "allow_out_of_bounds", "true or false"),
        ("parameters:\n- categorical: {choices: [a, null]}", 2, "parameters[0].categorical.choices[1]", "Nothing"),
        ("parameters:\n- continuous: {lower_bound: ten}", 2, "parameters[0].continuous.lower_bound", '"ten" is given'),
        ("labels: [a]", 1, "labels", "texts by name"),
        ("labels:\n  a: {}", 2, "labels.a", "expected is a text"),
        ("strategies:\n- generator: {options: 3}", 2, "strategies[0].generator.options", "values by name"),
        ("name: a\nname: b", 2, "name", "Given already in line 1"),
        ("logScale: a\nintensity_parameter: a\nintensityParameter: b", 3, "intensity_parameter", "already in line 2"),
        ("[a]: b", 1, "", "Expected is a name before the colon"),
        ("- name: a", 1, "", "A list is given; expected are the fields name, description"),
        ('name: "\\ud800"', 1, "name", "half a character"),
    ],
)  # fmt: skip
def test_a_field_at_fault_is_named_with_its_line(write, text, line, path, message_part):
    found = mistakes(load, write(text))
    assert (line, f"config.{path}".removesuffix("."), True) in [
        (at, where, message_part in what) for at, where, what in found
    ]


def test_reading_and_checking_report_together_in_the_order_of_the_file(write, catalogue):
    file = write("""\
        parameters:
          - name: contrast
            continuous: {lower_bound: 2, upper_bound: 1}
          - name: eye
            colour: green
            categorical: {choices: [left]}
        intensity_parameter: contrats
        seed: many
        strategies:
          - generator: {name: sobl}
            stopping:
              min_asks: 10
        """)
    with pytest.raises(InvalidConfigError) as caught:
        check(file, catalogue)
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == [
        f"{file}:{line}" for line in (3, 5, 6, 7, 8, 10)
    ]
    assert f"{file}:3: parameters[0].continuous.upper_bound: 1 is given" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "parameters: [{nmae: a, binary: {}}]",
        "parameters: [{name: a, continous: {}}]",
        "parameters: [{name: a, continuous: {lower_bound: ten, upper_bound: 1}}]",
        "parameters: [{name: a, binary: {}}]\nstrategies: [{stopping: {min_aks: 3}}]",
        "parameters: [{name: a, binary: {}}]\nstrategies: [{generator: sobol, stopping: {min_asks: 3}}]",
        "parameters: [{name: a, binary: {}}]\nstrategies: [{generator: {nmae: sobol}, stopping: {min_asks: 3}}]",
    ],
)
def test_what_only_follows_from_another_mistake_is_left_out(write, catalogue, text):
    assert len(mistakes(check, write(text), catalogue)) == 1


def test_a_missing_field_beside_another_at_fault_is_reported(write, catalogue):
    found = mistakes(check, write("parameters:\n- unit: [mm]\n  binary: {}\n"), catalogue)
    assert [(line, path) for line, path, _ in found] == [
        (2, "config.parameters[0].unit"),
        (2, "config.parameters[0].name"),
    ]


def test_checks_that_pass_do_not_hide_what_was_not_read(write, catalogue):
    found = mistakes(check, write("parameters: [{name: a, binary: {}}]\ncolour: green\n"), catalogue)
    assert [(line, path) for line, path, _ in found] == [(2, "config.colour")]


def test_a_field_is_located_by_its_path_or_by_what_is_around_it(write):
    config_file = read(write(GOOD))
    assert config_file.locate("config.parameters[1].categorical.choices[1]") == 10
    assert config_file.locate("config.parameters[1].categorical.ordered") == 7
    assert config_file.locate("config.parameters[0].name") == 4
    assert config_file.locate("config.strategies[0].stopping") == 1


def test_a_config_is_written_with_every_default(write, catalogue):
    text = dump(check(write(GOOD), catalogue))
    assert "target: 0.75" in text
    assert "name: optimization" not in text
    assert load(write(text)).strategies[1].model.name == "gp_classification"


@pytest.mark.parametrize(
    "text", ["1e3", "010", "true", "null", "~", ".inf", "", " a", "a: b", "#", "\x85", "\u2028", "é\n"]
)
def test_texts_that_look_like_something_else_survive_writing(write, catalogue, text):
    message = config_pb2.ExperimentConfig(name=text)
    message.parameters.add(name="a", binary={})
    message.parameters.add(name="b").fixed.value.string_value = text
    file = write(json_format.MessageToJson(message), "study.json")
    again = check(write(dump(check(file, catalogue))), catalogue)
    assert (again.name, again.parameters[1].kind.value) == (text, text)
