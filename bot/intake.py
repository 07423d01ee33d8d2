"""What comes in is a row before it is anything else.

If storing fails, the words are still checked for danger in memory, the emergency text goes out, once for each event, and the
event stays unacknowledged, so that the app delivers it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from bot.channels import Incoming, NotStored
from bot.crowd import Crowd, may_not_wait
from bot.from_memory import FromMemory, Reply
from bot.return_code import LONGEST, normalise_code
from bot.unstored import Unstored
from escalation import cases, crowd
from escalation.case import TALKING
from escalation.context import Service
from escalation.phone import taps
from escalation.record import messages, people
from escalation.record.ids import new_id
from escalation.record.store import Collided, Record, RecordUnavailable, Tx, is_away
from escalation.record.tables import Staff, StaffUpdate
from escalation.young_person import moving

log = logging.getLogger(__name__)

Defer = Callable[[Tx, str, bool], None]
"""Has what a person sent handled by another process, once the transaction is committed; at once or not."""


class Came(NamedTuple):
    """Whose event was stored, and whether it must not wait for more words; `among_many`: somebody new, while very many come at once."""

    person_id: str
    live: bool
    among_many: bool = False
    row_id: str | None = None
    """The event's row; `None` where it was stored before."""


Stored = Came | None
"""`None` where there is nothing to wake anybody for."""
WORDS = ("text", "edited", "media", "command")
"""Kinds that carry words; a command counts, since people write "/" before anything."""
WRITTEN = "written"
"""What a stored message calls the time at which it was written, where its app says so."""
PATIENCE, WHILE_AWAY = 3.0, 1.0
"""Seconds to wait for the record, and when it did not take the last event either, so that in an outage nobody's emergency text waits for
the tries of others. An event that is stored late is recognised when it comes again."""
STAFF_WRITE_BY = "telegram"
"""The only app in which a member of staff may be the one who writes."""

# Put together once: each message asks for it.
_STAFF = select(Staff).where(Staff.telegram == bindparam("pseudonym"), Staff.closed_at.is_(None))


class Intake:
    """Takes events from every channel.

    `danger(text)` says whether words may mean that a life is at risk now; `woken(person_id, at_once)` is called after each
    event that was stored, `at_once` where it must not wait for more words: danger, a button, a human who reads along. `defer`, where
    it is given, is called with the same instead, within the transaction that stores. `came(person_id, row_id, text, danger)` is called
    with words that this process handles itself, before anybody is woken. `patience`: seconds to wait for the record.
    """

    def __init__(
        self,
        record: Record,
        service: Service,
        now: Callable[[], datetime],
        danger: Callable[[str], bool],
        woken: Callable[[str, bool], None],
        patience: float = PATIENCE,
        defer: Defer | None = None,
        came: Callable[[str, str, str, bool], None] = lambda *_: None,
    ) -> None:
        self._record = record
        self._service = service
        self._now = now
        self._danger = danger
        self._woken = woken
        self._patience = patience
        self._defer = defer
        self._came = came
        self._from_memory = FromMemory(service)
        self._unstored, self._away = Unstored(), False
        self.crowd: Crowd | None = None
        """Where new people wait while very many come at once."""

    def use(self, service: Service) -> None:
        """Go on with another edition of words and policy."""
        self._service = self._from_memory.service = service

    def answer_through(self, channel: str, reply: Reply) -> None:
        """How to reach an address of this channel when nothing can be stored."""
        self._from_memory.answer_through(channel, reply)

    async def take(self, incoming: Incoming) -> None:
        """Store one event. Raises `NotStored` when that was not possible; the person is then given the emergency text."""
        now = self._now()
        if self._unstored.would_be_overtaken_by(incoming):
            await self._from_memory.answer(incoming)
            raise NotStored
        try:
            async with asyncio.timeout(WHILE_AWAY if self._away else self._patience):
                stored = await self._keep(self._storing(incoming, now))
        except Exception as error:
            log.error("an event could not be stored: %s", error if isinstance(error, RecordUnavailable) else type(error).__name__)
            self._away = isinstance(error, TimeoutError) or is_away(error)
            if self._away:
                self._unstored.missed(incoming)
            await self._from_memory.answer(incoming)
            raise NotStored from error
        self._away = False
        self._unstored.stored(incoming)
        if stored and self._defer is None and not await self._put_off(stored, incoming, now):
            words = incoming.kind in WORDS
            danger = words and not stored.live and may_not_wait(self._danger, incoming.text)
            if words and stored.row_id:
                self._came(stored.person_id, stored.row_id, incoming.text, danger)
            self._woken(stored.person_id, danger or stored.live or not words)

    async def _put_off(self, stored: Came, incoming: Incoming, now: datetime) -> bool:
        """Whether they wait in the line of new people. Where help is and that their turn comes, they are told at once."""
        if self.crowd is None or not stored.among_many or stored.live or not self.crowd.puts_off(stored.person_id, incoming.text):
            return False
        if self.crowd.is_to_be_told(stored.person_id):
            # It is stored already; an edition from before has no such words.
            with suppress(RecordUnavailable, KeyError):
                await self._record.awrite(lambda tx: self._tell_of_the_line(tx, stored.person_id, now))
        return True

    def _tell_of_the_line(self, tx: Tx, person_id: str, now: datetime) -> None:
        for text in self._service.library.message("conversation.crowd").say:
            messages.say(tx, people.person(tx, person_id), text, now)

    def _storing(self, incoming: Incoming, now: datetime) -> Callable[[Tx], Stored]:
        """What stores it, and has it handled where others do that: they have to know at once whether it may wait."""
        if (defer := self._defer) is None:
            return lambda tx: self._store(tx, incoming, now)
        urgent = incoming.kind not in WORDS or may_not_wait(self._danger, incoming.text)

        def store(tx: Tx) -> Stored:
            stored = self._store(tx, incoming, now)
            if stored:
                defer(tx, stored.person_id, stored.live or urgent)
            return stored

        return store

    async def _keep(self, store: Callable[[Tx], Stored]) -> Stored:
        """Two first messages of somebody may both be about to note that they are new: the second is begun again, and finds them there."""
        try:
            return await self._record.afirst(store)
        except RecordUnavailable as error:
            if not isinstance(error, Collided) and not isinstance(error.__cause__, IntegrityError):
                raise
            return await self._record.afirst(store)

    def _store(self, tx: Tx, incoming: Incoming, now: datetime) -> Stored:
        staff = self._staff(tx, incoming)
        if staff is not None:
            self._staff_did(tx, staff, incoming, now)
            return None
        if incoming.kind == "text" and self._moves_here(tx, incoming, now):
            # Their code is in no chat: what is stored is that they are here.
            incoming = replace(incoming, kind="started", text="", message_ref=None)
        someone, address = people.find_or_create(tx, incoming.channel, incoming.address, now)
        body: dict[str, object] = {"text": incoming.text, "media": incoming.media, "id": incoming.message_ref}
        if incoming.written is not None:
            body[WRITTEN] = incoming.written
        row_id = messages.store(tx, address, someone, incoming.external_id, incoming.kind, body, incoming.message_ref, now)
        case = cases.open_case(tx, someone.id) if incoming.kind in WORDS else None
        many = self.crowd is not None and crowd.comes_with_many(tx, self._service, someone, now, self.crowd.a_minute)
        return Came(someone.id, case is not None and case.stage in TALKING, many, row_id)

    def _moves_here(self, tx: Tx, incoming: Incoming, now: datetime) -> bool:
        code = normalise_code(incoming.text) if len(incoming.text) <= LONGEST else None
        return code is not None and moving.arrive(tx, self._service, incoming.channel, incoming.address, code, now)

    def _staff(self, tx: Tx, incoming: Incoming) -> Staff | None:
        if incoming.channel != STAFF_WRITE_BY:
            return None
        return tx.session.scalar(_STAFF, {"pseudonym": tx.vault.pseudonym(incoming.channel, incoming.address)})

    def _staff_did(self, tx: Tx, staff: Staff, incoming: Incoming, now: datetime) -> None:
        seen = select(StaffUpdate.id).where(StaffUpdate.channel == incoming.channel, StaffUpdate.external_id == incoming.external_id)
        if tx.session.scalar(seen):
            return
        row = StaffUpdate(
            id=new_id(),
            staff_id=staff.id,
            channel=incoming.channel,
            external_id=incoming.external_id,
            kind=incoming.kind,
            received_at=now,
        )
        tx.session.add(row)
        taps.act(tx, self._service, staff, incoming.kind, incoming.text, now, incoming.reply_to)
