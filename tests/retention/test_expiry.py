"""Whatever is over is unreadable at once, and gone for good after the next run; what is held or still needed stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.rehearsal.house import House, YoungPerson
from escalation.case import NotPossible
from escalation.record import audit, messages, people
from escalation.record.retention import destroying, running
from escalation.record.retention.stamping import times
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, CaseRow, Destruction, InboxRow, Person
from escalation.young_person import own_view
from tests.escalation.code_word import TEAPOT, begins_afresh, sets_a_code_word, starts_with_a_code_word
from tests.escalation.talking import talks, waits
from tests.retention.story import LAST_ENTRY, STAYS, counts, everybody_left, left_on_disk, lived_through, sealed_bytes

CENTURY = timedelta(days=36600)


def run(house: House) -> running.Done:
    return running.run(house.record, house.service.retention, house.clock())


def over(house: House) -> dict[str, int]:
    """What a run would destroy now."""
    return dict(house.record.read(lambda tx: running.report(tx, house.service.retention, house.clock())).over)


def destructions(house: House) -> dict[str, int]:
    rows = house.record.read(lambda tx: list(tx.session.scalars(select(Destruction))))
    return {row.what: row.how_many for row in rows}


@pytest.mark.rule("S71")
async def test_every_table_comes_to_its_end_and_not_even_what_was_sealed_is_left_on_the_disk(staffed: House, young: YoungPerson) -> None:
    await lived_through(staffed, young)
    before = counts(staffed.record)
    await everybody_left(staffed)
    empty = [name for name, rows in counts(staffed.record).items() if not rows and not before[name] and name not in STAYS]
    assert empty == [], "let the story put something into every table, or this test proves nothing about it"
    envelopes = sealed_bytes(staffed.record)
    assert left_on_disk(staffed.record, envelopes) == set(envelopes), "what is there must be found, or the search is blind"
    staffed.clock.at += CENTURY
    assert run(staffed).folded_in
    left = {name: rows for name, rows in counts(staffed.record).items() if rows and name not in STAYS}
    assert left == {"audit": LAST_ENTRY, "staff": 1}, "only the one open account is left"
    gone = {where: stretch for where, stretch in envelopes.items() if not where.startswith(("keys", "staff."))}
    assert left_on_disk(staffed.record, gone) == set()
    assert staffed.record.read(audit.first_broken) is None
    assert {"chat", "with_adult", "trace", "rota", "insight", "staff", "audit"} <= set(destructions(staffed))


async def test_a_chat_is_unreadable_from_the_very_moment_and_a_run_takes_it_away(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    period = house.service.retention.chat.length
    person_id = young.person().id
    house.clock.move(seconds=period.total_seconds() - 1)
    assert young.lines()
    assert over(house) == {}
    house.clock.move(seconds=1)
    assert young.lines() == []
    with pytest.raises(KeyError):
        house.record.read(lambda tx: people.person(tx, person_id))
    assert over(house)["chat"] == 1
    assert run(house).destroyed["chat"] == 1
    assert counts(house.record)["people"] == counts(house.record)["inbox"] == counts(house.record)["conversations"] == 0


async def test_somebody_who_goes_on_writing_keeps_only_what_is_not_over(house: House, young: YoungPerson) -> None:
    await young.says("the first thing")
    house.clock.move(days=house.service.retention.chat.length.days - 1)
    await young.says("the second thing")
    house.clock.move(days=2)
    before = counts(house.record)["inbox"]
    assert [line.text for line in young.lines() if line.kind == "text"] == ["the second thing"]
    await young.says("the third thing")
    assert counts(house.record)["inbox"] == before, "the first is destroyed when they come back, before anything new is stored"
    run(house)
    assert [line.text for line in young.lines() if line.kind == "text"] == ["the second thing", "the third thing"]


async def test_who_comes_back_after_everything_is_over_is_somebody_new(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    first = young.person().id
    house.clock.move(days=house.service.retention.chat.length.days + 1)
    await young.says("hello")
    assert young.person().id != first
    assert [line.text for line in young.lines() if line.kind == "text"] == ["hello"]
    assert counts(house.record)["people"] == 1


async def test_who_writes_from_a_place_that_is_over_is_heard_as_somebody_new_though_they_wrote_from_elsewhere(
    house: House, young: YoungPerson
) -> None:
    await young.says("i like trains")
    first = young.person().id
    laptop = YoungPerson(house, "webchat", "a-browser-on-a-laptop")

    def come_back(tx: Tx) -> None:
        people.add_address(tx, people.person(tx, first), laptop.channel, laptop.address, house.clock())

    house.record.write(come_back)
    house.clock.move(days=house.service.retention.chat.length.days - 1)
    await laptop.says("from the laptop")
    house.clock.move(days=2)
    await young.says("my stepdad hits me")
    assert [line.text for line in young.lines() if line.kind == "text"] == ["my stepdad hits me"]
    assert young.person().id != first
    assert laptop.person().id == first
    run(house)
    assert [line.text for line in laptop.lines() if line.kind == "text"] == ["from the laptop"]


async def test_a_run_takes_away_whoever_began_afresh_before_it_takes_what_was_said_before(staffed: House, young: YoungPerson) -> None:
    await starts_with_a_code_word(young)
    case_id = await talks(young)
    first = young.person().id
    staffed.close("Sam", case_id)
    await begins_afresh(young)
    staffed.clock.move(days=staffed.service.retention.chat.length.days + 1)
    run(staffed)
    assert counts(staffed.record)["people"] == 1, "the case keeps the first"
    assert staffed.record.read(lambda tx: people.person(tx, first))
    staffed.clock.at += CENTURY
    run(staffed)
    assert counts(staffed.record)["people"] == counts(staffed.record)["addresses"] == 0


async def test_what_was_said_before_they_began_afresh_stays_for_its_own_time_however_long_ago_they_first_came(
    house: House, young: YoungPerson
) -> None:
    await young.starts()
    await sets_a_code_word(young)
    first, period = young.person().id, house.service.retention.chat.length
    for _ in range(2):
        house.clock.move(days=period.days - 30)
        for said in ("hi", "Carry on", TEAPOT, "i like trains"):
            await young.says(said)
    await begins_afresh(young)
    run(house)
    someone = house.record.read(lambda tx: people.person(tx, first))
    assert "i like trains" in [line.text for line in house.record.read(lambda tx: messages.transcript(tx, someone))]
    house.clock.move(days=period.days + 1)
    run(house)
    assert counts(house.record)["people"] == counts(house.record)["inbox"] == 0


@pytest.mark.rule("S70")
async def test_a_case_keeps_its_chat_for_its_own_time_and_goes_by_how_it_ended(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.close("Sam", case_id)
    said = len(young.lines())
    periods = staffed.service.retention.cases
    staffed.clock.move(days=periods.with_adult.length.days - 1)
    run(staffed)
    assert len(young.lines()) == said
    staffed.clock.move(days=2)
    assert young.lines() == []
    run(staffed)
    assert destructions(staffed)["with_adult"] == 1
    assert counts(staffed.record)["cases"] == counts(staffed.record)["people"] == 0


async def test_an_open_case_never_ends_by_itself(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.clock.at += CENTURY
    run(staffed)
    assert staffed.reads("Jo", case_id).lines


async def test_staff_cannot_read_a_case_from_the_moment_it_is_over(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.close("Sam", case_id)
    run(staffed)
    staffed.clock.move(days=staffed.service.retention.cases.with_adult.length.days - 1)
    assert staffed.reads("Jo", case_id).lines
    staffed.clock.move(days=1)
    with pytest.raises(NotPossible, match="no such case"):
        staffed.reads("Jo", case_id)
    assert counts(staffed.record)["cases"] == 1, "it is hidden before it is destroyed"


async def test_one_case_goes_while_a_newer_one_keeps_the_chat(staffed: House, young: YoungPerson) -> None:
    first = await talks(young)
    staffed.close("Sam", first)
    staffed.clock.move(days=staffed.service.retention.cases.with_adult.length.days - 30)
    staffed.on_duty("Sam")
    await young.says("he does it again, my stepdad hits me every day")
    second = young.case()
    assert second is not None
    assert second.id != first
    staffed.clock.move(days=31)
    run(staffed)
    assert counts(staffed.record)["cases"] == 1
    assert young.lines()
    assert {row.case_id for row in young.ledger()} <= {second.id}


async def test_a_crash_between_key_and_rows_is_caught_up_by_the_next_run(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    person_id = young.person().id
    house.record.write(lambda tx: destroying.erase_keys(tx, [person_id]))
    assert young.lines() == [], "without the key nothing is shown, though the rows are there"
    assert counts(house.record)["inbox"] == 1
    assert run(house).destroyed["chat"] == 1
    assert counts(house.record)["people"] == counts(house.record)["inbox"] == counts(house.record)["outbox"] == 0


async def test_runs_while_messages_are_handled_hide_nothing_that_is_not_over(house: House) -> None:
    """Old chats end between the messages of others; what was just said is always there, word for word."""
    for number in range(6):
        await YoungPerson(house, address=f"old-{number}").says(f"old words {number}")
    house.clock.move(days=house.service.retention.chat.length.days - 1)
    talking = [YoungPerson(house, address=f"new-{number}") for number in range(4)]
    for turn in range(5):
        for one in talking:
            await one.says(f"thing {turn}")
        house.clock.move(hours=7)
        run(house)
        for one in talking:
            assert [line.text for line in one.lines() if line.kind == "text"] == [f"thing {said}" for said in range(turn + 1)]
    assert counts(house.record)["people"] == len(talking)


async def test_a_destruction_record_says_how_many_and_nothing_of_whom(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    person_id = young.person().id
    house.clock.at += CENTURY
    run(house)
    [row] = house.record.read(lambda tx: list(tx.session.scalars(select(Destruction).where(Destruction.what == "chat"))))
    assert (row.why, row.how_many, row.policy_version, row.at) == ("over", 1, house.service.retention.version, house.clock())
    assert person_id not in {row.id, row.run_id}


async def test_unsent_and_undeliverable_messages_end_too(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    house.record.write(lambda tx: messages.say(tx, tx.session.get_one(Person, young.person().id), "later", house.clock()))
    house.clock.at += CENTURY
    run(house)
    assert counts(house.record)["outbox"] == 0


async def test_a_shorter_period_holds_from_the_next_run_on_for_what_is_there(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.close("Sam", case_id)
    run(staffed)
    policy = staffed.service.retention
    cases = policy.cases.model_copy(update={"with_adult": policy.cases.with_adult.model_copy(update={"years": None, "days": 10})})
    shorter = policy.model_copy(update={"cases": cases})
    staffed.clock.move(days=11)
    done = running.run(staffed.record, shorter, staffed.clock())
    assert done.destroyed["with_adult"] == 1
    assert shorter.version != policy.version


async def test_a_row_of_a_case_that_changes_is_counted_anew(staffed: House, young: YoungPerson) -> None:
    """Somebody comes back in the very minute in which the time of an unanswered offer ends: it is not lost under them."""
    await young.says("my stepdad hits me every day")
    run(staffed)
    period = staffed.service.retention.cases.no_adult.length
    staffed.clock.move(seconds=period.total_seconds() - 60)
    await young.says("my stepdad hits me again every day")
    staffed.clock.move(minutes=2)
    assert young.case() is not None


def test_the_search_on_the_disk_sees_what_is_not_destroyed(house: House) -> None:
    house.record.write(lambda tx: people.find_or_create(tx, "telegram", "somebody", house.clock()))
    envelopes = sealed_bytes(house.record)
    assert left_on_disk(house.record, envelopes) == set(envelopes)


async def test_the_oldest_audit_entries_go_and_the_chain_stays_whole_and_watched(house: House) -> None:
    for number in range(4):
        house.record.write(lambda tx, number=number: audit.note(tx, "case_read", house.clock(), case_id=str(number)))  # type: ignore[misc]
        house.clock.move(days=400)
    house.clock.move(days=house.service.retention.audit.length.days - 801)
    assert over(house) == {"audit": 2}
    run(house)
    assert counts(house.record)["audit"] == 2
    assert house.record.read(audit.first_broken) is None
    house.record.write(lambda tx: audit.note(tx, "case_read", house.clock()))
    assert house.record.read(audit.first_broken) is None

    def take_the_oldest(tx: Tx) -> None:
        tx.session.delete(tx.session.scalars(select(AuditRow).order_by(AuditRow.seq).limit(1)).one())

    house.record.write(take_the_oldest)
    assert house.record.read(audit.first_broken) is not None


async def test_what_a_statement_changes_is_not_past_its_time_either(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    house.clock.at += CENTURY
    house.record.write(lambda tx: tx.session.execute(update(InboxRow).values(level=4)))
    plain = InboxRow.__table__.c
    assert house.record.read(lambda tx: list(tx.session.scalars(select(plain.level)))) == [0]
    assert house.record.read(lambda tx: list(tx.session.scalars(select(CaseRow.id)))) == []


@pytest.mark.rule("S70")
async def test_a_childs_case_is_kept_for_its_own_time_once_they_are_grown_up(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young, age_band="16_17", first="my stepdad touches me every night")
    assert "sexual_abuse" in staffed.reads("Sam", case_id).categories
    staffed.close("Sam", case_id)
    until = kept_until(staffed, case_id)
    assert until == staffed.clock() + staffed.service.retention.cases.child_sexual_abuse.length
    staffed.clock.move(days=3 * 365)
    await young.says("hello again")
    await young.taps_token("0:do:band_18_25")
    assert young.person().age_band == "18_25"
    assert kept_until(staffed, case_id) == until
    staffed.clock.move(days=5 * 365)
    run(staffed)
    assert counts(staffed.record)["cases"] == 1


async def test_an_adult_who_says_so_while_the_case_is_open_has_an_adults_case(staffed: House, young: YoungPerson) -> None:
    case_id = await waits(young, age_band="skip", first="my stepdad touches me every night")
    await young.taps_token("0:do:band_18_25")
    staffed.pick_up("Sam", case_id)
    staffed.close("Sam", case_id)
    assert kept_until(staffed, case_id) == staffed.clock() + staffed.service.retention.cases.with_adult.length


@pytest.mark.rule("S73")
async def test_who_looked_can_be_told_by_name_for_as_long_as_the_audit_knows_it(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.reads("Jo", case_id)
    staffed.close("Sam", case_id)
    await everybody_left(staffed)
    shorter = staffed.service.retention.staff.model_copy(update={"years": None, "days": 365})
    staffed.clock.move(days=3 * 365)
    running.run(staffed.record, staffed.service.retention.model_copy(update={"staff": shorter}), staffed.clock())
    told = staffed.record.read(lambda tx: own_view.told(tx, staffed.service, young.person(), "readers", staffed.clock()))
    assert "Jo, " in told[-1]


def kept_until(house: House, case_id: str) -> datetime | None:
    [time] = house.record.read(lambda tx: times(tx, house.service.retention, [case_id]))
    return time.expires_at
