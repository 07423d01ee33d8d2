"""What WhatsApp says late of a bubble, when the young person has written again meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.channels import OnlyApproved, Outgoing, Undeliverable
from bot.rehearsal.house import House, YoungPerson
from bot.sending import Sender
from escalation.record.store import Tx
from escalation.record.tables import OutboxRow


@dataclass
class App:
    """An app that takes everything."""

    name: str = "whatsapp"
    texts: list[str] = field(default_factory=list)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        self.texts.append(outgoing.text)
        return f"id-{len(self.texts)}"


def states(house: House) -> set[str]:
    return house.record.read(lambda tx: set(tx.session.scalars(select(OutboxRow.state))))


@pytest.fixture
async def mia(house: House) -> YoungPerson:
    someone = YoungPerson(house, channel="whatsapp", address="447700900123")
    await someone.starts()
    return someone


async def test_whoever_has_written_since_is_not_left_without_answers(house: House, mia: YoungPerson) -> None:
    app = App()
    sender = Sender(house.record, app, house.service, house.clock)
    await sender._send_all(mia.person().id)
    late = f"id-{len(app.texts)}"
    house.clock.move(seconds=30)
    await mia.says("hello, are you there?")
    await sender.report({late: OnlyApproved()})
    await sender._send_all(mia.person().id)
    assert states(house) == {"sent"}, "nothing waits behind a template for somebody who is here"


async def test_whoever_has_not_is_asked_to_carry_on_first(house: House, mia: YoungPerson) -> None:
    app = App()
    sender = Sender(house.record, app, house.service, house.clock)
    await sender._send_all(mia.person().id)
    last = app.texts[-1]
    house.clock.move(seconds=30)
    await sender.report({f"id-{len(app.texts)}": OnlyApproved()})
    await sender._send_all(mia.person().id)
    assert app.texts[-1] == last

    def read(tx: Tx) -> list[str]:
        return list(tx.session.scalars(select(OutboxRow.state).where(OutboxRow.state != "sent").order_by(OutboxRow.seq)))

    assert "held" in house.record.read(read)


@pytest.mark.parametrize("writes", [True, False])
async def test_whoever_has_written_since_a_bubble_that_failed_can_be_reached(house: House, mia: YoungPerson, writes: bool) -> None:
    app = App()
    sender = Sender(house.record, app, house.service, house.clock)
    await sender._send_all(mia.person().id)
    late = f"id-{len(app.texts)}"
    if writes:
        house.clock.move(seconds=30)
        await mia.says("hello, are you there?")
    await sender.report({late: Undeliverable("refused")})
    assert (mia.person().unreachable_at is None) == writes, "a check-in is sent only to whoever can be reached"
