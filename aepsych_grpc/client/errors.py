"""The exceptions that the client raises.

AepsychError
├── UnavailableError             the server can't take calls at the moment
│   └── ConnectionFailedError    no server answers at the address   (also a ConnectionError)
├── DeadlineExceededError        the answer did not come in time    (also a TimeoutError)
├── InvalidRequestError          the request is not well formed     (also a ValueError)
│   ├── InvalidConfigError       the config has mistakes
│   └── OutOfBoundsError         a stimulus lies outside its parameter's bounds
├── NotFoundError                                                   (also a LookupError)
│   ├── ExperimentNotFoundError  no experiment has this id
│   └── TrialNotFoundError       the experiment has no trial of this number
├── ConflictError                an id was used before, for something else
│   └── TrialAlreadyToldError    the trial has its response already
├── PreconditionError            not possible in the experiment's present state
│   ├── ExperimentFinishedError  nothing is left to ask
│   ├── StrategyNotCurrentError  the strategy named is not the current one
│   ├── TrialNotToldError        the trial still awaits its response
│   └── NothingToModelError      there is nothing to learn from yet
├── LimitExceededError           more than the server takes in one call or at one time
├── NotSupportedError            this server does not offer it      (also a NotImplementedError)
├── AuthenticationError          the token is missing or not valid
├── ConcurrentWriteError         another server wrote to the experiment at the same time
└── ServerFaultError             a fault of the server
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason


class AepsychError(Exception):
    """A call that failed.

    Attributes:
        message: What was given, what is allowed and what to do.
        code: Canonical status code, such as "NOT_FOUND".
        reason: Why; None when the failure did not come from the service itself.
        violations: The fields at fault, all of them.
        metadata: Facts for programs, such as the experiment's id.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        reason: Reason | None = None,
        violations: Iterable[Violation] = (),
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.message = message
        self.code = code
        self.reason = reason
        self.violations = tuple(violations)
        self.metadata = dict(metadata)
        # The message of a single mistake says it already.
        told = len(self.violations) == 1 and self.violations[0].message in message
        super().__init__(message if told else "\n".join([message, *map(_line, self.violations)]))


def _line(violation: Violation) -> str:
    where = f"line {violation.line}: " if violation.line else ""
    return f"  {where}{violation.path}: {violation.message}" if violation.path else f"  {where}{violation.message}"


class UnavailableError(AepsychError):
    """The server can't take calls at the moment; nothing of the call was recorded."""


class ConnectionFailedError(UnavailableError, ConnectionError):
    """No server answers at the address."""


class DeadlineExceededError(AepsychError, TimeoutError):
    """The answer did not come in time; whether the call took effect is not known."""


class InvalidRequestError(AepsychError, ValueError):
    """The request is not well formed; `violations` has every field at fault."""


class InvalidConfigError(InvalidRequestError):
    """The config can't be run; `violations` has every mistake."""


class OutOfBoundsError(InvalidRequestError):
    """A stimulus lies outside its parameter's bounds; `violations` says where."""


class NotFoundError(AepsychError, LookupError):
    """What was named does not exist."""


class ExperimentNotFoundError(NotFoundError):
    """No experiment has this id."""


class TrialNotFoundError(NotFoundError):
    """The experiment has no trial of this number."""


class ConflictError(AepsychError):
    """An id was used before, for something else."""


class TrialAlreadyToldError(ConflictError):
    """The trial has its response already."""


class PreconditionError(AepsychError):
    """The call is not possible in the experiment's present state."""


class ExperimentFinishedError(PreconditionError):
    """The experiment is finished; nothing is left to ask."""


class StrategyNotCurrentError(PreconditionError):
    """The strategy named is not the current one."""


class TrialNotToldError(PreconditionError):
    """The trial still awaits its response; there is nothing to revise."""


class NothingToModelError(PreconditionError):
    """There is no model, or nothing has been told that it could learn from."""


class LimitExceededError(AepsychError):
    """The request is larger than the server's limits, or the server has too many replays, exports or watchers.

    `Client.server_info` has the limits of requests.
    """


class NotSupportedError(AepsychError, NotImplementedError):
    """This server does not offer what was asked for."""


class AuthenticationError(AepsychError):
    """The call carries no valid token, or the token does not allow it."""


class ConcurrentWriteError(AepsychError):
    """Another server wrote to the experiment at the same time; nothing of the call was recorded."""


class ServerFaultError(AepsychError):
    """A fault of the server; `metadata["incident_id"]` finds it in the server's log."""
