"""`aepsych-grpc db`: checks, copies and upgrades databases."""

from pathlib import Path
from typing import Annotated

import typer

from aepsych_grpc.cli.connection import DATABASE
from aepsych_grpc.cli.failing import explained, failed
from aepsych_grpc.cli.parts import server_parts
from aepsych_grpc.cli.progress import progress_bar
from aepsych_grpc.store.error import StoreError

app = typer.Typer(help="Check, copy and upgrade databases.", no_args_is_help=True)

Database = Annotated[str, typer.Argument(metavar="FILE|URL", help=f"The database: {DATABASE}.", show_default=False)]


@app.command("check")
def check_database(database: Database) -> None:
    """Check that nothing is missing from a database, and that all of it agrees.

    Every log is complete and readable, and the tables for pandas, R and SQL say what the logs say. Whatever is wrong is
    printed, one problem a line, and the exit code is 1. Servers may go on to use the database meanwhile.

        aepsych-grpc db check aepsych.db
    """
    with server_parts(), explained(StoreError):
        from aepsych_grpc.session.projection import rows_of_log
        from aepsych_grpc.store.check import check
        from aepsych_grpc.store.event_store import open_store

        store = open_store(database, existing=True)
        try:
            with progress_bar("Checking") as progress:
                report = check(store, rows_of_log, progress)
        finally:
            store.close()
    for problem in report.problems:
        typer.echo(problem)
    checked = f"{report.experiments} experiments, {report.events} events: "
    typer.echo(checked + (f"{len(report.problems)} problems." if report.problems else "all is well."))
    if report.problems:
        raise typer.Exit(1)


@app.command("backup")
def back_up_database(
    database: Database,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The copy; must not exist.", show_default=False)],
) -> None:
    """Copy a database while servers use it.

    The copy is the database at one moment, in one file, which gets its name when it is complete and sound. A server
    started on it goes on from there.

        aepsych-grpc db backup aepsych.db /media/backup/aepsych-2031-05-06.db
    """
    with server_parts(), explained(StoreError):
        from aepsych_grpc.store.backup import back_up
        from aepsych_grpc.store.place import place_of

        place = place_of(database)
        if place.path is None:
            own = f"pg_dump --format=custom --file={target} {place}"
            raise failed(f"Only a file is copied here. PostgreSQL makes its own copies: {own}")
        with progress_bar("Copying") as progress:
            back_up(place.path, target, progress)
    typer.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB, checked.")


@app.command("upgrade")
def upgrade_database(database: Database) -> None:
    """Bring a database that an earlier version has written up to date.

    Stop every server that uses it first. There is no way back, so a file is kept as it was, as FILE.schema-N beside it;
    a copy of a PostgreSQL database is yours to make. A database of this version is left as it is.

        aepsych-grpc db upgrade aepsych.db
    """
    with server_parts(), explained(StoreError):
        from aepsych_grpc.session.projection import rows_of_log
        from aepsych_grpc.store.place import place_of
        from aepsych_grpc.store.schema import VERSION
        from aepsych_grpc.store.upgrade import upgrade

        place = place_of(database)
        with progress_bar("Copying") as progress:
            upgraded = upgrade(place, rows_of_log, progress)
    if upgraded.earlier == VERSION:
        typer.echo(f"{place} has schema version {VERSION} already.")
        return
    typer.echo(f"{place}: schema version {upgraded.earlier} is now {VERSION}.")
    if upgraded.copy is not None:
        typer.echo(f"The file as it was: {upgraded.copy}")
    for line in upgraded.unread:
        typer.echo(f"Its tables for pandas, R and SQL lack experiment {line}", err=True)
