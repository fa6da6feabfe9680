import pytest
from fake_servicer import failure
from google.rpc.status_pb2 import Status

from aepsych_grpc.client import errors
from aepsych_grpc.client.failure import error_from_status
from aepsych_grpc.error import Reason

EXPECTED = {
    Reason.INVALID_REQUEST: errors.InvalidRequestError,
    Reason.INVALID_CONFIG: errors.InvalidConfigError,
    Reason.OUT_OF_BOUNDS: errors.OutOfBoundsError,
    Reason.EXPERIMENT_NOT_FOUND: errors.ExperimentNotFoundError,
    Reason.TRIAL_NOT_FOUND: errors.TrialNotFoundError,
    Reason.REQUEST_ID_REUSED: errors.ConflictError,
    Reason.OBSERVATION_ID_REUSED: errors.ConflictError,
    Reason.TRIAL_ALREADY_TOLD: errors.TrialAlreadyToldError,
    Reason.EXPERIMENT_FINISHED: errors.ExperimentFinishedError,
    Reason.STRATEGY_NOT_CURRENT: errors.StrategyNotCurrentError,
    Reason.NOTHING_TO_MODEL: errors.NothingToModelError,
    Reason.LIMIT_EXCEEDED: errors.LimitExceededError,
    Reason.NOT_SUPPORTED: errors.NotSupportedError,
    Reason.TOKEN_MISSING_OR_INVALID: errors.AuthenticationError,
    Reason.SHUTTING_DOWN: errors.UnavailableError,
    Reason.STORE_UNAVAILABLE: errors.UnavailableError,
    Reason.CONCURRENT_WRITE: errors.ConcurrentWriteError,
    Reason.DEADLINE_EXCEEDED: errors.DeadlineExceededError,
    Reason.INTERNAL_FAULT: errors.ServerFaultError,
    Reason.TRIAL_NOT_TOLD: errors.TrialNotToldError,
}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_exception(reason):
    status = failure(reason.status, "text", reason.name, [("config.seed", "too large")], incident_id="7")
    error = error_from_status(status, "host:1")
    assert type(error) is EXPECTED[reason]
    assert (error.reason, error.code, error.message) == (reason, reason.status, "text")
    assert error.metadata == {"incident_id": "7"}
    assert [(item.path, item.message) for item in error.violations] == [("config.seed", "too large")]
    assert str(error) == "text\n  config.seed: too large"


def test_an_experiment_that_is_not_there_says_how_to_list_them():
    status = failure("NOT_FOUND", "ListExperiments names them.", "EXPERIMENT_NOT_FOUND", experiment_id="e7")
    error = error_from_status(status, "host:1")
    assert str(error) == 'There is no experiment "e7" at host:1; client.experiments() lists those that there are.'


def test_a_silent_address_says_how_to_start_a_server():
    error = error_from_status(failure("UNAVAILABLE", "connection refused"), "host:1")
    assert type(error) is errors.ConnectionFailedError
    assert isinstance(error, ConnectionError)
    assert "host:1" in str(error)
    assert "aepsych-grpc serve" in str(error)


def test_a_reason_of_a_newer_server_counts_by_its_code():
    error = error_from_status(failure("NOT_FOUND", "gone", "TEAPOT_NOT_FOUND"), "host:1")
    assert type(error) is errors.NotFoundError
    assert error.reason is None


def test_a_reason_of_another_domain_is_not_ours():
    status = failure("NOT_FOUND", "gone", "EXPERIMENT_NOT_FOUND")
    info = errors_info(status)
    info.domain = "example.org"
    status.details[0].Pack(info)
    assert error_from_status(status, "host:1").reason is None


def errors_info(status):
    from google.rpc.error_details_pb2 import ErrorInfo

    info = ErrorInfo()
    assert status.details[0].Unpack(info)
    return info


def test_a_code_that_does_not_exist_is_a_fault_of_the_server():
    assert type(error_from_status(Status(code=4711), "host:1")) is errors.ServerFaultError


def test_builtin_families():
    for kind, family in (
        (errors.DeadlineExceededError, TimeoutError),
        (errors.InvalidConfigError, ValueError),
        (errors.TrialNotFoundError, LookupError),
        (errors.NotSupportedError, NotImplementedError),
    ):
        assert issubclass(kind, family)
