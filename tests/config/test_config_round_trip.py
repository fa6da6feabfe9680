import math
from dataclasses import replace

import pytest
import yaml
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.experiment import Component, ExperimentConfig, PopulationPrior, Stopping, Strategy
from aepsych_grpc.config.files import check, dump
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.v1 import config_pb2

NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
FINITE = st.floats(-1e6, 1e6).map(lambda number: number + 0.0)
POSITIVE = st.floats(1e-6, 1e6)
COUNTS = st.integers(1, 500)


@st.composite
def intervals(draw, make, numbers, positive):
    log_scale = draw(st.booleans())
    lower, upper = sorted(draw(st.lists(positive if log_scale else numbers, min_size=2, max_size=2, unique=True)))
    return make(lower_bound=lower, upper_bound=upper, log_scale=log_scale)


@st.composite
def discrete(draw):
    log_scale = draw(st.booleans())
    # On a logarithmic scale values must differ by more than the rounding of their logarithms.
    values = draw(
        st.lists(POSITIVE if log_scale else FINITE, min_size=2, max_size=6, unique_by=math.log if log_scale else float)
    )
    return parameter.Discrete(values=tuple(sorted(values)), log_scale=log_scale)


VARYING = st.one_of(
    intervals(parameter.Continuous, FINITE, POSITIVE),
    intervals(parameter.Integer, st.integers(-(2**31), 2**31 - 1), st.integers(1, 2**31 - 1)),
    st.just(parameter.Binary()),
    st.builds(
        parameter.Categorical,
        choices=st.lists(NAMES, min_size=2, max_size=4, unique=True).map(tuple),
        ordered=st.booleans(),
    ),
    discrete(),
)
FIXED = st.builds(parameter.Fixed, value=st.one_of(FINITE, st.booleans(), st.text(max_size=5)))


@st.composite
def binary(draw):
    guess, lapse = draw(st.floats(0, 0.6)), draw(st.floats(0, 0.3))
    return outcome.Binary(guess_rate=guess, lapse_rate=lapse, target=draw(st.floats(guess + 0.01, 0.99 - lapse)))


@st.composite
def proportion(draw):
    each = draw(binary())
    return outcome.Proportion(
        trials=draw(st.integers(1, 1000)), guess_rate=each.guess_rate, lapse_rate=each.lapse_rate, target=each.target
    )


OTHER_OUTCOMES = st.one_of(
    proportion(),
    st.builds(outcome.Ordinal, levels=st.integers(2, 100)),
    st.builds(outcome.Continuous, unit=st.text(max_size=3)),
)


@st.composite
def stoppings(draw):
    if draw(st.booleans()):
        return Stopping(run_indefinitely=True)
    most = draw(st.none() | COUNTS)
    least = draw(st.integers(0, most or 500)) if most is None or draw(st.booleans()) else None
    return Stopping(
        min_asks=least,
        max_asks=most,
        min_total_tells=draw(st.none() | st.integers(0, 500)),
        max_seconds=draw(st.none() | st.floats(0.1, 1e6)),
    )


@st.composite
def strategies(draw, name, *, learnable):
    spread = Component(
        name="sobol",
        options={"scramble": draw(st.booleans()), "skip": draw(st.integers(0, 1000))}
        | draw(st.sampled_from([{}, {"weights": ()}, {"weights": (0.5, 2.0)}])),
    )
    model = Component(name="gp_classification", options={"structure": draw(st.sampled_from(["auto", "smooth"]))})
    stopping = draw(stoppings())
    if learnable and draw(st.booleans()):
        acquisition = Component(name=draw(st.sampled_from(["sur", "variance"])))
        adaptive = Component(name="acquisition")
        if not stopping.run_indefinitely:
            stopping = replace(stopping, min_posterior_range=draw(st.none() | st.floats(0.01, 1)))
        return Strategy(
            name=name,
            generator=adaptive,
            model=model,
            acquisition=acquisition,
            stopping=stopping,
            keep_most_recent=draw(st.none() | COUNTS),
        )
    learning = model if learnable and draw(st.booleans()) else None
    return Strategy(name=name, generator=spread, model=learning, stopping=stopping)


@st.composite
def configs(draw):
    kinds = [draw(VARYING), *draw(st.lists(st.one_of(VARYING, FIXED), max_size=3))]
    names = draw(st.lists(NAMES, min_size=len(kinds), max_size=len(kinds), unique=True))
    parameters = tuple(
        parameter.Parameter(name=name, kind=kind, unit=draw(st.text(max_size=3)), description=draw(st.text(max_size=5)))
        for name, kind in zip(names, kinds, strict=True)
    )
    numeric = (parameter.Continuous, parameter.Integer, parameter.Discrete)
    intensities = ["", *(item.name for item in parameters if isinstance(item.kind, numeric))]
    learnable = draw(st.booleans())
    outcome_kinds = [draw(binary())] if learnable else draw(st.lists(OTHER_OUTCOMES, min_size=1, max_size=3))
    outcome_names = draw(st.lists(NAMES, min_size=len(outcome_kinds), max_size=len(outcome_kinds), unique=True))
    strategy_names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    name = draw(st.text(max_size=8))
    population_prior = draw(st.none() | st.builds(PopulationPrior, max_experiments=st.integers(1, 100)))
    return ExperimentConfig(
        name=name,
        description=draw(st.text(max_size=8)),
        labels=draw(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2)),
        parameters=parameters,
        outcomes=tuple(outcome.Outcome(name=n, kind=k) for n, k in zip(outcome_names, outcome_kinds, strict=True)),
        stimuli_per_trial=1 if learnable else draw(st.integers(1, 3)),
        intensity_parameter=draw(st.sampled_from(intensities)),
        strategies=tuple(
            replace(
                draw(strategies(name, learnable=learnable)),
                skip_with_warm_start=name != strategy_names[-1] and draw(st.booleans()),
            )
            for name in strategy_names
        ),
        seed=draw(st.none() | st.integers(0, 2**31 - 1)),
        allow_out_of_bounds=draw(st.booleans()),
        population_prior=population_prior if name.strip() else None,
    )


@given(configs())
def test_a_config_that_was_written_reads_as_before(catalogue, config):
    assert from_proto(to_proto(config), catalogue) == config


@given(config=configs())
def test_a_config_written_to_a_file_reads_as_before(catalogue, tmp_path_factory, config):
    file = tmp_path_factory.mktemp("dumped") / "config.yaml"
    file.write_text(dump(config), encoding="utf-8")
    assert check(file, catalogue) == config


@given(config=configs(), data=st.data())
def test_a_config_in_disarray_is_read_or_refused(catalogue, config, data):
    """Bytes are dropped, doubled and changed; what still parses may mean anything."""
    encoded = bytearray(to_proto(config).SerializeToString(deterministic=True))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(encoded) - 1))
        encoded[at : at + 1] = data.draw(st.binary(max_size=3))
        if not encoded:
            return
    try:
        read = from_proto(config_pb2.ExperimentConfig.FromString(bytes(encoded)), catalogue)
    except (DecodeError, InvalidConfigError):
        return
    assert from_proto(to_proto(read), catalogue) == read


FIELD_NAMES = [
    *("name", "parameters", "continuous", "lower_bound", "upper_bound", "categorical", "choices", "discrete", "values"),
    *("fixed", "value", "outcomes", "binary", "guess_rate", "target", "strategies", "generator", "model", "options"),
    *("stopping", "min_asks", "labels", "seed", "x"),
]
FIELDS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELD_NAMES) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(tree=st.dictionaries(st.sampled_from(["parameters", "outcomes", "strategies", "labels", "seed", "x"]), FIELDS))
def test_a_file_of_any_form_is_read_or_refused_with_lines(catalogue, tmp_path_factory, tree):
    file = tmp_path_factory.mktemp("any") / "config.yaml"
    file.write_text(yaml.safe_dump(tree), encoding="utf-8")
    with pytest.raises(InvalidConfigError) as caught:
        check(file, catalogue)
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert all(1 <= violation.line <= lines for violation in caught.value.violations)
