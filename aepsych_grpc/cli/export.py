"""`aepsych-grpc export`: writes files of experiments."""

import enum
from pathlib import Path
from typing import Annotated

import typer

from aepsych_grpc.cli.connection import Address, Database, Tls, TlsCa, TokenFile, connected
from aepsych_grpc.cli.progress import progress_bar


class Format(enum.StrEnum):
    """Formats that an export can have."""

    CSV = "csv"
    WIDE = "wide"
    PARQUET = "parquet"
    JSON = "json"


def export(
    experiment_ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Experiments; `aepsych-grpc experiments` lists them.", show_default=False),
    ],
    *,
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="The file, or a folder for it; one of that name is replaced.")
    ] = Path(),
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="csv: a row for each value of a trial. wide: CSV with a row for each trial. parquet: the same, typed. "
            "json: the whole log, for `aepsych-grpc import`. Default: by how FILE ends, else wide.",
            show_default=False,
        ),
    ] = None,
    posterior: Annotated[
        bool, typer.Option("--posterior", help="Add what the models expect at each trial's stimuli.")
    ] = False,
    database: Database = None,
    address: Address = None,
    token_file: TokenFile = None,
    tls: Tls = False,
    tls_ca: TlsCa = None,
) -> None:
    r"""Take the data home: write experiments into a file.

    One experiment as a table, for a spreadsheet, R or pandas. From the server on this machine:

        aepsych-grpc export ID --format wide --output p01.csv

    All participants of a study in one file, from a database, whether a server runs or not:

        aepsych-grpc export --database aepsych.db --output contrast.parquet \
            $(aepsych-grpc experiments --database aepsych.db --name contrast --ids)

    A whole experiment, which goes on elsewhere as it would have here:

        aepsych-grpc export ID --database aepsych.db --output p01.json
        aepsych-grpc import p01.json --database other.db

    The file appears when it is complete. Trials that await a response, were excluded or retracted, or were never asked
    are in the tables too: the columns state, exclude_from_model and source tell them apart.
    """
    known_by_its_name = output.suffix and not output.is_dir()
    chosen = format_ or (None if known_by_its_name else Format.WIDE)
    with (
        connected(database, address, token_file, tls=tls, tls_ca=tls_ca) as client,
        progress_bar("Exporting") as show,
    ):
        file = client.export(
            experiment_ids,
            output,
            format=chosen,
            include_posterior=posterior,
            on_progress=lambda part: show(part, 1),
        )
    typer.echo(f"{file}: {file.stat().st_size / 1000:.1f} kB")
