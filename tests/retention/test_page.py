"""A page of the web chat shows nothing that is past its time, from that very moment, and everything that is not."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from bot.channels.webchat import feed
from bot.channels.webchat.session import own_id
from bot.rehearsal.house import House, YoungPerson
from escalation.record import people, person_keys
from escalation.record.tables import InboxRow, OutboxRow, Person
from tests.escalation.talking import talks

TOKEN = "t" * 43
INSTANT = timedelta(microseconds=1)


def words_on_page(house: House) -> set[str]:
    return {item.text for item in looked(house).items if item.text}


def looked(house: House) -> feed.Feed:
    """What a page gets that was just opened."""
    return house.record.read(lambda tx: feed.read(tx, TOKEN, feed.Cursor(), house.clock()))


def visible(house: House) -> set[str]:
    """The ids of the messages that the veil leaves, of all people."""
    came = select(InboxRow.id).where(InboxRow.kind.in_(feed.SHOWN_KINDS))
    went = select(OutboxRow.id).where(OutboxRow.person_id.is_not(None), OutboxRow.state.in_(feed.SHOWN_STATES))
    return house.record.read(lambda tx: {id for asked in (came, went) for id in tx.session.scalars(asked)})


def given(house: House) -> set[str]:
    """The ids of the messages that the page gets; it knows its own by others."""
    rows = house.record.read(lambda tx: {own_id(row.external_id): row.id for row in tx.session.scalars(select(InboxRow))})
    return {rows.get(item.id, item.id) for item in looked(house).items}


def first_time(house: House) -> datetime:
    """When the first message came in."""
    return house.record.read(lambda tx: tx.session.scalars(select(func.min(InboxRow.received_at))).one())


async def goes_on_writing(house: House) -> YoungPerson:
    """Somebody whose first words are as old as a chat is kept at the most, and who wrote again one day before."""
    young = YoungPerson(house, "webchat", TOKEN)
    await young.says("the first thing")
    period = house.service.retention.chat.length
    house.clock.at += period - timedelta(days=1)
    await young.says("the second thing")
    house.clock.at = first_time(house) + period
    return young


async def test_each_message_is_on_the_page_until_its_very_moment(house: House) -> None:
    await goes_on_writing(house)
    house.clock.at -= INSTANT
    assert {"the first thing", "the second thing"} <= words_on_page(house)
    assert given(house) == visible(house)
    house.clock.at += INSTANT
    assert "the first thing" not in words_on_page(house)
    assert "the second thing" in words_on_page(house)
    assert given(house) == visible(house)


async def test_a_case_keeps_the_whole_chat_on_the_page(staffed: House) -> None:
    young = YoungPerson(staffed, "webchat", TOKEN)
    await young.says("the first thing")
    await talks(young)
    staffed.clock.at += staffed.service.retention.chat.length * 2
    assert "the first thing" in words_on_page(staffed)
    assert given(staffed) == visible(staffed) != set()


async def test_nothing_is_on_the_page_once_everything_is_over(house: House) -> None:
    young = await goes_on_writing(house)
    house.clock.at += house.service.retention.chat.length
    assert looked(house) == feed.Feed()
    assert visible(house) == set()
    await young.says("the third thing")
    assert "the third thing" in words_on_page(house)


async def test_nothing_is_on_the_page_once_the_key_is_erased(house: House) -> None:
    await goes_on_writing(house)
    house.record.write(lambda tx: tx.session.execute(update(Person).values(data_key_wrapped=b"")))
    assert looked(house) == feed.Feed()


async def test_what_was_sealed_by_the_former_key_is_on_the_page(house: House) -> None:
    """As while a key is renewed: each message opens by the key that sealed it."""
    young = await goes_on_writing(house)
    someone = young.person().id
    house.record.write(lambda tx: person_keys.begin(tx, someone, house.clock()))
    await young.says("the third thing")
    assert {"the second thing", "the third thing"} <= words_on_page(house)
    assert house.record.read(lambda tx: people.person(tx, someone)).former_key_wrapped is not None
