"""A whole Breakwater to rehearse with: the real record, words, phrases, dialogue and chain, on a clock that only moves when told to.

The one thing that is scripted is the intent service's answer, as a test says what topic a message is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import delete, select

from bot.channels import Incoming
from bot.intake import Intake
from bot.rehearsal.failed import given, must
from bot.ticking import Ticking
from bot.turn import Handler
from escalation import cases, reading, relay
from escalation.context import Service
from escalation.reading import CaseReading
from escalation.record import duty, messages, people
from escalation.record.ids import new_id
from escalation.record.messages import Line
from escalation.record.store import Record, Tx
from escalation.record.tables import AgreementRow, CaseRow, DueRow, OutboxRow, Person, PromiseRow, Shift, Staff
from escalation.young_person import call_backs
from nlu.noticing import Noticing
from nlu.understanding import Reading, RiskScores

T = TypeVar("T")
MONDAY_MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
JOBS = {"worker": "youth worker", "lead": "senior youth worker", "editor": "editor", "admin": "office team"}


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = MONDAY_MORNING

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class ScriptedReader:
    """The intent service's answers, by text; without one it does not answer."""

    answers: dict[str, Reading] = field(default_factory=dict)

    async def read(self, text: str) -> Reading | None:
        return self.answers.get(text)

    def expect(self, text: str, topic: str, confidence: float = 0.95, at_least: dict[str, float] | None = None, **more: Any) -> None:
        scores = RiskScores(at_least, more.get("categories", {}), more.get("subject", {"self": 1.0})) if at_least else None
        self.answers[text] = Reading(topic, confidence, ((topic, confidence),), scores)


PATIENT = 60.0
"""Seconds that a rehearsal waits for its record."""


class House:
    """The service as it stands, with helpers that say what people do."""

    def __init__(self, record: Record, service: Service, noticing: Noticing, clock: Clock) -> None:
        self.record, self.service, self.clock = record, service, clock
        self.reader = ScriptedReader()
        self.handler = Handler(record, service, noticing, self.reader, clock)
        self.woken: set[str] = set()
        # Nobody waits at the other end here, and what is rehearsed must not depend on how busy the machine is.
        self.intake = Intake(
            record,
            service,
            clock,
            self.handler.danger,
            lambda who, at_once: self.woken.add(who),
            patience=PATIENT,
            came=lambda *words: self.handler.came(*words),
        )
        self.ticking = Ticking(record, service, lambda who, at_once: self.woken.add(who), clock)
        self._events = count(1)

    def hire(self, name: str, role: str = "worker", telegram: str = "") -> Staff:
        """A member of staff with current vetting and training."""
        return self.record.write(lambda tx: self._hire(tx, name, role, telegram))

    def on_duty(self, name: str, hours: float = 8, *, backup: bool = False, starts_in: float = -1) -> None:
        """Put somebody on the rota, from `starts_in` hours from now."""

        def add(tx: Tx) -> None:
            start = self.clock() + timedelta(hours=starts_in)
            staff = _again(tx, name)
            tx.session.add(Shift(id=new_id(), staff_id=staff.id, starts_at=start, ends_at=start + timedelta(hours=hours), backup=backup))

        self.record.write(add)

    def leaves_the_rota(self, name: str) -> None:
        """Take away all shifts of somebody."""
        staff = self.staff(name)
        self.record.write(lambda tx: tx.session.execute(delete(Shift).where(Shift.staff_id == staff.id)))

    def staff(self, name: str) -> Staff:
        return self.record.read(lambda tx: _again(tx, name))

    async def comes_in(self, channel: str, address: str, kind: str, text: str = "", **more: Any) -> None:
        """Something comes in and is handled, as the lanes would do it."""
        await self.arrives(channel, address, kind, text, **more)
        await self.settle()

    async def arrives(self, channel: str, address: str, kind: str, text: str = "", **more: Any) -> None:
        """Something comes in and is stored, but not handled yet."""
        event = more.pop("external_id", None) or f"{channel}-{next(self._events)}"
        await self.intake.take(Incoming(channel, address, event, kind, text, **more))  # type: ignore[arg-type]

    async def settle(self) -> None:
        while self.woken:
            await self.handler.handle(self.woken.pop())

    async def wait(self, **by: float) -> None:
        """Time passes, and what becomes due happens at its own time, to the minute."""
        until = self.clock() + timedelta(**by)
        while self.clock() < until:
            self.clock.at = min(until, max(self._next_due() or until, self.clock() + timedelta(minutes=1)))
            await self.ticking.run_due()
            await self.settle()

    def _next_due(self) -> datetime | None:
        return self.record.read(lambda tx: tx.session.scalar(select(DueRow.due_at).where(DueRow.done_at.is_(None)).order_by(DueRow.due_at)))

    def pick_up(self, name: str, case_id: str, on: str = "console") -> CaseRow:
        return self.record.write(lambda tx: relay.pick_up(tx, self.service, case_id, _again(tx, name), on, self.clock()))

    def worker_says(self, name: str, case_id: str, text: str, confirmed: bool = False) -> str:
        return self.record.write(lambda tx: relay.say(tx, self.service, case_id, _again(tx, name), text, self.clock(), confirmed=confirmed))

    def close(self, name: str, case_id: str, outcome: str = "guidance_given", note: str = "") -> None:
        self.record.write(lambda tx: relay.close(tx, self.service, case_id, _again(tx, name), outcome, note, self.clock()))

    def hand_back(self, name: str, case_id: str) -> None:
        self.record.write(lambda tx: relay.hand_back(tx, self.service, case_id, _again(tx, name), self.clock()))

    def made_the_call(self, name: str, case_id: str) -> None:
        self.record.write(lambda tx: call_backs.done(tx, case_id, _again(tx, name), self.clock()))

    def does(self, name: str, work: Callable[[Tx, Staff], T]) -> T:
        """A member of staff does something, in one transaction."""
        return self.record.write(lambda tx: work(tx, _again(tx, name)))

    def reads(self, name: str, case_id: str) -> CaseReading:
        """Somebody opens a case."""
        return self.record.write(lambda tx: reading.read_case(tx, self.service, case_id, _again(tx, name), self.clock()))

    def flagged(self, name: str) -> list[CaseReading]:
        """The flags that wait for a decision of this member of staff."""
        return self.record.write(lambda tx: reading.flags_to_decide(tx, self.service, _again(tx, name), self.clock()))

    def promises(self, case_id: str) -> list[str]:
        """What became of each promise of a case: open, kept or broken."""

        def read(tx: Tx) -> list[str]:
            rows = tx.session.scalars(select(PromiseRow).where(PromiseRow.case_id == case_id).order_by(PromiseRow.id))
            return ["kept" if row.kept_at else "broken" if row.broken_at else "open" for row in rows]

        return self.record.read(read)

    def alerts(self, name: str) -> list[str]:
        """What was sent to a member of staff on Telegram, oldest first."""
        staff = self.staff(name)

        def read(tx: Tx) -> list[str]:
            rows = tx.session.scalars(select(OutboxRow).where(OutboxRow.staff_id == staff.id).order_by(OutboxRow.seq))
            return [messages.outgoing(tx, row)[0] for row in rows]

        return self.record.read(read)

    def _hire(self, tx: Tx, name: str, role: str, telegram: str) -> Staff:
        far = self.clock() + timedelta(days=300)
        row = Staff(
            id=new_id(), name=name, first_name=name, job=JOBS[role], role=role, created_at=self.clock(), failed_sign_ins=0, demo=False
        )
        row.vetted_until = row.trained_until = far
        chat = telegram or f"staff-{name}"
        row.telegram = tx.vault.pseudonym("telegram", chat)
        row.telegram_sealed = tx.vault.seal_own("staff.telegram", row.id, chat)
        tx.session.add(row)
        return row


@dataclass
class YoungPerson:
    """Somebody who chats, and what they have been told. `address` is known to nobody but their app."""

    house: House
    channel: str = "telegram"
    address: str = "young-1"
    seen: set[str] = field(default_factory=set)
    written: int = 0

    async def starts(self) -> list[Line]:
        return await self._do("started")

    async def says(self, text: str, topic: str | None = None, **scores: Any) -> list[Line]:
        """Write something. `topic` is what the intent service makes of it; without one it does not answer."""
        if topic:
            self.house.reader.expect(text, topic, **scores)
        self.written += 1
        return await self._do("text", text, message_ref=f"message-{self.written}")

    async def edits(self, text: str, topic: str | None = None, **scores: Any) -> list[Line]:
        """Change the message written last."""
        if topic:
            self.house.reader.expect(text, topic, **scores)
        return await self._do("edited", text, message_ref=f"message-{self.written}")

    async def commands(self, name: str) -> list[Line]:
        """Send a slash command, without its slash."""
        return await self._do("command", name)

    async def says_at_once(self, texts: Iterable[str]) -> list[Line]:
        """Write several messages before any is answered."""
        self.house.clock.move(seconds=5)
        for text in texts:
            self.written += 1
            await self.house.arrives(self.channel, self.address, "text", text, message_ref=f"message-{self.written}")
        await self.house.settle()
        return self.hears()

    async def taps_twice(self, label: str) -> list[Line]:
        """Tap a button twice before anything is answered."""
        token = self.token(label)
        for _ in range(2):
            await self.house.arrives(self.channel, self.address, "button", token)
        await self.house.settle()
        return self.hears()

    async def sends(self, media: str, caption: str = "", topic: str | None = None, **scores: Any) -> list[Line]:
        if topic:
            self.house.reader.expect(caption, topic, **scores)
        return await self._do("media", caption, media=media)

    async def taps(self, label: str) -> list[Line]:
        """Tap the newest button with this label."""
        return await self._do("button", self.token(label))

    async def taps_token(self, token: str) -> list[Line]:
        return await self._do("button", token)

    def token(self, label: str) -> str:
        found = [token for line in self.lines() for text, token in line.buttons if text == label]
        must(found, f"no button {label!r} was ever shown")
        return found[-1]

    def buttons(self) -> list[str]:
        """The labels under the last message."""
        said = [line for line in self.lines() if line.speaker != "young_person"]
        return [label for label, _ in said[-1].buttons] if said else []

    def lines(self) -> list[Line]:
        """The whole chat as this person's app shows it; what is kept back is not there."""
        found = self._read(lambda tx, who: messages.transcript(tx, who, limit=5000))
        return [line for line in found if line.state != "held"]

    def hears(self) -> list[Line]:
        """What was said since the last look."""
        fresh = [line for line in self.lines() if line.speaker != "young_person" and line.id not in self.seen]
        self.seen.update(line.id for line in fresh)
        return fresh

    def case(self) -> CaseRow | None:
        found: CaseRow | None = self._read(lambda tx, who: cases.latest_case(tx, who.id))
        return found

    def ledger(self) -> list[AgreementRow]:
        rows = select(AgreementRow).order_by(AgreementRow.seq)
        found: list[AgreementRow] = self._read(lambda tx, who: list(tx.session.scalars(rows.where(AgreementRow.person_id == who.id))))
        return found

    def person(self) -> Person:
        found: Person | None = self._read(lambda tx, who: who) or None
        return given(found, "nobody has written yet")

    async def _do(self, kind: str, text: str = "", **more: Any) -> list[Line]:
        self.house.clock.move(seconds=5)
        await self.house.comes_in(self.channel, self.address, kind, text, **more)
        return self.hears()

    def _read(self, look: Any) -> Any:
        def read(tx: Tx) -> Any:
            found = people.find(tx, self.channel, self.address)
            return look(tx, found[0]) if found else []

        return self.house.record.read(read)


def _again(tx: Tx, name: str) -> Staff:
    return given(duty.staff_named(tx, name), f"nobody is named {name}")
