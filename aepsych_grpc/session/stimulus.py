"""Checks the stimuli and fixed parameters that a caller gives."""

from collections.abc import Mapping, Sequence
from typing import Any

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.space.check import broken_constraints, check_stimulus
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.event import Stimulus


def check_told_stimuli(
    config: ExperimentConfig, stimuli: Sequence[Mapping[str, Any]], path: str
) -> tuple[tuple[Stimulus, ...], list[Violation], list[Violation]]:
    """Check the stimuli of a told trial.

    Returns:
        The stimuli with fixed parameters filled in, what is malformed, and what lies out of bounds.
    """
    if len(stimuli) != config.stimuli_per_trial:
        message = f"{len(stimuli)} given; a trial of this experiment has {config.stimuli_per_trial}."
        return (), [Violation(path, message)], []
    checked = [
        check_stimulus(
            config.parameters, stimulus, f"{path}[{i}].values", allow_out_of_bounds=config.allow_out_of_bounds
        )
        for i, stimulus in enumerate(stimuli)
    ]
    malformed = [violation for one in checked for violation in one.malformed]
    out_of_bounds = [violation for one in checked for violation in one.out_of_bounds]
    if not malformed and not config.allow_out_of_bounds:
        for i, one in enumerate(checked):
            out_of_bounds.extend(broken_constraints(config.constraints, one.values, f"{path}[{i}].values"))
    return tuple(one.values for one in checked), malformed, out_of_bounds


def check_fixed_parameters(config: ExperimentConfig, fixed: Mapping[str, Any], path: str) -> Mapping[str, Value]:
    """Return the values at which a caller fixes parameters, in the parameters' own types.

    Raises:
        ServiceError: INVALID_REQUEST, OUT_OF_BOUNDS.
    """
    checked = check_stimulus(config.parameters, fixed, path, partial=True)
    if checked.valid:
        return checked.values
    raise ServiceError(
        Reason.INVALID_REQUEST if checked.malformed else Reason.OUT_OF_BOUNDS,
        "The fixed parameters are not valid.",
        violations=checked.malformed + checked.out_of_bounds,
    )
