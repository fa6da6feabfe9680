"""The Python client: `Client`, `AsyncClient`, and what they speak of.

Imports neither the optimization core nor the database; data frames and plots are optional extras.
"""

from aepsych_grpc.client.address import DEFAULT_TARGET
from aepsych_grpc.client.client import AsyncClient, Client
from aepsych_grpc.client.errors import (
    AepsychError,
    AuthenticationError,
    ConcurrentWriteError,
    ConflictError,
    ConnectionFailedError,
    DeadlineExceededError,
    ExperimentFinishedError,
    ExperimentNotFoundError,
    InvalidConfigError,
    InvalidRequestError,
    LimitExceededError,
    NotFoundError,
    NothingToModelError,
    NotSupportedError,
    OutOfBoundsError,
    PreconditionError,
    ServerFaultError,
    StrategyNotCurrentError,
    TrialAlreadyToldError,
    TrialNotFoundError,
    TrialNotToldError,
    UnavailableError,
)
from aepsych_grpc.client.experiment import AsyncExperiment, Experiment
from aepsych_grpc.client.moment import AsyncMoment, Moment
from aepsych_grpc.client.queries import QueryOptions
from aepsych_grpc.client.replaying import ReplayedEvent
from aepsych_grpc.client.results import Estimate, Point, Threshold, ThresholdPoint
from aepsych_grpc.client.retries import Retries
from aepsych_grpc.client.state import (
    ComponentInfo,
    ExperimentState,
    Limits,
    OptionInfo,
    ServerInfo,
    StrategyProgress,
)
from aepsych_grpc.client.summary import ExperimentList, ExperimentSummary
from aepsych_grpc.client.timeout import Timeout
from aepsych_grpc.client.transport import AsyncTransport, StatusError, Transport
from aepsych_grpc.client.trial import Observation, Receipt, Revision, Trial
from aepsych_grpc.client.watching import RecordedEvent

__all__ = [
    "DEFAULT_TARGET",
    "AepsychError",
    "AsyncClient",
    "AsyncExperiment",
    "AsyncMoment",
    "AsyncTransport",
    "AuthenticationError",
    "Client",
    "ComponentInfo",
    "ConcurrentWriteError",
    "ConflictError",
    "ConnectionFailedError",
    "DeadlineExceededError",
    "Estimate",
    "Experiment",
    "ExperimentFinishedError",
    "ExperimentList",
    "ExperimentNotFoundError",
    "ExperimentState",
    "ExperimentSummary",
    "InvalidConfigError",
    "InvalidRequestError",
    "LimitExceededError",
    "Limits",
    "Moment",
    "NotFoundError",
    "NotSupportedError",
    "NothingToModelError",
    "Observation",
    "OptionInfo",
    "OutOfBoundsError",
    "Point",
    "PreconditionError",
    "QueryOptions",
    "Receipt",
    "RecordedEvent",
    "ReplayedEvent",
    "Retries",
    "Revision",
    "ServerFaultError",
    "ServerInfo",
    "StatusError",
    "StrategyNotCurrentError",
    "StrategyProgress",
    "Threshold",
    "ThresholdPoint",
    "Timeout",
    "Transport",
    "Trial",
    "TrialAlreadyToldError",
    "TrialNotFoundError",
    "TrialNotToldError",
    "UnavailableError",
]
