"""The list of cases: who finds what, that it tells no more than was shared, and that it never looks at every case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import event, select, update

from bot.rehearsal.house import House
from escalation import cases
from escalation.consent import Scope
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, CaseRow
from escalation.work import holds
from escalation.work.case_search import PAGE, Position, Search, statement
from nlu.understanding import Level
from tests.console.conftest import Arrivals, Browser, Open
from tests.escalation.talking import does
from tests.insight.made_up import MadeUp, happens


async def found(who: Browser, query: str = "") -> list[str]:
    """The ids of the cases on a page of the list."""
    answer = await who.get(f"/cases{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'<li id="case-([0-9a-f]{32})"', answer.text)


async def had(arrivals: Arrivals, name: str, text: str = "he hits me at home", **more: object) -> str:
    case_id = arrivals.agreed(Scope.CHAT, text, **more)  # type: ignore[arg-type]
    arrivals.house.pick_up(name, case_id)
    arrivals.house.clock.move(minutes=1)
    return case_id


async def test_a_worker_finds_their_own_cases_now_and_before_and_a_lead_all(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    now, ended, back, others = [await had(arrivals, name) for name in ("Sam", "Sam", "Sam", "Alex")]
    staffed.close("Sam", ended)
    staffed.clock.move(minutes=1)
    staffed.hand_back("Sam", back)
    sam, jo = await browser("Sam"), await browser("Jo")
    assert await found(sam) == [back, ended, now]
    assert await found(jo) == [back, ended, others, now]


async def test_the_second_adult_finds_a_case_too(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = await had(arrivals, "Sam")
    alex = await browser("Alex")
    assert await found(alex) == []
    alex_id = staffed.staff("Alex").id
    staffed.record.write(lambda tx: setattr(tx.session.get_one(CaseRow, case_id), "watcher_id", alex_id))
    assert await found(alex) == [case_id]


@pytest.mark.rule("S01")
async def test_a_no_that_nobody_was_told_of_is_in_no_list(browser: Open, arrivals: Arrivals) -> None:
    arrivals.refused(Level.CONCERN)
    flagged = arrivals.refused(Level.URGENT)
    assert await found(await browser("Jo")) == [flagged]


@pytest.mark.rule("S82")
@pytest.mark.rule("S63")
async def test_a_case_hidden_from_somebody_is_in_no_list_of_theirs(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = await had(arrivals, "Sam")
    for name in ("Sam", "Jo"):
        staff_id = staffed.staff(name).id
        staffed.record.write(
            lambda tx, staff_id=staff_id: cases.not_this_person(tx, tx.session.get_one(CaseRow, case_id), staff_id, staffed.clock())  # type: ignore[misc]
        )
        assert await found(await browser(name)) == []


async def test_each_filter_finds_what_it_says(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = await had(arrivals, "Sam", level=Level.URGENT)
    staffed.clock.move(days=2)
    other = await had(arrivals, "Alex")
    does(staffed, "Sam", lambda tx, me: holds.place(tx, staffed.service, case_id, me, "a court asked for it", "", staffed.clock()))
    staffed.close("Sam", case_id, "referred")
    code = staffed.record.write(lambda tx: _in_devon(tx, case_id))
    jo, sam_id = await browser("Jo"), staffed.staff("Sam").id
    opened = (staffed.clock() - timedelta(days=2)).date().isoformat()
    for query in (
        "?stage=closed",
        "?level=urgent",
        "?category=home_abuse&area=devon",
        f"?worker={sam_id}",
        f"?opened_from={opened}&opened_to={opened}",
        "?held=yes",
        "?referred=yes",
        f"?code={code.lower().replace('-', '')}",
    ):
        assert await found(jo, query) == [case_id], query
    assert await found(jo, "?stage=live&level=concern") == [other]
    assert await found(jo, "?category=suicide") == []


def _in_devon(tx: Tx, case_id: str) -> str:
    person = people.person(tx, tx.session.get_one(CaseRow, case_id).person_id)
    person.area = "devon"
    return people.code(tx, person.id)


@pytest.mark.rule("S05")
@pytest.mark.parametrize("query", ["?category=home_abuse", "?area=devon", "?category=home_abuse&area=devon"])
async def test_what_was_not_shared_finds_no_case_and_is_not_shown(browser: Open, arrivals: Arrivals, staffed: House, query: str) -> None:
    only_talk, all_of_it = arrivals.agreed(Scope.WANTS_TO_TALK), arrivals.agreed(Scope.CHAT)
    for case_id in (only_talk, all_of_it):
        staffed.record.write(lambda tx, case_id=case_id: _in_devon(tx, case_id))  # type: ignore[misc]
    jo = await browser("Jo")
    assert await found(jo, query) == [all_of_it]
    page = (await jo.get("/cases")).text
    shown = page[page.index(only_talk) :]
    assert staffed.service.library.crisis["home_abuse"].reason not in shown[: shown.index("</li>")]
    staffed.clock.move(days=staffed.service.policy.agreement_days + 1)
    assert await found(await browser("Jo"), query) == []


async def test_a_worker_can_neither_ask_for_anothers_cases_nor_for_a_person(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    mine, others = await had(arrivals, "Sam"), await had(arrivals, "Alex")
    code = staffed.record.write(lambda tx: _in_devon(tx, others))
    sam = await browser("Sam")
    assert await found(sam, f"?worker={staffed.staff('Alex').id}&code={code}") == [mine]
    assert code not in (await sam.get("/cases")).text


def touch(house: House, case_id: str) -> None:
    """Something happens in a case."""
    row = update(CaseRow).where(CaseRow.id == case_id)
    house.record.write(lambda tx: tx.session.execute(row.values(changed_at=house.clock())))


async def test_page_after_page_shows_each_case_once_whatever_changes_meanwhile(browser: Open, staffed: House) -> None:
    start = staffed.clock()
    happens(staffed, *[MadeUp(start - timedelta(hours=n // 3)) for n in range(2 * PAGE + 7)])
    staffed.record.write(lambda tx: tx.session.execute(update(CaseRow).values(waiting_since=CaseRow.opened_at)))
    jo, query, seen = await browser("Jo"), "", []
    while True:
        page = await jo.get(f"/cases{query}")
        seen += re.findall(r'<li id="case-([0-9a-f]{32})"', page.text)
        older = re.search(r'href="/staff/cases(\?[^"]*before=[^"]+)">Older', page.text)
        if older is None:
            break
        query = older[1].replace("&amp;", "&")
        touch(staffed, seen[0])
    assert len(seen) == len(set(seen)) == 2 * PAGE + 7


@pytest.mark.parametrize(
    "query", ["?before=nonsense", "?before=2026-01-01T00:00:00~x", "?stage=%00", "?opened_from=yesterday", "?level=9", "?code=%F0%9F%90%B3"]
)
async def test_an_address_that_makes_no_sense_shows_a_page(browser: Open, arrivals: Arrivals, query: str) -> None:
    await had(arrivals, "Sam")
    assert (await (await browser("Jo")).get(f"/cases{query}")).status_code == 200


async def test_what_is_set_stands_on_the_page_and_an_empty_result_says_what_to_do(browser: Open, arrivals: Arrivals) -> None:
    await had(arrivals, "Sam")
    sam = await browser("Sam")
    page = (await sam.get(f"/cases?category={quote('suicide')}&held=yes")).text
    assert "No case fits all of this" in page
    assert "About: Suicide" in page
    assert 'href="/staff/cases?category=suicide"' in page
    assert "encrypted, so it cannot be searched" in page
    alex = await browser("Alex")
    assert "You have had no case yet" in (await alex.get("/cases")).text


@pytest.mark.rule("S72")
async def test_what_a_list_showed_and_what_was_looked_for_are_noted_once_a_session(
    browser: Open, arrivals: Arrivals, staffed: House
) -> None:
    case_id = await had(arrivals, "Sam")
    arrivals.agreed(Scope.WANTS_TO_TALK)
    jo = await browser("Jo")
    for _ in range(3):
        await jo.get("/cases?stage=live")
    await jo.get("/cases")
    jo_id = staffed.staff("Jo").id
    noted = select(AuditRow).where(AuditRow.staff_id == jo_id, AuditRow.action.in_(("case_shown", "cases_searched")))
    rows = staffed.record.read(lambda tx: list(tx.session.scalars(noted)))
    assert sorted((row.action, row.case_id) for row in rows) == [("case_shown", case_id), ("cases_searched", None)]
    assert all("live" not in (row.digest or "") for row in rows)


SEARCHES = {
    "everything": Search(),
    "a state": Search(stage="closed"),
    "a level": Search(level="urgent"),
    "what it is about": Search(category="suicide"),
    "an area": Search(area="devon"),
    "a worker": Search(worker="somebody"),
    "days": Search(opened_from=date(2026, 1, 1), opened_to=date(2026, 1, 31)),
    "a hold": Search(held=True),
    "a referral": Search(referred=True),
    "a person": Search(code="K7QM-2XPR"),
    "all at once": Search(stage="closed", level="urgent", category="suicide", area="devon", held=True, referred=True, code="K7QM-2XPR"),
}


@pytest.fixture
def statements(staffed: House) -> Iterator[list[tuple[str, object]]]:
    """Every statement that runs, with its values."""
    ran: list[tuple[str, object]] = []

    def keep(connection: object, cursor: object, text: str, values: object, *_: object) -> None:
        ran.append((text, values))

    event.listen(staffed.record.engine, "before_cursor_execute", keep)
    yield ran
    event.remove(staffed.record.engine, "before_cursor_execute", keep)


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("who", ["Sam", "Jo"])
def test_no_page_looks_at_every_case(staffed: House, statements: list[tuple[str, object]], who: str, name: str) -> None:
    staff, now = staffed.staff(who), staffed.clock()
    one_page = statement(staffed.service, staff, SEARCHES[name], now, Position(now, "x"))
    staffed.record.read(lambda tx: tx.session.scalars(one_page).all())
    text, values = statements[-1]
    plan = staffed.record.read(lambda tx: tx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all())  # type: ignore[arg-type]
    steps = [row[3] for row in plan]
    assert any("SEARCH cases USING" in step for step in steps), steps
    assert not [step for step in steps if re.match(r"SCAN (?!anon_)", step)], steps
