"""`breakwater doctor` on installations that are really broken: it says what is, what to do, and never falls over."""

from __future__ import annotations

import base64
import json
import os
import resource
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command

from bot.doctor import examining
from bot.doctor.examining import CHECKS, Check, examine
from bot.doctor.installation import Installation
from bot.doctor.settings import readable
from bot.doctor.telegram import TokenRefused, bot_name
from bot.rehearsal.house import House
from bot.settings import Settings
from escalation import drills
from escalation.checkup import Checkup, Finding
from escalation.record import audit, leases
from escalation.record.backup import making
from escalation.record.schema import _config, upgrade
from escalation.record.store import Record, make_engine
from escalation.record.tables import AuditRow
from tests.conftest import KEY
from tests.console.conftest import can_sign_in
from tests.operations.conftest import NOBODY, settings
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture
from tests.record.test_settings import BREAKWATER, Done, run
from tests.telegram.bot_api import TOKEN, BotApi
from tests.whatsapp import cloud_api as whatsapp_api
from tests.whatsapp.cloud_api import CloudApi

NOW = datetime.fromisoformat("2026-11-23T10:00:00+00:00")


@pytest.fixture
def used(database_url: str) -> str:
    """A record that was used with the right key."""
    Record(database_url, KEY).close()
    return database_url


@pytest.fixture
def api() -> Iterator[BotApi]:
    server = BotApi().start()
    yield server
    server.stop()


def look(name: str, url: str, **more: object) -> Finding:
    """What one check finds with these settings."""
    return examine(Installation(settings(url, **more), NOW), [name]).of(name)


def of_house(house: House, *names: str, **more: object) -> Checkup:
    return examine(Installation(settings(house.record.url, **more), house.clock()), names)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def doctor(folder: Path, *options: str, **given: str) -> Done:
    return run(folder, "doctor", *options, **given)


def test_with_nothing_at_all_it_says_what_comes_first_and_makes_nothing(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json", BREAKWATER_MODE="production", BREAKWATER_DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    assert done.code == 1
    found = {one["name"]: one for one in json.loads("\n".join(done.lines))["findings"]}
    assert list(found) == list(examining.NAMES)
    assert found["settings"]["what"] == "Production mode needs BREAKWATER_DATA_KEY, BREAKWATER_PUBLIC_URL."
    assert (found["database"]["state"], found["team"]["state"]) == ("broken", "unknown")
    assert "breakwater db upgrade" in found["database"]["todo"]
    assert list(tmp_path.iterdir()) == []


def test_every_setting_that_cannot_be_used_is_named_and_none_is_shown(tmp_path: Path) -> None:
    secret = "not-a-key-but-secret"
    wrong = {"BREAKWATER_DATA_KEY": secret, "BREAKWATER_NLU_TIMEOUT": "99", "BREAKWATER_LISTEN": "nowhere"}
    done = doctor(tmp_path, "--json", "--only", "settings", **wrong)
    [found] = json.loads("\n".join(done.lines))["findings"]
    assert all(name in found["what"] for name in wrong) and secret not in done.lines


def test_a_misspelt_setting_is_noticed(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--only", "settings", BREAKWATER_TELEGRM_TOKEN="1:a")
    assert done.code == 0 and "BREAKWATER_TELEGRM_TOKEN" in " ".join(done.lines)


def test_a_check_that_does_not_exist_is_a_wrong_call(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--only", "tea")
    assert done.code == 2 and "tea" in " ".join(done.lines)


def test_a_whole_installation_on_the_command_line(tmp_path: Path, used: str) -> None:
    given = {"BREAKWATER_DATABASE_URL": used, "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode(), "COLUMNS": "200"}
    done = doctor(
        tmp_path,
        *["--only", "database", "--only", "data_key", "--only", "integrity", "--only", "migrations", "--only", "writable"],
        **given,
    )
    assert done.code == 0
    assert done.lines[-1] == "All is well."


@pytest.mark.parametrize(("key", "told"), [(bytes(32), "The data key does not open this record."), (KEY, "The data key opens the record.")])
def test_a_key_has_to_open_the_record_not_only_be_there(used: str, key: bytes, told: str) -> None:
    assert look("data_key", used, data_key=base64.b64encode(key).decode()).what == told


def test_with_a_wrong_key_what_is_sealed_is_not_known_and_the_rest_is_looked_at(used: str) -> None:
    found = examine(Installation(settings(used, data_key=base64.b64encode(bytes(32)).decode()), NOW), ["team", "database", "audit"])
    assert {one.name: one.state for one in found.findings} == {"database": "ok", "audit": "unknown", "team": "unknown"}


def test_a_damaged_file_is_found(used: str) -> None:
    with sqlite3.connect(file_of(used)) as database:
        database.execute("pragma wal_checkpoint(truncate)")
    whole = bytearray(file_of(used).read_bytes())
    half = len(whole) // 2
    whole[half : half + 20_000] = b"\xff" * 20_000
    file_of(used).write_bytes(bytes(whole))
    assert look("integrity", used).state == "broken"


def test_a_file_that_is_no_database_breaks_the_record_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    path.write_bytes(b"this is a letter, not a database\n" * 200)
    found = examine(Installation(settings(f"sqlite:///{path}"), NOW), ["database", "integrity", "writable", "rota", "content"])
    assert [one.state for one in found.findings] == ["broken", "broken", "broken", "unknown", "ok"]


def test_old_tables_are_named_with_what_to_run(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config, engine = _config(), make_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    found = look("migrations", url)
    assert (found.state, found.what[:24]) == ("broken", "The tables are at 0002, ")
    assert "breakwater db upgrade" in found.todo


def test_a_full_disk_is_found(tmp_path: Path, used: str) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    plain = {name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")}
    mine = {"BREAKWATER_DATABASE_URL": used, "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode()}
    done = subprocess.run(
        [BREAKWATER, "doctor", "--only", "writable"], env=plain | mine, cwd=tmp_path, capture_output=True, text=True, preexec_fn=little_room
    )
    assert done.returncode == 1
    assert "Nothing can be stored" in done.stdout and "Traceback" not in done.stderr


def test_a_database_that_something_else_holds_stores_nothing(used: str) -> None:
    other = sqlite3.connect(file_of(used), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert look("writable", used).state == "broken"
    other.close()


def test_a_postgres_that_is_away_is_told_in_seconds() -> None:
    begun = time.monotonic()
    found = look("database", "postgresql+psycopg://breakwater:s3cret-word@127.0.0.1:9/breakwater")
    assert found.state == "broken" and "s3cret-word" not in found.what
    assert time.monotonic() - begun < 8


def test_without_postgresqls_programs_no_back_up_can_be_made_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = look("backup", "postgresql+psycopg://me@127.0.0.1:9/breakwater")
    assert (found.state, found.what) == ("broken", "The record is on PostgreSQL, and pg_dump is not here: no back-up can be made.")


def test_the_audit_chain_is_looked_at_from_its_end(record: Record) -> None:
    for number in range(5):
        record.write(lambda tx, number=number: audit.note(tx, f"tea_{number}", NOW))  # type: ignore[misc]
    assert record.read(lambda tx: audit.first_broken(tx, 3)) is None
    record.write(lambda tx: setattr(tx.session.get_one(AuditRow, 2), "action", "coffee"))
    assert record.read(lambda tx: audit.first_broken(tx, 3)) is None
    assert record.read(lambda tx: audit.first_broken(tx, 4)) == 2
    assert look("audit", record.url).what == "The audit chain is broken at entry 2."


def test_a_token_that_telegram_refuses(api: BotApi) -> None:
    found = look("telegram", "sqlite:///none.db", telegram_token="4242:wrong", telegram_base_url=api.base_url)
    assert (found.state, found.what) == ("broken", "Telegram refuses the bot's token.")
    with pytest.raises(TokenRefused):
        bot_name("4242:wrong", api.base_url)


def test_telegram_away(tmp_path: Path) -> None:
    assert look("telegram", "sqlite:///none.db", telegram_base_url=f"{NOBODY}/bot").what.startswith("Telegram does not answer")


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (lambda api: None, "@breakwater_test_bot answers, by polling; 0 messages wait at Telegram."),
        (lambda api: api.webhook.update(url="https://old.example.org"), "Telegram sends its messages to a webhook"),
        (lambda api: [api.happens() for _ in range(101)], "101 messages wait at Telegram"),
        (lambda api: api.last_error.update(last_error_date=int(NOW.timestamp()), last_error_message="SSL error"), "SSL error"),
    ],
)
def test_how_messages_come_from_telegram(api: BotApi, happens: Callable[[BotApi], object], told: str) -> None:
    happens(api)
    mine = {"telegram_token": TOKEN, "telegram_base_url": api.base_url, "telegram_webhook_url": None}
    assert told in look("telegram", "sqlite:///none.db", **mine).what
    assert look("clock", "sqlite:///none.db", **mine).what == "The clock agrees with that of Telegram."


@pytest.fixture
def cloud() -> Iterator[CloudApi]:
    server = CloudApi().start()
    yield server
    server.stop()


def whatsapp(cloud: CloudApi, **more: object) -> dict[str, object]:
    given = {"token": whatsapp_api.TOKEN, "phone_id": whatsapp_api.PHONE_ID, "app_secret": "s", "verify_token": "w", "base_url": cloud.url}
    return {f"whatsapp_{name}": value for name, value in (given | more).items()}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"token": "expired"}, "WhatsApp refuses the token (190)"),
        ({"phone_id": "1"}, "WhatsApp knows no such number (100)"),
        ({"base_url": NOBODY}, "WhatsApp does not answer"),
        ({}, "WhatsApp calls nobody with its messages"),
    ],
)
def test_a_whatsapp_number_that_does_not_work(cloud: CloudApi, wrong: dict[str, object], told: str) -> None:
    assert told in look("whatsapp", "sqlite:///none.db", **whatsapp(cloud, **wrong)).what


def test_whatsapp_that_calls_an_address_where_nobody_is(cloud: CloudApi) -> None:
    cloud.webhook = f"{NOBODY}/whatsapp/webhook"
    found = look("whatsapp", "sqlite:///none.db", public_url=NOBODY, **whatsapp(cloud))
    assert "was not reached from here" in found.what


def test_whatsapp_that_is_off() -> None:
    assert look("whatsapp", "sqlite:///none.db").state == "ok"


def test_who_is_missing_and_when_nobody_is_on_duty(staffed: House) -> None:
    staffed.on_duty("Sam", 2, starts_in=24)
    found = of_house(staffed, "team", "rota", "alerts", "drill")
    assert found.of("team").what.startswith("No safeguarding lead can sign in; nobody with current vetting")
    assert found.of("rota").what.startswith("Nobody is on duty 17:00, until Tuesday 10:00; tomorrow at 12:00, until Monday 10:00.")
    assert found.of("alerts").state == "ok"
    assert found.of("drill").what == "There was no drill yet."


def test_a_team_that_can_work(staffed: House) -> None:
    staffed.hire("Robin", "admin")
    for name in ("Sam", "Jo", "Robin"):
        can_sign_in(staffed, name)
    for number in range(8):
        staffed.on_duty("Sam", 24, starts_in=24 * number - 1)
    found = of_house(staffed, "team", "rota", "alerts", telegram_token=None, alert_urls="json://127.0.0.1/a")
    assert [one.state for one in found.findings] == ["ok", "ok", "ok"]
    assert found.well


def test_alerts_that_reach_nobody_are_named(staffed: House) -> None:
    assert of_house(staffed, "alerts", telegram_token=None).of("alerts").what == "Only the console tells Alex, Sam that somebody waits."
    assert of_house(staffed, "alerts", alert_urls="tea://pot").of("alerts").state == "broken"


async def test_the_last_drill_and_how_it_ended(staffed: House) -> None:
    staffed.woken.add(staffed.record.write(lambda tx: drills.send(tx, staffed.service, staffed.clock())))
    await staffed.settle()
    assert "waits to be picked up" in of_house(staffed, "drill").of("drill").what
    await staffed.wait(hours=1)
    assert of_house(staffed, "drill").of("drill").what.startswith("Nobody picked up the last drill, 23 November")


def test_what_real_young_people_must_not_meet_is_broken_in_production_alone(used: str) -> None:
    for name in ("signed", "retention", "helplines"):
        assert look(name, used).state == "attention"
        assert look(name, used, mode="production").state == "broken"


def test_a_heartbeat_that_stands_still(used: str, tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    beat.touch()
    assert look("heartbeat", used, heartbeat=str(beat)).state == "ok"
    os.utime(beat, (0, 0))
    assert look("heartbeat", used, heartbeat=str(beat)).state == "attention"


def test_a_back_up_that_is_missing_or_old_is_told(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "safe"
    folder.mkdir()

    def told() -> Finding:
        return of_house(house, "backup", backup_folder=str(folder)).of("backup")

    assert of_house(house, "backup").of("backup").state == "attention"
    assert (told().state, told().what) == ("broken", "There is no back-up yet.")
    making.make(house.record, folder / "monday.backup", house.service.retention, house.clock())
    assert told().what.startswith("The newest back-up, monday.backup, was made on 23 November 2026 at 10:00")
    states = []
    for _ in range(4):
        states.append(told().state)
        house.clock.move(days=1, hours=3)
    assert states == ["ok", "attention", "attention", "broken"]
    (folder / "monday.backup").write_bytes(b"not one of ours")
    assert told().what == "There is no back-up yet."


def test_a_check_that_falls_over_is_itself_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(one: Installation) -> object:
        raise ZeroDivisionError("with somebody's words")

    odd = Check("odd", "The program", "Odd", falls)  # type: ignore[arg-type]
    monkeypatch.setattr(examining, "CHECKS", (odd, *(check for check in CHECKS if check.name == "telegram")))
    found = examine(Installation(Settings(_env_file=None), NOW + timedelta(0)))
    assert [(one.name, one.state) for one in found.findings] == [("odd", "broken"), ("telegram", "ok")]
    assert found.of("odd").what == "This could not be looked at (ZeroDivisionError)."


@pytest.mark.parametrize("half", ["BREAKWATER_WHATSAPP_TOKEN", "BREAKWATER_BACKUP_AT", "BREAKWATER_OIDC_ISSUER"])
def test_settings_that_lack_their_others_are_told_of_and_looked_past(monkeypatch: pytest.MonkeyPatch, half: str) -> None:
    given = {"BREAKWATER_BACKUP_AT": "02:30", "BREAKWATER_OIDC_ISSUER": "https://id.example.org"}
    monkeypatch.setenv(half, given.get(half, "EAAx"))
    _, problems = readable()
    assert any(line.startswith(f"{half} needs ") for line in problems)


def test_on_a_database_in_a_file_one_process_has_every_part(used: str) -> None:
    found = look("parts", used)
    assert (found.state, found.what) == ("ok", "One process does everything, as it has to be with a database in a file.")


@pytest.mark.fault
def test_it_says_which_part_of_the_work_nobody_does_and_what_nobody_holds(postgres: Postgres) -> None:  # noqa: F811
    upgrade(url := postgres.new_database())
    record = Record(url, KEY)

    def shown(*names: str) -> Finding:
        for name in names:
            record.write(lambda tx, name=name: leases.show(tx, [name], "another", 60))  # type: ignore[misc]
        return look("parts", url)

    assert shown().state == "attention"
    found = shown("role:receive", "role:send", "role:console", "role:calendar")
    assert (found.state, found.what) == ("broken", "No process does turns.")
    assert "--role turns" in found.todo
    found = shown("role:turns", "sending:telegram")
    assert (found.state, found.what) == ("broken", "Nobody holds calendar.")
    assert shown("calendar").state == "ok"
    record.close()
