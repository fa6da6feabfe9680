"""docs/reference is what the catalogue and the contract say, and its examples are right."""

import re
from pathlib import Path

import pytest
import yaml
from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import ParseDict

from aepsych_grpc.config.proto import from_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.server.reflection import contract
from aepsych_grpc.v1.config_pb2 import ExperimentConfig
from tools.reference.components import example
from tools.reference.docstring import escaped, prose
from tools.reference.pages import OF_THE_CONTRACT, pages

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
ENTRIES = [
    (role, entry)
    for role, entries in (
        ("model", CATALOGUE.models),
        ("acquisition", CATALOGUE.acquisitions),
        ("generator", CATALOGUE.generators),
    )
    for entry in entries.values()
]


def test_the_pages_are_what_the_code_and_the_contract_say():
    written = {file.name: file.read_text(encoding="utf-8") for file in REFERENCE.glob("*.md")}
    assert written == pages(contract()), "Run `make reference`."


@pytest.mark.parametrize(("role", "entry"), ENTRIES, ids=[entry.name for _, entry in ENTRIES])
def test_an_entry_s_example_is_one_that_the_config_takes(role, entry):
    kind = (entry.outcome_kinds or ("binary",))[0]
    fragment = yaml.safe_load(example(role, entry).removeprefix("```yaml").removesuffix("```"))
    study = {
        "parameters": [
            {"name": "contrast", "continuous": {"lower_bound": 0.002, "upper_bound": 1, "log_scale": True}},
        ],
        "intensity_parameter": "contrast",
        "stimuli_per_trial": 2 if kind == "choice" else 1,
        "outcomes": [{kind: {"levels": 5} if kind == "ordinal" else {}}],
        "strategies": [{**fragment, "stopping": {"min_asks": 10}}],
    }
    config = from_proto(ParseDict(study, ExperimentConfig()), CATALOGUE)
    assert getattr(config.strategies[0], role).name == entry.name


@pytest.mark.parametrize("file", sorted(REFERENCE.glob("*.md")), ids=lambda file: file.name)
def test_the_pages_are_sound_markdown(file):
    text = file.read_text(encoding="utf-8")
    for block in re.findall(r"^```yaml\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        assert isinstance(yaml.safe_load(block), dict)
    anchors = {heading.lower() for heading in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)}
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]*)\)", text):
        other = (file.parent / target).read_text(encoding="utf-8").lower() if target else None
        assert f"\n## {anchor}\n" in other if other else anchor in anchors


def test_everything_that_a_study_can_say_is_on_a_page():
    named = {message for _, _, messages in OF_THE_CONTRACT.values() for message in messages}

    def reached(message: Descriptor) -> set[str]:
        inner = [field.message_type for field in message.fields if field.message_type]
        own = [item for item in inner if item.file.package == "aepsych_grpc.v1" and not item.GetOptions().map_entry]
        return {message.name}.union(*map(reached, own))

    assert reached(ExperimentConfig.DESCRIPTOR) <= named


def maximum():
    """Return the largest value f* of a field, as `a * b` says; raises as `minimum` does.

    In one dimension

        f* = max f

    Raises:
        ValueError: Never.
    """


def name():
    """Return the name.

    One that says more.
    """


def test_a_docstring_becomes_markdown_for_those_who_do_not_call_it():
    first, formula = "The largest value f\\* of a field, as `a * b` says.", "```text\nf* = max f\n```"
    assert prose(maximum) == f"{first}\n\nIn one dimension\n\n{formula}"
    assert prose(name) == "One that says more."  # what has but a name is said by the heading
    assert escaped("1 < 2, <b>") == "1 < 2, \\<b>"
