"""A PostgreSQL server of the tests' own, in a temporary folder, reached through a socket in it."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg

DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"


def find_programs() -> Path | None:
    """Return the folder with initdb and pg_ctl, of the latest version that Debian has installed, else on the path."""
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """A server that was made in `folder`, which is removed with it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        # The server refuses to run as root, and so as root another user runs it.
        self._as_user: Sequence[str] = ()
        if os.geteuid() == 0:
            shutil.chown(folder, USER, USER)
            self._as_user = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
        self._run("initdb", "--no-sync", "--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        """Start the server, and return when it takes connections."""
        # Without fsync a commit that waits for its flush is still written before it returns, and so outlives a crash of
        # the server, though not the machine's power; and a start after a crash does not flush every file there is.
        settings = [
            "listen_addresses=''",
            f"unix_socket_directories='{self._folder}'",
            "wal_writer_delay=10s",
            "fsync=off",
        ]
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run(
            "pg_ctl",
            "start",
            "--wait",
            "--timeout=300",
            "--silent",
            f"--log={self._folder / 'log'}",
            f"--options={options}",
        )

    def crash(self) -> None:
        """End the server as a crash would, with what it has not yet written to its files lost."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--silent")

    def remove(self) -> None:
        """Stop the server and remove all of it."""
        self.crash()
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """Make an empty database, and return its URL."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self._conninfo(USER), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql://{USER}@/{name}?host={quote(str(self._folder), safe='')}"

    def _conninfo(self, database: str) -> str:
        return f"host={self._folder} user={USER} dbname={database}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), f"--pgdata={self._data}", *arguments]
        ran = subprocess.run(
            command, cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
