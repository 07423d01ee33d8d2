"""The keys of an installation: erasing one makes its words unreadable, and a wrong master key is said clearly."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from bot.rehearsal.house import MONDAY_MORNING
from escalation.record import messages, people
from escalation.record.envelope import SealBroken
from escalation.record.store import Record, Tx
from escalation.record.tables import InboxRow, Person
from tests.conftest import KEY

WRONG = bytes(reversed(KEY))


def store(tx: Tx, address: str, words: str) -> tuple[Person, InboxRow]:
    someone, where = people.find_or_create(tx, "telegram", address, MONDAY_MORNING)
    row_id = messages.store(tx, where, someone, f"event-{address}", "text", {"text": words}, None, MONDAY_MORNING)
    return someone, tx.session.scalars(select(InboxRow).where(InboxRow.id == row_id)).one()


def test_words_are_read_again_after_a_restart(record: Record, database_url: str) -> None:
    someone, row = record.write(lambda tx: store(tx, "young-1", "my own words"))
    record.close()
    again = Record(database_url, KEY)
    try:
        assert again.read(lambda tx: messages.body(tx, someone, row)) == {"text": "my own words"}
        assert again.read(lambda tx: people.find(tx, "telegram", "young-1")) is not None
    finally:
        again.close()


def test_words_are_unreadable_once_their_persons_key_is_erased_and_nobody_elses_are(record: Record) -> None:
    first, row = record.write(lambda tx: store(tx, "young-1", "hers"))
    second, other = record.write(lambda tx: store(tx, "young-2", "his"))

    def erase(tx: Tx) -> None:
        people.person(tx, first.id).data_key_wrapped = b""
        tx.vault.forget_person(first.id)

    record.write(erase)
    with pytest.raises(SealBroken, match="key was erased"):
        record.read(lambda tx: messages.body(tx, people.person(tx, first.id), row))
    assert record.read(lambda tx: messages.body(tx, people.person(tx, second.id), other)) == {"text": "his"}


def test_one_persons_key_does_not_open_another_persons_words(record: Record) -> None:
    first, _ = record.write(lambda tx: store(tx, "young-1", "hers"))
    _, row = record.write(lambda tx: store(tx, "young-2", "his"))
    with pytest.raises(SealBroken):
        record.read(lambda tx: messages.body(tx, first, row))


def test_a_wrapped_key_that_was_given_to_another_person_does_not_open(record: Record) -> None:
    first, _ = record.write(lambda tx: store(tx, "young-1", "hers"))
    second, row = record.write(lambda tx: store(tx, "young-2", "his"))
    second.data_key_wrapped = first.data_key_wrapped
    record.vault.forget_person(second.id)
    with pytest.raises(SealBroken):
        record.read(lambda tx: messages.body(tx, second, row))


def test_a_wrong_master_key_is_refused_at_once_and_changes_nothing(record: Record, database_url: str) -> None:
    record.write(lambda tx: store(tx, "young-1", "hers"))
    with pytest.raises(SealBroken):
        Record(database_url, WRONG)
    with create_engine(database_url).connect() as plain:
        assert plain.scalar(text("select count(*) from keys")) == 3


def test_pseudonyms_of_two_installations_have_nothing_in_common(record: Record, tmp_path: Path, empty_database: Path) -> None:
    (tmp_path / "other.db").write_bytes(empty_database.read_bytes())
    other = Record(f"sqlite:///{tmp_path / 'other.db'}", KEY)
    try:
        assert other.vault.pseudonym("telegram", "1") != record.vault.pseudonym("telegram", "1")
    finally:
        other.close()
