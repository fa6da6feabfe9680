"""A server within the client's own process: no socket, the same handlers."""

from google.protobuf.message import Message

from aepsych_grpc.client.transport import StatusError, Stream
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.server.errors import status_of
from aepsych_grpc.server.servicer import Servicer
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


class InProcessTransport:
    """Carries calls to sessions over a database of its own.

    Args:
        database: A file, a URL, or ":memory:" for one that is gone with the transport.
        existing: Whether the database must be there already.

    Raises:
        StoreError: As `open_store`.
    """

    def __init__(self, database: str = ":memory:", *, existing: bool = False) -> None:
        store = open_store(database, existing=existing)
        self._experiments = Experiments(store)
        self._servicer = Servicer(store, self._experiments, CATALOGUE)

    def unary(self, method: str, request: Message, timeout: float | None) -> Message:
        """Return the response of the RPC of this name.

        Raises:
            StatusError: The call failed.
        """
        try:
            response = self._servicer.call(method, request, timeout)
        except Exception as error:
            raise StatusError(status_of(error)) from error
        # A copy, as over a socket: what the caller does to the answer stays with the caller.
        copy = type(response)()
        copy.CopyFrom(response)
        return copy

    def stream(self, method: str, request: Message, timeout: float | None) -> Stream:
        """Yield the messages of the server-streaming RPC of this name; as `unary`."""
        try:
            yield from self._servicer.stream(method, request, timeout)
        except Exception as error:
            raise StatusError(status_of(error)) from error

    def close(self) -> None:
        """Close the database."""
        self._experiments.close()
