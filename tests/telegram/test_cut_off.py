"""A bubble that was on its way to Telegram when the program died: Telegram is asked whether it took it, and nobody reads a line twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from bot import sending as sends
from bot.channels import Incoming, Outgoing
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_asking import BEYOND, TRIED, Told
from bot.channels.telegram_sending import ALL_BURST, ALL_EVERY
from bot.rehearsal.house import House
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow
from tests.faults import app
from tests.faults.waiting import until
from tests.telegram.bot_api import BotApi, Sent
from tests.telegram.users import User

People = Callable[[str], User]


@asynccontextmanager
async def sending(house: House, api: BotApi, *, comes_in: int = 0) -> AsyncIterator[None]:
    """The program after a start, as far as it sends. `comes_in`: once it has fetched so many updates."""
    fetched: list[Incoming] = []

    async def take(incoming: Incoming) -> None:
        fetched.append(incoming)

    channel = TelegramChannel(api.token, api.base_url, take, group_reply="")
    if comes_in:
        await channel.start()
        await until(lambda: len(fetched) >= comes_in)
    try:
        async with app.sending(house, channel):
            yield
    finally:
        await channel.stop()


def write(house: House, user: User, *bubbles: tuple[str, tuple[tuple[str, str], ...]]) -> None:
    user.api.known.add(user.id)

    def rows(tx: Tx) -> None:
        someone, _ = people.find_or_create(tx, "telegram", str(user.id), house.clock())
        for text, buttons in bubbles:
            messages.say(tx, someone, text, house.clock(), buttons=buttons)

    house.record.write(rows)


def cut_short(house: House, api: BotApi, *texts: str, after: str | None = None) -> None:
    """The program died while these were on their way: nobody noted that Telegram took them, or it never did."""

    def change(tx: Tx) -> None:
        for row in tx.session.scalars(select(OutboxRow)):
            if messages.outgoing(tx, row)[0] in texts:
                row.state, row.external_id, row.sent_at = "sending", None, None
                row.after_id = after or row.after_id or str(api.sent[-1].id)

    house.record.write(change)


def states(house: House) -> list[str]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(OutboxRow.state).order_by(OutboxRow.seq))))


def ids(house: House) -> list[str | None]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(OutboxRow.external_id).order_by(OutboxRow.seq))))


async def all_sent(house: House) -> None:
    await until(lambda: set(states(house)) == {"sent"})


async def starts_and_sends(house: House, api: BotApi, *, comes_in: int = 0) -> None:
    """The program starts, and sends all that there is."""
    async with sending(house, api, comes_in=comes_in):
        await all_sent(house)


def texts(shown: list[Sent]) -> list[str]:
    return [sent.text for sent in shown]


YES = (("Yes", "1:do:offer_yes"), ("No", "1:do:offer_no"))


@pytest.mark.parametrize("buttons", [(), YES], ids=["words", "with buttons"])
async def test_what_telegram_took_before_the_program_died_is_noted_and_not_said_again(
    house: House, api: BotApi, user: People, buttons: tuple[tuple[str, str], ...]
) -> None:
    amy, ben = user("Amy"), user("Ben")
    write(house, ben, ("hello Ben", ()))
    write(house, amy, ("one", ()), ("two", buttons))
    await starts_and_sends(house, api)
    before = ids(house)
    cut_short(house, api, "two")
    write(house, amy, ("three", ()))
    ben.says("thanks")
    await starts_and_sends(house, api)
    assert texts(amy.bubbles) == ["one", "two", "three"]
    assert ids(house)[:3] == before
    assert texts(ben.bubbles) == ["hello Ben"]


async def test_what_telegram_never_got_is_said_once_and_in_order(house: House, api: BotApi, user: People) -> None:
    amy, ben = user("Amy"), user("Ben")
    write(house, amy, ("one", ()))
    write(house, ben, ("hello Ben", ()))
    await starts_and_sends(house, api)
    write(house, amy, ("two", YES), ("three", ()))
    cut_short(house, api, "two")
    await starts_and_sends(house, api)
    assert texts(amy.bubbles) == ["one", "two", "three"]
    assert texts(ben.bubbles) == ["hello Ben"]


async def test_of_several_that_were_on_their_way_each_is_said_once(house: House, api: BotApi, user: People) -> None:
    write(house, user("Zoe"), ("before", ()))
    await starts_and_sends(house, api)
    everyone = [user(name) for name in ("Amy", "Ben", "Cas", "Dee", "Eli")]
    for number, one in enumerate(everyone):
        write(house, one, (f"hello {number}", ()))
    await starts_and_sends(house, api)
    for number, one in enumerate(everyone):
        write(house, one, (f"and {number}", ()))
    cut_short(house, api, *(f"hello {number}" for number in (2, 4)), *(f"and {number}" for number in (1, 3)))
    await starts_and_sends(house, api)
    for number, one in enumerate(everyone):
        assert texts(one.bubbles) == [f"hello {number}", f"and {number}"]


ASKS = pytest.mark.parametrize("method", ["editMessageCaption", "editMessageText"])


@ASKS
@pytest.mark.parametrize("fault", ["429", "500", "drop_before", "garbage"])
async def test_a_telegram_that_does_not_say_gets_it_again(house: House, api: BotApi, user: People, fault: str, method: str) -> None:
    amy = user("Amy")
    write(house, amy, ("one", ()), ("two", ()))
    await starts_and_sends(house, api)
    cut_short(house, api, "two")
    api.fail(method, fault, times=100)  # type: ignore[arg-type]
    await starts_and_sends(house, api)
    assert texts(amy.bubbles) == ["one", "two", "two"]


@ASKS
async def test_a_telegram_that_answers_slowly_holds_it_up_for_seconds_at_most(
    house: House, api: BotApi, user: People, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(sends, "ASKED_WITHIN", 1.0)
    amy = user("Amy")
    write(house, amy, ("one", ()), ("two", ()))
    await starts_and_sends(house, api)
    cut_short(house, api, "two")
    api.fail(method, "slow", times=100, seconds=5)
    async with sending(house, api), asyncio.timeout(4):
        await all_sent(house)
    assert texts(amy.bubbles)[:3] == ["one", "two", "two"]


async def test_questions_and_messages_together_keep_to_the_speed_limit_and_questions_go_ahead(
    house: House, api: BotApi, user: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else Telegram refuses whatever goes out at that moment, an alert too."""
    monkeypatch.setattr(sends, "ASKED_WITHIN", 60.0)
    api.flood_limits = False
    amy = user("Amy")
    write(house, amy, ("one", ()))
    await starts_and_sends(house, api)
    write(house, amy, ("two", ()))
    cut_short(house, api, "two")
    for number in range(100):
        write(house, user(f"Ben {number}"), ("hello", ()))
    api.calls.clear()
    async with sending(house, api):
        await until(lambda: bool(api.calls))
        began = time.monotonic()
        await until(lambda: texts(amy.bubbles) == ["one", "two"])
        assert texts(api.sent).count("hello") < 80
        await all_sent(house)
    assert api.calls["editMessageCaption"] > 0
    assert api.calls.total() <= (time.monotonic() - began) / ALL_EVERY + ALL_BURST + 1


async def test_a_mistake_in_asking_holds_nothing_up(house: House, api: BotApi, user: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sends, "LOOKED_FOR_EVERY", 60.0)
    amy = user("Amy")
    write(house, amy, ("one", ()))
    await starts_and_sends(house, api)
    write(house, amy, ("two", ()), ("three", ()))
    cut_short(house, api, "two")

    async def mistake(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(TelegramChannel, "taken", mistake)
    await starts_and_sends(house, api)
    assert texts(amy.bubbles) == ["one", "two", "three"]


async def test_a_question_that_telegram_reads_late_changes_no_other_bubble(
    house: House, api: BotApi, user: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is about an id which the next bubble has got meanwhile."""
    monkeypatch.setattr(sends, "ASKED_WITHIN", 1.0)
    amy = user("Amy")
    write(house, amy, ("one", ()))
    await starts_and_sends(house, api)
    write(house, amy, ("two", ()), ("call 999", ()))
    cut_short(house, api, "two")
    for method in ("editMessageCaption", "editMessageText"):
        api.fail(method, "slow", times=1, seconds=0)
        api.fail(method, "slow", times=100, seconds=2)
    async with sending(house, api):
        await all_sent(house)
        await asyncio.sleep(1.5)
    assert texts(amy.bubbles) == ["one", "two", "call 999"]


async def test_a_bubble_that_goes_out_beside_the_question_is_not_taken_for_the_one_it_is_about(api: BotApi, user: People) -> None:
    """As where a worker tries out the bot with the account that gets their alerts."""
    amy = user("Amy")
    api.known.add(amy.id)

    async def take(_: Incoming) -> None: ...

    channel = TelegramChannel(api.token, api.base_url, take, group_reply="")
    before = await channel.deliver(str(amy.id), Outgoing("one"))
    for method in ("editMessageCaption", "editMessageText"):
        api.fail(method, "slow", times=1, seconds=0.3)
    asks = asyncio.create_task(channel.taken(str(amy.id), Outgoing("two"), before))
    await until(lambda: sum(api.calls.values()) > 1)
    await channel.deliver(str(amy.id), Outgoing("somebody waits"))
    assert await asks is None
    assert texts(amy.bubbles) == ["one", "somebody waits"]
    await channel.stop()


async def test_what_people_wrote_at_the_same_moment_does_not_keep_it_from_being_found(house: House, api: BotApi, user: People) -> None:
    amy, ben = user("Amy"), user("Ben")
    write(house, amy, ("one", ()))
    await starts_and_sends(house, api)
    for _ in range(TRIED + 1):
        ben.says("hello")
    write(house, amy, ("two", ()))
    before = str(api.sent[-1].id)
    await starts_and_sends(house, api)
    cut_short(house, api, "two", after=before)
    await starts_and_sends(house, api, comes_in=TRIED + 1)
    assert texts(amy.bubbles) == ["one", "two"]


async def test_nor_does_what_was_stored_before_the_program_died_and_does_not_come_again(house: House, api: BotApi, user: People) -> None:
    amy, ben = user("Amy"), user("Ben")
    write(house, amy, ("one", ()))
    await starts_and_sends(house, api)
    before = str(api.sent[-1].id)
    for _ in range(TRIED + 1):
        await house.arrives("telegram", str(ben.id), "text", "hello", message_ref=str(ben.says("hello")))
    write(house, amy, ("two", ()))
    await starts_and_sends(house, api)
    cut_short(house, api, "two", after=before)
    await starts_and_sends(house, api)
    assert texts(amy.bubbles) == ["one", "two"]


def test_only_ids_that_nobody_knows_are_tried() -> None:
    told = Told()
    assert list(told.others("110")) == [*range(111, 111 + BEYOND)]
    told.learn({"107", "111", "113", "nonsense"})
    tried = told.others("110")
    assert next(tried) == 112
    told.learn(["114"])
    assert list(tried) == [*range(115, 114 + BEYOND)]
    told.learn(["999"])
    assert len(list(told.others("110"))) == TRIED
    assert list(told.others("")) == list(told.others("nonsense")) == []
