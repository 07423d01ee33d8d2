"""The Telegram channel by itself, against a Bot API server on loopback: what comes in is stored before it is acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.channels import Incoming, NotStored, Outgoing, TryLater, Undeliverable, telegram_storing
from bot.channels.telegram import TelegramChannel
from bot.channels.texts import split, units
from tests.telegram.bot_api import BotApi
from tests.telegram.users import Group, User, until

GROUP_REPLY = "Hi. I only talk one to one."


@dataclass
class Store:
    """What was stored, in memory: an event that comes twice is kept once. `away` makes storing fail, or only some of it."""

    rows: dict[str, Incoming] = field(default_factory=dict)
    offered: list[Incoming] = field(default_factory=list)
    away: bool = False
    broken_for: str = ""

    async def take(self, incoming: Incoming) -> None:
        self.offered.append(incoming)
        await asyncio.sleep(0)
        if self.away:
            raise NotStored
        if self.broken_for and self.broken_for in incoming.text:
            raise RuntimeError("a fault that nobody thought of")
        self.rows.setdefault(incoming.external_id, incoming)

    @property
    def texts(self) -> list[str]:
        return [row.text for row in self.rows.values()]

    @property
    def kinds(self) -> list[tuple[str, str | None, str]]:
        return [(row.kind, row.media, row.text) for row in self.rows.values()]


@asynccontextmanager
async def running(api: BotApi, store: Store, token: str | None = None) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(token or api.token, api.base_url, store.take, group_reply=GROUP_REPLY, patience=1)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()


People = Callable[[str], User]


async def test_words_arrive_in_the_order_in_which_they_were_written(api: BotApi, user: People) -> None:
    store, mia, tom = Store(), user("Mia"), user("Tom")
    async with running(api, store):
        for number in range(120):
            mia.says(f"mia {number}")
            tom.says(f"tom {number}")
        await until(lambda: len(store.rows) == 240)
    for name in ("mia", "tom"):
        assert [text for text in store.texts if text.startswith(name)] == [f"{name} {number}" for number in range(120)]


async def test_an_event_names_its_chat_and_its_message(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        message = mia.says("hi")
        await until(lambda: bool(store.rows))
    [row] = store.rows.values()
    assert row == Incoming("telegram", str(mia.id), row.external_id, "text", "hi", message_ref=str(message))


async def test_nothing_is_acknowledged_before_it_is_stored(api: BotApi, user: People) -> None:
    store, mia = Store(away=True), user("Mia")
    async with running(api, store):
        mia.says("are you there")
        await until(lambda: len(store.offered) >= 3)
        assert [raw["message"]["text"] for raw in api.updates] == ["are you there"]
        store.away = False
        await until(lambda: store.texts == ["are you there"])
        await until(lambda: not api.updates)
    assert len(store.rows) == 1


@pytest.mark.rule("S52")
async def test_while_storing_fails_later_messages_are_still_looked_at(api: BotApi, user: People) -> None:
    store, mia, tom = Store(away=True), user("Mia"), user("Tom")
    async with running(api, store):
        mia.says("hello")
        await until(lambda: bool(store.offered))
        tom.says("i took all the tablets")
        await until(lambda: any(seen.text == "i took all the tablets" for seen in store.offered))


async def test_one_message_that_cannot_be_stored_does_not_hold_up_others(api: BotApi, user: People) -> None:
    store, mia, tom = Store(broken_for="odd"), user("Mia"), user("Tom")
    async with running(api, store):
        mia.says("odd")
        tom.says("one")
        await until(lambda: store.texts == ["one"])
        tom.says("two")
        await until(lambda: store.texts == ["one", "two"])
        assert len(api.updates) >= 1
        store.broken_for = ""
        await until(lambda: sorted(store.texts) == ["odd", "one", "two"])
        await until(lambda: not api.updates)


async def test_one_message_that_can_never_be_stored_does_not_silence_everybody_behind_a_full_batch(
    api: BotApi, user: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telegram_storing, "GIVEN_UP_AFTER", 3)
    store, mia, tom = Store(broken_for="odd"), user("Mia"), user("Tom")
    async with running(api, store):
        mia.says("odd")
        for number in range(telegram_storing.FULL):
            tom.says(f"tom {number}")
        tom.says("i took all the tablets")
        await until(lambda: "i took all the tablets" in store.texts, 20)
        await until(lambda: not api.updates)
    assert "they are given up" in caplog.text
    assert sum(seen.text == "odd" for seen in store.offered) == 3


async def test_in_an_outage_nothing_is_given_up_however_much_waits(api: BotApi, user: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_storing, "GIVEN_UP_AFTER", 2)
    store, mia = Store(away=True), user("Mia")
    async with running(api, store):
        for number in range(telegram_storing.FULL + 5):
            mia.says(f"mia {number}")
        await until(lambda: len(store.offered) >= 4 * telegram_storing.FULL, 20)
        store.away = False
        await until(lambda: len(store.rows) == telegram_storing.FULL + 5)
    assert store.texts == [f"mia {number}" for number in range(telegram_storing.FULL + 5)]


async def test_after_a_crash_between_storing_and_acknowledging_nothing_is_lost_or_doubled(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    dead = asyncio.Event()

    async def take_and_die(incoming: Incoming) -> None:
        await store.take(incoming)
        if incoming.text == "second":
            dead.set()
            await asyncio.sleep(60)

    first = TelegramChannel(api.token, api.base_url, take_and_die, group_reply=GROUP_REPLY, patience=1)
    for text in ("first", "second", "third"):
        mia.says(text)
    await first.start()
    await asyncio.wait_for(dead.wait(), 10)
    await first.stop()
    assert len(api.updates) == 3
    async with running(api, store):
        await until(lambda: not api.updates)
    assert store.texts == ["first", "second", "third"]


@pytest.mark.parametrize("fault", ["429", "500", "garbage", "drop_before", "drop_after", "403"])
async def test_polling_recovers_from_errors_of_the_server(api: BotApi, user: People, fault: Any) -> None:
    store, mia = Store(), user("Mia")
    api.fail("getUpdates", fault, times=2)
    api.fail("deleteWebhook", fault)
    async with running(api, store):
        mia.says("still here?")
        await until(lambda: store.texts == ["still here?"], 15)


async def test_a_refused_token_is_said_and_tried_again(api: BotApi, user: People, caplog: pytest.LogCaptureFixture) -> None:
    store, mia = Store(), user("Mia")
    right, api.token = api.token, "1:other"
    async with running(api, store, right):
        await until(lambda: "check BREAKWATER_TELEGRAM_TOKEN" in caplog.text)
        api.token = right
        mia.says("hi")
        await until(lambda: store.texts == ["hi"])


async def test_when_telegram_counts_anew_after_a_quiet_week_messages_still_come(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        mia.says("before")
        await until(lambda: store.texts == ["before"] and not api.updates)
        await asyncio.sleep(1.2)
        api.update_ids = iter(range(5, 100))  # type: ignore[assignment]
        mia.says("a week later")
        await until(lambda: store.texts == ["before", "a week later"])


MEDIA: dict[str, Any] = {
    "voice": {"file_id": "f", "file_unique_id": "u", "duration": 3},
    "video": {"file_id": "f", "file_unique_id": "u", "duration": 3, "width": 1, "height": 1},
    "video_note": {"file_id": "f", "file_unique_id": "u", "duration": 3, "length": 1},
    "audio": {"file_id": "f", "file_unique_id": "u", "duration": 3},
    "document": {"file_id": "f", "file_unique_id": "u", "file_name": "school.pdf"},
    "sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
    "location": {"latitude": 50.26, "longitude": -5.05},
    "contact": {"phone_number": "+447700900123", "first_name": "Gran"},
    "dice": {"emoji": "🎲", "value": 3},
    "story": {"id": 1, "chat": {"id": 5, "type": "private"}},
    "poll": {
        "id": "1",
        "question": "",
        "options": [],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    },
}


@pytest.mark.rule("S40")
@pytest.mark.parametrize("kind", MEDIA)
async def test_media_is_named_and_never_fetched(api: BotApi, user: People, kind: str) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        mia.sends(**{kind: MEDIA[kind]})
        await until(lambda: bool(store.rows))
    assert store.kinds == [("media", kind, "")]
    assert (api.files_asked_for, api.calls["getFile"]) == (0, 0)


@pytest.mark.rule("S30")
async def test_of_a_location_or_a_contact_only_its_kind_is_kept(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        for kind in ("location", "contact"):
            mia.sends(**{kind: MEDIA[kind]})
        mia.sends(venue={"location": MEDIA["location"], "title": "School", "address": "Hill Road"}, location=MEDIA["location"])
        await until(lambda: len(store.rows) == 3)
    assert not any(part in repr(store.rows) for part in ("50.26", "5.05", "+44", "Gran", "Hill Road"))


@pytest.mark.rule("S40")
@pytest.mark.rule("S44")
async def test_the_caption_of_a_photo_is_read_and_the_photo_is_not(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        mia.sends_photo("he says he will post this")
        mia.sends_photo()
        mia.sends(animation=MEDIA["video"], document=MEDIA["document"])
        await until(lambda: len(store.rows) == 3)
    assert store.kinds == [("media", "photo", "he says he will post this"), ("media", "photo", ""), ("media", "animation", "")]
    assert api.files_asked_for == 0


@pytest.mark.rule("S44")
async def test_the_words_of_a_poll_of_tasks_and_of_a_quote_from_elsewhere_are_read(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    answer = {"text": "tell gran", "voter_count": 0, "persistent_id": "1"}
    poll = {**MEDIA["poll"], "question": "should i tell someone he hits me", "options": [answer, {**answer, "text": "keep quiet"}]}
    elsewhere = {"origin": {"type": "hidden_user", "date": 1, "sender_user_name": "N"}, "poll": poll}
    async with running(api, store):
        mia.sends(poll=poll)
        mia.sends(poll={**poll, "options": "not a list"})
        mia.sends(checklist={"title": "before i die", "tasks": [{"id": 1, "text": "write to mum"}]})
        mia.says("what do i do", external_reply=elsewhere, quote={"text": "kill yourself", "position": 0})
        mia.says("yes", reply_to_message=mia.message(text="are you safe?"), quote={"text": "are you safe?", "position": 0})
        await until(lambda: len(store.rows) == 5)
    asked = "should i tell someone he hits me"
    assert store.kinds == [
        ("media", "poll", f"{asked}\ntell gran\nkeep quiet"),
        ("media", "poll", asked),
        ("media", "checklist", "before i die\nwrite to mum"),
        ("text", None, f"what do i do\nkill yourself\n{asked}\ntell gran\nkeep quiet"),
        ("text", None, "yes"),
    ]


@pytest.mark.rule("S15")
async def test_an_edited_message_comes_as_an_edit_of_the_same_message(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        message = mia.says("he hit me")
        mia.edits(message, text="nothing")
        photo = mia.sends_photo("look")
        mia.edits(photo, photo=[], caption="never mind")
        await until(lambda: len(store.rows) == 4)
    assert [(row.kind, row.text, row.message_ref) for row in store.rows.values()] == [
        ("text", "he hit me", str(message)),
        ("edited", "nothing", str(message)),
        ("media", "look", str(photo)),
        ("edited", "never mind", str(photo)),
    ]


async def test_a_moving_live_location_is_not_stored(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store) as channel:
        mia.edits(mia.sends(location=MEDIA["location"]), location={"latitude": 1.0, "longitude": 2.0})
        await until(lambda: channel.ignored["service"] == 1)
    assert store.kinds == [("media", "location", "")]


async def test_a_tap_is_answered_at_once_even_while_nothing_can_be_stored(api: BotApi, user: People) -> None:
    store, mia = Store(away=True), user("Mia")
    async with running(api, store):
        mia.says("hi")
        mia.taps_token("3:do:offer_no")
        await until(lambda: bool(api.answered))
        store.away = False
        await until(lambda: ("button", None, "3:do:offer_no") in store.kinds)


async def test_start_commands_and_leaving(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        mia.starts()
        mia.says("/start from_a_poster")
        mia.says("/Close@breakwater_test_bot")
        mia.blocks()
        mia.unblocks()
        mia.says("back")
        await until(lambda: len(store.rows) == 5)
    assert [(row.kind, row.text) for row in store.rows.values()] == [
        ("started", ""),
        ("started", ""),
        ("command", "close"),
        ("left", ""),
        ("text", "back"),
    ]


async def test_words_behind_a_slash_are_words(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        mia.says("/srs i want to die")
        mia.says("/start i am scared")
        await until(lambda: len(store.rows) == 2)
    assert store.kinds == [("text", None, "/srs i want to die"), ("text", None, "/start i am scared")]


@pytest.mark.rule("S66")
@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_hears_one_sentence_once_and_its_words_are_nobodys(api: BotApi, user: People, kind: str) -> None:
    store, mia, group = Store(), user("Mia"), Group(api, -77, kind)
    async with running(api, store) as channel:
        group.adds_bot(mia)
        for number in range(5):
            group.hears_from(mia, f"he hit me {number}")
        await until(lambda: channel.ignored["group"] == 6)
        mia.says("now in private")
        await until(lambda: store.texts == ["now in private"])
    assert [message.text for message in api.to(-77)] == [GROUP_REPLY]


async def test_the_bot_leaves_channels(api: BotApi, user: People) -> None:
    store, mia, one, other = Store(), user("Mia"), Group(api, -1001, "channel"), Group(api, -1002, "channel")
    async with running(api, store):
        one.adds_bot(mia)
        other.posts("news")
        await until(lambda: api.left == {-1001, -1002})
    assert not store.rows
    assert not api.sent


async def test_other_bots_and_unknown_kinds_of_update_are_acknowledged_and_counted(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store) as channel:
        api.happens(message={**mia.message(text="buy now"), "from": {**mia.account, "is_bot": True}})
        mia.sends(pinned_message={"message_id": 1, "date": 1, "chat": mia.chat, "text": "x"})
        api._allowed = []
        mia.says("hi")
        await until(lambda: store.texts == ["hi"])
        assert channel.ignored == {"bot": 1, "service": 1}
        for kind in ("inline_query", "pre_checkout_query", "something_of_next_year"):
            assert await channel._handle({"update_id": 1, kind: {"id": "1", "from": mia.account, "query": "", "offset": ""}})
    assert channel.ignored["unknown"] + channel.ignored["unreadable"] == 3
    assert store.texts == ["hi"]


async def test_a_kind_of_message_that_did_not_exist_yet_gets_an_answer(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        mia.sends(hologram={"file_id": "f"})
        await until(lambda: store.kinds == [("unsupported", None, "")])


async def test_an_update_that_cannot_be_read_is_noted_and_its_words_are_saved(
    api: BotApi, user: People, caplog: pytest.LogCaptureFixture
) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store) as channel:
        mia.says("he hit me again", entities=[{"type": "bold"}])
        mia.sends(photo="not a list", caption=None)
        api.happens(message={"message_id": 1})
        api.happens(message="nonsense")
        mia.says("after")
        await until(lambda: "after" in store.texts)
        await until(lambda: not api.updates)
    assert [(row.kind, row.text) for row in store.rows.values()] == [("text", "he hit me again"), ("media", ""), ("text", "after")]
    assert channel.ignored["unreadable"] == 2
    assert caplog.text.count("was not understood") == 4


async def test_what_could_never_be_stored_holds_up_nobody_and_its_words_are_saved_where_a_chat_is_named(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store) as channel:
        for nobody in ("\ud83d", "5", None, True, 1.5, 2**80):
            chat = {**mia.chat, "id": nobody}
            assert await channel._handle({"update_id": 1, "message": {**mia.message(text="lost"), "chat": chat}})
            assert await channel._handle({"update_id": 2, "callback_query": {"id": "9", "data": "0", "message": {"chat": chat}}})
        assert not store.rows
        for odd in ("\ud83d", {}, 2**80):
            assert await channel._handle({"update_id": 3, "message": {**mia.message(text="he hit me"), "message_id": odd}})
        assert [(row.text, row.message_ref) for row in store.rows.values()] == [("he hit me", None)]


async def test_half_a_surrogate_pair_becomes_something_that_can_be_stored(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    async with running(api, store):
        mia.says("sad \ud83d face")
        await until(lambda: store.texts == ["sad � face"])


@pytest.mark.rule("S72")
async def test_no_log_line_holds_token_words_or_chat(api: BotApi, user: People, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store, mia = Store(), user("Mia")
    api.fail("getUpdates", "garbage")
    api.fail("sendMessage", "500")
    async with running(api, store) as channel:
        mia.says("secret words", entities=[{"type": "bold"}])
        await until(lambda: bool(store.rows))
        with pytest.raises(TryLater):
            await channel.deliver(str(mia.id), Outgoing("an answer", (("Yes", "1:do:yes"),)))
        await channel.deliver(str(mia.id), Outgoing("an answer", (("Yes", "1:do:yes"),)))
        store.away = True
        mia.says("more secret words")
        await until(lambda: len(store.offered) > 2)
    lines = caplog.text
    assert "was not understood" in lines
    assert not [part for part in (api.token, "secret words", "an answer", str(mia.id)) if part in lines]


async def test_a_bubble_with_buttons_is_plain_text_with_one_button_a_row(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    mia.says("hi")
    async with running(api, store) as channel:
        id = await channel.deliver(str(mia.id), Outgoing("<b>*See* https://example.org</b>", (("Yes", "1:do:yes"), ("No", "1:do:no"))))
    [bubble] = mia.bubbles
    assert (id, bubble.text) == (str(bubble.id), "<b>*See* https://example.org</b>")
    rows = [[button["text"] for button in row] for row in bubble.data["reply_markup"]["inline_keyboard"]]
    assert rows == [["Yes"], ["No"]]
    assert "parse_mode" not in bubble.data
    assert '"is_disabled": true' in bubble.data["link_preview_options"]
    assert "protect_content" not in bubble.data


async def test_words_that_belong_to_somebody_else_are_protected(api: BotApi, user: People) -> None:
    store, sam = Store(), user("Sam")
    sam.says("hi")
    async with running(api, store) as channel:
        await channel.deliver(str(sam.id), Outgoing("what they wrote", protected=True))
    assert sam.bubbles[0].data["protect_content"] == "true"


async def test_a_long_text_is_cut_at_sentence_ends_and_keeps_its_buttons_at_the_end(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    mia.says("hi")
    text = " ".join(f"This is sentence {number} 🙂." for number in range(400))
    async with running(api, store) as channel:
        await channel.deliver(str(mia.id), Outgoing(text, (("OK", "1:do:okay"),)))
    assert len(mia.bubbles) == 3
    assert " ".join(mia.texts) == text
    assert all(part.endswith(".") for part in mia.texts)
    assert [bool(bubble.buttons) for bubble in mia.bubbles] == [False, False, True]


@pytest.mark.parametrize("text", ["🙂" * 5000, "a" * 9000, "word " * 3000, "\n\n".join(["line"] * 2000), ("x" * 4095 + "🙂") * 2])
def test_no_part_is_longer_than_telegram_takes_and_nothing_is_lost(text: str) -> None:
    parts = split(text, 4096)
    assert max(map(units, parts)) <= 4096
    assert "".join("".join(parts).split()) == "".join(text.split())


async def test_a_retry_goes_on_where_a_long_text_stopped(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    mia.says("hi")
    outgoing = Outgoing("One. " * 1500)
    async with running(api, store) as channel:
        api.faults.clear()
        await channel.deliver(str(mia.id), Outgoing("first"))
        api.fail("sendMessage", "slow", seconds=0)
        api.fail("sendMessage", "500")
        with pytest.raises(TryLater):
            await channel.deliver(str(mia.id), outgoing)
        assert len(mia.bubbles) == 2
        await channel.deliver(str(mia.id), outgoing)
    assert [len(text) for text in mia.texts[1:]] == [4094, 3404]


@pytest.mark.parametrize("gone", ["blocked", "unknown", "deactivated", "no number"])
async def test_a_person_who_is_gone_is_undeliverable(api: BotApi, user: People, gone: str) -> None:
    store, mia = Store(), user("Mia")
    if gone != "unknown":
        api.known.add(mia.id)
    if gone == "blocked":
        api.blocked.add(mia.id)
    if gone == "deactivated":
        api.fail("sendMessage", "403")
    async with running(api, store) as channel:
        with pytest.raises(Undeliverable):
            await channel.deliver("not-a-chat" if gone == "no number" else str(mia.id), Outgoing("hello"))


@pytest.mark.parametrize("fault", ["500", "garbage", "drop_before"])
async def test_a_fault_on_the_way_means_later(api: BotApi, user: People, fault: Any) -> None:
    store, mia = Store(), user("Mia")
    mia.says("hi")
    api.fail("sendMessage", fault)
    async with running(api, store) as channel:
        with pytest.raises(TryLater) as later:
            await channel.deliver(str(mia.id), Outgoing("hello"))
        assert 0 < later.value.seconds <= 60
        await channel.deliver(str(mia.id), Outgoing("hello"))
    assert mia.texts == ["hello"]


async def test_one_chat_that_is_slowed_down_does_not_slow_down_another(api: BotApi, user: People) -> None:
    store, mia, tom = Store(), user("Mia"), user("Tom")
    mia.says("hi")
    tom.says("hi")
    api.fail("sendMessage", "429", chat=mia.id, seconds=7)
    async with running(api, store) as channel:
        with pytest.raises(TryLater) as later:
            await channel.deliver(str(mia.id), Outgoing("hello"))
        assert later.value.seconds == 7
        await channel.deliver(str(tom.id), Outgoing("call 999"))
        calls = api.calls["sendMessage"]
        with pytest.raises(TryLater):
            await channel.deliver(str(mia.id), Outgoing("hello"))
        assert api.calls["sendMessage"] == calls
    assert tom.texts == ["call 999"]


async def patiently(channel: TelegramChannel, person: User, text: str) -> None:
    """Deliver as the outbox does: what is given back is tried again when its time has come."""
    while True:
        try:
            await channel.deliver(str(person.id), Outgoing(text))
            return
        except TryLater as later:
            await asyncio.sleep(later.seconds)


async def test_the_channel_keeps_to_telegrams_pace_by_itself(api: BotApi, user: People) -> None:
    """The server allows twenty in ten seconds to one chat and thirty a second to all; beyond that messages are given back.

    On a machine that stalls, what left at its pace can still arrive together, so a few refusals are no fault.
    """
    store, people = Store(), [user(f"P{number}") for number in range(12)]
    for person in people:
        person.says("hi")

    async with running(api, store) as channel:

        async def three(person: User) -> None:
            for number in range(3):
                await patiently(channel, person, f"bubble {number}")

        await asyncio.gather(*map(three, people))
        many = [channel.deliver(str(people[0].id), Outgoing(f"more {number}")) for number in range(30)]
        results = await asyncio.gather(*many, return_exceptions=True)
    assert all(person.texts[:3] == ["bubble 0", "bubble 1", "bubble 2"] for person in people)
    later = [result for result in results if isinstance(result, TryLater)]
    assert len(people[0].texts) == 3 + len(results) - len(later)
    assert len(later) > 20
    assert api.calls["sendMessage"] - len(api.sent) <= 3


async def test_words_go_out_without_their_buttons_where_telegram_refuses_those(api: BotApi, user: People) -> None:
    store, mia = Store(), user("Mia")
    mia.says("hi")
    async with running(api, store) as channel:
        await channel.deliver(str(mia.id), Outgoing("call 999", (("OK", "x" * 65),)))
    assert (mia.texts, mia.bubbles[0].buttons) == (["call 999"], [])
