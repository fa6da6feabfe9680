import copy

import pytest
from google.protobuf import json_format

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.experiment import Component, PopulationPrior, Stopping
from aepsych_grpc.config.proto import from_proto, to_proto, value_from_proto, value_to_proto
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.v1 import config_pb2

CONTRAST = {"name": "contrast", "continuous": {"lower_bound": 0.002, "upper_bound": 1, "log_scale": True}}
EAR = {"name": "ear", "categorical": {"choices": ["left", "right"]}}
SOBOL = {"generator": {"name": "sobol"}, "stopping": {"min_asks": 10}}
ADAPTIVE = {"model": {"name": "gp_classification"}, "stopping": {"min_asks": 40}}


def message(**fields):
    return json_format.ParseDict({"parameters": [CONTRAST, EAR]} | fields, config_pb2.ExperimentConfig())


def violations(catalogue, **fields):
    with pytest.raises(InvalidConfigError) as caught:
        from_proto(message(**fields), catalogue)
    return {violation.path: violation.message for violation in caught.value.violations}


class TestDefaults:
    def test_an_experiment_needs_parameters_only(self, catalogue):
        config = from_proto(message(), catalogue)
        assert config.outcomes == (outcome.Outcome(name="response", kind=outcome.Binary()),)
        assert config.stimuli_per_trial == 1
        assert config.seed is None
        assert [strategy.name for strategy in config.strategies] == ["initialization", "adaptive"]
        first, second = config.strategies
        assert first.generator == Component(name="sobol", options={"scramble": True, "skip": 0})
        assert (first.model, first.acquisition, first.stopping) == (None, None, Stopping(min_asks=10))
        assert second.generator.name == "acquisition"
        assert second.model == Component(name="gp_classification", options={"structure": "auto"})
        assert second.acquisition == Component(name="sur")
        assert second.stopping == Stopping(min_asks=40)

    def test_the_default_model_and_acquisition_fit_the_outcome(self, catalogue):
        config = from_proto(message(outcomes=[{"ordinal": {"levels": 5}}]), catalogue)
        assert config.strategies[1].model == Component(name="gp_rating")
        assert config.strategies[1].acquisition == Component(name="variance")

    @pytest.mark.parametrize(
        ("guess", "lapse", "target"), [(0, 0, 0.5), (0.5, 0, 0.75), (0.5, 0.02, 0.74), (0, 0.1, 0.45)]
    )
    def test_the_target_is_half_way_between_the_asymptotes(self, catalogue, guess, lapse, target):
        config = from_proto(message(outcomes=[{"binary": {"guess_rate": guess, "lapse_rate": lapse}}]), catalogue)
        assert config.outcomes[0].kind.target == pytest.approx(target)

    def test_strategies_are_named_by_their_generator_and_numbered(self, catalogue):
        named = SOBOL | {"name": "sobol-2"}
        config = from_proto(message(strategies=[SOBOL, SOBOL, named, ADAPTIVE]), catalogue)
        assert [strategy.name for strategy in config.strategies] == ["sobol", "sobol-3", "sobol-2", "acquisition"]

    @pytest.mark.parametrize("named", ["model", "acquisition"])
    def test_naming_a_part_of_learning_makes_a_strategy_adaptive(self, catalogue, named):
        part = {"model": {"name": "gp_classification"}, "acquisition": {"name": "variance"}}[named]
        strategy = from_proto(message(strategies=[{named: part, "stopping": {"max_asks": 5}}]), catalogue).strategies[0]
        assert strategy.generator.name == "acquisition"
        assert strategy.model.name == "gp_classification"
        assert strategy.acquisition.name == ("sur" if named == "model" else "variance")

    def test_a_model_may_learn_from_trials_chosen_without_it(self, catalogue):
        strategy = from_proto(
            message(strategies=[SOBOL | {"model": {"name": "gp_classification"}}]), catalogue
        ).strategies[0]
        assert (strategy.generator.name, strategy.model.name, strategy.acquisition) == (
            "sobol",
            "gp_classification",
            None,
        )

    def test_several_outcomes_are_fine_without_a_model(self, catalogue):
        outcomes = [{"name": "chosen", "choice": {}}, {"name": "sure", "continuous": {"unit": "%"}}]
        config = from_proto(message(outcomes=outcomes, stimuli_per_trial=2, strategies=[SOBOL]), catalogue)
        assert [item.kind for item in config.outcomes] == [outcome.Choice(), outcome.Continuous(unit="%")]


PARAMETER_MISTAKES = [
    ({"continuous": {"upper_bound": 1}}, "continuous.lower_bound", "Required: the smallest value"),
    ({"continuous": {"lower_bound": 1}}, "continuous.upper_bound", "Required: the largest value"),
    (
        {"continuous": {"lower_bound": 2, "upper_bound": 1}},
        "continuous.upper_bound",
        "1 is given, below the lower_bound 2",
    ),
    ({"continuous": {"lower_bound": 1, "upper_bound": 1}}, "continuous.upper_bound", "fixed: {value: 1}"),
    ({"continuous": {"lower_bound": "NaN", "upper_bound": 1}}, "continuous.lower_bound", "nan is given"),
    ({"continuous": {"lower_bound": 0, "upper_bound": "Infinity"}}, "continuous.upper_bound", "inf is given"),
    ({"continuous": {"lower_bound": -1e308, "upper_bound": 1e308}}, "continuous.upper_bound", "too far apart"),
    ({"continuous": {"lower_bound": 0, "upper_bound": 1, "log_scale": True}}, "continuous.lower_bound", "above 0"),
    ({"integer": {"lower_bound": 3, "upper_bound": 2}}, "integer.upper_bound", "below the lower_bound 3"),
    ({"integer": {"lower_bound": 0, "upper_bound": 2, "log_scale": True}}, "integer.lower_bound", "above 0"),
    ({"integer": {"upper_bound": 2}}, "integer.lower_bound", "Required"),
    ({"categorical": {}}, "categorical.choices", "None is given; give at least two"),
    ({"categorical": {"choices": ["a"]}}, "categorical.choices", 'Only "a" is given'),
    ({"categorical": {"choices": ["a", "b", "a"]}}, "categorical.choices[2]", "given twice"),
    ({"categorical": {"choices": ["a", ""]}}, "categorical.choices[1]", "Required: give the choice a name"),
    ({"categorical": {"choices": [str(i) for i in range(101)]}}, "categorical.choices", "101 choices are given"),
    ({"discrete": {"values": [1]}}, "discrete.values", "Only 1 is given"),
    ({"discrete": {"values": [1, 3, 2]}}, "discrete.values[2]", "2 comes after 3"),
    ({"discrete": {"values": [1, 1]}}, "discrete.values[1]", "1 comes after 1"),
    ({"discrete": {"values": [0, 1], "log_scale": True}}, "discrete.values[0]", "above 0"),
    ({"discrete": {"values": ["-Infinity", 1]}}, "discrete.values[0]", "-inf is given"),
    ({"fixed": {}}, "fixed.value", "Required"),
    ({"fixed": {"value": [1]}}, "fixed.value", "A list is given"),
    ({"fixed": {"value": {"a": 1}}}, "fixed.value", "A group of fields is given"),
    ({}, "", "one of continuous, integer, binary, categorical, discrete, fixed"),
]


@pytest.mark.parametrize(("kind", "path", "message_part"), PARAMETER_MISTAKES)
def test_a_parameter_at_fault_is_named(catalogue, kind, path, message_part):
    found = violations(catalogue, parameters=[CONTRAST, {"name": "odd"} | kind])
    assert list(found) == [f"config.parameters[1].{path}".removesuffix(".")]
    assert message_part in next(iter(found.values()))


MISTAKES = [
    ({"parameters": []}, "parameters", "Required: what a stimulus is made of"),
    ({"parameters": [{"name": "a", "fixed": {"value": 1}}]}, "parameters", "Every parameter is fixed"),
    ({"parameters": [CONTRAST, CONTRAST]}, "parameters[1].name", "used already, at config.parameters[0].name"),
    ({"parameters": [CONTRAST, EAR | {"name": ""}]}, "parameters[1].name", "Required"),
    ({"parameters": [CONTRAST, EAR | {"name": "x" * 201}]}, "parameters[1].name", "201 characters"),
    ({"parameters": [CONTRAST, EAR | {"name": "x\n"}]}, "parameters[1].name", "can't be printed"),
    ({"parameters": [CONTRAST | {"name": f"p{i}"} for i in range(65)]}, "parameters", "65 parameters are given"),
    ({"name": "x" * 201}, "name", "201 characters"),
    ({"seed": -1}, "seed", "0 to 2147483647"),
    ({"intensity_parameter": "contrats"}, "intensity_parameter", 'Did you mean "contrast"?'),
    ({"intensity_parameter": "ear"}, "intensity_parameter", "is categorical"),
    ({"stimuli_per_trial": -1, "strategies": [SOBOL]}, "stimuli_per_trial", "expected is 1 to 16"),
    ({"stimuli_per_trial": 17, "strategies": [SOBOL]}, "stimuli_per_trial", "expected is 1 to 16"),
    ({"outcomes": [{"binary": {"guess_rate": 50}}]}, "outcomes[0].binary.guess_rate", "written as fractions: 0.5"),
    ({"outcomes": [{"binary": {"lapse_rate": -0.1}}]}, "outcomes[0].binary.lapse_rate", "-0.1 is given"),
    ({"outcomes": [{"binary": {"guess_rate": "NaN"}}]}, "outcomes[0].binary.guess_rate", "nan is given"),
    ({"outcomes": [{"binary": {"guess_rate": 0.5, "lapse_rate": 0.5}}]}, "outcomes[0].binary.lapse_rate", "add up"),
    ({"outcomes": [{"binary": {"guess_rate": 0.5, "target": 0.5}}]}, "outcomes[0].binary.target", "above 0.5 ("),
    ({"outcomes": [{"binary": {"lapse_rate": 0.1, "target": 0.95}}]}, "outcomes[0].binary.target", "below 0.9"),
    ({"outcomes": [{"binary": {"target": "NaN"}}]}, "outcomes[0].binary.target", "nan is given"),
    ({"outcomes": [{"proportion": {}}]}, "outcomes[0].proportion.trials", "Required: how many presentations"),
    ({"outcomes": [{"proportion": {"trials": 1001}}]}, "outcomes[0].proportion.trials", "1001 is given"),
    (
        {"outcomes": [{"proportion": {"trials": 5, "guess_rate": 1.5}}]},
        "outcomes[0].proportion.guess_rate",
        "at least 0 and below 1",
    ),
    (
        {"outcomes": [{"proportion": {"trials": 5, "target": 1}}]},
        "outcomes[0].proportion.target",
        "below 1 (1 - lapse_rate)",
    ),
    ({"outcomes": [{"ordinal": {"levels": 1}}]}, "outcomes[0].ordinal.levels", "2 to 100"),
    ({"outcomes": [{"ordinal": {"levels": 101}}]}, "outcomes[0].ordinal.levels", "2 to 100"),
    ({"outcomes": [{"choice": {}}], "strategies": [SOBOL]}, "outcomes[0].choice", "stimuli_per_trial: 2"),
    ({"outcomes": [{"name": "a"}, {"name": "a"}], "strategies": [SOBOL]}, "outcomes[1].name", "used already"),
    ({"outcomes": [{"name": "a"}, {}], "strategies": [SOBOL]}, "outcomes[1].name", "Required"),
    ({"outcomes": [{"name": f"o{i}"} for i in range(21)], "strategies": [SOBOL]}, "outcomes", "at most 20"),
    ({"strategies": [SOBOL] * 21}, "strategies", "21 strategies are given"),
    ({"strategies": [SOBOL | {"name": "a"}] * 2}, "strategies[1].name", "used already"),
    ({"strategies": [SOBOL | {"name": "a "}]}, "strategies[0].name", "spaces around it"),
    ({"outcomes": [{"continuous": {}}]}, "strategies", "No model of this server learns from a continuous outcome"),
    ({"stimuli_per_trial": 2}, "strategies", "one stimulus or choices between two, and these have 2"),
    ({"stimuli_per_trial": 2, "strategies": [ADAPTIVE]}, "strategies[0].model", "one stimulus or choices"),
    ({"outcomes": [{"ordinal": {"levels": 3}}], "strategies": [ADAPTIVE]}, "strategies[0].model.name", "gp_rating"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "path", "message_part"), MISTAKES)
def test_a_mistake_is_named(catalogue, fields, path, message_part):
    found = violations(catalogue, **fields)
    assert list(found) == [f"config.{path}"]
    assert message_part in next(iter(found.values()))


def test_every_outcome_is_learned_from_and_trials_are_chosen_for_one(catalogue):
    two = [{"name": "seen"}, {"name": "sure", "ordinal": {"levels": 4}}]
    assert from_proto(message(outcomes=two), catalogue).strategies[1].model.name == "gp_classification"
    sure_first = from_proto(message(outcomes=two, strategies=[ADAPTIVE | {"model": {"name": "gp_rating"}}]), catalogue)
    assert sure_first.strategies[0].acquisition.name == "variance"
    without_model = [{"name": "speed", "continuous": {}}, {"name": "seen"}]
    assert from_proto(message(outcomes=without_model), catalogue).strategies[1].acquisition.name == "sur"


COMPONENT_MISTAKES = [
    ({"generator": {"name": "sobl"}}, "generator.name", 'Did you mean "sobol"?'),
    ({"generator": {}}, "generator.name", "Required: the name of the generator"),
    ({"generator": {"name": "sur"}}, "generator.name", "acquisition: {name: sur}"),
    ({"model": {"name": "gp_clasification"}}, "model.name", 'Did you mean "gp_classification"?'),
    ({"acquisition": {"name": "surr"}}, "acquisition.name", 'Did you mean "sur"?'),
    ({"generator": {"name": "sobol"}, "acquisition": {"name": "sur"}}, "acquisition", "uses no acquisition function"),
    ({"generator": {"name": "sobol", "options": {"skp": 1}}}, "generator.options.skp", 'Did you mean "skip"?'),
    ({"generator": {"name": "sobol", "options": {"skip": 1.5}}}, "generator.options.skip", "a whole number"),
    ({"generator": {"name": "sobol", "options": {"skip": -1}}}, "generator.options.skip", "at least 0"),
    ({"generator": {"name": "sobol", "options": {"skip": 1001}}}, "generator.options.skip", "at most 1000"),
    ({"generator": {"name": "sobol", "options": {"scramble": "yes"}}}, "generator.options.scramble", "true or false"),
    ({"generator": {"name": "sobol", "options": {"weights": 1}}}, "generator.options.weights", "a list of number"),
    ({"generator": {"name": "sobol", "options": {"weights": [1, "a"]}}}, "generator.options.weights[1]", "a finite"),
    ({"generator": {"name": "manual"}}, "generator.options.points", "Required: The stimuli"),
    ({"generator": {"name": "manual", "options": {"points": [1]}}}, "generator.options.points[0]", "values by"),
    ({"model": {"name": "gp_classification", "options": {"structure": "smoth"}}}, "model.options.structure", "smooth"),
    ({"model": {"name": "gp_classification", "options": {"structure": 1}}}, "model.options.structure", "a text"),
    ({"model": {"name": "gp_classification", "options": {"structure": "intensity"}}}, "model.options.structure", ""),
]  # fmt: skip


@pytest.mark.parametrize(("strategy", "path", "message_part"), COMPONENT_MISTAKES)
def test_a_component_at_fault_is_named(catalogue, strategy, path, message_part):
    found = violations(catalogue, strategies=[SOBOL, strategy | {"stopping": {"min_asks": 1}}])
    assert list(found) == [f"config.strategies[1].{path}"]
    assert message_part in next(iter(found.values()))


STOPPING_MISTAKES = [
    ({}, "", "Required: when the strategy ends"),
    ({"run_indefinitely": True, "min_asks": 3}, ".run_indefinitely", "together with min_asks"),
    ({"min_asks": -1}, ".min_asks", "at least 0"),
    ({"max_asks": 0}, ".max_asks", "at least 1"),
    ({"min_total_tells": -1}, ".min_total_tells", "at least 0"),
    ({"min_outcome_occurrences": -1}, ".min_outcome_occurrences", "at least 0"),
    ({"min_asks": 5, "max_asks": 4}, ".min_asks", "above max_asks 4"),
    ({"max_seconds": 0}, ".max_seconds", "above 0"),
    ({"run_indefinitely": True, "max_seconds": 3}, ".run_indefinitely", "together with max_seconds"),
    ({"min_posterior_range": 0.4}, ".min_posterior_range", "the strategy has no model"),
]


@pytest.mark.parametrize(("stopping", "path", "message_part"), STOPPING_MISTAKES)
def test_a_stopping_rule_at_fault_is_named(catalogue, stopping, path, message_part):
    found = violations(catalogue, strategies=[SOBOL | {"stopping": stopping}])
    assert list(found) == [f"config.strategies[0].stopping{path}"]
    assert message_part in next(iter(found.values()))


def test_occurrences_of_an_outcome_that_is_not_binary_are_refused(catalogue):
    strategy = SOBOL | {"stopping": {"min_outcome_occurrences": 1}}
    found = violations(catalogue, outcomes=[{"ordinal": {"levels": 3}}], strategies=[strategy])
    assert list(found) == ["config.strategies[0].stopping.min_outcome_occurrences"]


MODEL_RULE_MISTAKES = [
    ({"stopping": {"min_posterior_range": 1.5}}, "stopping.min_posterior_range", "at most 1"),
    ({"stopping": {"max_threshold_interval": 0}}, "stopping.max_threshold_interval", "above 0"),
    ({"stopping": {"max_threshold_interval": "NaN"}}, "stopping.max_threshold_interval", "above 0"),
    ({"keep_most_recent": 0}, "keep_most_recent", "at least 1"),
]


@pytest.mark.parametrize(("changes", "path", "message_part"), MODEL_RULE_MISTAKES)
def test_a_rule_that_asks_the_model_is_checked(catalogue, changes, path, message_part):
    found = violations(catalogue, intensity_parameter="contrast", strategies=[ADAPTIVE | changes])
    assert message_part in found[f"config.strategies[0].{path}"]


def test_the_threshold_s_interval_needs_an_intensity_and_forgetting_a_model(catalogue):
    stopping = {"max_threshold_interval": 0.1}
    found = violations(catalogue, intensity_parameter="", strategies=[ADAPTIVE | {"stopping": stopping}])
    assert "declares none" in found["config.strategies[0].stopping.max_threshold_interval"]
    found = violations(catalogue, strategies=[SOBOL | {"keep_most_recent": 5}])
    assert list(found) == ["config.strategies[0].keep_most_recent"]


def test_a_warm_start_leaves_a_strategy(catalogue):
    skipped = SOBOL | {"skip_with_warm_start": True}
    found = violations(catalogue, strategies=[skipped, skipped])
    assert list(found) == ["config.strategies[1].skip_with_warm_start"]
    assert "take it from the last one" in found["config.strategies[1].skip_with_warm_start"]


SIZE = {"name": "size", "integer": {"lower_bound": 1, "upper_bound": 9}}


def constraint(bound, **terms):
    return {
        "terms": [{"parameter": name, "coefficient": value} for name, value in terms.items()],
        "upper_bound": bound,
    }


def test_a_study_may_learn_from_its_participants(catalogue):
    assert from_proto(message(), catalogue).population_prior is None
    assert from_proto(message(name="study", population_prior={}), catalogue).population_prior == PopulationPrior()
    given = from_proto(message(name="study", population_prior={"max_experiments": 3}), catalogue)
    assert given.population_prior == PopulationPrior(max_experiments=3)


@pytest.mark.parametrize("count", [0, -1, 101])
def test_a_study_that_learns_from_its_participants_has_a_name_and_some_of_them(catalogue, count):
    assert violations(catalogue, name=" ", population_prior={"max_experiments": count}) == {
        "config.name": "Required with population_prior: earlier experiments of the study are those with the same name.",
        "config.population_prior.max_experiments": f"{count} is given; expected is 1 to 100.",
    }


def test_constraints_between_parameters_are_read(catalogue):
    given = message(parameters=[CONTRAST, SIZE], constraints=[constraint(5, size=1, contrast=-2)])
    config = from_proto(given, catalogue)
    assert config.constraints == (LinearConstraint(coefficients={"size": 1, "contrast": -2}, upper_bound=5),)
    assert from_proto(to_proto(config), catalogue) == config
    assert str(config.constraints[0]) == "1 size + -2 contrast <= 5"


def test_a_generator_that_does_not_keep_to_constraints_is_refused(catalogue):
    strategy = {"generator": {"name": "random"}, "stopping": {"min_asks": 1}}
    found = violations(catalogue, parameters=[SIZE], constraints=[constraint(5, size=1)], strategies=[strategy])
    assert found == {
        "config.strategies[0].generator.name": '"random" doesn\'t keep to constraints; choose one that does: sobol, '
        "acquisition."
    }


@pytest.mark.parametrize(
    ("given", "path", "message_part"),
    [
        ({"upper_bound": 3}, "terms", "Required"),
        ({"terms": [{"parameter": "size", "coefficient": 1}]}, "upper_bound", "Required"),
        (constraint(3, siz=1), "terms[0].parameter", 'Did you mean "size"?'),
        (constraint(3, ear=1), "terms[0].parameter", "possible: contrast, size"),
        (constraint(3, size=0), "terms[0].coefficient", "other than 0"),
        ({"terms": [{"parameter": "size", "coefficient": 1}] * 2, "upper_bound": 3}, "terms[1].parameter", "already"),
        (constraint(0.5, size=1), "upper_bound", "the sum is at least 1"),
    ],
)
def test_a_constraint_at_fault_is_named(catalogue, given, path, message_part):
    found = violations(catalogue, parameters=[CONTRAST, SIZE, EAR], constraints=[given])
    assert message_part in found[f"config.constraints[0].{path}"]


def test_ten_mistakes_are_reported_at_once(catalogue):
    found = violations(
        catalogue,
        parameters=[
            {"name": "a", "continuous": {"lower_bound": 1, "upper_bound": 0}},
            {"name": "a", "integer": {"lower_bound": 1}},
            {"categorical": {"choices": ["x"]}},
        ],
        intensity_parameter="b",
        seed=-5,
        outcomes=[{"binary": {"guess_rate": 2}}],
        strategies=[{"generator": {"name": "sobl"}}, ADAPTIVE | {"acquisition": {"name": "nope"}}],
    )
    assert sorted(path.removeprefix("config.") for path in found) == [
        "intensity_parameter",
        "outcomes[0].binary.guess_rate",
        "parameters[0].continuous.upper_bound",
        "parameters[1].integer.upper_bound",
        "parameters[1].name",
        "parameters[2].categorical.choices",
        "parameters[2].name",
        "seed",
        "strategies[0].generator.name",
        "strategies[0].stopping",
        "strategies[1].acquisition.name",
    ]


def test_lists_that_are_too_long_are_not_gone_through(catalogue):
    found = violations(catalogue, parameters=[{}] * 3_000, outcomes=[{}] * 3_000, strategies=[{"stopping": {}}] * 3_000)
    assert len(found) == 1 + 64 * 2 + 1 + 20 + 1 + 20
    choices = violations(catalogue, parameters=[{"name": "a", "categorical": {"choices": ["x"] * 20_000}}])
    assert len(choices) == 1 + 99


def test_an_intensity_with_wrong_bounds_is_not_called_unknown(catalogue):
    found = violations(
        catalogue,
        parameters=[{"name": "a", "continuous": {"lower_bound": 1, "upper_bound": 0}}],
        intensity_parameter="a",
    )
    assert list(found) == ["config.parameters[0].continuous.upper_bound"]


def test_reading_leaves_the_message_as_it_was(catalogue):
    given = message(strategies=[SOBOL])
    before = copy.deepcopy(given)
    from_proto(given, catalogue)
    assert given == before


def test_what_was_understood_is_written_with_every_default(catalogue):
    written = to_proto(from_proto(message(), catalogue))
    assert written.outcomes[0].binary.target == 0.5
    assert written.stimuli_per_trial == 1
    assert written.strategies[1].model.name == "gp_classification"
    assert dict(written.strategies[0].generator.options) == {"scramble": True, "skip": 0}


def test_a_parameter_carries_its_unit_and_description(catalogue):
    item = CONTRAST | {"unit": "%", "description": "Michelson"}
    assert from_proto(message(parameters=[item]), catalogue).parameters == (
        parameter.Parameter(
            name="contrast",
            kind=parameter.Continuous(lower_bound=0.002, upper_bound=1, log_scale=True),
            unit="%",
            description="Michelson",
        ),
    )


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -1.5, "", "text", [], {}, [1, {"a": [None]}], {"b": {"c": "d"}}]
)
def test_values_survive_conversion(value):
    back = value_from_proto(value_to_proto(value))
    assert back == value
    assert isinstance(back, bool) == isinstance(value, bool)


def test_what_has_no_json_form_is_refused():
    with pytest.raises(TypeError, match="set has no JSON form"):
        value_to_proto({1})
