"""What the doors have in common: a line in the log for each call, and a status for each that fails."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from aepsych_grpc.server.errors import status_of

log = logging.getLogger(__name__)


class CallFailed(Exception):
    """A call has ended with a status that is not OK."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


@contextmanager
def reported(method: str) -> Iterator[None]:
    """Write a line into the log for a call.

    Raises:
        CallFailed: Whatever went wrong within the block.
    """
    begin = time.perf_counter()
    try:
        yield
    except Exception as error:
        status = error.status if isinstance(error, CallFailed) else status_of(error)
        log.warning("%s %s %.1f ms", method, _reason(status), 1e3 * (time.perf_counter() - begin))
        log.debug("%s %s", method, status.message)
        raise CallFailed(status) from error
    log.debug("%s OK %.1f ms", method, 1e3 * (time.perf_counter() - begin))


def _reason(status: Status) -> str:
    info = ErrorInfo()
    if status.details:
        status.details[0].Unpack(info)
    return str(info.reason or Code.Name(status.code))
