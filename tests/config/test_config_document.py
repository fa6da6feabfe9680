import pytest

from aepsych_grpc.config.document import DEEPEST, MOST_BYTES, compose
from aepsych_grpc.config.violation import InvalidConfigError


def refusal(data, file="study.yaml"):
    with pytest.raises(InvalidConfigError) as caught:
        compose(data if isinstance(data, bytes) else data.encode(), file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "message_part"),
    [
        ("a:\n\t- b", 2, "use spaces"),
        ("a: b: c", 1, "in quotes"),
        ("a: [1,\n 2", 2, "bracket"),
        ("b: 1\na: 'x", 2, "quotes"),
        ("a:\n  b: 1\n c: 2", 3, "indentation"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ("a: @x", 1, "put it in quotes (column 4)"),
        ('a: "\\q"', 1, "unknown escape character"),
        ("'a':1", 1, "write 'name: value'"),
        ("a: \x01", 1, "can't be printed"),
        ("b: 1\na: &x 1", 2, "Anchors"),
        ("a: *x", 1, "Anchors"),
        ("a: !!python/object/apply:os.system [ls]", 1, "Tags"),
        ("a: !x 1", 1, "Tags"),
        ("# was\n[common]\nparnames = [x]", 2, "AEPsych INI configs are not read yet"),
        ("[COMMON]", 1, "AEPsych INI configs are not read yet"),
        ("[" * (DEEPEST + 1), 1, "nested too deep"),
        (b"a: \xff", 1, "UTF-8"),
    ],
)
def test_what_is_no_config_file_is_refused_with_its_line(text, line, message_part):
    message = refusal(text)
    assert message.startswith(f"study.yaml:{line}: ")
    assert message_part in message


def test_json_is_held_to_its_own_rules():
    assert refusal('{"a": 1,\n "b": 2,}', "study.json").startswith("study.json:2: ")
    assert "column 8" in refusal('{"a":1 "b":2}', "study.json")
    assert "nested too deep" in refusal("[" * 100_000, "study.json")


def test_a_file_that_is_too_large_is_refused():
    assert f"at most {MOST_BYTES}" in refusal(b"#" * (MOST_BYTES + 1))


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "\ufeff", "---\n"])
def test_nothing_is_nothing(text):
    node = compose(text.encode(), "study.yaml")
    assert node is None or node.value == ""


def test_tabs_may_indent_json():
    assert compose(b'{\n\t"a":\t1\n}', "study.json").value[0][1].value == "1"
