"""A copy of everything about one person: nothing is missing, what a human has to decide is marked, and the read is noted."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.record import people
from escalation.record.tables import AuditRow
from escalation.work import drafts
from escalation.young_person import access
from tests.escalation.talking import does, talks
from tests.retention.story import lived_through

THEIRS = (
    "my stepdad hits me every day",
    "zwetschgenknoedel is our dogs name",
    "Marzipankartoffel",
    "birnenkompott",
    "quarkstrudel",
    "holunderkuechle",
    "rhabarberschorle",
)
BY_STAFF = "pfannkuchenteig"


@pytest.mark.rule("S73")
@pytest.mark.rule("S87")
async def test_everything_about_somebody_is_in_the_copy_and_what_staff_wrote_is_marked(staffed: House, young: YoungPerson) -> None:
    await lived_through(staffed, young)
    code = staffed.record.read(lambda tx: people.code(tx, young.person().id))
    text = staffed.record.write(lambda tx: access.everything(tx, staffed.service, code, staffed.clock()))
    assert [words for words in THEIRS if words not in text] == []
    [note] = [line for line in text.splitlines() if BY_STAFF in line]
    assert note.startswith(access.DECIDE)
    assert "person copied" in text
    newest = staffed.record.read(lambda tx: tx.session.query(AuditRow).order_by(AuditRow.seq.desc()).first())
    assert newest is not None
    assert (newest.action, newest.subject_id) == ("person_copied", young.person().id)


async def test_what_an_adult_has_begun_to_write_is_in_the_copy_and_marked(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    does(staffed, "Sam", lambda tx, me: drafts.keep(tx, case_id, me, "Apfelstrudelrezept, I was about to", staffed.clock()))
    code = staffed.record.read(lambda tx: people.code(tx, young.person().id))
    text = staffed.record.write(lambda tx: access.everything(tx, staffed.service, code, staffed.clock()))
    [line] = [line for line in text.splitlines() if "Apfelstrudelrezept" in line]
    assert line.startswith(f"{access.DECIDE} by Sam")


async def test_what_is_over_is_in_no_copy(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    code = house.record.read(lambda tx: people.code(tx, young.person().id))
    house.clock.move(days=house.service.retention.chat.length.days)
    with pytest.raises(KeyError):
        house.record.write(lambda tx: access.everything(tx, house.service, code, house.clock()))
