"""Back-ups: made while people write, unreadable to others, whole when they come back, and never a way round an erasure."""

from __future__ import annotations

import base64
import sqlite3
from asyncio import sleep, timeout
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.rehearsal.house import MONDAY_MORNING, House, YoungPerson
from bot.safe_folder import SafeFolder
from bot.wiring import build
from escalation.record import audit, erasures, people
from escalation.record.backup import erased_list, making, restoring, sealed_file
from escalation.record.backup.making import Made
from escalation.record.backup.restoring import Keys, Restored
from escalation.record.backup.sealed_file import BackupError
from escalation.record.envelope import SealBroken
from escalation.record.messages import transcript
from escalation.record.store import Record, Tx
from escalation.record.tables import AuditRow, CaseRow, KeyRow, Person, Staff, StaffSession
from escalation.young_person import erasing
from tests.conftest import KEY
from tests.escalation.talking import talks
from tests.operations.conftest import settings
from tests.record.test_at_rest import SAID, traces
from tests.record.test_settings import one_line, run
from tests.retention.story import lived_through
from tests.retention.test_erasing import clears, code_of

pytestmark = pytest.mark.slow
OTHER_KEY = bytes(32)


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    """A folder for back-ups, on what could be another disk."""
    folder = tmp_path / "safe"
    folder.mkdir()
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "breakwater.db"


def back_up(house: House, path: Path) -> Made:
    return making.make(house.record, path, house.service.retention, house.clock())


def restore(house: House, path: Path, target: Path, *, replace: bool = False, master: bytes = KEY) -> Restored:
    now, retention = house.clock(), house.service.retention
    return restoring.restore(path, Keys(master), f"sqlite:///{target}", replace=replace, folders=(), policy=lambda _: retention, now=now)


@contextmanager
def opened(path: Path) -> Iterator[Record]:
    record = Record(f"sqlite:///{path}", KEY)
    try:
        yield record
    finally:
        record.close()


def lines(tx: Tx) -> list[str]:
    """Everything that young people and the bot said to each other."""
    return [line.text for one in tx.session.scalars(select(Person)) for line in transcript(tx, one)]


def everybody(path: Path) -> list[str]:
    with opened(path) as record:
        return record.read(lambda tx: list(tx.session.scalars(select(Person.id).order_by(Person.id))))


def actions(record: Record) -> list[str]:
    return record.read(lambda tx: list(tx.session.scalars(select(AuditRow.action).order_by(AuditRow.seq))))


def files_in(folder: Path) -> dict[str, bytes]:
    """The files of a folder, which have to be their owner's alone."""
    assert not [path for path in folder.iterdir() if path.stat().st_mode & 0o077]
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def in_use(house: House) -> Path:
    return Path(str(house.record.engine.url.database))


@pytest.mark.rule("S76")
async def test_nothing_that_the_record_holds_can_be_found_in_a_back_up(staffed: House, young: YoungPerson, safe: Path) -> None:
    await lived_through(staffed, young)
    for text in SAID:
        await young.says(text)
    back_up(staffed, safe / "a.backup")
    staffed.record.fold_in()
    plain, files = in_use(staffed).read_bytes(), files_in(safe)
    in_clear = {b"inbox", b"SQLite format", b"home_abuse", b"Sam", young.person().id.encode(), b"guidance_given"}
    assert {word for word in in_clear if word in plain} == in_clear, "what the record shows must be found there, or the search is blind"
    # Three letters stand in half a megabyte of any bytes now and then.
    planted = {*(in_clear - {b"Sam"}), *(trace for text in SAID for trace in traces(text)), b"Marzipankartoffel", b"zwetschgenknoedel"}
    assert {word for word in planted if any(word in sealed for sealed in files.values())} == set()
    assert sorted(files) == ["a.backup", erased_list.NAME]
    assert not list(in_use(staffed).parent.glob(".backup-*")), "no copy is left behind"


async def test_what_was_backed_up_comes_back_whole_and_says_so_in_the_audit(
    staffed: House, young: YoungPerson, safe: Path, elsewhere: Path
) -> None:
    await lived_through(staffed, young)
    before = staffed.record.read(lines)
    made = back_up(staffed, safe / "a.backup")
    done = restore(staffed, safe / "a.backup", elsewhere)
    assert (done.contents, done.erased, done.kept_beside) == (made.contents, 0, None)
    assert (made.contents.people, made.contents.cases, made.contents.broken) == (1, 1, None)
    with opened(elsewhere) as record:
        assert record.read(lines) == before
        assert record.read(audit.first_broken) is None
        assert actions(record)[-1] == "backup_restored"
        assert record.read(lambda tx: tx.session.scalar(select(func.count()).where(StaffSession.ended_at.is_(None)))) == 0
    assert actions(staffed.record)[-1] == "backup_made"


async def test_everybody_goes_on_writing_while_a_back_up_is_made(house: House, young: YoungPerson, safe: Path, elsewhere: Path) -> None:
    await young.says("i like trains")

    def writes(number: int) -> None:
        house.record.write(lambda tx: people.find_or_create(tx, "web", f"somebody {number}", house.clock()))

    with ThreadPoolExecutor(2) as others:
        writing = others.map(writes, range(100))
        back_up(house, safe / "a.backup")
        list(writing)
    restore(house, safe / "a.backup", elsewhere)
    assert len(house.record.read(lambda tx: list(tx.session.scalars(select(Person.id))))) == 101
    with opened(elsewhere) as record:
        assert "i like trains" in record.read(lines)


DAMAGES: tuple[tuple[Callable[[bytes], bytes], str], ...] = (
    (lambda whole: whole[:-1], "cut short or changed"),
    (lambda whole: whole[: len(whole) // 2], "cut short or changed"),
    (lambda whole: whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "cut short or changed"),
    (lambda whole: whole.replace(b"2026-11-23T10", b"2026-11-24T10", 1), "cut short or changed"),
    (lambda whole: whole.replace(b'"format": 1', b'"format": 2', 1), "newer version"),
    (lambda whole: whole.replace(b'"migration": "0', b'"migration": "9', 1), "newer version"),
    (lambda whole: whole[9:], "is no back-up"),
    (lambda whole: whole[:60], "is no back-up"),
    (lambda whole: b"", "is no back-up"),
)


def test_a_damaged_or_unknown_file_changes_nothing(house: House, safe: Path) -> None:
    house.hire("Sam")
    back_up(house, safe / "a.backup")
    house.record.close()
    whole, before = (safe / "a.backup").read_bytes(), in_use(house).read_bytes()
    for damage, told in DAMAGES:
        (safe / "b.backup").write_bytes(damage(whole))
        with pytest.raises(BackupError, match=told):
            restore(house, safe / "b.backup", in_use(house), replace=True)
        assert in_use(house).read_bytes() == before
        assert sorted(path.name for path in in_use(house).parent.iterdir()) == ["breakwater.db", "safe"]


def test_chunks_cannot_be_swapped_or_taken_from_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_file, "CHUNK", 16)
    files = []
    for name in ("one", "two"):
        (tmp_path / "plain").write_bytes(b"sixteen letters!" * 3)
        header = sealed_file.Header.new("test", "", KEY, MONDAY_MORNING)
        with (tmp_path / "plain").open("rb") as source:
            sealed_file.write(tmp_path / name, KEY, header, source)
        files.append((tmp_path / name).read_bytes())
    start = len(files[0]) - 3 * 32
    head, chunks = files[0][:start], [files[0][start + at : start + at + 32] for at in (0, 32, 64)]
    strange = files[1][start + 32 : start + 64]
    for body in (
        [chunks[1], chunks[0], chunks[2]],
        [chunks[0], chunks[2]],
        chunks[:2],
        [chunks[0], strange, chunks[2]],
        [*chunks, chunks[2]],
    ):
        (tmp_path / "changed").write_bytes(head + b"".join(body))
        with (tmp_path / "out").open("wb") as out, pytest.raises(BackupError, match="cut short or changed"):
            sealed_file.unseal(tmp_path / "changed", (KEY,), out)


def test_another_key_opens_nothing_and_says_so(house: House, safe: Path, elsewhere: Path) -> None:
    back_up(house, safe / "a.backup")
    with pytest.raises(BackupError, match="another BREAKWATER_DATA_KEY"):
        restore(house, safe / "a.backup", elsewhere, master=OTHER_KEY)
    assert not elsewhere.exists()


async def test_a_record_is_never_overwritten_and_only_put_aside_when_told_and_nobody_uses_it(
    house: House, young: YoungPerson, safe: Path
) -> None:
    back_up(house, safe / "a.backup")
    await young.says("i like trains")
    with pytest.raises(BackupError, match="say --replace"):
        restore(house, safe / "a.backup", in_use(house))
    with pytest.raises(BackupError, match="still runs"):
        restore(house, safe / "a.backup", in_use(house), replace=True)
    assert "i like trains" in house.record.read(lines)
    house.record.close()
    done = restore(house, safe / "a.backup", in_use(house), replace=True)
    assert everybody(in_use(house)) == []
    assert done.kept_beside is not None
    with opened(Path(done.kept_beside)) as kept:
        assert "i like trains" in kept.read(lines)


def test_a_damaged_record_is_replaced_and_kept(house: House, safe: Path) -> None:
    house.hire("Sam")
    back_up(house, safe / "a.backup")
    house.record.close()
    in_use(house).write_bytes(b"what was a disk once" * 1000)
    done = restore(house, safe / "a.backup", in_use(house), replace=True)
    assert done.kept_beside is not None
    assert Path(done.kept_beside).read_bytes().startswith(b"what was a disk once")
    with opened(in_use(house)) as record:
        assert record.read(lambda tx: list(tx.session.scalars(select(Staff.name)))) == ["Sam"]


@pytest.mark.rule("S73")
@pytest.mark.parametrize("lost", [True, False], ids=["their record is lost", "their record is replaced"])
async def test_who_was_erased_after_the_back_up_stays_erased(house: House, safe: Path, lost: bool) -> None:
    leaving, staying = YoungPerson(house, address="1"), YoungPerson(house, address="2")
    await leaving.says("zwetschgenknoedel is our dogs name")
    await staying.says("i like trains")
    back_up(house, safe / "a.backup")
    house.clock.move(hours=1)
    erasing.erase(house.record, house.service, code_of(house, leaving), "they asked", house.clock())
    folder = SafeFolder(house.record, safe, timedelta(days=30), house.clock)
    stays = staying.person().id
    if lost:
        folder.note_erasures()
        house.record.close()
        in_use(house).unlink()
    house.record.close()
    done = restore(house, safe / "a.backup", in_use(house), replace=True)
    assert done.erased == 1
    assert done.erasures_known_until == house.clock()
    assert everybody(in_use(house)) == [stays]
    with opened(in_use(house)) as record:
        assert "i like trains" in record.read(lines)
        assert len(record.read(erasures.known)) == 1, "the next restore has to know it too"


@pytest.mark.rule("S74")
async def test_a_chat_that_was_cleared_after_the_back_up_does_not_come_back(house: House, young: YoungPerson, safe: Path) -> None:
    await young.says("zwetschgenknoedel is our dogs name")
    back_up(house, safe / "a.backup")
    await clears(young)
    house.record.close()
    restore(house, safe / "a.backup", in_use(house), replace=True)
    assert everybody(in_use(house)) == []


async def test_what_was_erased_of_somebody_who_is_kept_does_not_come_back(staffed: House, young: YoungPerson, safe: Path) -> None:
    case_id = await talks(young)
    staffed.close("Sam", case_id)
    staffed.clock.move(minutes=1)
    await young.says("zwetschgenknoedel is our dogs name")
    back_up(staffed, safe / "a.backup")
    erasing.erase(staffed.record, staffed.service, code_of(staffed, young), "they asked", staffed.clock())
    staffed.record.close()
    assert restore(staffed, safe / "a.backup", in_use(staffed), replace=True).erased
    with opened(in_use(staffed)) as record:
        assert "zwetschgenknoedel" not in " ".join(record.read(lines))
        assert record.read(lambda tx: list(tx.session.scalars(select(CaseRow.id)))) == [case_id]


@pytest.mark.rule("S71")
async def test_what_is_over_is_in_no_back_up_and_in_no_record_that_was_restored(
    house: House, young: YoungPerson, safe: Path, elsewhere: Path
) -> None:
    await young.says("zwetschgenknoedel is our dogs name")
    back_up(house, safe / "early.backup")
    house.clock.at += house.service.retention.chat.length + timedelta(days=1)
    assert back_up(house, safe / "late.backup").contents.people == 0
    done = restore(house, safe / "early.backup", elsewhere)
    assert (done.contents.people, done.destroyed["chat"]) == (0, 1)
    assert everybody(elsewhere) == []


def test_a_rehearsal_tells_what_a_restore_would_and_leaves_nothing(house: House, safe: Path, elsewhere: Path) -> None:
    elsewhere.parent.mkdir()
    back_up(house, safe / "a.backup")
    retention, now = house.service.retention, house.clock()
    done = restoring.rehearse(safe / "a.backup", Keys(KEY), f"sqlite:///{elsewhere}", folders=(), policy=lambda _: retention, now=now)
    assert done.contents.broken is None
    assert list(elsewhere.parent.iterdir()) == []


def test_a_broken_audit_chain_is_backed_up_all_the_same_and_told(house: House, safe: Path) -> None:
    house.record.write(lambda tx: audit.note(tx, "case_read", house.clock()))
    with closing(sqlite3.connect(in_use(house))) as database:
        database.execute("UPDATE audit SET action = 'nothing'")
        database.commit()
    assert back_up(house, safe / "a.backup").contents.broken == 1


def test_a_copy_that_a_killed_back_up_left_is_taken_away_by_the_next(house: House, safe: Path) -> None:
    left = in_use(house).parent / ".backup-999999999-x"
    left.mkdir()
    (left / "copy.db").write_bytes(b"somebody's record")
    back_up(house, safe / "a.backup")
    assert not left.exists()


def test_where_it_cannot_be_written_nothing_is_left_and_no_back_up_is_overwritten(house: House, safe: Path) -> None:
    with pytest.raises(BackupError, match="could not be written"):
        back_up(house, safe / "no such folder" / "a.backup")
    back_up(house, safe / "a.backup")
    with pytest.raises(BackupError, match="is there already"):
        back_up(house, safe / "a.backup")
    assert not list(in_use(house).parent.glob(".backup-*"))


def test_each_night_one_is_made_and_those_that_were_kept_long_enough_go_but_never_the_last(house: House, safe: Path) -> None:
    folder = SafeFolder(house.record, safe, timedelta(days=2), house.clock)
    for _ in range(5):
        folder.back_up(house.service.retention)
        house.clock.move(days=1)
    assert [path.name for _, path in making.in_folder(safe)] == [f"2026-11-{day}T100000Z.backup" for day in (25, 26, 27)]
    house.clock.move(days=30)
    assert [path.name for path in making.keep_newest(safe, house.clock())] == ["2026-11-27T100000Z.backup"]


def test_a_night_on_which_none_could_be_made_is_logged_and_costs_no_older_one(
    house: House, safe: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = SafeFolder(house.record, safe, timedelta(days=1), house.clock)
    folder.back_up(house.service.retention)
    (safe / erased_list.NAME).write_bytes(b"damaged")
    house.clock.move(days=3)
    folder.back_up(house.service.retention)
    assert len(making.in_folder(safe)) == 1
    assert "no back-up was made" in caplog.text


async def test_a_service_keeps_the_list_of_erasures_in_its_folder_from_its_start(database_url: str, safe: Path) -> None:
    program = build(settings(database_url, telegram_token=None, telegram_webhook_url=None, backup_folder=str(safe), backup_at="02:30"))
    async with program.running(), timeout(5):
        while erased_list.read((safe,), (KEY,)) == ({}, None):  # noqa: ASYNC110 - a thread of the program writes the file
            await sleep(0.01)
    assert sorted(files_in(safe)) == [erased_list.NAME]


def test_the_keys_in_a_back_up_stay_wrapped_by_the_master_key(house: House, safe: Path, elsewhere: Path) -> None:
    back_up(house, safe / "a.backup")
    restore(house, safe / "a.backup", elsewhere)
    with pytest.raises(SealBroken):
        Record(f"sqlite:///{elsewhere}", OTHER_KEY)
    with opened(elsewhere) as record:
        assert record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(KeyRow))) == 3


def test_the_commands_make_rehearse_and_restore(tmp_path: Path) -> None:
    given = {"BREAKWATER_DATABASE_URL": "sqlite:///record.db", "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode()}
    assert run(tmp_path, "db", "upgrade", **given).code == 0
    assert "opened again and whole; 0 people, 0 cases" in run(tmp_path, "backup", "monday.backup", **given).lines[0].replace("\n", " ")
    assert "can be restored" in run(tmp_path, "backup", "check", "monday.backup", **given).lines[0]
    assert "is there already" in one_line(tmp_path, "backup", "make", "monday.backup", **given)
    assert run(tmp_path, "restore", "monday.backup", "--to", "sqlite:///new.db", **given).lines[0].startswith("restored to ")
    assert "say --replace" in one_line(tmp_path, "restore", "monday.backup", **given)
    assert run(tmp_path, "restore", "monday.backup", "--replace", **given).code == 0
    (tmp_path / erased_list.NAME).unlink()
    assert any("nothing tells what was erased since" in line for line in run(tmp_path, "backup", "check", "monday.backup", **given).lines)
    postgres = given | {"BREAKWATER_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    assert "see that it runs" in one_line(tmp_path, "restore", "monday.backup", **postgres)
    assert "leave the password out" in one_line(tmp_path, "restore", "monday.backup", "--to", "postgresql://me:word@127.0.0.1/x", **given)
