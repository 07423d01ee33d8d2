"""One person is erased: by themselves in the chat, or by a human on their request; what must stay is said, with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from bot.unsending import Unsender
from escalation.phone.forgetting import TO_DELETE
from escalation.record import audit, people
from escalation.record.messages import UNSEND
from escalation.record.store import Tx
from escalation.record.tables import Destruction, OutboxRow
from escalation.young_person import clearing, erasing
from tests.escalation.code_word import TEAPOT, begins_afresh, sets_a_code_word, starts_with_a_code_word
from tests.escalation.talking import talks, waits
from tests.retention.story import counts, left_on_disk, sealed_bytes
from tests.telegram.test_forgetting import Deletes


def code_of(house: House, young: YoungPerson) -> str:
    return house.record.read(lambda tx: people.code(tx, young.person().id))


def sent(house: House) -> None:
    """Telegram has taken every message to young people, and gave ids from 501 on."""

    def note(tx: object) -> None:
        rows = tx.session.scalars(select(OutboxRow).where(OutboxRow.person_id.is_not(None)).order_by(OutboxRow.seq))  # type: ignore[attr-defined]
        for number, row in enumerate(rows, start=501):
            row.state, row.sent_at, row.external_id = "sent", row.created_at, str(number)

    house.record.write(note)


def to_delete(house: House) -> list[tuple[str, str]]:
    """Chat and message of everything that Telegram is asked to delete."""
    rows = select(OutboxRow).where(OutboxRow.speaker == UNSEND, OutboxRow.state == TO_DELETE).order_by(OutboxRow.seq)
    return house.record.read(lambda tx: [(clearing.where_to(tx, row), row.external_id or "") for row in tx.session.scalars(rows)])


async def clears(young: YoungPerson) -> None:
    await young.says("delete")
    sent(young.house)
    await young.taps("Yes, clear it")


@pytest.mark.rule("S73")
@pytest.mark.rule("S74")
async def test_clearing_a_chat_without_a_case_leaves_nothing_of_it_and_the_chat_goes_on(house: House, young: YoungPerson) -> None:
    await young.starts()
    await young.taps_token("0:do:band_13_15")
    await young.says("zwetschgenknoedel is our dogs name")
    sent(house)
    before, was = sealed_bytes(house.record), young.person()
    await clears(young)
    house.record.fold_in()
    old = {
        where: stretch for where, stretch in before.items() if where.startswith(("people", "inbox", "outbox", "conversations", "addresses"))
    }
    assert left_on_disk(house.record, old) == set(), "the old key is gone, and so is what it sealed"
    someone = young.person()
    assert (someone.id, someone.age_band, someone.area) == (was.id, "unknown", None)
    assert [line.text for line in young.lines() if line.speaker == "bot"] == [young.lines()[-1].text], "only the answer is left"
    assert "zwetschgenknoedel" not in " ".join(line.text for line in young.lines())
    assert await young.says("hello again")
    assert house.record.read(lambda tx: [row.why for row in tx.session.scalars(select(Destruction))]) == ["cleared"]


@pytest.mark.rule("S74")
async def test_telegram_is_asked_to_delete_what_both_sides_said_in_the_last_48_hours(house: House, young: YoungPerson) -> None:
    await young.says("an old thing")
    sent(house)
    house.clock.move(hours=49)
    await young.says("a new thing")
    sent(house)
    await young.says("delete")
    asked = len([line for line in young.lines() if line.speaker == "bot" and line.at > house.clock() - timedelta(hours=48)])
    sent(house)
    await young.taps("Yes, clear it")
    marked = to_delete(house)
    assert {address for address, _ in marked} == {young.address}
    theirs = {message for _, message in marked if message.startswith("message-")}
    assert theirs == {"message-2", "message-3"}, "their own two messages, and not the one from before"
    assert len(marked) - len(theirs) == asked
    app = Deletes()
    await Unsender(house.record, app).round()
    assert sorted(app.gone) == sorted(marked)
    assert to_delete(house) == [], "the rows that held the address go with it"
    assert UNSEND not in house.record.read(lambda tx: list(tx.session.scalars(select(OutboxRow.speaker))))


async def test_erasing_somebody_takes_the_key_first_and_leaves_nothing(house: House, young: YoungPerson) -> None:
    await young.says("zwetschgenknoedel is our dogs name")
    sent(house)
    envelopes = {where: stretch for where, stretch in sealed_bytes(house.record).items() if not where.startswith("keys")}
    erased = erasing.erase(house.record, house.service, code_of(house, young).lower(), "they asked by post", house.clock())
    assert erased == erasing.Erased((), ())
    left = counts(house.record)
    assert left["people"] == left["inbox"] == left["addresses"] == left["conversations"] == 0
    assert left_on_disk(house.record, envelopes) == set()
    assert to_delete(house), "their app is still asked to delete what it can"
    assert house.record.read(audit.first_broken) is None


@pytest.mark.rule("S73")
async def test_what_has_to_be_kept_is_kept_and_they_are_told_why(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    erased = erasing.erase(staffed.record, staffed.service, code_of(staffed, young), "they asked", staffed.clock())
    assert [kept.why for kept in erased.kept] == ["open"]
    staffed.close("Sam", case_id)
    staffed.clock.move(minutes=1)
    await young.says("i like trains")
    young.hears()
    erased = erasing.erase(staffed.record, staffed.service, code_of(staffed, young), "they asked again", staffed.clock())
    assert [kept.why for kept in erased.kept] == ["duty"]
    assert erased.kept[0].until is not None
    assert [line.text for line in young.hears()] == list(erased.told)
    assert "i like trains" not in [line.text for line in young.lines()], "what was said after the case was closed is erased"
    assert staffed.reads("Jo", case_id).lines


async def test_an_offer_that_nobody_took_up_is_erased_with_them(staffed: House, young: YoungPerson) -> None:
    await young.says("someone at home scares me", "talk_to_person", at_least={"worry": 0.9, "concern": 0.9, "urgent": 0.1})
    await young.taps("No")
    case = young.case()
    assert case is not None
    assert not case.undecided, "a refused case that is urgent waits for the lead, and stays"
    assert erasing.erase(staffed.record, staffed.service, code_of(staffed, young), "they asked", staffed.clock()).kept == ()
    assert counts(staffed.record)["cases"] == counts(staffed.record)["people"] == 0


async def test_a_crash_after_the_key_leaves_nothing_readable(house: House, young: YoungPerson, monkeypatch: pytest.MonkeyPatch) -> None:
    await young.says("i like trains")
    code = code_of(house, young)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(erasing, "whole_person", dies)
    with pytest.raises(KeyboardInterrupt):
        erasing.erase(house.record, house.service, code, "they asked", house.clock())
    assert young.lines() == []
    with pytest.raises(KeyError):
        house.record.read(lambda tx: people.by_code(tx, code))


async def test_nobody_is_erased_before_what_they_just_wrote_was_read(house: House, young: YoungPerson) -> None:
    await young.says("i like trains")
    code = code_of(house, young)
    await house.arrives(young.channel, young.address, "text", "i took an overdose", message_ref="message-2")
    with pytest.raises(erasing.NotRead):
        erasing.erase(house.record, house.service, code, "they asked", house.clock())
    await house.settle()
    assert young.case() is not None
    kept = erasing.erase(house.record, house.service, code, "they asked", house.clock()).kept
    assert [one.why for one in kept] == ["open"]


def test_a_code_of_nobody_erases_nobody(house: House) -> None:
    with pytest.raises(KeyError):
        erasing.erase(house.record, house.service, "AAAA-AAAA", "a mistake", house.clock())


@pytest.mark.rule("S73")
async def test_whoever_began_afresh_is_erased_and_what_was_said_before_stays_for_its_own_time(staffed: House, young: YoungPerson) -> None:
    await starts_with_a_code_word(young)
    case_id = await waits(young)
    first = young.person().id
    await begins_afresh(young)
    assert erasing.erase(staffed.record, staffed.service, code_of(staffed, young), "they asked", staffed.clock()) == erasing.Erased((), ())
    assert counts(staffed.record)["people"] == 1
    staffed.pick_up("Sam", case_id)
    assert any("my stepdad hits me" in line.text for line in staffed.reads("Sam", case_id).lines)
    assert staffed.record.read(lambda tx: people.last_address(tx, first)) is None, (
        "the words of then are kept with a place that leads nowhere"
    )
    await young.says("hello")
    assert young.person().id != first


@pytest.mark.rule("S74")
@pytest.mark.parametrize("by_command", [False, True])
async def test_who_had_a_phone_before_somebody_who_was_erased_can_still_clear_their_chat_and_be_erased(
    house: House, young: YoungPerson, by_command: bool
) -> None:
    await young.starts()
    await sets_a_code_word(young)
    first, code = young.person().id, code_of(house, young)
    laptop = YoungPerson(house, "webchat", "a-browser-on-a-laptop")

    def also_here(tx: Tx) -> None:
        people.add_address(tx, people.person(tx, first), laptop.channel, laptop.address, house.clock())

    await begins_afresh(young)
    house.record.write(also_here)
    sent(house)
    erasing.erase(house.record, house.service, code_of(house, young), "they asked", house.clock())
    if by_command:
        house.record.veil = None
        assert erasing.erase(house.record, house.service, code, "they asked, too", house.clock()).kept == ()
        assert counts(house.record)["people"] == counts(house.record)["addresses"] == 0
        return
    for said in ("hi", "Carry on", TEAPOT, "delete"):
        await laptop.says(said)
    await laptop.taps("Yes, clear it")
    assert laptop.lines()[-1].text.startswith("OK. I've cleared what I can")
