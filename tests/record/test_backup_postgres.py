"""Back-ups of a record in PostgreSQL keep what those of SQLite keep: sealed, looked at, whole when they come back, no way round an erasure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select

from bot.rehearsal.house import House, YoungPerson
from escalation.record import audit, erasures
from escalation.record.backup import erased_list, making, restoring
from escalation.record.backup import postgres as postgres_backup
from escalation.record.backup.making import Made
from escalation.record.backup.postgres import PostgresDatabase
from escalation.record.backup.restoring import Keys, Restored
from escalation.record.backup.sealed_file import BackupError
from escalation.record.messages import transcript
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.record.tables import Person
from escalation.young_person import erasing
from tests.conftest import KEY
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture
from tests.retention.story import lived_through
from tests.retention.test_erasing import code_of

pytestmark = pytest.mark.fault


@pytest.fixture
def database_url(postgres: Postgres) -> str:  # noqa: F811
    """What every record of these tests lies in."""
    upgrade(url := postgres.new_database())
    return url


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    (tmp_path / "safe").mkdir()
    return tmp_path / "safe" / "a.backup"


def back_up(house: House, path: Path) -> Made:
    return making.make(house.record, path, house.service.retention, house.clock())


def restore(house: House, path: Path, target: str, *, replace: bool = False) -> Restored:
    now, retention = house.clock(), house.service.retention
    return restoring.restore(path, Keys(KEY), target, replace=replace, folders=(), policy=lambda _: retention, now=now)


@contextmanager
def opened(url: str) -> Iterator[Record]:
    with closing(Record(url, KEY)) as record:
        yield record


def said(url: str) -> list[str]:
    """Everything that young people and the bot said to each other."""
    with opened(url) as record:
        return record.read(lambda tx: [line.text for one in tx.session.scalars(select(Person)) for line in transcript(tx, one)])


def named(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def databases(url: str) -> set[str]:
    """The databases of the server beside this one whose names begin alike."""
    with psycopg.connect(make_url(named(url, "postgres")).set(drivername="postgresql").render_as_string(), autocommit=True) as server:
        return {name for (name,) in server.execute("SELECT datname FROM pg_database") if name.startswith(f"{make_url(url).database}_")}


@pytest.mark.rule("S76")
async def test_a_record_comes_back_whole_and_nothing_of_it_can_be_found_in_the_file(staffed: House, young: YoungPerson, safe: Path) -> None:
    await lived_through(staffed, young)
    url = staffed.record.url
    before, made = said(url), back_up(staffed, safe)
    assert (made.contents.people, made.contents.cases, made.contents.broken) == (1, 1, None)
    assert not {word for word in (b"PGDMP", b"inbox", b"home_abuse", b"Sam", young.person().id.encode()) if word in safe.read_bytes()}  # noqa: ASYNC240
    other = named(url, f"{make_url(url).database}_new")
    assert restore(staffed, safe, other).contents == made.contents
    assert said(other) == before
    with opened(other) as record:
        assert record.read(audit.first_broken) is None
    assert databases(url) == {f"{make_url(url).database}_new"}, "what was unpacked is gone again"


@pytest.mark.rule("S73")
async def test_who_was_erased_after_the_back_up_stays_erased_and_the_record_that_was_there_is_kept(house: House, safe: Path) -> None:
    leaving, staying = YoungPerson(house, address="1"), YoungPerson(house, address="2")
    await leaving.says("zwetschgenknoedel is our dogs name")
    await staying.says("i like trains")
    back_up(house, safe)
    house.clock.move(hours=1)
    erasing.erase(house.record, house.service, code_of(house, leaving), "they asked", house.clock())
    erased_list.write(safe.parent, house.record.vault.masters, house.record.read(erasures.known), house.clock())
    with pytest.raises(BackupError, match="say --replace"):
        restore(house, safe, house.record.url)
    house.record.close()
    done = restore(house, safe, house.record.url, replace=True)
    assert done.erased == 1
    assert "i like trains" in said(house.record.url)
    assert not any("zwetschgen" in text for text in said(house.record.url))
    assert done.kept_beside is not None
    assert "i like trains" in said(named(house.record.url, done.kept_beside))


def test_a_rehearsal_and_a_file_that_is_damaged_leave_nothing(house: House, safe: Path) -> None:
    back_up(house, safe)
    rehearse = partial(
        restoring.rehearse,
        keys=Keys(KEY),
        beside=house.record.url,
        folders=(),
        policy=lambda _: house.service.retention,
        now=house.clock(),
    )
    assert rehearse(safe).contents.broken is None
    whole = safe.read_bytes()
    safe.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    with pytest.raises(BackupError, match="cut short or changed"):
        rehearse(safe)
    assert databases(house.record.url) == set()


def test_while_a_program_runs_on_the_record_it_is_not_replaced(house: House, safe: Path) -> None:
    house.hire("Sam")
    back_up(house, safe)
    with pytest.raises(BackupError, match="still runs"):
        restore(house, safe, house.record.url, replace=True)
    assert databases(house.record.url) == set()
    assert house.staff("Sam").name == "Sam"


def test_a_copy_that_a_killed_run_left_is_taken_away_by_the_next(house: House, safe: Path) -> None:
    left = f"{make_url(house.record.url).database}_unpacked_0badc0de"
    with PostgresDatabase(house.record.url)._server() as server:
        server.execute(f"CREATE DATABASE {left}")
    back_up(house, safe)
    assert databases(house.record.url) == set()


def test_a_user_who_may_make_no_database_is_told_what_to_grant(house: House, safe: Path) -> None:
    back_up(house, safe)
    with PostgresDatabase(house.record.url)._server() as server:
        server.execute("CREATE ROLE humble LOGIN")
    humble = make_url(house.record.url).set(username="humble").render_as_string()
    with pytest.raises(BackupError, match=r"humble may not make .* CREATEDB"), PostgresDatabase(humble).unpacked(safe, KEY):
        pytest.fail("it was unpacked")


def test_the_password_is_on_no_command_line_and_our_own_key_is_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = tmp_path / "pg_dump"
    spy.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\nenv > {tmp_path}/environment\n')
    spy.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("BREAKWATER_DATA_KEY", "k3y")
    with PostgresDatabase("postgresql+psycopg://me:s3cret@db.test:5433/record?sslmode=require").snapshot() as source:
        assert source.read(1) == b""
    words, environment = (tmp_path / "words").read_text(), (tmp_path / "environment").read_text()
    assert all(part in words for part in ("host=db.test", "port=5433", "user=me", "dbname=record", "sslmode=require"))
    assert "s3cret" not in words
    assert "PGPASSWORD=s3cret" in environment
    assert "k3y" not in environment


def test_a_dump_that_ends_with_an_error_is_no_back_up_and_quotes_no_rows(house: House, safe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = safe.parent / "pg_dump"
    failing.write_text('#!/bin/sh\necho half\necho "pg_dump: error: it broke" >&2\necho "DETAIL: zwetschge" >&2\nexit 1\n')
    failing.chmod(0o700)
    monkeypatch.setenv("PATH", str(safe.parent), prepend=os.pathsep)
    with pytest.raises(BackupError, match=r"pg_dump: error: it broke$"):
        back_up(house, safe)
    assert not safe.exists()


def test_where_postgresqls_programs_are_not_here_it_is_said_how_to_get_them(
    house: House, safe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(safe.parent))
    assert postgres_backup.missing_tools() == ["pg_dump", "pg_restore"]
    with pytest.raises(BackupError, match=r"pg_dump is not here\. Install PostgreSQL's client programs"):
        back_up(house, safe)
