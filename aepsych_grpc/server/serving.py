"""A server's life: opens the database, listens, warms up, and stops when told to, losing nothing."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import NoReturn

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from aepsych_grpc import __version__
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.threads import single_thread
from aepsych_grpc.server import grpc_door, reflection
from aepsych_grpc.server.auth import TokenInterceptor
from aepsych_grpc.server.exposure import Exposure, ExposureError, bracketed
from aepsych_grpc.server.gate import Gate
from aepsych_grpc.server.http.access import Access
from aepsych_grpc.server.http.application import Application
from aepsych_grpc.server.http.calls import HEALTH_NAMES, calls_by_path
from aepsych_grpc.server.http.cors import Cors
from aepsych_grpc.server.http.door import HttpDoor
from aepsych_grpc.server.http.listening import listen
from aepsych_grpc.server.limits import MAX_MESSAGE_BYTES
from aepsych_grpc.server.servicer import Servicer
from aepsych_grpc.server.warm_up import warm_up
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.watching import MOST_WATCHERS
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.place import place_of

WORKERS = 32
"""Calls answered at the same time. Most wait for the disk or for a fit; the rest queue up."""

GRACE_SECONDS = 10.0
"""How long a stopping server waits for the calls that it is answering."""

LAST_ANSWERS_SECONDS = 0.1
"""For the last answers to leave a stopping server; one that does not is known when its call is sent again."""

LOOK_UP_SECONDS = 0.5
"""How long a signal may go unnoticed."""

_OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),  # a second server on the same port fails, rather than taking a share of the calls
    # A client that pings an idle connection to keep it open is not cut off, as by default, for pinging too often.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
)

log = logging.getLogger(__name__)


class Server:
    """A running server. `port` is where it listens for gRPC, `http_port` for HTTP, or None."""

    def __init__(self, database: str | Path, exposure: Exposure) -> None:
        """Open the database and begin to answer calls.

        Raises:
            ExposureError: The address is taken, unknown or too open, or a file of `exposure` can't be read.
            StoreUnavailable: The database can't be opened.
        """
        exposure.check()
        self.exposure = exposure
        self._gate = Gate()
        self._health = health.HealthServicer()
        # A few more than are let in, to refuse the others.
        self._endless = ThreadPoolExecutor(MOST_WATCHERS + 4, thread_name_prefix="watch")
        self._calls = ThreadPoolExecutor(WORKERS, thread_name_prefix="call")
        tokens, credentials, tls = exposure.tokens(), exposure.credentials(), exposure.tls_context()
        self._server = grpc.server(
            self._calls,
            interceptors=[] if tokens is None else [TokenInterceptor(tokens)],
            options=list(_OPTIONS),
        )
        self.port = _listen(self._server, exposure, credentials)
        sockets = [] if exposure.http_port is None else listen(exposure.host, exposure.http_port)
        self.http_port = sockets[0].getsockname()[1] if sockets else None
        with ExitStack() as on_failure:
            for one in sockets:
                on_failure.enter_context(one)
            store = open_store(database)
            on_failure.pop_all()
        self._experiments = Experiments(store)
        servicer = Servicer(store, self._experiments, CATALOGUE)
        self._server.add_generic_rpc_handlers(
            [grpc_door.method_handlers(servicer, self._gate, self._endless), *reflection.method_handlers(_SERVICES)]
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._http: HttpDoor | None = None
        if sockets:
            calls = calls_by_path(servicer, self._gate, self._calls, self._endless)
            access = Access(tokens, here_only=exposure.here_only)
            application = Application(calls, self._gate, access, Cors(exposure.cors_origins))
            self._http = HttpDoor(application, sockets, tls)
            self._http.start()
        self._server.start()
        for name in HEALTH_NAMES:
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    @property
    def address(self) -> str:
        """Host and port that clients call."""
        return f"{bracketed(self.exposure.host)}:{self.port}"

    @property
    def http_address(self) -> str | None:
        """URL that clients call over HTTP; None if they can't."""
        scheme = "http" if self.exposure.tls_cert is None else "https"
        return f"{scheme}://{bracketed(self.exposure.host)}:{self.http_port}" if self.http_port else None

    def drain(self, grace: float = GRACE_SECONDS) -> bool:
        """Report NOT_SERVING, refuse new calls, let the others finish within `grace` seconds, close the database.

        Returns:
            Whether all calls have finished, and all computations.
        """
        self._health.enter_graceful_shutdown()
        self._experiments.stop_watching()
        finished = self._gate.close(grace)
        if not finished:
            log.warning("calls were still running after %.0f s; they are cut off", grace)
        return self._experiments.close() and finished

    def stop(self, grace: float = GRACE_SECONDS) -> bool:
        """As `drain`; then leave the ports as well."""
        finished = self.drain(grace)
        if self._http is not None:
            self._http.stop()
        self._server.stop(grace=0.5).wait()
        self._endless.shutdown(wait=False, cancel_futures=True)
        return finished


_SERVICES = (grpc_door.SERVICE.full_name, health.SERVICE_NAME)


def serve(database: str | Path, exposure: Exposure, announce: Callable[[str], None]) -> NoReturn:
    """Serve until SIGTERM or SIGINT, then end the process; `announce` gets a line once calls are answered.

    Raises:
        ExposureError: The address is taken, unknown or too open, or a file of `exposure` can't be read.
        StoreUnavailable: The database can't be opened.
    """
    received: SimpleQueue[int] = SimpleQueue()

    def stop(number: int, _frame: FrameType | None) -> None:
        received.put(number)  # may interrupt anything, even itself: an Event's lock or a log's is not safe here

    single_thread()
    server = Server(database, exposure)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    http = f" and {server.http_address}" if server.http_address else ""
    announce(f"aepsych-grpc {__version__} listening on {server.address}{http} (database {place_of(database)})")
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    log.info("stopping on %s", _next_signal(received).name)
    server.drain(GRACE_SECONDS)
    time.sleep(LAST_ANSWERS_SECONDS)
    logging.shutdown()
    # Calls that arrive while gRPC stops are ended by it with CANCELLED, and a client takes that for its own doing. When
    # the process just ends, as a killed one does, they end with UNAVAILABLE, and are sent again. Nor would Python leave
    # before the last computation, however long that takes. What was acknowledged is on disk.
    os._exit(0)


def _next_signal(received: "SimpleQueue[int]") -> signal.Signals:
    """Wait for a signal.

    Python runs a signal's handler in the main thread, which a signal does not wake if it reaches another thread, or the
    main one just before it begins to wait. So it looks up now and then.
    """
    while True:
        try:
            return signal.Signals(received.get(timeout=LOOK_UP_SECONDS))
        except Empty:
            continue


def _warm_up() -> None:
    try:
        warm_up(CATALOGUE)
    except Exception:
        log.exception("warming up failed; the first trials will take longer")


def _listen(server: grpc.Server, exposure: Exposure, credentials: grpc.ServerCredentials | None) -> int:
    try:
        if credentials is None:
            return server.add_insecure_port(exposure.target)
        return server.add_secure_port(exposure.target, credentials)
    except RuntimeError:
        raise ExposureError(
            f"Can't listen on {exposure.target}: another program has the port, or this machine has no such address. "
            "Choose another with --port (0 takes a free one) or --host; with TLS, check that the files are valid PEM."
        ) from None
