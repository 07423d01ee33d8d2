"""Sharing without agreement: complete or rejected, told first, and no more opened than was decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation import reading
from escalation.case import NotPossible
from escalation.consent import Kind
from escalation.record import audit
from escalation.sharing import override
from escalation.sharing.override import READS_IT, Decision
from tests.escalation.talking import SUMMARY, does, past, talks

POLICE = Decision(
    recipient="police",
    what="that a younger child lives there, and the street",
    reason="a six year old is in the house",
    legal_basis="public_task",
    risk="he has hit both of them this week",
    told="I have to tell the police that your sister is there, because she could get hurt.",
)
READ = replace(POLICE, recipient=READS_IT, what="what they wrote", told="I will read what you wrote, because your sister may be in danger.")


def shares(house: House, name: str, case_id: str, made: Decision) -> None:
    does(house, name, lambda tx, me: override.share(tx, house.service, case_id, me, made, house.clock()))


def overrides(young: YoungPerson) -> list[str]:
    return [row.recipient for row in young.ledger() if row.kind == Kind.OVERRIDE]


@pytest.mark.rule("S03")
@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        ({"reason": " "}, "the reason"),
        ({"legal_basis": ""}, "the legal basis"),
        ({"legal_basis": "because"}, "the legal basis"),
        ({"risk": ""}, "the risk"),
        ({"what": ""}, "what is shared"),
        ({"told": ""}, "what they are told first, or why that is unsafe"),
    ],
)
async def test_a_decision_that_lacks_something_is_rejected_with_what_is_missing(
    staffed: House, young: YoungPerson, lacking: dict[str, str], named: str
) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible, match=named):
        shares(staffed, "Jo", case_id, replace(POLICE, **lacking))
    assert (overrides(young), young.hears(), past(staffed, case_id, "override")) == ([], [], [])


@pytest.mark.rule("S04")
async def test_the_young_person_is_told_who_what_and_why(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    shares(staffed, "Jo", case_id, POLICE)
    told = " ".join(line.text for line in young.hears())
    assert all(part in told for part in ("Jo", "the police", "before it happens", "your sister is there, because she could get hurt"))
    (entry,) = [row for row in young.ledger() if row.kind == Kind.OVERRIDE]
    assert (entry.recipient, entry.recipient_role, entry.decided_by) == ("police", "outside", staffed.staff("Jo").id)
    assert b"six year old" not in (entry.detail_sealed or b"")
    (recorded,) = past(staffed, case_id, "override")
    assert recorded.detail["reason"] == POLICE.reason
    assert staffed.record.read(audit.first_broken) is None


@pytest.mark.rule("S04")
async def test_where_telling_is_unsafe_the_reason_stands_beside_it_and_nothing_is_said(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    shares(staffed, "Jo", case_id, replace(POLICE, told="", unsafe_to_tell="he reads their phone"))
    assert young.hears() == []
    assert past(staffed, case_id, "override")[0].detail["unsafe_to_tell"] == "he reads their phone"


@pytest.mark.rule("S77")
async def test_after_a_pause_what_they_are_told_waits_until_they_carry_on(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.clock.move(hours=2)
    shares(staffed, "Jo", case_id, POLICE)
    assert "police" not in " ".join(line.text for line in young.hears())
    await young.taps("Carry on")
    assert "the police" in " ".join(line.text for line in young.lines())


@pytest.mark.rule("S64")
async def test_what_they_would_be_told_is_screened_like_every_message(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible, match="seems to hold contact"):
        shares(staffed, "Jo", case_id, replace(POLICE, told="call me on 07700 900123"))


@pytest.mark.rule("S03")
async def test_a_worker_leaves_the_decision_to_the_lead_but_not_that_they_called_999(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    with pytest.raises(NotPossible, match="leaves this decision to the lead"):
        shares(staffed, "Sam", case_id, POLICE)
    shares(staffed, "Sam", case_id, replace(POLICE, recipient="emergency", afterwards=True))
    assert overrides(young) == ["emergency"]


@pytest.mark.rule("S68")
async def test_a_999_call_is_recorded_afterwards_and_told_as_done(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    staffed.close("Sam", case_id)
    young.hears()
    shares(staffed, "Sam", case_id, replace(POLICE, recipient="emergency", afterwards=True))
    told = " ".join(line.text for line in young.hears())
    assert "has told the emergency services" in told
    assert "could not wait" in told
    assert past(staffed, case_id, "override")[0].detail["afterwards"] == "yes"


@pytest.mark.rule("S85")
async def test_from_18_a_ground_is_needed_as_well(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young, age_band="18_25")
    with pytest.raises(NotPossible, match="what allows it from 18 on"):
        shares(staffed, "Jo", case_id, POLICE)
    shares(staffed, "Jo", case_id, replace(POLICE, ground="others_at_risk"))
    assert past(staffed, case_id, "override")[0].detail["ground"] == "others_at_risk"


@pytest.mark.rule("S05")
async def test_telling_somebody_outside_opens_the_words_to_nobody_here(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young, SUMMARY)
    shares(staffed, "Jo", case_id, POLICE)
    for name in ("Sam", "Alex", "Jo"):
        card = does(staffed, name, lambda tx, me: reading.read_case(tx, staffed.service, case_id, me, staffed.clock()))
        assert card.raised_by is None, name


@pytest.mark.rule("S80")
async def test_opening_the_words_is_such_a_decision_and_opens_them_to_whoever_made_it(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young, SUMMARY)
    shares(staffed, "Jo", case_id, READ)
    seen = {
        name: does(staffed, name, lambda tx, me: reading.read_case(tx, staffed.service, case_id, me, staffed.clock())).raised_by
        for name in ("Jo", "Sam")
    }
    assert seen["Jo"] is not None
    assert seen["Jo"].text == "my stepdad hits me every day"
    assert seen["Sam"] is None


@pytest.mark.rule("S26")
async def test_where_family_may_be_the_danger_only_the_lead_decides_to_tell_them(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)
    sharing = staffed.service.staff_policy.sharing.model_copy(update={"decides": ("worker", "lead")})
    staffed.service = replace(staffed.service, staff_policy=replace(staffed.service.staff_policy, sharing=sharing))
    with pytest.raises(NotPossible, match="family may be the danger"):
        shares(staffed, "Sam", case_id, replace(POLICE, recipient="family"))
    shares(staffed, "Sam", case_id, POLICE)


@pytest.mark.rule("S06")
async def test_a_decision_not_to_share_is_recorded_with_its_reason(staffed: House, young: YoungPerson) -> None:
    case_id = await talks(young)

    def decide(reason: str) -> None:
        does(
            staffed,
            "Sam",
            lambda tx, me: override.do_not_share(tx, staffed.service, case_id, me, "childrens_services", reason, staffed.clock()),
        )

    with pytest.raises(NotPossible, match="write the reason"):
        decide(" ")
    decide("they are with them already, and agreed to talk there")
    (entry,) = past(staffed, case_id, "not_shared")
    assert entry.detail == {"recipient": "childrens_services", "reason": "they are with them already, and agreed to talk there"}
    assert overrides(young) == []
