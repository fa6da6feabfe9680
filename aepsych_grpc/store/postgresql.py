"""PostgreSQL as the store's database: how it is connected to, and how its transactions begin."""

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from aepsych_grpc.store import busy
from aepsych_grpc.store.error import StoreUnavailable

CONNECTIONS = 16
"""Connections for writing, and as many for reading: two servers stay below PostgreSQL's usual 100."""


def open_server(url: URL) -> tuple[Engine, Engine]:
    """Return engines for writing and for reading a database on a server.

    Writers of the same experiment wait for each other at its row, and a reader has the same view of all tables
    throughout its transaction.

    Raises:
        StoreUnavailable: The driver is missing.
    """
    try:
        import psycopg  # noqa: F401  # SQLAlchemy imports it by name
    except ImportError as error:
        raise StoreUnavailable(
            f'PostgreSQL needs one more package: pip install "aepsych-grpc[postgresql]" ({error}).'
        ) from None
    writer = _engine(url)
    event.listen(writer, "begin", _begin_write)
    reader = _engine(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return writer, reader


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_size=CONNECTIONS // 2,
        max_overflow=CONNECTIONS // 2,
        pool_timeout=busy.SECONDS,
        pool_pre_ping=True,  # a server that was started again between two trials is not noticed by anyone
        connect_args={"connect_timeout": int(busy.SECONDS)},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("SET synchronous_commit = on")  # whatever the server's own setting, a Tell is on disk
    cursor.execute(f"SET lock_timeout = '{busy.SECONDS}s'")
    cursor.close()
    connection.commit()


def _begin_write(connection: Connection) -> None:
    if not connection.get_execution_options().get("durable", True):
        # The commit returns before its flush, which the server does soon, or the next commit that waits for one.
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
