"""The pages for supervision and insight: what they show, to whom, and what they never hold."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from bot.rehearsal.house import House
from escalation.consent import Scope
from escalation.console.insight_page import insight
from escalation.console.pages import document
from escalation.insight import settling
from tests.console.conftest import Arrivals, Open
from tests.insight.made_up import MadeUp, happens

MIDDLE = datetime(2026, 10, 14, 16, 30, tzinfo=UTC)


def october(house: House) -> None:
    happens(house, *[MadeUp(MIDDLE, level=3, categories=("suicide",), age="16_17")] * 9, *[MadeUp(MIDDLE, contexts=("online",))] * 11)
    happens(house, MadeUp(MIDDLE, level=4, categories=("fgm",), age="under_13", area="torbay", kept=False))
    settling.settle_all(house.record, house.service, house.clock())


async def test_before_a_month_is_counted_the_page_says_when_it_will_be(browser: Open) -> None:
    answer = await (await browser("Robin")).get("/insight")
    assert answer.status_code == 200
    assert "No month is counted yet" in answer.text


async def test_the_newest_month_is_shown_with_its_charts_tables_and_files(browser: Open, staffed: House) -> None:
    october(staffed)
    answer = await (await browser("Robin")).get("/insight")
    assert "Insight: October 2026" in answer.text
    assert '<title id="chart-level-title">How serious</title>' in answer.text
    assert "Concern: 11" in answer.text
    assert answer.text.count(".csv") == 17 + 1, "one for each figure, and one for the months"


async def test_a_file_has_every_cell_and_holds_back_what_the_page_holds_back(browser: Open, staffed: House) -> None:
    october(staffed)
    answer = await (await browser("Jo")).get("/insight/2026-10/age.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-10-age.csv"'
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["Age", "cases"],
        ["Under 13", "held back"],
        ["13 to 15", "11"],
        ["16 or 17", "held back"],
        ["18 to 25", "held back"],
        ["Did not say", "held back"],
        ["Together", "21"],
    ]
    months = await (await browser("Jo")).get("/insight/2026-10/trends.csv")
    assert months.text.splitlines()[0].startswith("month,Messages and taps,Cases,Urgent")
    assert months.text.splitlines()[1].startswith("2026-10,held back,21,held back")


async def test_a_month_or_a_figure_that_is_not_there_is_not_found(browser: Open, staffed: House) -> None:
    october(staffed)
    robin = await browser("Robin")
    for path in ("/insight/2026-11", "/insight/1999-01", "/insight/october", "/insight/2026-10/people.csv", "/insight/2026-11/age.csv"):
        assert (await robin.get(path)).status_code == 404, path


async def test_insight_holds_no_words_and_leads_to_nobody(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.agreed(Scope.CHAT, "he hits me at home")
    october(staffed)
    for name in ("Jo", "Robin"):
        page = (await (await browser(name)).get("/insight")).text
        assert "hits me" not in page and case_id not in page and "/cases/" not in page


def test_the_report_is_one_page_that_needs_nothing_else(staffed: House) -> None:
    october(staffed)
    told = staffed.record.read(lambda tx: insight(tx, staffed.service, settling.settled(tx)[0]))
    page = document("files/insight_report.html", told=told, organisation="Harbour Youth")
    assert "<h1>Harbour Youth: October 2026</h1>" in page
    assert "Concern: 11" in page and "@media print" in page
    assert not any(words in page for words in ("href=", "src=", "<script"))


async def test_a_lead_sees_the_floor_without_a_word_of_anybody(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    case_id = arrivals.agreed(Scope.CHAT, "he hits me at home")
    jo = await browser("Jo")
    page = (await jo.get("/supervisor")).text
    assert "Sam</strong>" in page and "0 of 3 conversations" in page
    assert f'href="/staff/cases/{case_id}"' in page and "Promised by" in page
    assert "hits me" not in page
    staffed.pick_up("Sam", case_id)
    page = (await jo.get("/supervisor")).text
    assert "1 of 3 conversations" in page and "Nobody is waiting." in page
    assert "1 of 1, 100 %" in page


async def test_flags_that_are_to_be_decided_are_linked_by_what_they_are(browser: Open, arrivals: Arrivals) -> None:
    case_id = arrivals.refused()
    page = (await (await browser("Jo")).get("/supervisor")).text
    assert f'href="/staff/flags#case-{case_id}">Said no to an adult, and it is urgent</a>' in page


async def test_concerns_about_staff_are_not_counted_on_the_floor(browser: Open, staffed: House) -> None:
    page = (await (await browser("Jo")).get("/supervisor")).text
    assert '<li><a href="/staff/concerns">Concerns about staff</a></li>' in page
