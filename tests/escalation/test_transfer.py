"""Warm transfer and the second adult, on the record: who may, what the next one sees, and what is refused."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation import cases, reading, relay
from escalation.case import NotPossible
from escalation.consent import Kind, Scope
from escalation.reading import CaseReading
from escalation.record import duty
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.sharing import transfer
from escalation.staff import accounts
from tests.escalation.talking import CHAT, SUMMARY, WANTS_TO_TALK, does, past, talks


def proposes(house: House, name: str, case_id: str, to: str) -> None:
    to_id = house.staff(to).id
    does(house, name, lambda tx, me: transfer.propose(tx, house.service, case_id, me, to_id, house.clock()))


def second(house: House, name: str, case_id: str, who: str) -> None:
    who_id = house.staff(who).id
    does(house, name, lambda tx, me: transfer.watch(tx, house.service, case_id, me, who_id, house.clock()))


def reads(house: House, name: str, case_id: str) -> CaseReading:
    return does(house, name, lambda tx, me: reading.read_case(tx, house.service, case_id, me, house.clock()))


def texts(card: CaseReading) -> list[str]:
    return [line.text for line in card.lines]


@pytest.mark.rule("S05")
@pytest.mark.parametrize(("scope", "id"), [(CHAT, Scope.CHAT), (SUMMARY, Scope.SUMMARY), (WANTS_TO_TALK, Scope.WANTS_TO_TALK)])
async def test_the_next_adult_has_what_was_agreed_and_all_that_was_said_with_the_first(
    staffed: House, young: YoungPerson, scope: str, id: Scope
) -> None:
    case_id = await talks(young, scope)
    staffed.clock.move(seconds=5)
    staffed.worker_says("Sam", case_id, "Hi, I'm Sam.")
    await young.says("my nan knows about it")
    proposes(staffed, "Sam", case_id, "Alex")
    assert texts(reads(staffed, "Alex", case_id)) == []
    await young.taps("Yes, that's OK")
    card = reads(staffed, "Alex", case_id)
    assert card.yours
    assert {"Hi, I'm Sam.", "my nan knows about it"} <= set(texts(card))
    assert ("my stepdad hits me every day" in texts(card)) == (scope == CHAT)
    entry = young.ledger()[-1]
    assert (entry.kind, entry.scope, entry.recipient, entry.recipient_role) == (Kind.GIVEN, id, staffed.staff("Alex").id, "worker")
    with pytest.raises(NotPossible, match="not yours"):
        staffed.worker_says("Sam", case_id, "one more thing")
    staffed.worker_says("Alex", case_id, "Hi, I'm Alex.")
    assert texts(reads(staffed, "Sam", case_id)) == []


async def test_a_no_leaves_everything_as_it_was(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    proposes(staffed, "Sam", case_id, "Alex")
    await young.taps("No, I'd rather not")
    case = young.case()
    assert case is not None
    assert (case.worker_id, case.transfer_to) == (staffed.staff("Sam").id, None)
    assert texts(reads(staffed, "Alex", case_id)) == []
    staffed.worker_says("Sam", case_id, "That's fine.")
    assert young.ledger()[-1].kind == Kind.REFUSED
    assert staffed.alerts("Sam")[-1].startswith("They would rather go on with you.")


async def test_only_somebody_on_duty_whom_they_did_not_turn_down_can_be_next(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.leaves_the_rota("Alex")
    with pytest.raises(NotPossible, match="on duty now"):
        proposes(staffed, "Sam", case_id, "Alex")
    staffed.on_duty("Alex")
    case = young.case()
    assert case is not None
    staffed.record.write(lambda tx: cases.not_this_person(tx, cases.locked(tx, case_id), staffed.staff("Alex").id, staffed.clock()))
    with pytest.raises(NotPossible, match="on duty now"):
        proposes(staffed, "Sam", case_id, "Alex")


async def test_nobody_but_the_adult_who_has_it_can_hand_it_over_and_only_one_question_is_open(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.on_duty("Jo")
    with pytest.raises(NotPossible, match="only the adult who has this conversation now"):
        proposes(staffed, "Jo", case_id, "Alex")
    proposes(staffed, "Sam", case_id, "Alex")
    with pytest.raises(NotPossible, match="have not answered yet"):
        proposes(staffed, "Sam", case_id, "Jo")


async def test_a_yes_to_an_older_question_hands_over_to_nobody(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.on_duty("Jo")
    proposes(staffed, "Sam", case_id, "Alex")
    old = young.token("Yes, that's OK")
    does(staffed, "Sam", lambda tx, me: transfer.drop(tx, staffed.service, case_id, me, staffed.clock()))
    proposes(staffed, "Sam", case_id, "Jo")
    await young.taps_token(old)
    case = young.case()
    assert case is not None
    assert case.worker_id == staffed.staff("Sam").id


async def test_an_adult_who_has_gone_since_does_not_get_it_and_they_are_told(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    proposes(staffed, "Sam", case_id, "Alex")
    staffed.leaves_the_rota("Alex")
    young.hears()
    heard = await young.taps("Yes, that's OK")
    assert [line.text for line in heard] == ["Nothing changes for now. Sam is still here with you."]
    assert past(staffed, case_id, "transfer_dropped")


async def test_a_question_left_open_by_one_adult_does_not_bind_the_next(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    proposes(staffed, "Sam", case_id, "Alex")
    old = young.token("Yes, that's OK")
    staffed.hand_back("Sam", case_id)
    staffed.pick_up("Alex", case_id)
    await young.taps_token(old)
    staffed.on_duty("Jo")
    proposes(staffed, "Alex", case_id, "Jo")
    await young.taps("Yes, that's OK")
    case = young.case()
    assert case is not None
    assert case.worker_id == staffed.staff("Jo").id


@pytest.mark.rule("S83")
async def test_a_case_that_names_somebody_in_trust_is_handed_on_to_leads_only(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)

    def flag(tx: object) -> None:
        case = cases.locked(tx, case_id)  # type: ignore[arg-type]
        case.flags = [*case.flags, "position_of_trust"]

    staffed.record.write(flag)
    with pytest.raises(NotPossible, match="on duty now"):
        proposes(staffed, "Sam", case_id, "Alex")
    staffed.on_duty("Jo")
    proposes(staffed, "Sam", case_id, "Jo")


@pytest.mark.rule("S83")
async def test_whoever_had_a_case_that_names_somebody_in_trust_reads_it_until_it_has_ended(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)

    def flag(tx: Tx) -> None:
        case = cases.locked(tx, case_id)
        case.flags = [*case.flags, "position_of_trust"]

    staffed.record.write(flag)
    assert reads(staffed, "Sam", case_id).yours
    does(staffed, "Sam", lambda tx, me: relay.close(tx, staffed.service, case_id, me, "plan_made", "", staffed.clock()))
    with pytest.raises(NotPossible, match="not yours to see"):
        reads(staffed, "Sam", case_id)
    assert reads(staffed, "Jo", case_id).stage == "closed"


@pytest.mark.rule("S62")
async def test_the_second_adult_reads_along_and_can_be_asked_and_does_not_write(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.clock.move(seconds=5)
    staffed.worker_says("Sam", case_id, "Hi, I'm Sam.")
    young.hears()
    assert texts(reads(staffed, "Alex", case_id)) == []
    second(staffed, "Sam", case_id, "Alex")
    assert "Alex, youth worker at Harbour Youth, is the second adult" in young.hears()[0].text
    assert "Hi, I'm Sam." in texts(reads(staffed, "Alex", case_id))
    with pytest.raises(NotPossible, match="not yours"):
        staffed.worker_says("Alex", case_id, "hello")
    with pytest.raises(NotPossible):
        does(staffed, "Alex", lambda tx, me: relay.close(tx, staffed.service, case_id, me, "guidance_given", "", staffed.clock()))
    does(staffed, "Sam", lambda tx, me: transfer.tell_second(tx, staffed.service, case_id, me, staffed.clock()))
    assert "left you a note" in staffed.alerts("Alex")[-1]
    does(staffed, "Alex", lambda tx, me: transfer.stop_watching(tx, case_id, me, staffed.clock()))
    assert texts(reads(staffed, "Alex", case_id)) == []


@pytest.mark.rule("S82")
async def test_not_this_person_about_the_second_adult_hides_it_from_them_for_good(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    second(staffed, "Sam", case_id, "Alex")
    await young.taps("Not this person")
    with pytest.raises(NotPossible):
        reads(staffed, "Alex", case_id)
    with pytest.raises(NotPossible, match="choose somebody"):
        second(staffed, "Sam", case_id, "Alex")


def leaves_the_team(house: House, name: str, how: str) -> None:
    """An account is closed, or has another role from now on."""

    def change(tx: Tx, admin: Staff) -> None:
        who = duty.staff_named(tx, name)
        assert who is not None
        if how == "closed":
            accounts.close_account(tx, house.service, who.id, admin.id, house.clock())
        else:
            accounts.change_role(tx, house.service, who.id, admin.id, how, house.clock())

    house.does("Robin", change)


@pytest.fixture
def robin(staffed: House) -> House:
    staffed.hire("Robin", "admin")
    return staffed


@pytest.mark.rule("S62")
@pytest.mark.parametrize("how", ["closed", "editor"])
async def test_the_first_adult_hears_that_the_second_is_gone_and_nobody_is_named_beside_them(
    robin: House, young: YoungPerson, how: str
) -> None:
    case_id = await talks(young)
    second(robin, "Sam", case_id, "Alex")
    leaves_the_team(robin, "Alex", how)
    case = young.case()
    assert case and (case.stage, case.watcher_id) == ("live", None)
    assert "nobody reads along now" in robin.alerts("Sam")[-1]
    assert past(robin, case_id, "watching_ended")
    second(robin, "Sam", case_id, "Jo")


@pytest.mark.rule("S62")
async def test_a_second_adult_who_may_still_read_along_goes_on(robin: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    second(robin, "Sam", case_id, "Jo")
    leaves_the_team(robin, "Jo", "worker")
    case = young.case()
    assert case and case.watcher_id == robin.staff("Jo").id
    assert texts(reads(robin, "Jo", case_id))
