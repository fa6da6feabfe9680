"""`aepsych-grpc serve`: runs the server."""

import enum
import logging
from pathlib import Path
from typing import Annotated

import typer

from aepsych_grpc.cli.connection import database_option
from aepsych_grpc.cli.failing import explained
from aepsych_grpc.cli.parts import server_parts


class LogLevel(enum.StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def serve(
    *,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on. Others than this machine's own need --tls-cert, --tls-key and --token-file."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port for gRPC; 0 takes a free one.")] = 50051,
    http_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port for HTTP/1.1: Connect and gRPC-Web, for curl, Unity, MATLAB and web pages; 0 takes a free one.",
            show_default="the one after --port",
        ),
    ] = None,
    no_http: Annotated[bool, typer.Option("--no-http", help="Listen for gRPC alone.")] = False,
    cors_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="Web pages that may call over HTTP, such as https://lab.example.org; may be given several times.",
        ),
    ] = None,
    database: Annotated[
        str, database_option("The database with all experiments", "A missing file is made.")
    ] = "aepsych.db",
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The server's certificate chain (PEM), for TLS.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The private key of that certificate (PEM).")
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Tokens, one a line, # for comments. Callers then must send `authorization: Bearer TOKEN`.",
        ),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen beyond this machine without TLS or tokens.")
    ] = False,
    log_level: Annotated[
        LogLevel, typer.Option(help="How much is logged, to stderr; debug has a line for each call.")
    ] = LogLevel.INFO,
) -> None:
    r"""Run the server until Ctrl-C or SIGTERM.

    It prints a line once it answers calls. All experiments are in the database:
    a server started on it again, after a stop or a crash, goes on with each of them.

    On your own machine:

        aepsych-grpc serve

    On a rig's computer, for the lab:

        aepsych-grpc serve --host 0.0.0.0 --db study.db \
            --tls-cert cert.pem --tls-key key.pem --token-file tokens.txt

    For several labs, with several servers on one PostgreSQL database (its password in PGPASSWORD or ~/.pgpass):

        aepsych-grpc serve --database postgresql://aepsych@db.example.org/studies

    Is it there, and what can it do:

        grpcurl -plaintext localhost:50051 aepsych_grpc.v1.ExperimentService/GetServerInfo
        curl localhost:50052
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aepsych_grpc").setLevel(log_level.upper())
    with server_parts():
        from aepsych_grpc.server.exposure import Exposure, ExposureError, is_loopback
        from aepsych_grpc.store.error import StoreError
        from aepsych_grpc.store.place import place_of

        with explained(ExposureError, StoreError):
            exposure = Exposure(
                host=host,
                port=port,
                http_port=_http_port(port, http_port, no_http=no_http),
                cors_origins=tuple(cors_origin or ()),
                tls_cert=tls_cert,
                tls_key=tls_key,
                token_file=token_file,
                insecure=insecure,
            )
            exposure.check()  # before torch is loaded, so that a mistake is told at once
            place_of(database)
            if insecure and not is_loopback(host):
                typer.echo(f"aepsych-grpc: anyone who reaches {host} can read and write every experiment.", err=True)
            from aepsych_grpc.server.serving import serve as serve_database

            serve_database(database, exposure, typer.echo)


def _http_port(port: int, http_port: int | None, *, no_http: bool) -> int | None:
    if no_http:
        return None
    if http_port is not None:
        return http_port
    return port + 1 if 0 < port < 65535 else 0
