"""A failed call's status as the exception that the caller sees."""

from collections.abc import Mapping
from types import MappingProxyType

from google.rpc import code_pb2, error_details_pb2
from google.rpc.status_pb2 import Status

from aepsych_grpc.client import errors
from aepsych_grpc.client.errors import AepsychError
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import DOMAIN, Reason

BY_REASON: Mapping[Reason, type[AepsychError]] = MappingProxyType(
    {
        Reason.INVALID_CONFIG: errors.InvalidConfigError,
        Reason.EXPERIMENT_NOT_FOUND: errors.ExperimentNotFoundError,
        Reason.TRIAL_NOT_FOUND: errors.TrialNotFoundError,
        Reason.TRIAL_ALREADY_TOLD: errors.TrialAlreadyToldError,
        Reason.EXPERIMENT_FINISHED: errors.ExperimentFinishedError,
        Reason.STRATEGY_NOT_CURRENT: errors.StrategyNotCurrentError,
        Reason.NOTHING_TO_MODEL: errors.NothingToModelError,
        Reason.TRIAL_NOT_TOLD: errors.TrialNotToldError,
    }
)
"""Reasons that have an exception of their own; the others have their code's."""

BY_CODE: Mapping[str, type[AepsychError]] = MappingProxyType(
    {
        "INVALID_ARGUMENT": errors.InvalidRequestError,
        "OUT_OF_RANGE": errors.OutOfBoundsError,
        "NOT_FOUND": errors.NotFoundError,
        "ALREADY_EXISTS": errors.ConflictError,
        "FAILED_PRECONDITION": errors.PreconditionError,
        "RESOURCE_EXHAUSTED": errors.LimitExceededError,
        "UNIMPLEMENTED": errors.NotSupportedError,
        "UNAUTHENTICATED": errors.AuthenticationError,
        "PERMISSION_DENIED": errors.AuthenticationError,
        "UNAVAILABLE": errors.UnavailableError,
        "ABORTED": errors.ConcurrentWriteError,
        "DEADLINE_EXCEEDED": errors.DeadlineExceededError,
        "CANCELLED": errors.UnavailableError,
    }
)
"""Exceptions by canonical code; a code that is not here is a fault of the server."""


def error_from_status(status: Status, target: str) -> AepsychError:
    """Return the exception for a failed call.

    Args:
        status: What the transport learned.
        target: Address of the server, for people.
    """
    code = code_pb2.Code.Name(status.code) if status.code in code_pb2.Code.values() else "UNKNOWN"
    reason: Reason | None = None
    violations: list[Violation] = []
    metadata: dict[str, str] = {}
    for detail in status.details:
        info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info) and info.domain == DOMAIN:
            reason = Reason.__members__.get(info.reason)
            metadata = dict(info.metadata)
        elif detail.Unpack(bad_request):
            violations += [Violation(item.field, item.description) for item in bad_request.field_violations]
    if code == "UNAVAILABLE" and not status.details:
        return errors.ConnectionFailedError(
            f"No server answers at {target} ({status.message}). Start one with `aepsych-grpc serve`, "
            'or give the address of a running one: Client("HOST:PORT").',
            code=code,
        )
    kind = BY_CODE.get(code, errors.ServerFaultError)
    if reason is not None:
        kind = BY_REASON.get(reason, kind)
    message = status.message or code
    if len(violations) > 1 and violations[0].message in message:
        # The server's message has the first mistake and the number of others; all of them follow.
        message = f"{metadata.get('violation_count', len(violations))} mistakes:"
    if kind is errors.ExperimentNotFoundError and (experiment_id := metadata.get("experiment_id")):
        message = (
            f'There is no experiment "{experiment_id}" at {target}; client.experiments() lists those that there are.'
        )
    return kind(message, code=code, reason=reason, violations=violations, metadata=metadata)
