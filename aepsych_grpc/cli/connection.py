"""How commands reach experiments: through a server, or in a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aepsych_grpc.cli.failing import explained, failed
from aepsych_grpc.cli.parts import server_parts

if TYPE_CHECKING:
    from aepsych_grpc.client import Client

DATABASE = "a file, or postgresql://USER@HOST/DATABASE"
"""What names a database, for people."""


def database_option(what: str, remark: str) -> Any:
    """Return the option that names a database."""
    return typer.Option("--database", "--db", metavar="FILE|URL", help=f"{what}: {DATABASE}. {remark}")


Database = Annotated[str | None, database_option("The experiments of this database", "A server may use it meanwhile.")]
Address = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT", help="The experiments of this server. Without it and --database: this machine's."
    ),
]
TokenFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A file with the token that the server wants.")]
Tls = Annotated[bool, typer.Option("--tls", help="Talk to the server over TLS, and trust well-known authorities.")]
TlsCa = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Talk to the server over TLS, and trust these certificates (PEM).")
]


@contextmanager
def connected(
    database: str | None, address: str | None, token_file: Path | None, *, tls: bool, tls_ca: Path | None, code: int = 1
) -> Iterator["Client"]:
    """Give a client of the server, or of the database; where something goes wrong, say what, and exit with `code`."""
    from aepsych_grpc.client import DEFAULT_TARGET, AepsychError, Client, ExperimentNotFoundError

    if database is not None and address is not None:
        raise failed("Give --database or --address, not both.", code)
    with explained(AepsychError, ValueError, code=code):
        if database is not None:
            where, client = _of_database(database, code)
        else:
            token = None if token_file is None else _token(token_file, code)
            where = address or DEFAULT_TARGET
            client = Client(where, token=token, tls=tls_ca or tls)
        with client:
            try:
                yield client
            except ExperimentNotFoundError as error:
                latest = [one.experiment_id for one in client.experiments()[:5]]
                there = f"the latest are: {', '.join(latest)}" if latest else "there is none"
                unknown = error.metadata["experiment_id"]
                raise failed(f'There is no experiment "{unknown}" in {where}; {there}.', code) from None


def _of_database(database: str, code: int) -> "tuple[str, Client]":
    """Return a name for the database, and a client of a server within this process."""
    from aepsych_grpc.client import Client

    with server_parts(code):
        from aepsych_grpc.core.threads import single_thread
        from aepsych_grpc.server.in_process import InProcessTransport
        from aepsych_grpc.store.error import StoreError
        from aepsych_grpc.store.place import place_of

    single_thread()
    with explained(StoreError, code=code):
        where = str(place_of(database))
        return where, Client(where, timeout=None, transport=InProcessTransport(database, existing=True))


def _token(file: Path, code: int) -> str:
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    token = next((line for line in lines if line and not line.startswith("#")), None)
    if token is None:
        raise failed(f"{file}: There is no token in it.", code)
    return token
