"""The youth panel: a round is opened, read by link on phones without accounts, spoken of, and signed off as a group."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from bot.desk.drafting import drafts, workflow
from bot.desk.panel import rounds
from bot.desk.panel.site import PanelSite, create
from bot.rehearsal.house import House
from escalation.record import duty
from escalation.record.retention import running
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, PanelComment, PanelReaction, PanelRound, PanelVoice
from nlu.noticing import Noticing
from tests.console.conftest import SITE, Browser, Open, later

KEY = "guidance/relationships/consent.yml"
WORRY = "my stepdad hits me"


@dataclass
class Phone:
    """A member of the panel with a phone: it keeps its cookie, and sends forms as a page of ours would."""

    client: httpx.AsyncClient
    home: str
    item: str = ""
    """The address of the first draft of the round, once its list was seen."""

    async def joins(self, nickname: str = "") -> Phone:
        await self.client.post(f"{self.home}/join", data={"nickname": nickname})
        listed = await self.client.get(self.home)
        found = re.search(rf'href="({self.home}/[0-9a-f]+)/1"', listed.text)
        assert found, listed.text
        self.item = found[1]
        return self

    async def sees(self, path: str = "") -> httpx.Response:
        return await self.client.get(self.home + path)

    async def part(self, number: int = 1) -> httpx.Response:
        return await self.client.get(f"{self.item}/{number}")

    async def taps(self, kind: str, value: str, number: int = 1) -> httpx.Response:
        return await self.client.post(f"{self.item}/{number}/react", data={kind: value})

    async def writes(self, words: str, number: int = 1) -> httpx.Response:
        return await self.client.post(f"{self.item}/{number}/comment", data={"words": words}, follow_redirects=True)

    async def signs_off(self, verdict: str = "fits", words: str = "", there: str = "6", *, sure: bool = True) -> httpx.Response:
        shown = (await self.sees("/finish")).text
        fields = dict(re.findall(r'name="(digest-[0-9a-f]+)" value="([0-9a-f]+)"', shown))
        fields |= {name.replace("digest-", "verdict-"): verdict for name in fields}
        return await self.client.post(
            f"{self.home}/finish", data={**fields, "there": there, "words": words} | ({"sure": "yes"} if sure else {})
        )


@pytest.fixture
def panel_app(staffed: House, noticing: Noticing) -> FastAPI:
    app = FastAPI()
    app.mount("/panel", create(PanelSite(staffed.record, staffed.service, noticing, staffed.clock), public_url=None, https=False))
    return app


@pytest.fixture
async def phones(panel_app: FastAPI) -> AsyncIterator[list[httpx.AsyncClient]]:
    made = [
        httpx.AsyncClient(transport=httpx.ASGITransport(app=panel_app), base_url=SITE, headers={"sec-fetch-site": "same-origin"})
        for _ in range(2)
    ]
    yield made
    for one in made:
        await one.aclose()


@pytest.fixture
def waiting(app: FastAPI, staffed: House) -> Iterator[str]:
    """A draft of Kit's that Jo has said fits, and that waits for the panel; its id."""
    yield staffed.record.write(lambda tx: with_panel(tx, staffed))


def with_panel(tx: Tx, house: House, key: str = KEY) -> str:
    kit, jo, now = house_staff(tx, house, "Kit"), house_staff(tx, house, "Jo"), house.clock()
    draft = drafts.open_draft(tx, key, kit, now)
    draft = drafts.save(tx, draft.id, draft.text.replace("really want to", "truly want to"), draft.revision, kit, now)
    workflow.send_to_lead(tx, draft.id, kit, now)
    workflow.judge(tx, draft.id, jo, "fits", "", now)
    workflow.send_to_panel(tx, draft.id, kit, now)
    return draft.id


def house_staff(tx: Tx, house: House, name: str) -> str:
    found = duty.staff_named(tx, name)
    assert found
    return found.id


async def opened(kit: Browser, waiting: str, **given: str) -> httpx.Response:
    fields: dict[str, str] = {"title": "Words about consent", "group": "Harbour youth panel", "ends": "2026-12-07", "draft": waiting}
    return await kit.post("/desk/panel", **(fields | given))


def link_in(answer: httpx.Response) -> str:
    found = re.search(r"<code class=\"link\">http://[^/]+(/panel/[^<]+)</code>", answer.text)
    assert found, answer.text
    return found[1]


@pytest.fixture
async def phone(browser: Open, waiting: str, phones: list[httpx.AsyncClient]) -> Phone:
    """A member who has come in to a round about consent that Kit opened."""
    return await Phone(phones[0], link_in(await opened(await browser("Kit"), waiting))).joins()


def rows(house: House, table: type[Any]) -> list[Any]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(table))))


def last_comment(house: House) -> PanelComment:
    found: PanelComment = rows(house, PanelComment)[-1]
    return found


async def test_a_round_shows_its_link_once_and_keeps_only_a_digest(browser: Open, waiting: str, staffed: House) -> None:
    kit = await browser("Kit")
    shown = await opened(kit, waiting)
    link = link_in(shown)
    assert "<svg" in shown.text
    again = await kit.get(f"/desk/panel/{rows(staffed, PanelRound)[0].id}")
    assert link not in again.text
    assert link.rpartition("/")[2] not in str([vars(row) for row in rows(staffed, PanelRound)])


async def test_a_form_that_lacks_something_comes_back_with_what_was_typed(browser: Open, waiting: str) -> None:
    back = await opened(await browser("Kit"), waiting, group=" ")
    assert back.status_code == 422
    assert "Name the group" in back.text
    assert 'value="Words about consent"' in back.text
    assert "checked" in back.text


async def test_only_drafts_that_wait_for_the_panel_can_be_chosen(browser: Open, waiting: str, staffed: House) -> None:
    kit = await browser("Kit")
    staffed.record.write(lambda tx: workflow.take_back(tx, waiting, house_staff(tx, staffed, "Kit"), staffed.clock()))
    assert "does not wait for the youth panel any more" in (await opened(kit, waiting)).text
    assert "No draft waits for the youth panel" in (await kit.get("/desk/panel")).text


async def test_a_member_reads_the_drafts_words_as_bubbles_step_by_step(phone: Phone) -> None:
    first = (await phone.part()).text
    assert "truly want to" in first
    assert "Part 1 of" in first
    assert "How do I say no?" in first
    assert "Sounds like us?" in first
    assert (await phone.part(999)).status_code == 404


async def test_there_is_one_cookie_and_it_ends_with_the_browser(browser: Open, waiting: str, phones: list[httpx.AsyncClient]) -> None:
    home = link_in(await opened(await browser("Kit"), waiting))
    assert "set-cookie" not in (await phones[0].get(home)).headers
    cookie = (await phones[0].post(f"{home}/join", data={})).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/panel" in cookie
    assert "expires" not in cookie.lower()
    assert "max-age" not in cookie.lower()


async def test_every_page_is_closed_to_robots_frames_and_scripts_of_others(phone: Phone) -> None:
    for answer in (await phone.sees(), await phone.part(), await phone.client.get("/panel/nothing")):
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_taps_are_counted_once_for_each_phone_and_can_be_taken_back(
    phone: Phone, phones: list[httpx.AsyncClient], browser: Open, staffed: House
) -> None:
    other = await Phone(phones[1], phone.home).joins("Bean")
    await phone.taps("cringe", "yes")
    await phone.taps("cringe", "no")
    await other.taps("cringe", "yes")
    await other.taps("clear", "yes")
    await other.taps("clear", "yes")
    said = {(row.kind, row.value) for row in rows(staffed, PanelReaction)}
    assert said == {("cringe", "yes"), ("cringe", "no")}
    page = (await (await browser("Kit")).get(f"/desk/panel/{rows(staffed, PanelRound)[0].id}")).text
    assert re.search(r"1 yes</span>, 1 no", page)
    assert "2 phones took part" in page
    assert "Hi Bean." in (await other.sees()).text
    assert 'aria-pressed="true"' in (await other.part()).text


async def test_a_tap_that_nobody_asked_for_is_refused(phone: Phone, staffed: House) -> None:
    assert (await phone.taps("clear", "maybe")).status_code == 404
    assert rows(staffed, PanelReaction) == []


async def test_a_comment_is_sealed_and_read_by_the_editor(phone: Phone, browser: Open, staffed: House) -> None:
    shown = await phone.writes("say it shorter, nobody talks like that")
    assert "We&#39;ve got it" in shown.text
    assert b"shorter" not in last_comment(staffed).words_sealed
    page = (await (await browser("Kit")).get(f"/desk/panel/{rows(staffed, PanelRound)[0].id}")).text
    assert "nobody talks like that" in page


@pytest.mark.rule("S59")
@pytest.mark.rule("S72")
async def test_a_worry_in_a_comment_reaches_the_leads_alone_and_its_writer_is_told_where_help_is(
    phone: Phone, browser: Open, staffed: House
) -> None:
    shown = (await phone.writes(WORRY)).text
    assert "will read it" in shown
    assert "0800 1111" in shown
    assert "999" in shown
    [alert] = [told for told in staffed.alerts("Jo") if "youth panel" in told]
    assert "stepdad" not in alert
    assert staffed.alerts("Sam") == []
    address = f"/desk/panel/{rows(staffed, PanelRound)[0].id}"
    kit = (await (await browser("Kit")).get(address)).text
    assert "stepdad" not in kit
    assert "for leads alone" in kit
    jo = await browser("Jo")
    assert "stepdad" in (await jo.get(address)).text
    assert "1 worry to look at" in (await jo.get("/desk/panel")).text
    await jo.post(f"{address}/looked/{last_comment(staffed).id}")
    assert "Jo looked at it" in (await jo.get(address)).text
    assert {"panel_worry", "panel_worry_read", "panel_worry_looked_at"} <= {row.action for row in rows(staffed, AuditRow)}


async def test_what_is_not_to_be_written_and_who_reads_it_is_said_before_anything_can_be(
    browser: Open, waiting: str, phones: list[httpx.AsyncClient]
) -> None:
    door = (await phones[0].get(link_in(await opened(await browser("Kit"), waiting)))).text
    assert "Please don&#39;t write about yourself" in door
    assert "Staff at Harbour Youth read every comment" in door
    assert "someone might not be safe" in door
    assert "<textarea" not in door


async def test_a_comment_that_cannot_be_stored_says_so_and_keeps_the_words(phone: Phone, staffed: House) -> None:
    staffed.record.write(lambda tx: tx.session.execute(text("drop table panel_comment")))
    back = await phone.writes("<b>please keep this</b>")
    assert back.status_code == 503
    assert "&lt;b&gt;please keep this&lt;/b&gt;" in back.text
    assert "Your words are still here" in back.text


@pytest.mark.parametrize(("typed", "says"), [("  ", "Write something first."), ("a" * 2001, "fewer words")])
async def test_a_comment_that_is_none_or_too_long_comes_back(phone: Phone, typed: str, says: str) -> None:
    back = await phone.writes(typed)
    assert back.status_code == 422
    assert says in back.text
    assert typed.strip() in back.text


async def test_somebody_who_sends_very_fast_is_asked_to_wait_and_loses_nothing(phone: Phone) -> None:
    for number in range(6):
        await phone.writes(f"comment {number}")
    back = await phone.writes("the seventh")
    assert back.status_code == 429
    assert int(back.headers["retry-after"]) > 0
    assert "the seventh" in back.text


async def test_the_group_signs_off_once_and_its_word_stands_on_the_draft(phone: Phone, waiting: str, staffed: House) -> None:
    asked = await phone.signs_off(sure=False)
    assert "Are you sure?" in asked.text
    assert staffed.record.read(lambda tx: drafts.find(tx, waiting)).state == "with_panel"
    done = await phone.signs_off("fits", "shorter is better")
    assert "The writers have what your group said" in done.text
    assert staffed.record.read(lambda tx: drafts.find(tx, waiting)).state == "approved"
    [said] = [one for one in staffed.record.read(lambda tx: drafts.reviews(tx, waiting)) if one.step == "panel"]
    assert (said.name, said.verdict, said.words) == ("Harbour youth panel", "fits", "6 of us were there. shorter is better")
    assert "Your group has signed off" in (await phone.sees("/finish")).text


async def test_a_panel_that_asks_for_a_change_sends_the_draft_back(phone: Phone, waiting: str, staffed: House) -> None:
    await phone.signs_off("change")
    assert staffed.record.read(lambda tx: drafts.find(tx, waiting)).state == "draft"


async def test_a_worry_in_the_groups_words_stays_out_of_the_draft(phone: Phone, waiting: str, staffed: House) -> None:
    shown = await phone.signs_off("fits", WORRY)
    assert "0800 1111" in shown.text
    [said] = [one for one in staffed.record.read(lambda tx: drafts.reviews(tx, waiting)) if one.step == "panel"]
    assert "stepdad" not in said.words
    assert any("youth panel" in told for told in staffed.alerts("Jo"))


async def test_a_draft_that_was_changed_since_is_not_shown_and_not_signed_off(phone: Phone, waiting: str, staffed: House) -> None:
    seen = (await phone.sees("/finish")).text
    fields = dict(re.findall(r'name="(digest-[0-9a-f]+)" value="([0-9a-f]+)"', seen))
    staffed.record.write(lambda tx: change(tx, staffed, waiting))
    assert "The words were changed" in (await phone.sees()).text
    assert "truly want to" not in (await phone.part()).text
    fields |= {name.replace("digest-", "verdict-"): "fits" for name in fields}
    back = await phone.client.post(f"{phone.home}/finish", data={**fields, "there": "6", "sure": "yes"})
    assert back.status_code == 409
    assert "there is nothing to sign off" in back.text
    assert staffed.record.read(lambda tx: drafts.find(tx, waiting)).state == "draft"


def change(tx: Tx, house: House, draft_id: str) -> None:
    draft = drafts.find(tx, draft_id)
    drafts.save(tx, draft_id, draft.text.replace("truly", "very much"), draft.revision, house_staff(tx, house, "Kit"), house.clock())


@pytest.mark.parametrize(("field", "value"), [("there", "0"), ("there", "many"), ("verdict", "perhaps")])
async def test_a_sign_off_in_which_something_is_missing_comes_back(
    phone: Phone, field: str, value: str, waiting: str, staffed: House
) -> None:
    back = await phone.signs_off(**({"verdict": "fits", "there": "6"} | {field: value}))  # type: ignore[arg-type]
    assert back.status_code == 422
    assert "Choose one for each" in back.text
    assert staffed.record.read(lambda tx: drafts.find(tx, waiting)).state == "with_panel"


async def test_wrong_closed_replaced_and_expired_links_get_one_and_the_same_page(
    browser: Open, waiting: str, phones: list[httpx.AsyncClient], staffed: House
) -> None:
    kit = await browser("Kit")
    first = link_in(await opened(kit, waiting))
    address = f"/desk/panel/{rows(staffed, PanelRound)[0].id}"
    wrong = await phones[0].get("/panel/no-such-link")
    second = link_in(await kit.post(f"{address}/link"))
    replaced = await phones[0].get(first)
    assert (await phones[0].get(second)).status_code == 200
    await kit.post(f"{address}/close")
    closed = await phones[0].get(second)
    third = link_in(await opened(kit, waiting))
    later(staffed, days=20)
    expired = await phones[0].get(third)
    assert {answer.status_code for answer in (wrong, replaced, closed, expired)} == {404}
    assert len({answer.text for answer in (wrong, replaced, closed, expired)}) == 1
    assert "This link doesn&#39;t work" in wrong.text


async def test_another_sites_page_can_send_nothing(phone: Phone, staffed: House) -> None:
    sent = await phone.client.post(f"{phone.item}/1/react", data={"clear": "yes"}, headers={"sec-fetch-site": "cross-site"})
    assert sent.status_code == 403
    assert rows(staffed, PanelReaction) == []


async def test_a_phone_that_has_not_come_in_goes_to_the_door(phone: Phone, phones: list[httpx.AsyncClient]) -> None:
    shown = await phones[1].get(f"{phone.item}/1")
    assert (shown.status_code, shown.headers["location"]) == (303, phone.home)


@pytest.mark.rule("S70")
async def test_a_round_is_destroyed_after_its_time_but_a_worry_waits_until_a_lead_has_looked(phone: Phone, staffed: House) -> None:
    await phone.writes("too long")
    await phone.writes(WORRY)
    later(staffed, days=14 + 184)
    running.run(staffed.record, staffed.service.retention, staffed.clock())
    assert len(rows(staffed, PanelComment)) == 2
    staffed.record.write(lambda tx: look(tx, staffed))
    running.run(staffed.record, staffed.service.retention, staffed.clock())
    assert [rows(staffed, table) for table in (PanelComment, PanelVoice, PanelRound)] == [[], [], []]


def look(tx: Tx, house: House) -> None:
    for row in tx.session.scalars(select(PanelComment).where(PanelComment.level != "none")):
        rounds.looked(tx, row.id, house_staff(tx, house, "Jo"), house.clock())


@pytest.mark.parametrize(
    ("who", "reads", "opens", "looks"), [("Sam", 403, 403, 403), ("Robin", 403, 403, 403), ("Kit", 200, 422, 403), ("Jo", 200, 422, 404)]
)
async def test_editors_and_leads_open_rounds_and_leads_alone_look_at_worries(
    browser: Open, who: str, reads: int, opens: int, looks: int
) -> None:
    someone = await browser(who)
    assert (await someone.get("/desk/panel")).status_code == reads
    assert (await someone.post("/desk/panel")).status_code == opens
    assert (await someone.post("/desk/panel/one/looked/other")).status_code == looks


async def test_a_staff_page_shows_script_in_every_field_as_words(phone: Phone, browser: Open, waiting: str, staffed: House) -> None:
    kit, script = await browser("Kit"), "<script>alert(1)</script>"
    await phone.writes(script)
    round_id = rows(staffed, PanelRound)[0].id
    assert script not in (await kit.get(f"/desk/panel/{round_id}")).text
    made = await opened(kit, waiting, title=script, group=script)
    assert script not in made.text
    assert script not in (await phone.client.get(link_in(made))).text
