"""What is on the disk: no words, no address, no name of a feeling, in the database file or in its write-ahead log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.record import messages
from escalation.record.store import Record

SAID = (
    "my stepdad hits me when he drinks and i am scared to go home",
    "hes done it 3 times this month pls dont tell my mum",
    "zwetschgenknoedel is our dogs name",
)
ANSWERED = "Thank you for telling me. Marzipankartoffel is a word no robot would write."
SUMMARY = "it is about my stepfather, and pfannkuchenteig"
ADDRESS = "8005551234567"


def on_disk(record: Record) -> bytes:
    database = Path(str(record.engine.url.database))
    parts = sorted(database.parent.glob(f"{database.name}*"))
    assert [part.name for part in parts] == ["breakwater.db", "breakwater.db-shm", "breakwater.db-wal"]
    return b"".join(part.read_bytes() for part in parts)


def button(young: YoungPerson, answer: str) -> str:
    """The token of the newest button that gives this answer."""
    return [token for line in young.lines() for _, token in line.buttons if token.endswith(f":do:{answer}")][-1]


def traces(text: str) -> set[bytes]:
    """A text's words of six letters and more, and every run of three words, as they would stand in a file."""
    words = re.findall(r"\w+", text)
    long_ones = {word for word in words if len(word) >= 6}
    runs = {" ".join(run) for run in zip(words, words[1:], words[2:], strict=False)}
    return {trace.encode() for trace in long_ones | runs}


@pytest.mark.rule("S76")
async def test_a_conversation_leaves_no_words_on_the_disk(staffed: House) -> None:
    young = YoungPerson(staffed, address=ADDRESS)
    await young.starts()
    for text in SAID:
        await young.says(text, "talk_to_person", at_least={"worry": 0.9, "concern": 0.9, "urgent": 0.1}, categories={"home_abuse": 0.9})
    for answer in ("offer_yes", "scope_summary", "change_summary"):
        await young.taps_token(button(young, answer))
    await young.says(SUMMARY)
    await young.taps_token(button(young, "send"))
    case = young.case()
    assert case is not None and case.stage == "waiting", "the conversation has to reach a case for this test to mean something"
    staffed.record.write(lambda tx: messages.tell_staff(tx, staffed.staff("Sam"), "telegram", ANSWERED, staffed.clock(), case_id=case.id))
    found = on_disk(staffed.record)
    assert b"home_abuse" in found, "what is kept in the clear must be found, or the search is blind"
    bot_words = [line.text for line in young.lines() if line.speaker == "bot" and line.kind == "said"]
    assert len(bot_words) > 5
    said = set().union(*(traces(text) for text in (*SAID, SUMMARY, ANSWERED)))
    assert {trace for trace in said if trace in found} == set()
    assert ADDRESS.encode() not in found
    assert b"staff-Sam" not in found


@pytest.mark.rule("S76")
async def test_words_are_not_on_the_disk_after_the_log_was_folded_in_either(house: House, young: YoungPerson) -> None:
    for text in SAID:
        await young.says(text)
    house.record.write(lambda tx: None)
    with house.record.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    found = on_disk(house.record)
    assert {trace for text in SAID for trace in traces(text) if trace in found} == set()
