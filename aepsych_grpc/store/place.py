"""Where a database is: in a file, in memory, or on a PostgreSQL server."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from aepsych_grpc.store.error import UnknownDatabase

EXPECTED = 'give a path, "sqlite:///FILE" or "postgresql://USER@HOST/DATABASE"'


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is: `path` for a file, `url` for a PostgreSQL server, neither for memory."""

    path: Path | None = None
    url: URL | None = None

    def __str__(self) -> str:
        if self.url is not None:  # neither the password nor the options, among which it may be too
            return URL.create(
                "postgresql", self.url.username, None, self.url.host, self.url.port, self.url.database
            ).render_as_string()
        return ":memory:" if self.path is None else str(self.path)


def place_of(database: str | Path) -> Place:
    """Return the place that a path, `:memory:` or a URL names.

    Raises:
        UnknownDatabase: It is no URL, or that of another kind of database.
    """
    if isinstance(database, Path) or (database != ":memory:" and "://" not in database):
        return Place(path=Path(database))
    try:
        url = make_url("sqlite://" if database == ":memory:" else database)
    except ArgumentError:
        kind = database.partition("://")[0]  # the rest may have a password
        raise UnknownDatabase(f'"{kind}://..." is no URL of a database; {EXPECTED}.') from None
    if url.get_backend_name() == "sqlite":
        return Place(path=Path(url.database)) if url.database and url.database != ":memory:" else Place()
    if url.drivername in ("postgresql", "postgres"):
        return Place(url=url.set(drivername="postgresql+psycopg"))
    raise UnknownDatabase(f'Databases of kind "{url.get_backend_name()}" are not supported; {EXPECTED}.')
