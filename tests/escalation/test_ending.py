"""The end of a conversation and what is left of it, on the real record: plan, feedback, debriefs, whom to ask first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.rehearsal import endings
from bot.rehearsal.house import House, YoungPerson
from escalation import relay
from escalation.case import NotPossible
from escalation.ending import afterwards, feedback
from escalation.ending.plan import MOST_CHARACTERS, MOST_LINES, ClosingPlan
from escalation.record import duty, people
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, DueRow, Feedback
from escalation.work import debriefs
from escalation.young_person import erasing
from tests.escalation.talking import asks_for_an_adult


def is_hard(house: House, case_id: str, level: int = 3) -> None:
    def change(tx: Tx) -> None:
        tx.session.get_one(CaseRow, case_id).level = level

    house.record.write(change)


def test_a_line_counts_only_once_the_young_person_said_yes() -> None:
    plan = ClosingPlan().propose("a", "See the  nurse").propose("b", "Ring Mo").add("c", "walk the dog")
    assert plan.agreed == ("walk the dog",)
    plan = plan.answer("a", True).reword("b", "text Mo")
    assert plan.agreed == ("See the nurse", "text Mo", "walk the dog")
    assert plan.answer("a", False).agreed == ("text Mo", "walk the dog")
    assert ClosingPlan.from_json(plan.as_json()) == plan


def test_a_plan_stays_short() -> None:
    plan = ClosingPlan()
    for number in range(MOST_LINES):
        plan = plan.propose(str(number), f"line {number}")
    with pytest.raises(NotPossible, match="already"):
        plan.propose("more", "one more")
    assert plan.answer("0", False).propose("more", "one more").has("more"), "a line left out makes room"
    with pytest.raises(NotPossible, match="too long"):
        ClosingPlan().propose("a", "x" * (MOST_CHARACTERS + 1))
    with pytest.raises(NotPossible, match="write the line"):
        ClosingPlan().propose("a", "  ")


async def test_clearing_the_chat_stops_check_ins_and_hides_the_plan(staffed: House, young: YoungPerson, talking: str) -> None:
    endings.starts_closing(staffed, "Sam", talking)
    endings.proposes(staffed, "Sam", talking, "See the nurse")
    await young.taps("Yes")
    await endings.agrees_to_a_check_in(young, staffed, talking)
    staffed.close("Sam", talking)
    await young.says("delete")
    await young.taps("Yes, clear it")
    assert endings.check_ins_of(staffed, talking)[0].answer == "stopped"
    assert staffed.record.read(lambda tx: afterwards.view(tx, tx.session.merge(young.person()))) is None


async def test_only_the_adult_who_has_the_conversation_ends_it_together(staffed: House, talking: str) -> None:
    with pytest.raises(NotPossible, match="not yours"):
        endings.starts_closing(staffed, "Alex", talking)
    with pytest.raises(NotPossible, match="begin the ending first"):
        endings.proposes(staffed, "Sam", talking, "See the nurse")


async def test_a_line_is_answered_after_the_end_too_and_by_nobody_else(staffed: House, young: YoungPerson, talking: str) -> None:
    endings.starts_closing(staffed, "Sam", talking)
    endings.proposes(staffed, "Sam", talking, "See the nurse")
    token = young.token("Yes")
    staffed.close("Sam", talking)
    await YoungPerson(staffed, address="young-2").taps_token(token)
    assert endings.plan_of(staffed, talking) == []
    await young.taps_token(token)
    assert endings.plan_of(staffed, talking) == ["See the nurse"]


@pytest.mark.rule("S76")
async def test_plan_and_feedback_are_sealed(staffed: House, young: YoungPerson, talking: str) -> None:
    endings.starts_closing(staffed, "Sam", talking)
    endings.proposes(staffed, "Sam", talking, "See the nurse")
    await young.taps("Yes")
    staffed.close("Sam", talking)
    await young.taps("Better than before")
    await young.taps("Tell us how it was")
    for _ in range(3):
        await young.taps("Yes")
    await young.says("she was lovely")
    row = staffed.record.read(lambda tx: tx.session.scalars(select(Feedback)).one())
    assert (row.listened, row.helped, row.again) == (3, 3, 3)
    found = staffed.record.read(lambda tx: feedback.figures(tx, staffed.clock() - timedelta(days=1)))
    assert found == feedback.Figures(1, 1, 1, 1, ("she was lovely",))
    stored = staffed.record.read(lambda tx: tx.session.execute(text("SELECT plan_sealed, words_sealed FROM cases, feedback")).one())
    assert not any(words in field for field in stored for words in (b"nurse", b"lovely"))


async def test_after_a_hard_case_the_adult_is_asked_how_they_are(staffed: House, talking: str) -> None:
    is_hard(staffed, talking)
    staffed.close("Sam", talking)
    assert staffed.alerts("Sam")[-1] == "That may have been a hard one. How are you?"
    endings.answers_debrief(staffed, "Sam", "talk")
    assert staffed.alerts("Jo")[-1].startswith("Sam would like to talk after a hard conversation.")
    (burden,) = staffed.record.read(lambda tx: debriefs.burdens(tx, staffed.service, staffed.staff("Jo"), staffed.clock()))
    assert (burden.name, burden.cases, burden.many, burden.wants_to_talk) == ("Sam", 1, False, True)


async def test_after_an_ordinary_case_nobody_is_asked(staffed: House, talking: str) -> None:
    staffed.close("Sam", talking)
    assert endings.debriefs_of(staffed, "Sam") == []


async def test_later_asks_again_the_next_day_and_once(staffed: House, talking: str) -> None:
    is_hard(staffed, talking)
    staffed.close("Sam", talking)
    endings.answers_debrief(staffed, "Sam", "later")
    await staffed.wait(hours=19)
    asked = [words for words in staffed.alerts("Sam") if words.startswith("That may have been a hard one")]
    assert len(asked) == 1
    await staffed.wait(hours=30)
    asked = [words for words in staffed.alerts("Sam") if words.startswith("That may have been a hard one")]
    assert len(asked) == 2


async def test_leads_see_who_has_had_many_in_the_last_weeks_only(staffed: House, talking: str) -> None:
    is_hard(staffed, talking)
    staffed.close("Sam", talking)

    def three_more(tx: Tx) -> None:
        case = tx.session.get_one(CaseRow, talking)
        for _ in range(2):
            debriefs.after(tx, staffed.service, case, staffed.clock())

    staffed.record.write(three_more)
    (burden,) = staffed.record.read(lambda tx: debriefs.burdens(tx, staffed.service, staffed.staff("Jo"), staffed.clock()))
    assert burden.cases == 3 and burden.many
    staffed.clock.move(days=29)
    assert staffed.record.read(lambda tx: debriefs.burdens(tx, staffed.service, staffed.staff("Jo"), staffed.clock())) == []


async def test_the_adult_of_last_time_is_alerted_alone_at_first(house: House, young: YoungPerson) -> None:
    for name in ("Alex", "Sam"):
        house.hire(name)
        house.on_duty(name)
    case_id = await asks_for_an_adult(young)
    house.pick_up("Sam", case_id)
    house.close("Sam", case_id)
    had = {name: len(house.alerts(name)) for name in ("Alex", "Sam")}
    await young.says("person")
    for label in ("Yes", "Only that I want to talk", "Send it"):
        await young.taps(label)
    assert (len(house.alerts("Sam")) - had["Sam"], len(house.alerts("Alex")) - had["Alex"]) == (1, 0)
    await house.wait(minutes=10)
    assert len(house.alerts("Alex")) > had["Alex"], "the others come after them"


async def test_an_account_that_was_closed_is_not_asked_for_again(staffed: House, young: YoungPerson, talking: str) -> None:
    staffed.close("Sam", talking)

    def leaves(tx: Tx) -> None:
        staff = duty.staff_named(tx, "Sam")
        assert staff
        staff.closed_at = staffed.clock()

    staffed.record.write(leaves)
    found = staffed.record.read(lambda tx: afterwards.view(tx, tx.session.merge(young.person())))
    assert found is not None and found.adult is None


async def test_outcome_and_what_is_safer_now_stand_in_the_record(staffed: House, talking: str) -> None:
    staff, safer = staffed.staff("Sam"), "School knows; Ms Ito goes on."
    staffed.record.write(
        lambda tx: relay.close(tx, staffed.service, talking, staff, "plan_made", "Calm at the end.", staffed.clock(), safer=safer)
    )

    def entry(tx: Tx) -> tuple[str | None, str]:
        case = tx.session.get_one(CaseRow, talking)
        row = tx.session.scalars(select(CaseEvent).where(CaseEvent.case_id == talking, CaseEvent.event == "closed")).one()
        return case.outcome, tx.vault.open_for(people.person(tx, case.person_id), "case_events.detail", row.id, row.detail_sealed or b"")

    outcome, detail = staffed.record.read(entry)
    assert outcome == "plan_made"
    assert "Calm at the end." in detail and safer in detail


async def test_later_after_a_case_that_was_erased_meanwhile_holds_up_nothing_that_is_due(
    staffed: House, talking: str, young: YoungPerson
) -> None:
    is_hard(staffed, talking)
    staffed.close("Sam", talking, outcome="mistaken_flag")
    endings.answers_debrief(staffed, "Sam", "later")
    code = staffed.record.read(lambda tx: people.code(tx, young.person().id))
    assert erasing.erase(staffed.record, staffed.service, code, "they asked", staffed.clock()).kept == ()
    await staffed.wait(hours=21)
    other = YoungPerson(staffed, address="young-2")
    await other.says("i have swallowed a load of pills")
    case = other.case()
    assert case is not None
    before = len(staffed.alerts("Jo"))
    await staffed.wait(hours=1)
    assert len(staffed.alerts("Jo")) > before, "nobody was there, and the chain went on"
    left = select(DueRow.kind).where(DueRow.done_at.is_(None), DueRow.due_at <= staffed.clock())
    assert staffed.record.read(lambda tx: tx.session.scalars(left).all()) == []
