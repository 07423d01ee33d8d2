"""Pictures in the web chat: from our own site, with their words, and unable to do anything."""

from __future__ import annotations

from sqlalchemy import select

from bot.channels.webchat.routes import DRAWING_ONLY
from bot.rehearsal.house import House, YoungPerson
from content.editorial.library import Library
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow
from tests.webchat.visiting import Browser, Host


async def test_a_picture_comes_with_its_words_and_the_other_bubbles_without(host: Host, browser: Browser) -> None:
    await browser.open()
    host.say("Look.", picture=("sleep.svg", "A bed."))
    host.say("No picture here.")
    items = (await browser.feed())["items"]
    assert [(item["text"], item["picture"]) for item in items if item["text"]] == [
        ("Look.", ["sleep.svg", "A bed."]),
        ("No picture here.", None),
    ]


async def test_a_drawing_is_served_as_one_and_may_run_nothing(browser: Browser, words: Library) -> None:
    answer = await browser.http.get("/chat/pictures/sleep.svg")
    assert answer.content == words.pictures["sleep.svg"]
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == DRAWING_ONLY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_nothing_else_is_served_as_a_picture(browser: Browser) -> None:
    for name in ("nothing.svg", "..%2Ftaxonomy.yml", "sleep.svg%00", "sleep"):
        assert (await browser.http.get(f"/chat/pictures/{name}")).status_code == 404


async def test_the_page_still_loads_from_its_own_site_only(browser: Browser) -> None:
    policy = (await browser.http.get("/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "img-src 'self' data:;" in policy
    assert "unsafe" not in policy


async def test_a_script_shows_its_picture_above_the_first_bubble_in_the_web_chat(house: House) -> None:
    person = YoungPerson(house, "webchat")
    await person.starts()
    await person.says("i cant sleep", topic="sleep")
    assert [(text[:12], picture and picture[0]) for text, picture in bubbles(house)[-2:]] == [
        ("Not sleeping", "sleep.svg"),
        ("Resting stil", None),
    ]


def bubbles(house: House) -> list[tuple[str, tuple[str, str] | None]]:
    """Everything the bot said, with its pictures."""

    def read(tx: Tx) -> list[tuple[str, tuple[str, str] | None]]:
        rows = tx.session.scalars(select(OutboxRow).where(OutboxRow.channel == "webchat").order_by(OutboxRow.seq))
        return [(messages.outgoing(tx, row)[0], messages.picture(tx, row)) for row in rows]

    return house.record.read(read)
