"""Why a call can fail: one table of reasons, shared by the server, the clients and the documentation.

The names are those of `ErrorReason` in the contract, without their prefix.
"""

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from aepsych_grpc.config.violation import Violation

DOMAIN = "aepsych_grpc"
"""The `domain` of every ErrorInfo."""


class Reason(enum.Enum):
    """Why a call failed; `status` is the canonical code that goes with it."""

    INVALID_REQUEST = enum.auto()
    INVALID_CONFIG = enum.auto()
    OUT_OF_BOUNDS = enum.auto()
    EXPERIMENT_NOT_FOUND = enum.auto()
    TRIAL_NOT_FOUND = enum.auto()
    REQUEST_ID_REUSED = enum.auto()
    OBSERVATION_ID_REUSED = enum.auto()
    TRIAL_ALREADY_TOLD = enum.auto()
    EXPERIMENT_FINISHED = enum.auto()
    STRATEGY_NOT_CURRENT = enum.auto()
    NOTHING_TO_MODEL = enum.auto()
    LIMIT_EXCEEDED = enum.auto()
    NOT_SUPPORTED = enum.auto()
    TOKEN_MISSING_OR_INVALID = enum.auto()
    SHUTTING_DOWN = enum.auto()
    STORE_UNAVAILABLE = enum.auto()
    CONCURRENT_WRITE = enum.auto()
    DEADLINE_EXCEEDED = enum.auto()
    INTERNAL_FAULT = enum.auto()
    TRIAL_NOT_TOLD = enum.auto()

    @property
    def status(self) -> str:
        """Name of the canonical status code."""
        return _STATUS[self]


_STATUS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.INVALID_REQUEST: "INVALID_ARGUMENT",
        Reason.INVALID_CONFIG: "INVALID_ARGUMENT",
        Reason.OUT_OF_BOUNDS: "OUT_OF_RANGE",
        Reason.EXPERIMENT_NOT_FOUND: "NOT_FOUND",
        Reason.TRIAL_NOT_FOUND: "NOT_FOUND",
        Reason.REQUEST_ID_REUSED: "ALREADY_EXISTS",
        Reason.OBSERVATION_ID_REUSED: "ALREADY_EXISTS",
        Reason.TRIAL_ALREADY_TOLD: "ALREADY_EXISTS",
        Reason.EXPERIMENT_FINISHED: "FAILED_PRECONDITION",
        Reason.STRATEGY_NOT_CURRENT: "FAILED_PRECONDITION",
        Reason.NOTHING_TO_MODEL: "FAILED_PRECONDITION",
        Reason.LIMIT_EXCEEDED: "RESOURCE_EXHAUSTED",
        Reason.NOT_SUPPORTED: "UNIMPLEMENTED",
        Reason.TOKEN_MISSING_OR_INVALID: "UNAUTHENTICATED",
        Reason.SHUTTING_DOWN: "UNAVAILABLE",
        Reason.STORE_UNAVAILABLE: "UNAVAILABLE",
        Reason.CONCURRENT_WRITE: "ABORTED",
        Reason.DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
        Reason.INTERNAL_FAULT: "INTERNAL",
        Reason.TRIAL_NOT_TOLD: "FAILED_PRECONDITION",
    }
)


class ServiceError(Exception):
    """A call that can't be answered, in the terms of the service and independent of any transport.

    Attributes:
        reason: Why.
        message: What was given, what is allowed and what to do, for people.
        violations: The fields at fault, all of them.
        metadata: Facts for programs, such as the experiment's id.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        violations: Iterable[Violation] = (),
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.violations = tuple(violations)
        self.metadata = dict(metadata)
