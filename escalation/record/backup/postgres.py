"""A record in PostgreSQL, by PostgreSQL's own programs. What is taken out of a back-up lies in a database of its own on the same server.

Nothing that was dumped touches a disk unsealed. Passwords reach the programs by the environment, never by a command line.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from escalation.record.backup import sealed_file
from escalation.record.backup.sealed_file import BackupError, Header, restorable
from escalation.record.tables import KeyRow, Table

TOOLS = ("pg_dump", "pg_restore")
GET_TOOLS = "Install PostgreSQL's client programs, of the server's version or newer (Debian: postgresql-client)."
_UNPACKED = "_unpacked_"
_LONGEST_NAME = 40
"""Letters of a database's name that go into the names beside it: PostgreSQL cuts names at 63 bytes."""


def missing_tools() -> list[str]:
    """Which of the programs that are needed are not here."""
    return [name for name in TOOLS if shutil.which(name) is None]


class PostgresDatabase:
    """One database on a server, there or not. Its user has to be allowed to make databases."""

    what = "record in PostgreSQL"

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.name = self.url.database or ""

    @contextmanager
    def snapshot(self) -> Iterator[BinaryIO]:
        """By pg_dump."""
        with _running(self._command("pg_dump", "--format=custom"), self._environment()) as process:
            yield cast(BinaryIO, _ToItsEnd(process))

    @contextmanager
    def unpacked(self, path: Path, master: bytes) -> Iterator[tuple[str, Header]]:
        """In a database of its own, by pg_restore."""
        header = restorable(path, self.what)
        name = f"{self.name[:_LONGEST_NAME]}{_UNPACKED}{secrets.token_hex(4)}"
        copy = PostgresDatabase(self.url.set(database=name).render_as_string(hide_password=False))
        with self._server(name) as server:
            _drop_left_behind(server, self.name[:_LONGEST_NAME])
            server.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
            try:
                copy._fill(path, master)
                yield copy.url.render_as_string(hide_password=False), header
            finally:
                server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def has_rows(self) -> bool:
        with self._server() as server:
            if not _is_there(server, self.name):
                return False
        names = {table.name for table in Table.metadata.sorted_tables} - {KeyRow.__tablename__}
        with self._connected() as connection:
            there = {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}
            return any(
                connection.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(name))).fetchone() for name in sorted(names & there)
            )

    def take(self, copy: str, now: datetime) -> str | None:
        kept = f"{self.name[:_LONGEST_NAME]}_before_{now:%Y%m%dT%H%M%S}"
        rename = SQL("ALTER DATABASE {} RENAME TO {}")
        with self._server() as server:
            was_there = _is_there(server, self.name)
            try:
                with server.transaction():
                    if was_there:
                        server.execute(rename.format(Identifier(self.name), Identifier(kept)))
                    server.execute(rename.format(Identifier(make_url(copy).database or ""), Identifier(self.name)))
            except psycopg.errors.ObjectInUse:
                raise BackupError(f"a program still runs on {self.name}: stop it, then restore") from None
        return kept if was_there else None

    def _fill(self, path: Path, master: bytes) -> None:
        """Open a back-up into this empty database."""
        command = self._command("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        with _running(command, self._environment()) as process:
            assert process.stdin is not None
            with suppress(BrokenPipeError), process.stdin as sink:  # it ended early, and says why
                sealed_file.unseal(path, (master,), cast(BinaryIO, sink))
            _ended_well(process)

    def _command(self, tool: str, *options: str) -> list[str]:
        if tool in missing_tools():
            raise BackupError(f"{tool} is not here. {GET_TOOLS}")
        return [tool, *options, f"--dbname={make_conninfo('', **{k: v for k, v in self._parameters().items() if k != 'password'})}"]

    def _environment(self) -> dict[str, str]:
        """What the programs may know: nothing of our own settings, and the password."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")}
        return ours | ({"PGPASSWORD": str(self.url.password)} if self.url.password else {})

    def _parameters(self) -> dict[str, Any]:
        """The address in PostgreSQL's own terms."""
        _, parameters = self.url.get_dialect()().create_connect_args(self.url)
        return {name: value for name, value in parameters.items() if name != "context"}

    @contextmanager
    def _connected(self, **other: str) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect("", autocommit=True, **{**self._parameters(), **other}) as connection:
                yield connection
        except psycopg.errors.InsufficientPrivilege:
            raise BackupError(
                f"{self.url.username} may not make or rename databases, which a check and a restore need: ALTER USER … CREATEDB"
            ) from None
        except psycopg.Error as error:  # its message may quote what was stored
            raise BackupError(
                f"PostgreSQL at {self.url.host or 'its usual place'} did not do it ({type(error).__name__}): see that it runs and knows the user"
            ) from None

    def _server(self, working_on: str = "") -> Any:
        """A connection to none of the organisation's own databases, by whose name others see what is being worked on."""
        return self._connected(dbname="postgres", application_name=working_on or "breakwater")


class _ToItsEnd:
    """What a program writes. Its end is an end only where the program ended well."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def read(self, size: int) -> bytes:
        """At most so many bytes. Raises `BackupError`."""
        assert self._process.stdout is not None
        if not (read := self._process.stdout.read(size)):
            _ended_well(self._process)
        return read


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program, ended when the block is left."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _ended_well(process: subprocess.Popen[bytes]) -> None:
    """Wait for its end. Raises `BackupError` with the first line that it complains in; later ones may quote what is stored."""
    assert process.stderr is not None
    first, _, _ = process.stderr.read().decode(errors="replace").partition("\n")
    if process.wait():
        raise BackupError(f"PostgreSQL's program ended with an error: {first or 'it said nothing'}")


def _is_there(server: psycopg.Connection[Any], name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def _drop_left_behind(server: psycopg.Connection[Any], name: str) -> None:
    """Copies of runs that died: nobody who works on them is connected."""
    left = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND datname NOT IN (SELECT application_name FROM pg_stat_activity WHERE application_name IS NOT NULL)",
        (f"{name}{_UNPACKED}",),
    ).fetchall()
    for (database,) in left:
        server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database)))
