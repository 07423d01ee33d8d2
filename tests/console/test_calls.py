"""Being called when somebody waits: off until chosen, for one browser, without a word about anybody; and what comes first on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.rehearsal.house import House
from escalation.consent import Scope
from nlu.understanding import Level
from tests.console.conftest import Arrivals, Browser, Open, later


async def choices(someone: Browser) -> set[str]:
    """What the pages of this browser are told to do."""
    found = re.search(r'data-choices="([^"]*)"', (await someone.get("/rota")).text)
    assert found
    return set(found.group(1).split())


async def counted(someone: Browser) -> dict[str, Any]:
    answer: dict[str, Any] = (await someone.get("/waiting/count")).json()
    return answer


async def test_nothing_calls_until_somebody_chooses_it_and_then_in_that_browser_only(browser: Open) -> None:
    sam, elsewhere = await browser("Sam"), await browser("Sam")
    assert await choices(sam) == {"letters"}
    for name in ("sound", "notice"):
        assert (await sam.post("/choices", name=name, on="yes")).status_code == 204
    assert await choices(sam) == {"letters", "sound", "notice"}
    assert await choices(elsewhere) == {"letters"}
    for name in ("sound", "letters", "notice"):
        await sam.post("/choices", name=name)
    assert await choices(sam) == set()


async def test_a_choice_is_out_of_reach_of_scripts_and_says_nothing_about_anybody(browser: Open) -> None:
    sam = await browser("Sam")
    answer = await sam.post("/choices", name="sound", on="yes")
    assert re.fullmatch(
        r"breakwater-choices=letters\.sound; HttpOnly; Max-Age=31536000; Path=/; SameSite=strict", answer.headers["set-cookie"]
    )
    assert (await sam.post("/choices", name="anything", on="yes")).status_code == 422
    sam.client.cookies.set("breakwater-choices", "<script>.sound", domain="127.0.0.1")
    assert await choices(sam) == {"sound"}


async def test_a_page_is_told_who_waits_by_id_and_for_how_long_somebody_in_danger_has(
    browser: Open, arrivals: Arrivals, staffed: House
) -> None:
    sam = await browser("Sam")
    usual, danger = arrivals.agreed(Scope.CHAT, "he hits me at home"), arrivals.immediate()
    later(staffed, seconds=75)
    answer = await counted(sam)
    assert (answer["waiting"], set(answer["ids"])) == (2, {usual, danger})
    assert list(answer["ringing"]) == [danger]
    assert 75 <= answer["ringing"][danger] <= 80
    await sam.post(f"/cases/{danger}/pick-up")
    assert (await counted(sam))["ringing"] == {}


async def test_quiet_for_now_lasts_until_the_next_one_in_danger_and_for_whoever_asked(browser: Open, arrivals: Arrivals) -> None:
    sam, alex, first = await browser("Sam"), await browser("Alex"), arrivals.immediate()
    assert (await sam.post("/waiting/quiet")).status_code == 204
    assert (await counted(sam))["ringing"] == {}
    assert list((await counted(alex))["ringing"]) == [first]
    second = arrivals.immediate()
    assert list((await counted(sam))["ringing"]) == [second]


@pytest.mark.parametrize(
    ("yours", "order"), [(Level.CONCERN, ["danger", "urgent", "yours", "usual"]), (Level.URGENT, ["danger", "yours", "urgent", "usual"])]
)
async def test_who_waits_and_is_more_urgent_comes_before_your_own_conversations(
    browser: Open, arrivals: Arrivals, yours: Level, order: list[str]
) -> None:
    own = arrivals.agreed(Scope.CHAT, level=yours)
    sam = await browser("Sam")
    await sam.post(f"/cases/{own}/pick-up")
    named = {
        own: "yours",
        arrivals.agreed(Scope.CHAT): "usual",
        arrivals.agreed(Scope.CHAT, level=Level.URGENT): "urgent",
        arrivals.immediate(): "danger",
    }
    page = (await sam.get("/waiting")).text
    assert [named[id] for id in re.findall(r'<li id="case-(\w+)"', page)] == order
    assert "3 waiting</p>" in page


async def test_the_other_conversations_of_yours_stand_above_the_open_one(browser: Open, arrivals: Arrivals, staffed: House) -> None:
    sam = await browser("Sam")
    first, second = arrivals.agreed(Scope.CHAT), arrivals.agreed(Scope.CHAT, level=Level.URGENT)
    await sam.post(f"/cases/{first}/pick-up")
    assert 'aria-label="Your conversations"' not in (await sam.get(f"/cases/{first}")).text
    later(staffed, minutes=4)
    await sam.post(f"/cases/{second}/pick-up")
    page = (await sam.get(f"/cases/{second}")).text.split('aria-label="Your conversations"')[1].split("</nav>")[0]
    assert re.findall(r'href="/staff/cases/(\w+)"( aria-current="page")?', page.replace(" >", ">")) == [
        (first, ""),
        (second, ' aria-current="page"'),
    ]
    assert re.search(r"Concern, since [\d:]+ <strong>your turn, <time[^>]*>4 minutes", page)
