"""The WhatsApp channel by itself, against a Cloud API server on loopback."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels import Fate, NotApproved, OnlyApproved, Outgoing, TryLater, Undeliverable
from bot.channels.whatsapp import LARGEST_CALL, WEBHOOK_PATH, WhatsAppChannel
from bot.channels.whatsapp_sending import meaning
from bot.channels.whatsapp_updates import digest
from escalation.app_templates import Approved
from escalation.context import Service
from escalation.record.store import RecordUnavailable
from tests.telegram.test_channel import Store
from tests.whatsapp.cloud_api import PHONE_ID, WORD, CloudApi, Template, call, sign
from tests.whatsapp.users import User


class Here:
    """The channel, and how WhatsApp calls it."""

    def __init__(self, channel: WhatsAppChannel, http: httpx.AsyncClient) -> None:
        self.channel, self.http = channel, http

    async def called(self, body: bytes | dict[str, Any], signature: str | None = None) -> int:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = sign(content) if signature is None else signature
        return (await self.http.post(WEBHOOK_PATH, content=content, headers={"X-Hub-Signature-256": signed})).status_code

    async def hears(self, api: CloudApi) -> list[int]:
        """Take everything that has happened in the app."""
        calls, api.calls[:] = list(api.calls), []
        return [await self.called(body) for body in calls]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def here(api: CloudApi, store: Store, service: Service) -> AsyncIterator[Here]:
    async with connected(api, store, service) as found:
        yield found


@asynccontextmanager
async def connected(api: CloudApi, store: Store, service: Service) -> AsyncIterator[Here]:
    channel = WhatsAppChannel(api.account, store.take, service)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=channel.routes)), base_url="http://here") as http:
        yield Here(channel, http)
    await channel.stop()


@pytest.mark.parametrize("word", [WORD, "wrong", "", "é"])
async def test_the_handshake_answers_who_knows_the_word(here: Here, word: str) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": "1158201444"}
    answer = await here.http.get(WEBHOOK_PATH, params=asked)
    assert (answer.status_code, answer.text) == ((200, "1158201444") if word == WORD else (403, ""))


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "sha256=é"])
async def test_what_whatsapp_did_not_sign_is_not_taken(here: Here, api: CloudApi, mia: User, store: Store, signature: str) -> None:
    mia.says("hi")
    headers = {b"X-Hub-Signature-256": signature.encode()}
    assert (await here.http.post(WEBHOOK_PATH, content=api.calls[0], headers=headers)).status_code == 403
    assert (await here.http.post(WEBHOOK_PATH, content=api.calls[0])).status_code == 403
    assert await here.called(api.calls[0] + b" ", signature=sign(api.calls[0])) == 403, "the signature is of the body as it came"
    assert not store.rows


async def test_a_message_is_stored_before_it_is_acknowledged_and_a_replay_is_recognised(
    here: Here, api: CloudApi, mia: User, store: Store
) -> None:
    store.away = True
    id = mia.says("are you there")
    body = api.calls[0]
    assert await here.called(body) == 503
    store.away = False
    assert [await here.called(body) for _ in range(3)] == [200, 200, 200]
    [row] = store.rows.values()
    assert (row.channel, row.address, row.kind, row.text, row.message_ref) == ("whatsapp", mia.number, "text", "are you there", id)


@pytest.mark.rule("S61")
async def test_no_id_that_is_kept_holds_a_number(here: Here, api: CloudApi, mia: User, store: Store) -> None:
    mia.says("hi", context={"id": "wamid.x"})
    await here.hears(api)
    assert len(next(iter(store.rows))) <= 80
    assert "wamid" not in next(iter(store.rows))
    assert not digest(api.new_id(mia.number)).startswith("wamid")


async def test_messages_of_one_call_are_read_in_the_order_in_which_they_were_written(
    here: Here, api: CloudApi, mia: User, store: Store
) -> None:
    raws = [{**mia.raw(type="text", text={"body": f"number {at}"}), "timestamp": str(1_700_000_000 + at)} for at in (3, 1, 2)]
    assert await here.called(call({"contacts": [mia.contact], "messages": raws[:2]}, {"messages": raws[2:]})) == 200
    assert store.texts == ["number 1", "number 2", "number 3"]


async def test_one_person_whose_words_cannot_be_stored_does_not_hold_up_another(here: Here, api: CloudApi, mia: User, store: Store) -> None:
    store.broken_for = "odd"
    tom = User(api, "447700900456")
    both = [mia.raw(type="text", text={"body": "odd"}), tom.raw(type="text", text={"body": "one"})]
    assert await here.called(call({"messages": both})) == 503
    assert store.texts == ["one"]
    store.broken_for = ""
    assert await here.called(call({"messages": both})) == 200
    assert store.texts == ["one", "odd"]


async def test_ids_and_times_as_no_app_makes_them_hold_up_nobody(here: Here, mia: User, store: Store) -> None:
    odd = "\ud83d" + "9" * 5000
    raws = [{**mia.raw(type="text", text={"body": "one"}), part: odd} for part in ("from", "id", "timestamp")]
    assert await here.called(call({"messages": raws})) == 200
    assert store.texts == ["one"] * 3
    for row in store.rows.values():
        assert f"{row.address}{row.external_id}{row.message_ref}".encode()
        assert row.written is None or row.written < 1e11


MEDIA: dict[str, Any] = {
    "image": {"id": "1", "mime_type": "image/jpeg"},
    "video": {"id": "1"},
    "audio": {"id": "1"},
    "document": {"id": "1", "filename": "school.pdf"},
    "sticker": {"id": "1", "animated": False},
    "location": {"latitude": 50.26, "longitude": -5.05, "name": "School"},
}


@pytest.mark.rule("S30")
@pytest.mark.rule("S40")
@pytest.mark.rule("S44")
async def test_media_is_named_and_never_fetched_and_its_caption_is_read(here: Here, api: CloudApi, mia: User, store: Store) -> None:
    for type, content in MEDIA.items():
        mia.sends(type, **content)
    mia.message(type="contacts", contacts=[{"name": {"formatted_name": "Gran"}, "phones": [{"phone": "+447700900999"}]}])
    mia.sends("audio", id="1", voice=True)
    mia.sends_photo("he says he will post this")
    assert await here.hears(api) == [200] * 9
    names = ("photo", "video", "audio", "document", "sticker", "location", "contact", "voice", "photo")
    assert store.kinds == [("media", name, "he says he will post this" if at == 8 else "") for at, name in enumerate(names)]
    assert api.files_asked_for == 0
    assert not any(part in repr(store.rows) for part in ("50.26", "5.05", "900999", "Gran", "School"))


@pytest.mark.rule("S15")
async def test_a_changed_and_a_deleted_message_are_new_versions_of_the_same(here: Here, api: CloudApi, mia: User, store: Store) -> None:
    id = mia.says("he hit me")
    mia.edits(id, "nothing")
    mia.deletes(id)
    await here.hears(api)
    assert [(row.kind, row.text, row.message_ref) for row in store.rows.values()] == [
        ("text", "he hit me", id),
        ("edited", "nothing", id),
        ("edited", "", id),
    ]


async def test_what_nobody_knows_is_answered_and_what_says_nothing_is_not(here: Here, api: CloudApi, mia: User, store: Store) -> None:
    mia.message(type="unsupported", errors=[{"code": 131051, "title": "Message type unknown"}])
    mia.message(type="hologram", hologram={"id": "1"})
    mia.sends("reaction", message_id="wamid.x", emoji="❤️")
    mia.message(type="system", system={"type": "user_changed_number", "wa_id": "447700900777"})
    assert await here.hears(api) == [200] * 4
    assert store.kinds == [("unsupported", None, ""), ("unsupported", None, "")]
    assert here.channel.ignored == {"reaction": 1, "system": 1}


async def test_messages_of_another_number_are_no_concern_of_ours(
    here: Here, mia: User, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    theirs = call({"messages": [mia.raw(type="text", text={"body": "planted words"})]}, phone_id="999")
    assert await here.called(theirs) == 200
    assert not store.rows
    assert "check BREAKWATER_WHATSAPP_PHONE_ID" in caplog.text
    assert "planted" not in caplog.text


async def test_somebody_without_a_number_is_known_by_the_id_that_whatsapp_made_for_us(here: Here, mia: User, store: Store) -> None:
    raw = mia.raw(type="text", text={"body": "hi"})
    del raw["from"]
    contact = {"profile": {"username": "@mia"}, "user_id": "GB.99"}
    assert await here.called(call({"contacts": [contact], "messages": [raw | {"from_user_id": "GB.99"}]})) == 200
    assert [row.address for row in store.rows.values()] == ["GB.99"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"object": "page"}', b"[" * 100_000, b"\xff\xfe"])
async def test_a_body_that_is_no_call_is_refused(here: Here, store: Store, body: bytes) -> None:
    assert await here.called(body) == 400
    assert not store.rows


async def test_a_body_without_end_is_refused(here: Here) -> None:
    assert await here.called(b" " * (LARGEST_CALL + 1)) == 413


async def test_odd_parts_of_a_call_do_not_stop_the_rest(here: Here, mia: User, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    good = mia.raw(type="text", text={"body": "he hit me again"})
    odd = [{"type": "text"}, {"from": 5, "id": None}, "planted", {**mia.raw(type="text"), "text": "planted", "timestamp": "soon"}]
    assert await here.called(call({"messages": [*odd, good], "statuses": [7, {"status": "failed"}]}, {"messages": None})) == 200
    assert "he hit me again" in store.texts
    assert "2 messages in a call from WhatsApp were not understood" in caplog.text
    assert "planted" not in caplog.text


async def test_a_thousand_statuses_come_in_one_call(here: Here, api: CloudApi) -> None:
    told: list[Mapping[str, Fate | None]] = []

    async def report(fates: Mapping[str, Fate | None]) -> None:
        told.append(fates)

    here.channel.report = report
    kinds = [{"status": kind} for kind in ("sent", "delivered", "read")]
    statuses = [{"id": f"wamid.{at}", "recipient_id": "1", **kinds[at % 3]} for at in range(999)]
    assert await here.called(call({"statuses": [*statuses, {"id": "wamid.gone", "status": "failed", "errors": [{"code": 131026}]}]})) == 200
    [fates] = told
    assert isinstance(fates[digest("wamid.gone")], Undeliverable)
    assert [fate for id, fate in fates.items() if id != digest("wamid.gone")] == [None] * 666, "these are on their phones"
    assert here.channel.ignored["status_sent"] == 333


async def test_a_failure_that_cannot_be_noted_is_to_be_told_again(here: Here) -> None:
    async def away(fates: Mapping[str, Fate | None]) -> None:
        raise RecordUnavailable("the record is away")

    here.channel.report = away
    assert await here.called(call({"statuses": [{"id": "wamid.gone", "status": "failed", "errors": [{"code": 131026}]}]})) == 503


async def test_three_short_buttons_are_buttons_and_more_or_longer_ones_a_list(here: Here, api: CloudApi, mia: User, store: Store) -> None:
    mia.says("hi")
    few = (("Yes", "1:do:offer_yes"), ("No", "1:do:offer_no"), ("Tell me more", "1:do:offer_more"))
    many = tuple((f"Topic {number}", f"1:topic:{number}") for number in range(12))
    long = (("Someone is pretending to be me", "1:topic:fake_profiles"), ("Menu", "1:do:menu"))
    for buttons in (few, many, long):
        await here.channel.deliver(mia.number, Outgoing("Which?", buttons))
    kinds = [message.data["interactive"]["type"] for message in mia.bubbles]
    assert kinds == ["button", "list", "list", "list"]
    assert [pair for message in mia.bubbles for pair in message.buttons] == [*few, *many, *long]
    await here.hears(api)
    mia.taps("Tell me more")
    mia.taps("Someone is pretending to be me")
    await here.hears(api)
    assert [row.text for row in store.rows.values() if row.kind == "button"] == ["1:do:offer_more", "1:topic:fake_profiles"]


async def test_words_go_out_without_their_buttons_where_whatsapp_refuses_those(here: Here, mia: User) -> None:
    mia.says("hi")
    await here.channel.deliver(mia.number, Outgoing("call 999", (("OK", "x"), ("Fine", "x"))))
    assert (mia.texts, mia.bubbles[0].buttons) == (["call 999"], [])


@pytest.mark.parametrize(
    ("fault", "least", "most"), [("429", 2, 2), ("500", 1, 60), ("190", 60, 60), ("garbage", 1, 60), ("drop_before", 1, 60)]
)
async def test_a_fault_on_the_way_means_later(here: Here, api: CloudApi, mia: User, fault: Any, least: float, most: float) -> None:
    mia.says("hi")
    api.fail(fault, to=mia.number)
    with pytest.raises(TryLater) as later:
        await here.channel.deliver(mia.number, Outgoing("hello"))
    assert least <= later.value.seconds <= most
    assert here.channel.in_touch(60) == (fault != "190")


async def test_one_chat_that_is_slowed_down_does_not_slow_down_another(here: Here, api: CloudApi, mia: User) -> None:
    tom = User(api, "447700900456")
    for person in (mia, tom):
        person.says("hi")
    api.fail("too_fast", to=mia.number)
    with pytest.raises(TryLater):
        await here.channel.deliver(mia.number, Outgoing("hello"))
    await here.channel.deliver(tom.number, Outgoing("call 999"))
    asked = api.asked["messages"]
    with pytest.raises(TryLater):
        await here.channel.deliver(mia.number, Outgoing("hello"))
    assert (api.asked["messages"], tom.texts) == (asked, ["call 999"])


@pytest.mark.parametrize(
    ("code", "least"), [pytest.param(131005, 60, id="permission taken away"), pytest.param(133010, 5, id="number not registered")]
)
def test_what_is_wrong_with_our_own_account_makes_nobody_unreachable(code: int, least: float) -> None:
    fate = meaning((code,), 400)
    assert isinstance(fate, TryLater)
    assert fate.seconds == least


@pytest.mark.parametrize(
    ("codes", "fate"),
    [((131047,), OnlyApproved), ((132001,), NotApproved), ((132015,), NotApproved), ((131026,), Undeliverable), ((), Undeliverable)],
)
async def test_what_became_of_a_message_is_told_in_the_words_of_every_channel(here: Here, codes: tuple[int, ...], fate: type) -> None:
    told: list[Fate] = []

    async def report(fates: Mapping[str, Fate | None]) -> None:
        told.extend(one for one in fates.values() if one)

    here.channel.report = report
    status = {"id": "wamid.gone", "status": "failed", "errors": [{"code": code, "title": "no"} for code in codes]}
    await here.called(call({"statuses": [status]}))
    assert [type(one) for one in told] == [fate]


async def test_a_template_goes_out_with_its_buttons_and_one_that_is_not_approved_does_not(here: Here, api: CloudApi, mia: User) -> None:
    mia.says("hi")
    api.templates["hello", "en_GB"] = Template("Hi, just saying hello.", ("Carry on", "Stop these"))
    buttons = (("Carry on", "0:do:carry_on"), ("Stop these", "0:do:check_in_stop"))
    words = Outgoing("Hi, just saying hello.", buttons, approved=Approved("hello", "en_GB"))
    await here.channel.deliver(mia.number, words)
    assert mia.bubbles[0].buttons == list(buttons)
    api.templates["hello", "en_GB"].status = "PAUSED"
    with pytest.raises(NotApproved):
        await here.channel.deliver(mia.number, words)


async def test_the_sign_of_writing_is_shown_below_what_they_wrote_last(here: Here, api: CloudApi, mia: User) -> None:
    await here.channel.typing(mia.number)
    mia.says("one")
    last = mia.says("two")
    await here.hears(api)
    await here.channel.typing(mia.number)
    assert api.typing == [last]


@pytest.mark.rule("S72")
async def test_no_log_holds_words_numbers_or_the_token(
    api: CloudApi, mia: User, store: Store, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with connected(api, store, service) as here:
        mia.says("planted words")
        await here.hears(api)
        await here.channel.deliver(mia.number, Outgoing("planted answer"))
        for fault in ("500", "190", "429"):
            api.fail(fault)
            with pytest.raises(TryLater):
                await here.channel.deliver(mia.number, Outgoing("planted answer"))
        await asyncio.sleep(0)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("asyncio", "uvicorn"))]
    assert not [line for line in ours if "planted" in line or mia.number in line or api.token in line or "wamid" in line]
    assert PHONE_ID not in caplog.text
