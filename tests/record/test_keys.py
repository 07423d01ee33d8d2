"""Keys are changed while people write: whatever may be read stays readable, also when the change is killed, and an old key ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select

from bot.rehearsal.house import MONDAY_MORNING, House, YoungPerson
from bot.safe_folder import SafeFolder
from escalation.record import audit, erasures, master_key, messages, people, person_keys
from escalation.record.backup import erased_list, making, restoring
from escalation.record.backup.restoring import Keys
from escalation.record.backup.sealed_file import BackupError
from escalation.record.envelope import SealBroken, key_name
from escalation.record.key_keeping import ByProgram, KeyUnavailable, Plain
from escalation.record.master_key import KeyChangeError
from escalation.record.schema import upgrade
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseRow, InboxRow, KeyRow, OutboxRow, Person, Table
from escalation.young_person import erasing
from tests.conftest import KEY
from tests.postgres import postgres  # noqa: F401 - a fixture
from tests.record.test_settings import one_line, run
from tests.retention.story import lived_through
from tests.retention.test_erasing import code_of

pytestmark = pytest.mark.slow
NEW = bytes(reversed(KEY))
LATER = MONDAY_MORNING + timedelta(minutes=6)
OF_THE_ORGANISATION = {"panel_comment", "panel_voice", "staff", "sign_in_challenges"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.fault)])
def address(request: pytest.FixtureRequest) -> str:
    """An empty record in each of the databases we speak."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("database_url"))
    url: str = request.getfixturevalue("postgres").new_database()
    upgrade(url)
    return url


def write(record: Record, who: int, number: int, now: datetime = MONDAY_MORNING) -> str:
    """One message of one person, stored as the service stores it."""

    def store(tx: Tx) -> str:
        someone, where = people.find_or_create(tx, "webchat", f"young-{who}", now)
        messages.store(tx, where, someone, f"{who}-{number}", "text", {"text": f"words {who} {number}"}, None, now)
        return someone.id

    return record.write(store)


def everything(record: Record) -> set[str]:
    """The words of every message, opened. Raises `SealBroken` where one cannot be."""

    def opened(tx: Tx) -> set[str]:
        rows = tx.session.scalars(select(InboxRow))
        return {messages.body(tx, people.person(tx, row.person_id), row)["text"] for row in rows}

    return record.read(opened)


def words_of(tx: Tx, person_id: str) -> set[str]:
    return {line.text for line in messages.transcript(tx, people.person(tx, person_id))}


@contextmanager
def people_write(record: Record) -> Iterator[set[str]]:
    """Three people and ever new ones write until the block is over; what they have written is in the set then."""
    stop, written = Event(), set[str]()

    def go_on(writer: int) -> None:
        for number in range(100_000):
            who = writer if number % 3 else 1000 * (writer + 1) + number
            person_id = write(record, who, number, LATER)
            written.add(f"words {who} {number}")
            assert f"words {who} {number}" in record.read(partial(words_of, person_id=person_id))
            if stop.is_set() and number >= 30:
                return

    with ThreadPoolExecutor(3) as pool:
        going = [pool.submit(go_on, writer) for writer in range(3)]
        try:
            yield written
        finally:
            stop.set()
        for one in going:
            one.result()


def with_people(address: str, how_many: int) -> Record:
    record = Record(address, KEY)
    for who in range(how_many):
        write(record, who, -1)
    return record


def change(record: Record, new: bytes = NEW) -> None:
    master_key.change(record, new, lambda: MONDAY_MORNING)


def test_nothing_is_unreadable_while_the_master_key_is_changed_and_people_write(address: str) -> None:
    with closing(with_people(address, 250)) as service:
        with people_write(service) as written, closing(Record(address, KEY)) as command:
            change(command)
        with closing(Record(address, NEW)) as with_the_new, closing(Record(address, KEY)) as with_the_old:
            expected = written | {f"words {who} -1" for who in range(250)}
            for record in (service, with_the_new, with_the_old):
                assert everything(record) == expected
                assert record.read(master_key.state).left == 0
                assert record.read(audit.first_broken) is None
            master_key.forget(with_the_new, LATER)
        with closing(Record(address, NEW)) as again:
            assert everything(again) == expected
        assert everything(service) == expected, "a program that runs goes on"
    with pytest.raises(SealBroken):
        Record(address, KEY)


@pytest.mark.fault
def test_a_change_that_was_killed_goes_on_where_it_was(database_url: str) -> None:
    changing = f"""
import time
from datetime import UTC, datetime
from escalation.record import master_key
from escalation.record.store import Record
def told(wrapped):
    print(wrapped, flush=True)
    time.sleep(60)
master_key.change(Record({database_url!r}, {KEY!r}), {NEW!r}, lambda: datetime.now(UTC), told)
"""
    with closing(with_people(database_url, 260)) as service:
        process = subprocess.Popen([sys.executable, "-c", changing], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline(), "it ended before it began"
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
        process.stdout.close()
        assert service.read(master_key.state).left > 0, "it has to be killed in the middle for this to mean something"
        write(service, 999, 0)
        expected = everything(service)
        for key in (KEY, NEW):
            with closing(Record(database_url, key)) as record:
                assert everything(record) == expected
        with closing(Record(database_url, NEW)) as record, pytest.raises(KeyChangeError, match="rotate` again"):
            master_key.forget(record, LATER)
        with closing(Record(database_url, KEY)) as record, pytest.raises(KeyChangeError, match="is not over"):
            change(record, bytes(32))
        with closing(Record(database_url, KEY)) as record:
            change(record)
            assert record.read(master_key.state).left == 0
        assert everything(service) == expected


def test_the_old_key_is_not_forgotten_while_somebody_may_need_it(record: Record, database_url: str) -> None:
    write(record, 1, 1)
    with pytest.raises(KeyChangeError, match="no old key"):
        master_key.forget(record, LATER)
    change(record)
    with pytest.raises(KeyChangeError, match="settings still give the old key"):
        master_key.forget(record, LATER)
    with closing(Record(database_url, NEW)) as with_the_new:
        with pytest.raises(KeyChangeError, match="wait until 10:05 UTC"):
            master_key.forget(with_the_new, MONDAY_MORNING + timedelta(minutes=4))
        master_key.forget(with_the_new, MONDAY_MORNING, stopped=True)
        with pytest.raises(KeyChangeError, match="in use before"):
            change(with_the_new, KEY)
        change(with_the_new, bytes(32))
        assert everything(with_the_new) == {"words 1 1"}


def test_a_program_that_saw_nobody_during_the_change_still_knows_the_new_key(record: Record, database_url: str) -> None:
    """It looks each minute, and the old key stays for five."""
    write(record, 1, 1)
    with closing(Record(database_url, KEY)) as quiet:
        change(record)
        quiet.vault.look_again()
        with closing(Record(database_url, NEW)) as with_the_new:
            master_key.forget(with_the_new, LATER)
        assert everything(quiet) == {"words 1 1"}
        write(quiet, 2, 2)
    with closing(Record(database_url, NEW)) as with_the_new:
        assert everything(with_the_new) == {"words 1 1", "words 2 2"}


def test_once_forgotten_the_old_key_is_nowhere_in_the_database(record: Record, database_url: str) -> None:
    write(record, 1, 1)
    change(record)
    with closing(Record(database_url, NEW)) as with_the_new:
        master_key.forget(with_the_new, LATER)
        wrapped = with_the_new.read(lambda tx: {row.purpose: row.wrapped for row in tx.session.scalars(select(KeyRow))})
        assert all(with_the_new.vault.unwrap("keys.wrapped", purpose, one) for purpose, one in wrapped.items())
        assert with_the_new.vault.masters == (NEW,) or Record(database_url, NEW).vault.masters == (NEW,)


async def test_a_back_up_from_before_opens_with_the_old_key_and_lies_under_the_new_one_afterwards(
    house: House, young: YoungPerson, tmp_path: Path
) -> None:
    await young.says("zwetschgenknoedel is our dogs name")
    path, target = tmp_path / "safe" / "before.backup", tmp_path / "elsewhere" / "record.db"
    path.parent.mkdir()
    making.make(house.record, path, house.service.retention, house.clock())
    change(house.record)
    with closing(Record(house.record.url, NEW)) as with_the_new:
        erased_list.write(path.parent, with_the_new.vault.masters, with_the_new.read(erasures.known), house.clock())
        master_key.forget(with_the_new, LATER)
    restore = partial(restoring.restore, replace=False, folders=(), policy=lambda _: house.service.retention, now=house.clock())
    with pytest.raises(BackupError, match=f"key {key_name(KEY)}.*--key-file"):
        restore(path, Keys(NEW), f"sqlite:///{target}")
    restore(path, Keys(NEW, KEY), f"sqlite:///{target}")
    with closing(Record(f"sqlite:///{target}", NEW)) as back:
        assert any("zwetschgen" in words for words in everything(back))
        assert back.read(audit.first_broken) is None
    with pytest.raises(SealBroken):
        Record(f"sqlite:///{target}", KEY)


async def test_a_record_that_came_back_under_another_key_is_backed_up_into_the_same_folder(
    house: House, young: YoungPerson, tmp_path: Path
) -> None:
    folder, target = tmp_path / "safe", tmp_path / "elsewhere" / "record.db"
    lost = SafeFolder(house.record, folder, timedelta(days=30), house.clock)
    await young.says("i like trains")
    lost.back_up(house.service.retention)
    erasing.erase(house.record, house.service, code_of(house, young), "they asked", house.clock())
    lost.note_erasures()
    known_until = house.clock()
    house.clock.move(days=1)
    [path] = folder.glob("*.backup")
    policy, now = house.service.retention, house.clock()
    restoring.restore(path, Keys(NEW, KEY), f"sqlite:///{target}", replace=False, folders=(folder,), policy=lambda _: policy, now=now)
    assert erased_list.read((folder,), (NEW,))[1] == known_until, "it knows no more than before"
    with closing(Record(f"sqlite:///{target}", NEW)) as back:
        found = SafeFolder(back, folder, timedelta(days=30), house.clock)
        found.note_erasures()
        found.back_up(policy)
        assert len(list(folder.glob("*.backup"))) == 2
        assert erased_list.read((folder,), (NEW,))[0].keys() >= house.record.read(erasures.known).keys()


def test_the_key_comes_from_the_environment_a_file_or_a_program(tmp_path: Path) -> None:
    keeper = tmp_path / "keeper.py"
    keeper.write_text("import sys\nsys.stdout.buffer.write(bytes(b ^ 90 for b in sys.stdin.buffer.read()))\n")
    by_program = f"{sys.executable} {keeper}"
    database = {"BREAKWATER_DATABASE_URL": f"sqlite:///{tmp_path / 'record.db'}"}
    of_old = database | {"BREAKWATER_DATA_KEY": Plain().wrap(KEY).decode().strip()}
    assert run(tmp_path, "db", "upgrade", **of_old).code == 0
    assert run(tmp_path, "keys", "rotate", "--to", "new.key", **of_old).code == 0
    assert (tmp_path / "new.key").stat().st_mode & 0o077 == 0
    of_file = database | {"BREAKWATER_DATA_KEY_FILE": "new.key"}
    assert "settings still give the old key" in one_line(tmp_path, "keys", "forget-old", "--stopped", **of_old)
    assert run(tmp_path, "keys", "forget-old", "--stopped", **of_file).code == 0
    assert "another BREAKWATER_DATA_KEY" in one_line(tmp_path, "audit", "verify", **of_old)
    assert run(tmp_path, "keys", "rotate", "--to", "sealed.key", "--command", by_program, **of_file).code == 0
    assert Plain().wrap(ByProgram(by_program).unwrap((tmp_path / "sealed.key").read_bytes())) != (tmp_path / "sealed.key").read_bytes()
    of_program = database | {"BREAKWATER_DATA_KEY_FILE": "sealed.key", "BREAKWATER_DATA_KEY_COMMAND": by_program}
    assert run(tmp_path, "keys", "forget-old", "--stopped", **of_program).code == 0
    shown = run(tmp_path, "keys", "show", **of_program)
    assert shown.code == 0 and "it is the one of the settings" in shown.lines
    assert "both set" in one_line(tmp_path, "keys", "show", **of_program, BREAKWATER_DATA_KEY=of_old["BREAKWATER_DATA_KEY"])


@pytest.mark.parametrize(
    "program", ["no-such-program", f"{sys.executable} -c 'raise SystemExit(3)'", f"{sys.executable} -c 'print(1)'", ""]
)
def test_a_program_that_cannot_open_the_key_is_named_and_what_it_wrote_is_not(program: str) -> None:
    with pytest.raises(KeyUnavailable) as failed:
        ByProgram(program).unwrap(b"geheim")
    assert "geheim" not in str(failed.value)


def test_nothing_is_unreadable_while_peoples_keys_are_renewed_and_they_write(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_keys, "OTHERS_END_WITHIN", 1.0)
    with closing(with_people(address, 60)) as service:
        before = {one.id: one.data_key_wrapped for one in service.read(lambda tx: list(tx.session.scalars(select(Person))))}
        with people_write(service) as written, closing(Record(address, KEY)) as command:
            done = person_keys.renew(command, LATER, lambda: LATER)
        assert everything(service) == written | {f"words {who} -1" for who in range(60)}
        assert done.people == 60 and done.fields >= 120
        renewed = service.read(lambda tx: list(tx.session.scalars(select(Person).where(Person.id.in_(before)))))
        assert all(one.data_key_wrapped != before[one.id] and one.former_key_wrapped is None for one in renewed)


def test_a_renewal_that_was_interrupted_is_taken_up_again_by_the_next(record: Record) -> None:
    write(record, 1, 1)
    write(record, 2, 2)
    first, _ = record.read(lambda tx: [one.id for one in tx.session.scalars(select(Person).order_by(Person.id))])
    record.write(lambda tx: person_keys.begin(tx, first, MONDAY_MORNING))
    assert everything(record) == {"words 1 1", "words 2 2"}
    record.write(lambda tx: person_keys.seal_again(tx, first, 1))
    write(record, 1, 3)
    assert everything(record) == {"words 1 1", "words 2 2", "words 1 3"}
    assert not record.write(lambda tx: person_keys.finish(tx, first)), "something is still sealed by the former key"
    change(record)
    assert everything(record) == {"words 1 1", "words 2 2", "words 1 3"}, "also when the master key changes meanwhile"
    assert person_keys.renew(record, MONDAY_MORNING - timedelta(days=1), lambda: MONDAY_MORNING).people == 1
    assert everything(record) == {"words 1 1", "words 2 2", "words 1 3"}
    assert record.read(lambda tx: tx.session.get_one(Person, first).former_key_wrapped) is None


async def test_every_sealed_field_of_a_whole_story_can_be_read_with_the_new_key(staffed: House, young: YoungPerson) -> None:
    await lived_through(staffed, young)
    record = staffed.record
    rows = record.read(sealed_rows)
    assert len(rows) >= 8, "the story has to leave words in many columns for this test to mean something"
    person_keys.renew(record, staffed.clock() + timedelta(days=1), staffed.clock)
    assert record.read(sealed_rows) == rows


def sealed_rows(tx: Tx) -> dict[tuple[str, str], str]:
    """Every field that is sealed for a person, opened."""
    found = {}
    whose = dict(iter(tx.session.execute(select(CaseRow.id, CaseRow.person_id))))
    for column, id_column in person_keys.sealed_columns():
        owner = column.table.c["person_id" if "person_id" in column.table.c else "case_id"]
        for id, envelope, owned_by in tx.session.execute(select(id_column, column, owner).where(column.is_not(None), owner.is_not(None))):
            someone = people.person(tx, whose.get(owned_by, owned_by))
            found[str(column), id] = tx.vault.open_for(someone, f"{column.table.name}.{column.name.removesuffix('_sealed')}", id, envelope)
    return found


def test_every_sealed_column_is_somebodys_or_the_organisations() -> None:
    sealed = {table.name for table in Table.metadata.sorted_tables for column in table.c if column.name.endswith("_sealed")}
    assert sealed == {column.table.name for column, _ in person_keys.sealed_columns()} | OF_THE_ORGANISATION


async def test_who_is_erased_after_their_key_was_renewed_is_erased_in_an_older_back_up_too(
    house: House, young: YoungPerson, tmp_path: Path
) -> None:
    await young.says("zwetschgenknoedel is our dogs name")
    path, target = tmp_path / "safe" / "before.backup", tmp_path / "elsewhere" / "record.db"
    path.parent.mkdir()
    making.make(house.record, path, house.service.retention, house.clock())
    person_keys.renew(house.record, house.clock() + timedelta(days=1), house.clock)
    erasing.erase(house.record, house.service, code_of(house, young), "asked by letter", house.clock())
    erased_list.write(path.parent, house.record.vault.masters, house.record.read(erasures.known), house.clock())
    policy = house.service.retention
    done = restoring.restore(path, Keys(KEY), f"sqlite:///{target}", replace=False, folders=(), policy=lambda _: policy, now=house.clock())
    assert done.erased >= 1
    with closing(Record(f"sqlite:///{target}", KEY)) as back:
        assert back.read(lambda tx: tx.session.scalar(select(func.count()).select_from(InboxRow))) == 0
        assert back.read(lambda tx: tx.session.scalar(select(func.count()).select_from(OutboxRow))) == 0
