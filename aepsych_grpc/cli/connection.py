"""How commands reach experiments: through a server, or in a database."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from aepsych_grpc.client import Client, Transport

Database = Annotated[
    str | None,
    typer.Option(
        "--database", "--db", metavar="FILE", help="The experiments of this database; a server may use it meanwhile."
    ),
]
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
    database: str | None, address: str | None, token_file: Path | None, *, tls: bool, tls_ca: Path | None
) -> Iterator["Client"]:
    """Give a client of the server, or of the database; where something goes wrong, say what, and exit with 1."""
    from aepsych_grpc.client import DEFAULT_TARGET, AepsychError, Client

    if database is not None and address is not None:
        raise failed("Give --database or --address, not both.")
    with explained(AepsychError, ValueError):
        if database is not None:
            client = Client(f"the database {database}", transport=_in_process(database))
        else:
            token = None if token_file is None else _token(token_file)
            client = Client(address or DEFAULT_TARGET, token=token, tls=tls_ca or tls)
        with client:
            yield client


@contextmanager
def explained(*kinds: type[Exception]) -> Iterator[None]:
    """Say in a line what an error of these kinds says, or what is wrong with a file, and exit with 1."""
    try:
        yield
    except kinds as error:
        raise failed(str(error)) from None
    except OSError as error:
        raise failed(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None


def failed(message: str) -> typer.Exit:
    """Print what went wrong, and return the exit with 1."""
    typer.echo(f"aepsych-grpc: {message}", err=True)
    return typer.Exit(1)


def check_there(database: str) -> None:
    """Refuse a database whose file is missing, instead of making an empty one."""
    if "://" not in database and not Path(database).is_file():
        raise failed(f"There is no database {database}.")


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr while something is under way, where somebody sees it; it takes the part done, up to 1."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda part: bar.update(task, completed=part)


def server_parts() -> None:
    """Load what a server needs, one thread for each of its libraries, or say how to install it, and exit with 1."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # read when they are loaded
    try:
        import aepsych_grpc.server.in_process  # noqa: F401  # to see whether it can be
    except ModuleNotFoundError as error:
        missing = f"{error.name} is not installed; to work with a database takes"
        raise failed(f'{missing}: pip install "aepsych-grpc[server]"') from None


def _in_process(database: str) -> "Transport":
    check_there(database)
    server_parts()
    from aepsych_grpc.server.in_process import InProcessTransport
    from aepsych_grpc.store.error import StoreError

    with explained(StoreError):
        return InProcessTransport(database)


def _token(file: Path) -> str:
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    token = next((line for line in lines if line and not line.startswith("#")), None)
    if token is None:
        raise failed(f"{file}: There is no token in it.")
    return token
