"""Configs read with the catalogue that the server has."""

import pytest
from google.protobuf import json_format

from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.v1 import config_pb2

PARAMETERS = [
    {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1}},
    {"name": "eye", "categorical": {"choices": ["left", "right"]}},
]
OUTCOMES = [{"binary": {"guess_rate": 0.5, "lapse_rate": 0.02}}]


def read(**strategy):
    fields = {"parameters": PARAMETERS, "outcomes": OUTCOMES}
    if strategy:
        fields["strategies"] = [strategy | {"stopping": {"min_asks": 1}}]
    return from_proto(json_format.ParseDict(fields, config_pb2.ExperimentConfig()), CATALOGUE)


def violations(**strategy):
    with pytest.raises(InvalidConfigError) as caught:
        read(**strategy)
    return [violation.path.removeprefix("config.strategies[0].") for violation in caught.value.violations]


def test_the_default_strategies_begin_with_sobol_and_go_on_with_a_model():
    first, second = read().strategies
    assert (first.generator.name, first.model) == ("sobol", None)
    assert CATALOGUE.generators[second.generator.name].needs_model
    assert second.model.name == "gp_classification"
    assert second.acquisition.name in CATALOGUE.acquisitions


@pytest.mark.parametrize(("name", "entry"), CATALOGUE.acquisitions.items())
def test_every_acquisition_can_be_chosen_and_survives_writing(name, entry):
    kind = entry.outcome_kinds[0]
    fields = {"parameters": PARAMETERS, "outcomes": [{kind: {}}], "stimuli_per_trial": 2 if kind == "choice" else 1}
    fields["strategies"] = [{"acquisition": {"name": name}, "stopping": {"min_asks": 1}}]
    config = from_proto(json_format.ParseDict(fields, config_pb2.ExperimentConfig()), CATALOGUE)
    assert config.strategies[0].acquisition.name == name
    assert from_proto(to_proto(config), CATALOGUE) == config


@pytest.mark.parametrize("name", [name for name, entry in CATALOGUE.acquisitions.items() if "target" in
                                  {option.name for option in entry.option_list}])  # fmt: skip
def test_a_target_outside_the_outcome_is_refused(name):
    assert violations(acquisition={"name": name, "options": {"target": 0.4}}) == ["acquisition.options.target"]
    assert read(acquisition={"name": name, "options": {"target": 0.6}})


def test_a_structure_without_its_intensity_is_refused():
    model = {"name": "gp_classification", "options": {"structure": "intensity"}}
    assert violations(model=model) == ["model.options.structure"]


def test_listed_stimuli_are_held_against_the_parameters():
    points = [{"contrast": 0.5, "eye": "left"}, {"contrast": 2, "eye": "up"}, {"contrast": 0.1, "eyes": "left"}]
    assert violations(generator={"name": "manual", "options": {"points": points}}) == [
        "generator.options.points[1].eye",
        "generator.options.points[1].contrast",
        "generator.options.points[2].eyes",
        "generator.options.points[2].eye",
    ]
    assert violations(generator={"name": "manual", "options": {"points": []}}) == ["generator.options.points"]
    config = read(generator={"name": "manual", "options": {"points": points[:1]}})
    assert from_proto(to_proto(config), CATALOGUE) == config
