"""Very many new people at once: they are stored, told where help is and answered in turn; nobody who was known before waits with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import auditing
from bot import crowd as line
from bot.channels import Incoming
from bot.crowd import Crowd
from bot.rehearsal.house import House, YoungPerson
from bot.wiring import build
from escalation import crowd
from nlu.noticing import Noticing
from nlu.understanding import Level
from tests.escalation.talking import waits
from tests.operations.conftest import settings
from tests.telegram.users import until

A_MINUTE = 60
MANY = A_MINUTE + 20
TOLD = "Lots of people are writing right now"


@pytest.fixture
def flooded(staffed: House, noticing: Noticing, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house that is made for sixty new people a minute, in which the line does not move by itself while a test looks at it."""
    monkeypatch.setattr(line, "STEP", 3600.0)
    grave = lambda text: noticing.check(text).level >= Level.WORRY  # noqa: E731
    staffed.intake.crowd = Crowd(lambda who, at_once: staffed.woken.add(who), grave, A_MINUTE)
    return staffed


def line_of(house: House) -> Crowd:
    assert house.intake.crowd is not None
    return house.intake.crowd


async def flood(house: House, number: int = MANY, text: str = "hello") -> list[YoungPerson]:
    """So many people whom nobody knew write within a second."""
    invented = [YoungPerson(house, "telegram", f"invented-{one}-{text}") for one in range(number)]
    for one in invented:
        await house.arrives("telegram", one.address, "text", text)
    return invented


async def test_beyond_what_it_is_made_for_new_people_are_stored_told_where_help_is_and_wait(flooded: House) -> None:
    invented = await flood(flooded)
    assert len(flooded.woken) == A_MINUTE and len(line_of(flooded)) == MANY - A_MINUTE
    late = invented[-1]
    said = [row.text for row in late.lines()]
    assert said[0] == "hello" and TOLD in said[1] and "999" in said[2] and "Childline 0800 1111" in said[3]
    assert TOLD not in " ".join(row.text for row in invented[0].lines())
    await flooded.arrives("telegram", late.address, "text", "are you there")
    assert " ".join(row.text for row in late.lines()).count(TOLD) == 1, "it is said once"
    assert len(line_of(flooded)) == MANY - A_MINUTE, "and who writes again keeps their place"


async def test_everybody_in_the_line_is_answered_in_the_order_in_which_they_came(flooded: House) -> None:
    invented = await flood(flooded, A_MINUTE + 5)
    line_of(flooded).a_minute = 60 / line.STEP  # type: ignore[assignment]
    late = [one.person().id for one in invented[A_MINUTE:]]
    for one, person_id in zip(invented[A_MINUTE:], late, strict=True):
        flooded.woken.clear()
        line_of(flooded).let_in()
        assert flooded.woken == {person_id}, "one in each step"
        await flooded.settle()
        assert len(one.lines()) > 4, "and answered"


async def test_the_line_moves_by_itself(flooded: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "STEP", 0.02)
    await flood(flooded, A_MINUTE + 1)
    await until(lambda: not len(line_of(flooded)), 60)
    assert len(flooded.woken) == A_MINUTE + 1


async def test_whoever_was_known_before_waits_with_nobody(flooded: House, young: YoungPerson) -> None:
    await young.starts()
    flooded.clock.move(minutes=11)
    await flood(flooded)
    flooded.woken.clear()
    await flooded.arrives("telegram", young.address, "text", "what is consent")
    assert flooded.woken == {young.person().id}
    assert TOLD not in " ".join(row.text for row in young.lines())


async def test_a_disclosure_in_a_flood_is_a_case_at_once_also_of_somebody_new(flooded: House) -> None:
    await flood(flooded)
    flooded.woken.clear()
    real = YoungPerson(flooded, "telegram", "real")
    heard = await real.says("my stepdad hits me every day")
    assert heard and not any(TOLD in one.text for one in heard)
    assert real.case() is not None and len(line_of(flooded)) == MANY - A_MINUTE
    again = await real.says("ok")
    assert again, "and who has begun to tell does not fall back into the line"


async def test_somebody_in_the_line_who_writes_of_danger_is_heard_at_once(flooded: House) -> None:
    late = (await flood(flooded))[-1]
    flooded.woken.clear()
    await late.says("i took all the tablets")
    case = late.case()
    assert case is not None and case.level == Level.IMMEDIATE


async def test_words_that_cannot_be_looked_at_make_nobody_wait(flooded: House) -> None:
    await flood(flooded)
    flooded.woken.clear()

    def broken(text: str) -> bool:
        raise ZeroDivisionError

    flooded.intake.crowd = Crowd(lambda who, at_once: flooded.woken.add(who), broken, A_MINUTE)
    real = YoungPerson(flooded, "telegram", "real")
    await flooded.arrives("telegram", "real", "text", "hi")
    assert flooded.woken == {real.person().id}


async def test_the_auditor_does_not_let_the_line_in_and_finds_what_no_line_knows(flooded: House) -> None:
    waiting, served = (await flood(flooded))[-1].person().id, next(iter(flooded.woken))
    flooded.woken.clear()
    flooded.clock.move(seconds=11)
    flooded.ticking.auditor.in_line = line_of(flooded).__contains__
    await flooded.ticking.audit()
    assert served in flooded.woken and waiting not in flooded.woken
    after_a_restart = Crowd(lambda who, at_once: None, lambda text: False, A_MINUTE)
    flooded.ticking.auditor.in_line = after_a_restart.__contains__
    await flooded.ticking.audit()
    assert waiting in flooded.woken


async def test_the_auditor_finds_whom_nobody_answered_however_many_stand_in_the_line(
    flooded: House, young: YoungPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "MOST_AT_ONCE", 5)
    await young.starts()
    flooded.clock.move(minutes=11)
    await flood(flooded)
    await flooded.settle()
    await flooded.arrives("telegram", young.address, "text", "i have swallowed a load of pills")
    flooded.woken.clear()  # as where the database was away just then
    flooded.clock.move(seconds=11)
    flooded.ticking.auditor.in_line = line_of(flooded).__contains__
    await flooded.ticking.audit()
    assert flooded.woken == {young.person().id}


async def test_the_leads_hear_of_it_once_in_an_hour_and_nothing_of_who(flooded: House) -> None:
    await flood(flooded)
    [told] = flooded.alerts("Jo")
    assert "Very many new people are writing at once, more than 60 in a minute" in told
    assert flooded.alerts("Sam") == []
    flooded.clock.move(minutes=5)
    await flood(flooded, text="hi")
    assert len(flooded.alerts("Jo")) == 1
    flooded.clock.move(hours=2)
    await flood(flooded, text="hey")
    assert len(flooded.alerts("Jo")) == 2


async def test_when_it_is_over_new_people_are_answered_at_once_again(flooded: House) -> None:
    await flood(flooded)
    flooded.clock.move(minutes=2)
    flooded.woken.clear()
    real = YoungPerson(flooded, "telegram", "real")
    await flooded.arrives("telegram", "real", "text", "hi")
    assert flooded.woken == {real.person().id}


async def test_an_ordinary_evening_knows_no_line(flooded: House) -> None:
    for evening in range(4):
        await flood(flooded, A_MINUTE // 2, f"hello {evening}")
        flooded.clock.move(minutes=1)
    assert len(line_of(flooded)) == 0 and flooded.alerts("Jo") == []


async def test_what_stands_on_the_waiting_page_of_new_people_stands_together_but_for_lives_at_risk(
    flooded: House, young: YoungPerson
) -> None:
    known = await waits(young)
    flooded.clock.move(minutes=11)
    await flood(flooded)
    flooded.woken.clear()
    new, danger = YoungPerson(flooded, "telegram", "new"), YoungPerson(flooded, "telegram", "danger")
    new_case = await waits(new)
    await danger.says("i took all the tablets")
    grave = danger.case()
    assert grave is not None
    together = flooded.record.read(lambda tx: crowd.cases_of(tx, [known, new_case], flooded.clock()))
    assert together == {new_case}
    flooded.clock.move(hours=3)
    assert flooded.record.read(lambda tx: crowd.cases_of(tx, [known, new_case], flooded.clock())) == frozenset()


async def test_an_edition_from_before_without_these_words_loses_nothing(flooded: House) -> None:
    library = flooded.service.library
    before = {id: message for id, message in library.messages.items() if not id.endswith(".crowd")}
    flooded.intake.use(replace(flooded.service, library=replace(library, messages=before)))
    invented = await flood(flooded)
    assert [[row.text for row in one.lines()] for one in invented] == [["hello"]] * MANY
    assert len(line_of(flooded)) == MANY - A_MINUTE


async def test_the_program_has_a_line_as_its_setting_says(database_url: str) -> None:
    program = build(settings(database_url, newcomers=10))
    try:
        for number in range(12):
            await program.intake.take(Incoming("telegram", f"invented-{number}", f"event-{number}", "text", "hello"))
        assert program.intake.crowd is not None and len(program.intake.crowd) == 2
        await program.intake.take(Incoming("telegram", "real", "event-real", "text", "my stepdad hits me every day"))
        assert len(program.intake.crowd) == 2, "what may be a worry waits in no line"
    finally:
        await program.lanes.idle()
        program.record.close()
