"""A back-up from before a chat was cleared, or a phone was left, does not bring back what was kept from that phone since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.webchat import feed
from bot.dialogue.state import Conversation
from bot.rehearsal.house import House, YoungPerson
from escalation.record import people
from escalation.record.backup import erased_list
from escalation.record.retention.veil import Veil
from escalation.record.store import Record, Tx
from escalation.record.tables import OutboxRow, Person
from tests.channels.test_moving import asks_for_a_code
from tests.conftest import KEY
from tests.escalation.code_word import begins_afresh, sets_a_code_word
from tests.escalation.talking import waits
from tests.record.test_backup import back_up, in_use, opened, restore
from tests.retention.test_erasing import clears

pytestmark = pytest.mark.slow
WORDS = "my stepdad hits me every day"


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    folder = tmp_path / "safe"
    folder.mkdir()
    return folder


@contextmanager
def restored(house: House, safe: Path) -> Iterator[Record]:
    """The record of the house, brought back from the back-up `a` as it was when that was made, and read as the service reads it."""
    house.record.close()
    restore(house, safe / "a.backup", in_use(house), replace=True)
    with opened(in_use(house)) as record:
        record.veil = Veil(house.service.retention, house.clock)
        yield record


def on_page(house: House, record: Record, someone_id: str) -> str:
    """What a page of the web chat gives this person once they carry on."""

    def read(tx: Tx) -> str:
        someone = people.person(tx, someone_id)
        someone.away_since = None
        people.add_address(tx, someone, "webchat", "w" * 43, house.clock())
        return " ".join(item.text for item in feed.read(tx, "w" * 43, feed.Cursor(), house.clock()).items)

    return record.write(read)


async def told(house: House) -> tuple[YoungPerson, YoungPerson]:
    """Somebody who has told of harm on Telegram, and their WhatsApp, from which nobody wrote yet."""
    telegram, whatsapp = YoungPerson(house, "telegram", "tg-1"), YoungPerson(house, "whatsapp", "447700900123")
    await telegram.says("my stepdad hits me when he is drunk")
    return telegram, whatsapp


def lead_to(record: Record, *places: tuple[str, str]) -> list[str | None]:
    """Whom each of these places leads to."""
    return record.read(lambda tx: [people.whose(tx, *place) for place in places])


@pytest.mark.rule("S74")
@pytest.mark.rule("S78")
async def test_a_chat_that_was_cleared_while_a_case_kept_it_stays_cleared(staffed: House, young: YoungPerson, safe: Path) -> None:
    await waits(young)
    me = young.person().id
    back_up(staffed, safe / "a.backup")
    assert WORDS in on_page(staffed, staffed.record, me)
    staffed.clock.move(minutes=1)
    await clears(young)
    with restored(staffed, safe) as record:
        assert WORDS not in on_page(staffed, record, me)
        stands = record.read(lambda tx: people.load_conversation(tx, people.person(tx, me)))
        state = Conversation.model_validate_json(stands or "")
        assert (state.offer, state.question, state.private_matter) == (None, None, True)


async def test_what_was_said_after_a_chat_was_cleared_is_there(staffed: House, young: YoungPerson, safe: Path) -> None:
    await waits(young)
    await clears(young)
    staffed.clock.move(minutes=1)
    await young.says("my dog is called Marzipan")
    me = young.person().id
    back_up(staffed, safe / "a.backup")
    with restored(staffed, safe) as record:
        assert "Marzipan" in on_page(staffed, record, me)


@pytest.mark.rule("S77")
async def test_a_phone_from_which_somebody_moved_away_leads_to_nobody(house: House, safe: Path) -> None:
    old, new = await told(house)
    me = old.person().id
    back_up(house, safe / "a.backup")
    house.clock.move(minutes=1)
    await new.says(await asks_for_a_code(old))
    assert new.person().id == me
    with restored(house, safe) as record:
        assert lead_to(record, ("telegram", "tg-1")) == [None]
        assert record.read(lambda tx: people.last_address(tx, me)) is None, "staff see that nothing reaches them"
        waiting = select(OutboxRow.id).where(OutboxRow.person_id == me, OutboxRow.state.in_(("pending", "sending", "held")))
        assert record.read(lambda tx: tx.session.scalars(waiting).all()) == []


async def test_whoever_was_at_the_place_that_a_mover_took_is_not_found_there(house: House, safe: Path) -> None:
    old, new = await told(house)
    await new.says("hi")
    back_up(house, safe / "a.backup")
    house.clock.move(minutes=1)
    await new.says(await asks_for_a_code(old))
    with restored(house, safe) as record:
        assert lead_to(record, ("telegram", "tg-1"), ("whatsapp", "447700900123")) == [None, None]


async def test_whoever_moved_away_and_back_is_still_reached(house: House, safe: Path) -> None:
    telegram, whatsapp = await told(house)
    me = telegram.person().id
    back_up(house, safe / "a.backup")
    house.clock.move(minutes=1)
    await whatsapp.says(await asks_for_a_code(telegram))
    await whatsapp.taps("Carry on")
    house.clock.move(minutes=1)
    await telegram.says(await asks_for_a_code(whatsapp))
    with restored(house, safe) as record:
        assert lead_to(record, ("telegram", "tg-1")) == [me]


@pytest.mark.rule("S77")
async def test_a_phone_on_which_somebody_began_afresh_does_not_lead_back(staffed: House, young: YoungPerson, safe: Path) -> None:
    await young.starts()
    await sets_a_code_word(young)
    await young.says("i feel so alone at school")
    me = young.person().id
    back_up(staffed, safe / "a.backup")
    await begins_afresh(young)
    assert young.person().id != me
    with restored(staffed, safe) as record:
        assert lead_to(record, (young.channel, young.address)) == [None]
        assert record.read(lambda tx: tx.session.get(Person, me)) is not None


def test_the_list_is_written_again_where_something_it_knows_happened_again(safe: Path, house: House) -> None:
    first = house.clock()
    erased_list.write(safe, (KEY,), {"a": first}, first)
    later = first + timedelta(minutes=1)
    erased_list.write(safe, (KEY,), {"a": later}, later)
    erased_list.write(safe, (KEY,), {"a": first, "b": first}, later)
    assert erased_list.read((safe,), (KEY,)) == ({"a": later, "b": first}, later)
