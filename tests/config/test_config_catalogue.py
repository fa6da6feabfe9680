"""Configs read with the catalogue that the server has."""

import pytest
from google.protobuf import json_format

from aepsych_grpc.config.explain import explain
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


KNOWN = {
    "increasing": ["contrast"],
    "known": [
        {"where": {"contrast": 0.01}, "probability": 0.5},
        {"where": {"contrast": [0.5, 1], "eye": "left"}, "probability": 0.98, "trials": 20},
    ],
}


def test_what_is_known_beforehand_survives_writing_and_is_explained():
    config = read(model={"name": "gp_classification", "options": KNOWN})
    assert from_proto(to_proto(config), CATALOGUE) == from_proto(
        to_proto(from_proto(to_proto(config), CATALOGUE)), CATALOGUE
    )
    assert config.strategies[0].model.options["known"][0] == {
        "where": {"contrast": 0.01},
        "probability": 0.5,
        "trials": 10,
    }
    said = "\n".join(text for section in explain(config, CATALOGUE) for _, text in section.entries)
    assert "Responses are taken to rise or stay the same along contrast." in said
    assert "with contrast 0.01, 50 % of responses are 1 (counts like 10 trials)." in said
    assert "with contrast from 0.5 to 1 and eye left, 98 % of responses are 1 (counts like 20 trials)." in said


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"increasing": ["contrst"]}, ["increasing[0]"]),
        ({"increasing": ["eye"]}, ["increasing[0]"]),
        ({"increasing": ["contrast"], "decreasing": ["contrast"]}, ["decreasing[0]"]),
        ({"increasing": "contrast"}, ["increasing"]),
        ({"known": [{"where": {"contrast": 2}, "probability": 0.6}]}, ["known[0].where.contrast"]),
        ({"known": [{"where": {"contrst": 0.5}, "probability": 0.6}]}, ["known[0].where.contrst"]),
        ({"known": [{"where": {"contrast": 0.5}, "probability": 0.4}]}, ["known[0].probability"]),
        ({"known": [{"where": {"contrast": 0.5}, "probability": 0.99}]}, ["known[0].probability"]),
        ({"known": [{"where": {"contrast": 0.5}, "probability": 1.5}]}, ["known[0].probability"]),
        ({"known": [{"where": {"contrast": 0.5}, "probability": 0.6, "trials": 0}]}, ["known[0].trials"]),
        ({"known": [{"where": {"contrast": 0.5}, "chance": 0.6}]}, ["known[0].chance", "known[0].probability"]),
        ({"known": [{"probability": 0.6}, 3]}, ["known[0].where", "known[1]"]),
        (
            {"known": [{"where": {"contrast": [0.5, 1]}, "probability": p} for p in (0.6, 0.7)]},
            ["known[1].where"],
        ),
    ],
)
def test_what_cannot_be_known_is_refused(options, where):
    model = {"name": "gp_classification", "options": options}
    assert violations(model=model) == [f"model.options.{path}" for path in where]


def test_ratings_and_numbers_are_known_in_their_own_units():
    for outcome, model, known, wrong in (
        ({"ordinal": {"levels": 5}}, "gp_rating", {"rating": 3.5}, {"rating": 4.5}),
        ({"continuous": {}}, "gp_regression", {"value": 300, "sd": 20}, {"value": 300, "sd": 0}),
    ):
        for said, right in ((known, True), (wrong, False)):
            options = {"known": [{"where": {"contrast": 1}} | said]}
            strategy = {"model": {"name": model, "options": options}, "stopping": {"min_asks": 1}}
            fields = {"parameters": PARAMETERS, "outcomes": [outcome], "strategies": [strategy]}
            message = json_format.ParseDict(fields, config_pb2.ExperimentConfig())
            if right:
                assert from_proto(message, CATALOGUE)
            else:
                with pytest.raises(InvalidConfigError, match=r"known\[0\]"):
                    from_proto(message, CATALOGUE)


def test_a_group_of_options_is_documented_where_it_is_listed():
    known = next(one for one in CATALOGUE.models["gp_classification"].option_list if one.name == "known")
    assert known.type == "list of group"
    assert "probability (number): probability of a 1" in known.description
