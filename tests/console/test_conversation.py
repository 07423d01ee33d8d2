"""A conversation in the console: what is seen of it, what is sent, what is held, and how it ends."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation import cases
from escalation.agreements import Wording
from escalation.case import Stage
from escalation.consent import Scope
from escalation.console import labels
from escalation.console.routes.cases import NEWEST
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import AuditRow, CaseEvent, CaseRow, OutboxRow
from tests.console.conftest import Arrivals, Browser, Open, later


def case_of(house: House, case_id: str) -> CaseRow:
    return house.record.read(lambda tx: tx.session.get_one(CaseRow, case_id))


def sent(house: House, case_id: str) -> list[str]:
    """What a worker has written to the young person of this case."""

    def read(tx: Tx) -> list[str]:
        rows = select(OutboxRow).where(OutboxRow.case_id == case_id, OutboxRow.speaker == "worker").order_by(OutboxRow.seq)
        return [messages.outgoing(tx, row)[0] for row in tx.session.scalars(rows)]

    return house.record.read(read)


def once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found.group(1)


async def test_both_sides_are_seen_with_who_said_it(sam_has: tuple[Browser, str], arrivals: Arrivals) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/say", text="Hi, I'm Sam.")
    arrivals.young_person_writes(case_id, "hi <script>alert(1)</script>")
    page = (await sam.get(f"/cases/{case_id}")).text
    assert re.search(r'class="line us ".*?You .*?Hi, I&#39;m Sam\.', page, re.S)
    assert re.search(r'class="line them ".*?hi &lt;script&gt;', page, re.S)
    assert re.search(r'class="line bot "', page)


@pytest.mark.parametrize(
    ("state", "reads"),
    [
        ("pending", "Waits to be sent"),
        ("pending try_later", "Waits: their app did not take it yet"),
        ("sending", "Being sent"),
        ("sent", "Delivered"),
        ("failed undeliverable", "Not delivered: they have blocked or left the chat there"),
        ("held", "Waits until"),
    ],
)
async def test_a_message_says_delivered_only_when_it_is(sam_has: tuple[Browser, str], staffed: House, state: str, reads: str) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/say", text="Hi, I'm Sam.")

    def becomes(tx: Tx) -> None:
        for row in tx.session.scalars(select(OutboxRow).where(OutboxRow.speaker == "worker")):
            row.state, _, row.problem = state.partition(" ")

    staffed.record.write(becomes)
    page = (await sam.get(f"/cases/{case_id}")).text
    assert re.findall(r'<p class="meta delivery">([^<]+)</p>', page)[-1].startswith(reads)


@pytest.mark.rule("S64")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("call me on 07700 900123", "phone number, address or account"),
        ("let this be our secret", "asking for a secret"),
        ("can you send me a photo of it", "asking for a picture"),
    ],
)
async def test_a_message_that_should_not_go_comes_back_with_the_reason(
    sam_has: tuple[Browser, str], staffed: House, text: str, reason: str
) -> None:
    sam, case_id = sam_has
    answer = await sam.post(f"/cases/{case_id}/say", text=text)
    assert answer.status_code == 422
    assert reason in answer.text
    assert "Send anyway" in answer.text
    assert f">{text}</textarea>" in answer.text
    assert sent(staffed, case_id) == []
    await sam.post(f"/cases/{case_id}/say", text=text, confirmed="yes")
    assert sent(staffed, case_id) == [text]
    events = staffed.record.read(
        lambda tx: [row.event for row in tx.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id))]
    )
    assert "message_held" in events
    assert "sent_after_hold" in events


async def test_the_same_form_sent_twice_sends_once(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    token = once((await sam.get(f"/cases/{case_id}")).text)
    for _ in range(2):
        assert (await sam.post(f"/cases/{case_id}/say", text="Hello there", once=token)).status_code == 303
    assert sent(staffed, case_id) == ["Hello there"]


async def test_a_held_message_that_is_changed_can_be_sent_with_a_new_form(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    token = once((await sam.get(f"/cases/{case_id}")).text)
    held = await sam.post(f"/cases/{case_id}/say", text="call me on 07700 900123", once=token)
    await sam.post(f"/cases/{case_id}/say", text="I am here until six", once=once(held.text))
    assert sent(staffed, case_id) == ["I am here until six"]


async def test_too_long_a_message_comes_back_whole(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    long = "word " * 2000
    answer = await sam.post(f"/cases/{case_id}/say", text=long)
    assert answer.status_code == 409
    assert long in answer.text
    assert "send it in parts" in answer.text
    assert sent(staffed, case_id) == []


async def test_a_draft_survives_a_reload_and_is_nobody_elses(sam_has: tuple[Browser, str], browser: Open) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/draft", text="I was about to say")
    assert ">I was about to say</textarea>" in (await sam.get(f"/cases/{case_id}")).text
    assert "I was about to say" not in (await (await browser("Jo")).get(f"/cases/{case_id}")).text
    await sam.post(f"/cases/{case_id}/say", text="I was about to say hello")
    assert "></textarea>" in (await sam.get(f"/cases/{case_id}")).text


@pytest.mark.parametrize(
    ("channel", "reads"), [("telegram", "Delivered to Telegram"), ("webchat", "Delivered to their page"), (None, "Delivered")]
)
def test_delivered_says_where_to_and_never_that_it_was_read(channel: str | None, reads: str) -> None:
    assert labels.delivery("sent", channel, None) == reads


async def test_writing_is_shown_to_the_young_person_now_and_then_and_nothing_of_it_is_kept(
    sam_has: tuple[Browser, str], browser: Open, staffed: House
) -> None:
    sam, case_id = sam_has
    signs: list[str] = []
    staffed.record.write(lambda tx: is_there(tx, case_id, staffed))
    with staffed.record.signals.listening("typing:*", to=signs.append):
        for _ in range(3):
            assert (await sam.post(f"/cases/{case_id}/typing", text="I am wri")).status_code == 204
        assert len(signs) == 1
        staffed.clock.move(seconds=4)
        await sam.post(f"/cases/{case_id}/typing")
        await (await browser("Jo")).post(f"/cases/{case_id}/typing")
    assert len(signs) == 2
    assert "I am wri" not in (await sam.get(f"/cases/{case_id}")).text


def is_there(tx: Tx, case_id: str, house: House) -> None:
    """The young person was here a moment ago."""
    people.person(tx, tx.session.get_one(CaseRow, case_id).person_id).last_seen_at = house.clock()


@pytest.mark.rule("S07")
async def test_words_that_could_not_be_sent_any_more_are_still_there(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    words = Wording("consent.withdrawn", "1", "I changed my mind")
    staffed.record.write(lambda tx: cases.withdraw(tx, staffed.service, tx.session.get_one(CaseRow, case_id), words, staffed.clock()))
    answer = await sam.post(f"/cases/{case_id}/say", text="are you still there?")
    assert answer.status_code == 409
    assert "nothing was sent" in answer.text
    assert "are you still there?" in answer.text
    assert sent(staffed, case_id) == []


async def test_only_the_one_who_has_it_writes(sam_has: tuple[Browser, str], browser: Open, staffed: House) -> None:
    _, case_id = sam_has
    for name in ("Alex", "Jo"):
        other = await browser(name)
        page = (await other.get(f"/cases/{case_id}")).text
        assert 'id="composer"' not in page
        assert (await other.post(f"/cases/{case_id}/say", text="hello")).status_code == 409
    assert sent(staffed, case_id) == []


@pytest.mark.rule("S62")
async def test_the_lead_can_read_along_and_another_worker_cannot(sam_has: tuple[Browser, str], browser: Open) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/say", text="You are doing well.")
    assert "You are doing well." in (await (await browser("Jo")).get(f"/cases/{case_id}")).text
    assert "You are doing well." not in (await (await browser("Alex")).get(f"/cases/{case_id}")).text


@pytest.mark.rule("S05")
async def test_without_the_chat_being_shared_earlier_words_stay_out(browser: Open, arrivals: Arrivals) -> None:
    case_id = arrivals.agreed(Scope.WANTS_TO_TALK, "he hits me at home")
    sam = await browser("Sam")
    later(arrivals.house, seconds=1)
    await sam.post(f"/cases/{case_id}/pick-up")
    arrivals.young_person_writes(case_id, "hello is that sam")
    page = (await sam.get(f"/cases/{case_id}")).text
    assert "hello is that sam" in page
    assert "he hits me at home" not in page


async def test_the_ledger_stands_beside_the_chat_with_the_very_words(sam_has: tuple[Browser, str]) -> None:
    sam, case_id = sam_has
    page = (await sam.get(f"/cases/{case_id}")).text
    assert "What they agreed to" in page
    assert "Sam will see what you chose." in page
    assert "holds until" in page


async def test_what_was_tapped_reads_as_its_label_and_media_as_not_opened(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has

    def happen(tx: Tx) -> None:
        now = staffed.clock()
        someone = people.person(tx, tx.session.get_one(CaseRow, case_id).person_id)
        address = people.last_address(tx, someone.id)
        assert address is not None
        messages.say(tx, someone, "Are you OK?", now, buttons=[("Not really", "9:do:not_really")])
        messages.store(tx, address, someone, "tap", "button", {"text": "9:do:not_really"}, None, now)
        messages.store(tx, address, someone, "pic", "media", {"text": "look", "media": "photo"}, None, now)

    later(staffed, seconds=1)
    staffed.record.write(happen)
    page = (await sam.get(f"/cases/{case_id}")).text
    assert "Chose: Not really" in page
    assert "Sent a photo. Nothing was opened or kept.\nlook" in page


async def test_closing_needs_an_outcome_and_keeps_the_note(sam_has: tuple[Browser, str], staffed: House) -> None:
    sam, case_id = sam_has
    answer = await sam.post(f"/cases/{case_id}/close", note="We made a plan for tonight.")
    assert answer.status_code == 422
    assert "Choose how it ended." in answer.text
    assert "We made a plan for tonight." in answer.text
    answer = await sam.post(f"/cases/{case_id}/close", outcome="plan_made", note="We made a plan for tonight.")
    assert answer.headers["location"] == "/staff/waiting"
    assert case_of(staffed, case_id).stage == Stage.CLOSED
    assert "This conversation has ended: a plan was made together" in (await sam.get(f"/cases/{case_id}")).text


async def test_handing_back_puts_it_in_the_queue_again(sam_has: tuple[Browser, str], staffed: House, browser: Open) -> None:
    sam, case_id = sam_has
    await sam.post(f"/cases/{case_id}/hand-back")
    assert case_of(staffed, case_id).stage == Stage.WAITING
    assert (await (await browser("Alex")).get("/waiting/count")).json()["waiting"] == 1
    assert (await sam.post(f"/cases/{case_id}/hand-back")).status_code == 409


@pytest.mark.rule("S72")
async def test_every_read_of_a_case_is_in_the_audit(sam_has: tuple[Browser, str], browser: Open, staffed: House) -> None:
    _, case_id = sam_has
    jo = await browser("Jo")
    await jo.get(f"/cases/{case_id}")
    readers = staffed.record.read(
        lambda tx: list(tx.session.scalars(select(AuditRow.staff_id).where(AuditRow.action == "case_read", AuditRow.case_id == case_id)))
    )
    assert staffed.staff("Jo").id in readers


async def test_a_case_that_is_not_there_is_not_found(browser: Open) -> None:
    answer = await (await browser("Sam")).get("/cases/0123456789abcdef")
    assert answer.status_code == 404
    assert "no such case" in answer.text


async def test_neither_side_sees_the_others_account(sam_has: tuple[Browser, str]) -> None:
    sam, case_id = sam_has
    page = (await sam.get(f"/cases/{case_id}")).text
    assert "young-1" not in page


async def test_a_long_conversation_opens_at_its_end_and_earlier_messages_are_one_press_away(
    sam_has: tuple[Browser, str], arrivals: Arrivals
) -> None:
    sam, case_id = sam_has
    for number in range(NEWEST):
        arrivals.young_person_writes(case_id, f"line number {number}!")
    newest = (await sam.get(f"/cases/{case_id}")).text
    assert "he hits me at home" not in newest.partition('aria-label="About this conversation"')[0]
    assert "line number 0!" in newest
    link = re.search(rf'href="/staff(/cases/{case_id}\?newest=\d+)#line-\w+">Earlier messages', newest)
    assert link
    all_of_it = (await sam.get(link[1])).text
    assert "he hits me at home" in all_of_it.partition('aria-label="About this conversation"')[0]
    assert "Earlier messages" not in all_of_it
    assert f'hx-get="/staff{link[1]}"' in all_of_it


async def test_a_case_that_ended_long_ago_still_shows_its_own_lines(sam_has: tuple[Browser, str], arrivals: Arrivals) -> None:
    sam, case_id = sam_has
    arrivals.house.close("Sam", case_id)
    later(arrivals.house, minutes=1)
    for number in range(NEWEST + 1):
        arrivals.young_person_writes(case_id, f"afterwards {number}")
    page = (await sam.get(f"/cases/{case_id}")).text
    assert "he hits me at home" in page.partition('aria-label="About this conversation"')[0]
    assert "afterwards 0" not in page
