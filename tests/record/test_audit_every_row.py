"""The audit chain of a record that is in use: no single row of it can be edited, taken out or moved without that being found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from bot.rehearsal.house import MONDAY_MORNING
from escalation.record import audit
from escalation.record.store import Record, Tx
from escalation.record.tables import AuditRow

pytestmark = pytest.mark.slow
ENTRIES = 200
ACTIONS = ("case_read", "shared", "signed_in", "override", "export", "note_edited")
FIELDS = [column.name for column in AuditRow.__table__.columns if column.name != "seq"]
OTHER = {"at": "2026-11-23 10:00:00.500000"}
SWAPPED = (
    "update audit set seq = -1 where seq = {one}",
    "update audit set seq = {one} where seq = {two}",
    "update audit set seq = {two} where seq = -1",
)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory, empty_database: object) -> Iterator[Record]:
    """A few hundred entries, no two alike."""
    path = tmp_path_factory.mktemp("audit") / "breakwater.db"
    path.write_bytes(empty_database.read_bytes())  # type: ignore[attr-defined]
    record = Record(f"sqlite:///{path}", bytes(range(32)))
    for number in range(ENTRIES):
        record.write(lambda tx, number=number: _note(tx, number))  # type: ignore[misc]
    yield record
    record.close()


def _note(tx: Tx, number: int) -> None:
    at, who = MONDAY_MORNING + timedelta(seconds=number), {"staff_id": f"staff-{number % 7}", "case_id": f"case-{number % 11}"}
    audit.note(tx, ACTIONS[number % len(ACTIONS)], at, subject_id=f"subject-{number}", digest=f"{number:064x}", **who)


@contextmanager
def opened(record: Record) -> Iterator[Connection]:
    with record.engine.connect() as connection:
        yield connection
        connection.rollback()


def found(record: Record, connection: Connection, *statements: str) -> bool:
    """Whether the chain is broken after these statements, which are undone again."""
    with connection.begin_nested() as change, Session(connection) as session:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount == 1, statement
        broken = audit.first_broken(Tx(session, record.vault)) is not None
        session.close()
        change.rollback()
    return broken


def everything(field: str) -> list[tuple[str, ...]]:
    value = OTHER.get(field, "something else")
    return [(f"update audit set {field} = '{value}' where seq = {seq}",) for seq in range(1, ENTRIES + 1)]  # noqa: S608


TAMPERED: dict[str, list[tuple[str, ...]]] = {
    **{f"{field} edited": everything(field) for field in FIELDS},
    "taken out": [(f"delete from audit where seq = {seq}",) for seq in range(1, ENTRIES + 1)],  # noqa: S608
    "swapped with the next": [tuple(one.format(one=seq, two=seq + 1) for one in SWAPPED) for seq in range(1, ENTRIES)],
    "swapped with one far away": [tuple(one.format(one=seq, two=seq + ENTRIES // 2) for one in SWAPPED) for seq in range(1, ENTRIES // 2)],
}


def test_there_is_a_chain_of_a_few_hundred_entries_and_it_is_whole(chain: Record) -> None:
    assert chain.read(lambda tx: tx.session.scalar(select(func.count()).select_from(AuditRow))) == ENTRIES
    assert chain.read(audit.first_broken) is None
    assert len(Counter(row for rows in TAMPERED.values() for row in rows)) > 10 * ENTRIES


@pytest.mark.parametrize("how", TAMPERED)
def test_every_single_row_that_was_tampered_with_is_found(chain: Record, how: str) -> None:
    with opened(chain) as connection:
        missed = [statements for statements in TAMPERED[how] if not found(chain, connection, *statements)]
    assert missed == [], f"{len(missed)} of {len(TAMPERED[how])} were not found"
    assert chain.read(audit.first_broken) is None, "and everything was put back"
