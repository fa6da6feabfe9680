"""SQLite as the store's database: how it is opened, and how its transactions begin."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from aepsych_grpc.store import busy
from aepsych_grpc.store.error import StoreUnavailable


def open_file(path: Path) -> tuple[Engine, Engine]:
    """Return engines for writing and for reading; a file that is missing is made, for its owner's eyes only.

    The writer's pool holds one connection, so the writers of this process queue for it instead of for the database's
    lock, which SQLite has them poll. Readers have connections of their own: in WAL mode they wait for no one.

    Raises:
        StoreUnavailable: The folder is missing, or the file can't be made or written.
    """
    if not path.parent.is_dir():
        raise StoreUnavailable(
            f"The database {path} can't be opened: there is no folder {path.parent}. Create it first."
        )
    # An existing file is left to SQLite: to close a descriptor of ours would drop the locks that this process
    # may hold on it through another connection (fcntl locks belong to the process).
    if not path.exists():
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            pass  # another process was faster
        except OSError as error:
            raise StoreUnavailable(f"The database {path} can't be made: {error.strerror}.") from error
    elif not os.access(path, os.W_OK):  # SQLite would open it, and refuse the first Tell
        raise StoreUnavailable(f"The database {path} can't be opened: it is read-only.")
    url = URL.create("sqlite+pysqlite", database=str(path))
    writer = _engine(url, pool_size=1, max_overflow=0)
    event.listen(writer, "connect", _prepare_writer)
    event.listen(writer, "begin", _begin_write)
    reader = _engine(url, pool_size=4, max_overflow=-1)
    event.listen(reader, "connect", _prepare_reader)
    event.listen(reader, "begin", _begin_read)
    return writer, reader


def open_alone(path: Path) -> Engine:
    """Return the engine of an existing file, to change its tables; it can't be used while a program has it open."""
    engine = _engine(URL.create("sqlite+pysqlite", database=str(path)), pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _prepare_alone)
    event.listen(engine, "begin", _begin_write)
    return engine


def open_memory() -> Engine:
    """Return the engine of a database in memory, which has one connection for all."""
    engine = _engine(URL.create("sqlite+pysqlite"), pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_write)
    return engine


def _engine(url: URL, *, pool_size: int, max_overflow: int) -> Engine:
    return create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=busy.SECONDS,
        connect_args={"timeout": busy.SECONDS, "check_same_thread": False},
    )


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute("PRAGMA foreign_keys=ON")


def _prepare_writer(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    _prepare(connection, entry)
    connection.execute("PRAGMA journal_mode=WAL")
    # A commit that finds the WAL long would copy it into the database and flush both files before it returns;
    # that is done in the background instead.
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _prepare_alone(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    _prepare(connection, entry)
    # Only for the last one that has the file open does SQLite leave the mode that all who write to it share.
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")


def _prepare_reader(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    _prepare(connection, entry)
    connection.execute("PRAGMA query_only=ON")


def _begin_write(connection: Connection) -> None:
    # FULL flushes the WAL once, at the commit, and with it all that earlier commits without a flush left there.
    # NORMAL leaves the commit to the operating system: it outlives the process, but not the power.
    durable = connection.get_execution_options().get("durable", True)
    connection.exec_driver_sql("PRAGMA synchronous=FULL" if durable else "PRAGMA synchronous=NORMAL")
    # IMMEDIATE takes the write lock now: a transaction that read first and then wanted it could be refused at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
