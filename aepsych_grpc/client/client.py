"""The clients: `Client`, and `AsyncClient` for event loops."""

import functools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Self

from aepsych_grpc.client import exporting, opening, replaying
from aepsych_grpc.client.address import DEFAULT_TARGET, address
from aepsych_grpc.client.call import Call, Connection, awaitable, blocking, drive, drive_async, show_result
from aepsych_grpc.client.channel import AsyncGrpcTransport, GrpcTransport
from aepsych_grpc.client.experiment import AsyncExperiment, Experiment
from aepsych_grpc.client.feed import iterating, iterating_async
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.retries import DEFAULT_RETRIES, Retries
from aepsych_grpc.client.timeout import DEFAULT_TIMEOUT, Timeout
from aepsych_grpc.client.transport import AsyncTransport, Transport

P = ParamSpec("P")

Opening = Callable[Concatenate[Connection, P], Call[Handle]]


def _opening(call: Opening[P]) -> "Callable[Concatenate[Client, P], Experiment]":
    @functools.wraps(call)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Experiment:
        return Experiment(drive(call(self._subject, *args, **kwargs), self._transport), self._transport)

    show_result(method, call, Experiment)
    return method


def _opening_async(call: Opening[P]) -> "Callable[Concatenate[AsyncClient, P], Awaitable[AsyncExperiment]]":
    @functools.wraps(call)
    async def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> AsyncExperiment:
        handle = await drive_async(call(self._subject, *args, **kwargs), self._transport)
        return AsyncExperiment(handle, self._transport)

    show_result(method, call, AsyncExperiment)
    return method


class Client:
    """A client of a server; use it as a context manager or close it.

        with Client() as client:
            experiment = client.setup("contrast.yaml", participant_id="p01")
            for trial in experiment:
                experiment.tell(trial, show(trial["contrast"]))

    Args:
        target: Address of the server, "HOST:PORT" or "HOST" for port 50051.
        timeout: Seconds within which answers must be there, by kind of call or the same for all; None for no limit.
        retries: When a call is sent again.
        token: Proves who calls, where the server wants that.
        tls: Use TLS: True trusts the well-known authorities, a path the PEM certificates in that file.
        transport: Carries the calls instead of gRPC, such as `aepsych_grpc.server.in_process.InProcessTransport`.

    Raises:
        ValueError: The address is empty, or that of a web page.
    """

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        timeout: Timeout | float | None = DEFAULT_TIMEOUT,
        retries: Retries = DEFAULT_RETRIES,
        token: str | None = None,
        tls: bool | str | Path = False,
        transport: Transport | None = None,
    ) -> None:
        target = address(target)
        self._subject = Connection(target=target, timeout=Timeout.of(timeout), retries=retries)
        self._transport: Transport = transport or GrpcTransport(target, token=token, tls=tls)

    setup = _opening(opening.setup)
    experiment = _opening(opening.experiment)
    check = blocking(opening.check)
    experiments = blocking(opening.experiments)
    export = blocking(exporting.export_experiments)
    replay = iterating(replaying.replay_experiment)
    server_info = blocking(opening.server_info)

    def close(self) -> None:
        """Close the connection; neither the client nor its experiments can be used afterwards."""
        self._subject.closed = True
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._subject.target}>"


class AsyncClient:
    """A client of a server, for event loops; use it as a context manager or close it.

        async with AsyncClient() as client:
            experiment = await client.setup("contrast.yaml", participant_id="p01")
            async for trial in experiment:
                await experiment.tell(trial, await show(trial["contrast"]))

    Args:
        target: Address of the server, "HOST:PORT" or "HOST" for port 50051.
        timeout: Seconds within which answers must be there, by kind of call or the same for all; None for no limit.
        retries: When a call is sent again.
        token: Proves who calls, where the server wants that.
        tls: Use TLS: True trusts the well-known authorities, a path the PEM certificates in that file.
        transport: Carries the calls instead of gRPC.

    Raises:
        ValueError: The address is empty, or that of a web page.
    """

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        timeout: Timeout | float | None = DEFAULT_TIMEOUT,
        retries: Retries = DEFAULT_RETRIES,
        token: str | None = None,
        tls: bool | str | Path = False,
        transport: AsyncTransport | None = None,
    ) -> None:
        target = address(target)
        self._subject = Connection(target=target, timeout=Timeout.of(timeout), retries=retries)
        self._transport: AsyncTransport = transport or AsyncGrpcTransport(target, token=token, tls=tls)

    setup = _opening_async(opening.setup)
    experiment = _opening_async(opening.experiment)
    check = awaitable(opening.check)
    experiments = awaitable(opening.experiments)
    export = awaitable(exporting.export_experiments)
    replay = iterating_async(replaying.replay_experiment)
    server_info = awaitable(opening.server_info)

    async def close(self) -> None:
        """Close the connection; neither the client nor its experiments can be used afterwards."""
        self._subject.closed = True
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncClient of {self._subject.target}>"
