"""The audit chain: whatever is changed, taken out, added or swapped afterwards, is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from bot.rehearsal.house import MONDAY_MORNING
from escalation.record import audit
from escalation.record.audit import Head
from escalation.record.store import Record, Tx

LAST = 6


@pytest.fixture
def chain(record: Record) -> Record:
    for number in range(1, LAST + 1):
        record.write(
            lambda tx, number=number: audit.note(  # type: ignore[misc]
                tx, "case_read", MONDAY_MORNING, staff_id=f"staff-{number}", case_id="case", subject_id="subject", digest="d"
            )
        )
    return record


def tamper(record: Record, *statements: str) -> int | None:
    """The first broken entry after somebody changed the database behind the program's back."""
    with create_engine(record.url).begin() as plain:
        for statement in statements:
            plain.execute(text(statement))
    return record.read(audit.first_broken)


def test_an_untouched_chain_is_whole_also_when_it_is_empty(record: Record, chain: Record) -> None:
    assert record.read(audit.first_broken) is None
    assert tamper(record, "delete from audit where false") is None


@pytest.mark.parametrize("column", ["at", "staff_id", "action", "case_id", "subject_id", "digest", "previous", "link"])
@pytest.mark.parametrize("seq", [1, 3, LAST])
def test_a_change_of_any_field_of_any_entry_is_found(chain: Record, column: str, seq: int) -> None:
    value = "'2026-11-23 10:00:01.000000'" if column == "at" else "'something else'"
    assert tamper(chain, f"update audit set {column} = {value} where seq = {seq}") == seq  # noqa: S608


@pytest.mark.parametrize("seq", [1, 3])
def test_an_entry_that_was_taken_out_is_found(chain: Record, seq: int) -> None:
    assert tamper(chain, f"delete from audit where seq = {seq}") == seq + 1  # noqa: S608


@pytest.mark.parametrize("left", [0, 1, LAST - 1])
def test_it_is_found_when_the_newest_entries_were_taken_out(chain: Record, left: int) -> None:
    assert tamper(chain, f"delete from audit where seq > {left}") is not None  # noqa: S608


@pytest.mark.parametrize("cut", ["delete from audit where seq > 4", "delete from audit", "delete from audit_end"])
def test_what_was_taken_out_still_shows_after_more_was_noted(chain: Record, cut: str) -> None:
    assert tamper(chain, cut) is not None
    for _ in range(3):
        chain.write(lambda tx: audit.note(tx, "case_read", MONDAY_MORNING))
    assert chain.read(audit.first_broken) is not None


def test_the_chain_is_whole_after_many_entries_from_several_transactions(chain: Record) -> None:
    def three(tx: Tx) -> None:
        for _ in range(3):
            audit.note(tx, "case_read", MONDAY_MORNING)

    for _ in range(20):
        chain.write(three)
    assert chain.read(audit.first_broken) is None


def test_two_entries_that_changed_places_are_found(chain: Record) -> None:
    assert (
        tamper(
            chain,
            "update audit set seq = 99 where seq = 2",
            "update audit set seq = 2 where seq = 3",
            "update audit set seq = 3 where seq = 99",
        )
        == 2
    )


def test_an_entry_that_was_copied_in_is_found(chain: Record) -> None:
    columns = "at, staff_id, action, case_id, subject_id, digest, previous, link"
    assert tamper(chain, f"insert into audit (seq, {columns}) select 7, {columns} from audit where seq = 6") == LAST + 1  # noqa: S608


@pytest.fixture
def kept(chain: Record) -> Head:
    """The head of an evening, as somebody else keeps it."""
    return Head.parse(str(chain.read(audit.head)))


def test_a_kept_head_is_still_there_however_the_chain_goes_on(chain: Record, kept: Head) -> None:
    chain.write(lambda tx: audit.note(tx, "case_read", MONDAY_MORNING))
    assert chain.read(lambda tx: audit.holds(tx, kept)) is True


def test_a_chain_that_somebody_with_the_key_wrote_anew_does_not_hold_the_kept_head(chain: Record, kept: Head) -> None:
    def write_anew(tx: Tx) -> None:
        tx.session.execute(text("delete from audit"))
        tx.session.execute(text("delete from audit_end"))
        for _ in range(kept.seq):
            audit.note(tx, "nothing_happened", MONDAY_MORNING)

    chain.write(write_anew)
    assert chain.read(audit.first_broken) is None, "by itself it looks whole"
    assert chain.read(lambda tx: audit.holds(tx, kept)) is False


def test_a_kept_head_that_is_over_is_not_called_a_forgery(chain: Record, kept: Head) -> None:
    later = MONDAY_MORNING + timedelta(days=400)
    chain.write(lambda tx: audit.note(tx, "case_read", later))
    chain.write(lambda tx: audit.cut(tx, later - timedelta(days=1), 1000))
    assert chain.read(audit.first_broken) is None
    assert chain.read(lambda tx: audit.holds(tx, kept)) is None


@pytest.mark.parametrize("wrong", ["", "12", "12:abc", "-1:" + "a" * 64, "9" * 30 + ":" + "a" * 64])
def test_what_is_no_head_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no head of an audit chain"):
        Head.parse(wrong)
