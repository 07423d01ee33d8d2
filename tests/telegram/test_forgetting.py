"""What stays on a worker's phone: a young person's words go at the end and after 47 hours, a reply goes to whom it answers, and where
the organisation wants only alerts there, nothing else is done there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.channels import Outgoing
from bot.channels.apps import TELEGRAM
from bot.channels.telegram import TelegramChannel
from bot.channels.texts import split
from bot.rehearsal.house import House, YoungPerson
from bot.unsending import Unsender
from escalation.case import Stage
from escalation.record.messages import RELAYED
from escalation.record.tables import OutboxRow
from escalation.staff import accounts
from nlu.noticing import Noticing
from tests.telegram.bot_api import BotApi
from tests.telegram.test_phone import Phone, stage, wait_for_an_adult

WORDS = "its every day now"


@pytest.fixture
async def talking(staffed: House, young: YoungPerson) -> YoungPerson:
    """Sam has picked up on the phone, and one message was relayed."""
    await young.starts()
    await wait_for_an_adult(staffed, young)
    await Phone(staffed, "Sam").taps("Pick up")
    await young.says(WORDS)
    sent(staffed)
    return young


def relayed(house: House) -> list[OutboxRow]:
    rows = select(OutboxRow).where(OutboxRow.speaker == RELAYED).order_by(OutboxRow.seq)
    return house.record.read(lambda tx: list(tx.session.scalars(rows)))


def sent(house: House) -> None:
    """Telegram has taken everything, and has given ids from 501 on; what was written first came first."""

    def note(tx: object) -> None:
        rows = tx.session.scalars(select(OutboxRow).order_by(OutboxRow.seq))  # type: ignore[attr-defined]
        for number, row in enumerate(rows, start=501):
            row.state, row.sent_at, row.external_id = "sent", house.clock(), str(number)

    house.record.write(note)


async def test_at_the_end_every_relayed_word_is_marked_to_be_deleted(staffed: House, talking: YoungPerson) -> None:
    case = talking.case()
    assert case
    assert {row.state for row in relayed(staffed)} == {"sent"}
    staffed.close("Sam", case.id)
    await staffed.ticking.run_due()
    assert len(relayed(staffed)) == 2, "the summary that was shared, and what was written"
    assert {row.state for row in relayed(staffed)} == {"to_delete"}


async def test_after_47_hours_they_go_although_the_conversation_goes_on(staffed: House, talking: YoungPerson) -> None:
    case = talking.case()
    assert case
    staffed.worker_says("Sam", case.id, "I am here.")
    await staffed.ticking.run_due()
    staffed.clock.move(hours=46)
    await staffed.ticking.run_due()
    assert {row.state for row in relayed(staffed)} == {"sent"}
    staffed.clock.move(hours=1, minutes=1)
    await staffed.ticking.run_due()
    assert {row.state for row in relayed(staffed)} == {"to_delete"}


@pytest.mark.rule("S82")
async def test_handed_back_they_go_from_the_phone_of_whoever_had_it(staffed: House, talking: YoungPerson) -> None:
    case = talking.case()
    assert case
    staffed.hand_back("Sam", case.id)
    await staffed.ticking.run_due()
    assert {row.state for row in relayed(staffed)} == {"to_delete"}


async def test_words_that_were_not_sent_yet_never_go_out_after_the_end(staffed: House, talking: YoungPerson) -> None:
    case = talking.case()
    assert case
    await talking.says("one more thing")
    staffed.close("Sam", case.id)
    await staffed.ticking.run_due()
    assert [row.state for row in relayed(staffed)] == ["to_delete", "to_delete", "dropped"]


async def test_telegram_deletes_them_all_parts_of_a_long_one_included(staffed: House, api: BotApi) -> None:
    chat = 880_777
    api.known.add(chat)
    channel = TelegramChannel(api.token, api.base_url, staffed.intake.take, group_reply="")
    ids = await channel.deliver(str(chat), Outgoing("long " * 1200))
    assert len(ids.split(",")) == len(api.to(chat)) == 2
    await channel.delete(str(chat), ids)
    assert api.to(chat) == []
    await channel.delete(str(chat), ids)
    await channel.stop()


@pytest.mark.parametrize(
    "texts",
    [
        [" ".join(f"message {at} word {number}," for number in range(200)) for at in range(12)],
        ["\N{LOUDLY CRYING FACE}" * 20_000],
    ],
    ids=["a burst", "one of signs that count twice"],
)
async def test_very_long_messages_reach_the_phone_in_rows_whose_ids_are_all_kept(
    staffed: House, talking: YoungPerson, texts: list[str]
) -> None:
    sam, before = Phone(staffed, "Sam"), len(relayed(staffed))
    await talking.says_at_once(texts)
    pieces = [sam.text(row) for row in relayed(staffed)[before:]]
    assert "".join("".join(pieces).split()) == "".join("".join(texts).split())
    id_of_a_part, kept = "1234567890123456", 80
    assert all(len(",".join([id_of_a_part] * len(split(piece, TELEGRAM.longest)))) <= kept for piece in pieces)


async def test_marked_rows_are_deleted_by_their_channel_and_noted(staffed: House, talking: YoungPerson) -> None:
    case = talking.case()
    assert case
    staffed.close("Sam", case.id)
    await staffed.ticking.run_due()
    app = Deletes()
    await Unsender(staffed.record, app).round()
    assert [address for address, _ in app.gone] == [f"staff-{'Sam'}"] * 2
    assert {row.state for row in relayed(staffed)} == {"deleted"}
    await Unsender(staffed.record, app).round()
    assert len(app.gone) == 2


async def test_a_message_that_cannot_be_deleted_by_a_mistake_of_ours_keeps_no_other_on_the_phone(
    staffed: House, talking: YoungPerson
) -> None:
    case = talking.case()
    assert case
    staffed.close("Sam", case.id)
    await staffed.ticking.run_due()
    [first, _] = relayed(staffed)

    class Stumbles(Deletes):
        async def delete(self, address: str, external_id: str) -> None:
            if external_id == first.external_id:
                raise ValueError
            await super().delete(address, external_id)

    await Unsender(staffed.record, Stumbles()).round()
    assert [row.state for row in relayed(staffed)] == ["stays", "deleted"]


@pytest.mark.parametrize("how", ["closed", "elsewhere"])
async def test_words_go_from_the_phone_of_somebody_whose_account_ends_or_is_reached_elsewhere(
    staffed: House, talking: YoungPerson, how: str
) -> None:
    ids = [row.external_id for row in relayed(staffed)]
    sam = staffed.staff("Sam").id
    if how == "closed":
        staffed.record.write(lambda tx: accounts.close_account(tx, staffed.service, sam, sam, staffed.clock()))
    else:
        staffed.record.write(lambda tx: accounts.link_telegram(tx, sam, "4711", staffed.clock()))
    await staffed.ticking.run_due()
    app = Deletes()
    await Unsender(staffed.record, app).round()
    assert app.gone == [("staff-Sam", id) for id in ids]
    await Unsender(staffed.record, app).round()
    assert len(app.gone) == len(ids)
    assert {row.state for row in relayed(staffed)} == {"dropped"}


class Deletes:
    """An app that deletes."""

    name = "telegram"

    def __init__(self) -> None:
        self.gone: list[tuple[str, str]] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        return "1"

    async def delete(self, address: str, external_id: str) -> None:
        self.gone.append((address, external_id))


@pytest.mark.rule("S66")
async def test_a_reply_to_words_of_an_earlier_conversation_does_not_go_to_the_present_one(staffed: House, talking: YoungPerson) -> None:
    sam, first = Phone(staffed, "Sam"), relayed(staffed)[-1]
    case = talking.case()
    assert case
    staffed.close("Sam", case.id)
    second = YoungPerson(staffed, address="young-2")
    await second.starts()
    await wait_for_an_adult(staffed, second)
    await sam.taps("Pick up")
    second.hears()
    [answer] = await sam.does("text", "did he hit you again?", reply_to=first.external_id)
    assert answer.startswith("That conversation has ended")
    assert second.hears() == []
    await second.says("hi")
    sent(staffed)
    assert await sam.does("text", "Hi, good to hear you.", reply_to=relayed(staffed)[-1].external_id) == []
    assert [line.text for line in second.hears()] == ["Hi, good to hear you."]


async def test_where_only_alerts_are_wanted_nothing_is_picked_up_or_said_on_the_phone(staffed: House, noticing: Noticing) -> None:
    house = House(staffed.record, replace(staffed.service, talks_on_telegram=False), noticing, staffed.clock)
    young, sam = YoungPerson(house), Phone(house, "Sam")
    await young.starts()
    await wait_for_an_adult(house, young)
    [alert] = sam.news()
    assert "waiting to talk" in alert
    assert sam.labels() == []
    case = young.case()
    assert case
    assert (await sam.does("button", f"0:do:pick_up:{case.id}"))[0].startswith("Only alerts come here")
    assert (await sam.says("hello"))[0].startswith("Only alerts come here")
    assert stage(young) == Stage.WAITING
