"""`aepsych-grpc import`: makes experiments of an exported file again."""

from pathlib import Path
from typing import Annotated

import typer

from aepsych_grpc.cli.connection import database_option
from aepsych_grpc.cli.failing import explained, failed
from aepsych_grpc.cli.parts import server_parts
from aepsych_grpc.cli.progress import progress_bar


def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="What `aepsych-grpc export --format json` has written.", show_default=False
        ),
    ],
    *,
    database: Annotated[str, database_option("Where to", "A missing file is made.")],
    new_id: Annotated[
        bool, typer.Option("--new-id", help="Give each experiment a new id, beside one that is there already.")
    ] = False,
) -> None:
    """Make experiments of an exported file again, in another database.

    They have the log that they had, and go on with the very stimuli that they would have asked. A server that runs on
    the database finds them at once.

        aepsych-grpc export ID --database aepsych.db --output p01.json
        aepsych-grpc import p01.json --database other.db

    The file is checked first, event by event, as if everything happened again. Its experiments are recorded all
    together: if anything is wrong with one, or it is there already, none is, and the exit code is 1.
    """
    with server_parts():
        from aepsych_grpc.export.log_file import InvalidFileError, read_logs
        from aepsych_grpc.export.restore import restore, sound_logs
        from aepsych_grpc.store.error import DuplicateRequest, ExperimentExists, StoreError
        from aepsych_grpc.store.event_store import open_store

    with explained():
        data = file.read_bytes()
    try:
        with progress_bar("Checking") as show:
            logs = sound_logs(read_logs(data), lambda part: show(part, 1))
    except InvalidFileError as error:
        raise failed(f"{file}: {error} Nothing was recorded.") from None
    with explained(StoreError):
        store = open_store(database)
        try:
            ids = restore(store, logs, new_ids=new_id)
        except ExperimentExists as error:
            raise failed(f"{error} Nothing was recorded; with --new-id it gets another id.") from None
        except DuplicateRequest as error:
            message = f'The call that has set one of them up has set up "{error.experiment_id}" too.'
            raise failed(f"{message} Nothing was recorded; with --new-id both can be there.") from None
        finally:
            store.close()
    for experiment_id, log in zip(ids, logs, strict=True):
        before = "" if experiment_id == log.written.experiment_id else f" (was {log.written.experiment_id})"
        typer.echo(f"{experiment_id}{before}: {len(log.written.events)} events")
