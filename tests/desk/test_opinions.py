"""From a young person's tap to the editor's list: what was rated badly, where there are enough answers to say so."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape

from bot.desk.drafting import drafts
from bot.rehearsal.house import House, YoungPerson
from escalation.insight import settling
from escalation.record import published
from tests.console.conftest import Browser, Open

KEY = "guidance/online_safety/screen_time.yml"
END = "0:go:screen_time/beach_away"
IN_OCTOBER = datetime(2026, 10, 14, 16, tzinfo=UTC)


async def think(house: House, *, useful: int, not_useful: int, begin: int = 0) -> None:
    """So many young people read a script to its end, and tap what they think of it."""
    for number in range(useful + not_useful):
        young = YoungPerson(house, "webchat", f"reader-{begin + number}")
        await young.says("i cant stop scrolling", topic="screen_time")
        await young.taps_token(END)
        await young.taps("Yes, useful" if number < useful else "Not really")


def month_is_over(house: House) -> None:
    house.clock.at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    settling.settle_all(house.record, house.service, house.clock())


async def listed(kit: Browser, query: str) -> str:
    return unescape((await kit.get(f"/desk?{query}")).text)


async def test_what_young_people_tap_reaches_the_list_when_the_month_is_over(staffed: House, browser: Open) -> None:
    staffed.clock.at = IN_OCTOBER
    await think(staffed, useful=5, not_useful=6)
    kit = await browser("Kit")
    assert "not really" not in await listed(kit, "q=screen"), "a month that runs is not told"
    month_is_over(staffed)
    kit = await browser("Kit")
    page = await listed(kit, "show=badly")
    assert "1 of" in page and KEY in page and "Rated badly. Useful? 5 yes, 6 not really" in page
    assert "Too few to say" in await listed(kit, "q=sleep&kind=guidance")


async def test_too_few_are_not_told(staffed: House, browser: Open) -> None:
    staffed.clock.at = IN_OCTOBER
    await think(staffed, useful=3, not_useful=4)
    month_is_over(staffed)
    kit = await browser("Kit")
    assert "Nothing fits" in await listed(kit, "show=badly")
    page = await listed(kit, "q=screen_time")
    assert "Useful? Too few to say" in page
    assert "not really" not in page


async def test_the_worst_rated_come_first(staffed: House, browser: Open) -> None:
    staffed.clock.at = IN_OCTOBER
    await think(staffed, useful=6, not_useful=0)
    month_is_over(staffed)
    page = await listed(await browser("Kit"), "order=rated")
    assert page.index("Rated by young people") < page.index(KEY) < page.index("Too few to say, or not asked")
    assert "6 yes, fewer than 5 not really" in page and "Rated badly. Useful?" not in page


async def test_a_script_shows_the_version_in_force_and_the_one_before(staffed: House, browser: Open) -> None:
    staffed.clock.at = IN_OCTOBER
    await think(staffed, useful=0, not_useful=5)
    text = published_text(staffed)
    staffed.record.write(lambda tx: published.add(tx, KEY, text, staffed.clock(), by=None, note=""))
    month_is_over(staffed)
    page = unescape((await (await browser("Kit")).get(f"/desk/files/{KEY}")).text)
    thoughts = page.partition("What young people thought")[2].partition("</section>")[0]
    assert thoughts.index("Version 1, in force") < thoughts.index("Too few to say") < thoughts.index("As shipped")
    assert "fewer than 5 yes, 5 not really" in thoughts and "Rated badly" in thoughts


async def test_files_that_nobody_is_asked_about_say_nothing_of_it(browser: Open) -> None:
    kit = await browser("Kit")
    for key in ("messages/consent.yml", "guidance/wellbeing/low_mood.yml", "guidance/conversation/goodbye.yml"):
        assert "What young people thought" not in (await kit.get(f"/desk/files/{key}")).text, key


def published_text(house: House) -> str:
    return house.record.read(lambda tx: drafts.in_force(tx, KEY)) + "# a word changed\n"
