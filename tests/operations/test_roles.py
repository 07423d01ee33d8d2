"""One process with a part of the work: it answers to what belongs to that, and is ready when that goes on."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from bot import health
from bot.leasing import Alone, Never
from bot.roles import ALL, Role, chosen
from bot.settings import SettingsError
from bot.web import web_app
from bot.wiring import Program, build
from escalation.record import leases
from escalation.record.schema import upgrade
from escalation.record.store import Record
from tests.conftest import KEY
from tests.faults import running as faults
from tests.faults.waiting import until
from tests.operations.conftest import TELEGRAM_TOKEN, browsing, settings
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture
from tests.record.test_settings import run

PAGES = {"receive": ("/", "/telegram/webhook"), "console": ("/staff/sign-in", "/panel/", "/staff")}
EVERYWHERE = ("/livez", "/readyz", "/metrics")


@pytest.fixture
def shared(postgres: Postgres) -> str:  # noqa: F811
    """A record that several processes may have."""
    upgrade(url := postgres.new_database())
    return url


@pytest.fixture(autouse=True)
def every_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT", 0.0)


def part(url: str, *roles: Role) -> Iterator[Program]:
    program = build(settings(url), roles=frozenset(roles))
    yield program
    program.record.close()


def test_several_processes_on_a_database_in_a_file_are_refused_in_one_line(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--role", "send", BREAKWATER_DATABASE_URL=f"sqlite:///{tmp_path / 'one.db'}")
    assert done.code == 1
    assert len(done.lines) == 1 and "several processes need PostgreSQL" in done.lines[0]


def test_without_a_role_or_with_all_of_them_one_process_does_everything(database_url: str) -> None:
    assert chosen(settings(database_url), []) == chosen(settings(database_url), list(Role)) == ALL
    with pytest.raises(SettingsError):
        chosen(settings(database_url), [Role.SEND])


@pytest.mark.parametrize("role", list(Role))
async def test_a_process_answers_to_what_belongs_to_its_role_and_to_nothing_else(database_url: str, role: Role) -> None:
    for program in part(database_url, role):
        async with browsing(web_app(program), "127.0.0.1") as client:
            found = {page: (await client.get(page, headers={"host": "127.0.0.1:8080"})).status_code for page in _all_pages()}
        its_own = {*EVERYWHERE, *PAGES.get(role, ())}
        assert {page for page, status in found.items() if status != 404} >= set(EVERYWHERE)
        assert {page for page, status in found.items() if status != 404} <= its_own
        assert {page for page in its_own if page in ("/", "/staff/sign-in") and found[page] == 404} == set()


def _all_pages() -> list[str]:
    return [*EVERYWHERE, *(page for pages in PAGES.values() for page in pages)]


def test_only_the_calendar_has_the_right_to_what_is_due(database_url: str) -> None:
    for program in part(database_url, Role.CALENDAR):
        assert isinstance(program.ticking.lease, Alone)
    for program in part(database_url, Role.SEND):
        assert isinstance(program.ticking.lease, Never)


@pytest.mark.fault
async def test_one_that_makes_turns_is_ready_once_it_can_and_says_which_parts_nobody_does(shared: str) -> None:
    for program in part(shared, Role.TURNS):
        report = await program.health.report()
        assert (report.stores, report.makes_turns, report.ready) == (True, False, False)
        missing = [line for line in report.problems if line.startswith("No process does")]
        assert len(missing) == len(Role)
        for sign in (*(f"role:{role}" for role in Role), "app:telegram"):
            program.record.write(lambda tx, sign=sign: leases.show(tx, [sign], "another", 60))  # type: ignore[misc]
        report = await program.health.report()
        assert [line for line in report.problems if "process" in line and "turns" not in line] == []


@pytest.mark.fault
async def test_one_that_stands_by_for_the_calendar_is_ready_although_it_does_nothing_yet(shared: str) -> None:
    for program in part(shared, Role.CALENDAR):
        assert (await program.health.report()).ready


@pytest.mark.fault
async def test_the_heartbeat_stops_while_a_part_has_nobody(shared: str, tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    program = build(settings(shared, heartbeat=str(beat)), roles=frozenset({Role.CALENDAR}))
    await program.health.beat()
    assert not beat.exists()
    for sign in (*(f"role:{role}" for role in Role), "app:telegram"):
        program.record.write(lambda tx, sign=sign: leases.show(tx, [sign], "another", 60))  # type: ignore[misc]
    await program.health.beat()
    assert beat.exists()
    program.record.close()


@pytest.mark.fault
@pytest.mark.timeout(300)
async def test_the_real_thing_with_one_role_gets_ready_and_ends_in_order(shared: str, tmp_path: Path) -> None:
    program = faults.Program(tmp_path, "http://127.0.0.1:9/bot", TELEGRAM_TOKEN, database=shared)
    log = tmp_path / "told.txt"
    process = _started(program, log)
    address = f"http://127.0.0.1:{program.port}"
    try:
        await until(lambda: _status(f"{address}/readyz") == httpx.codes.OK, faults.START_SECONDS * 2, log.read_text)
        assert _status(f"{address}/staff") == _status(f"{address}/") == httpx.codes.NOT_FOUND
        assert "This process does: turns." in log.read_text()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 0
    finally:
        process.kill()
        process.wait()
    record = Record(shared, KEY)
    assert record.read(lambda tx: tx.session.scalar(text("select count(*) from procrastinate_workers"))) == 0, "it took its leave"
    record.close()


def _started(program: faults.Program, log: Path) -> subprocess.Popen[bytes]:
    command = [str(faults.BREAKWATER), "serve", "--without-intents", "--role", "turns"]
    with log.open("wb") as told:
        return subprocess.Popen(command, cwd=program.folder, env=program.settings(), stdout=told, stderr=told)


def _status(address: str) -> int:
    try:
        return httpx.get(address, timeout=5, trust_env=False).status_code
    except httpx.HTTPError:
        return 0
