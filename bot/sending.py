"""Sending what was committed: outbox rows, in order for each person, until they are sent or can never be.

A row is marked as being sent before it goes out. After a crash such a row goes out again: a young person would rather read a
line twice than never. So that few do, few are on their way at once, between an app and our note that it took them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from bot import unsent
from bot.channels import Channel, Fate, NotApproved, OnlyApproved, Outgoing, Paced, TryLater, Undeliverable
from bot.channels.pacing import Few
from bot.leasing import Alone, Lease
from content.editorial.interface import ENGLISH
from escalation import approved_words, discreet, undelivered
from escalation.context import Service
from escalation.ending import check_ins
from escalation.record import messages, people
from escalation.record.envelope import SealBroken
from escalation.record.messages import CONTACT
from escalation.record.store import Record, RecordUnavailable, Tx
from escalation.record.tables import Address, OutboxRow, Staff

log = logging.getLogger(__name__)

STOP_WITHIN = 3.0
"""Seconds that bubbles on their way have when the program stops."""

STILL_FITS: dict[str, Callable[[Tx, Service, OutboxRow, datetime], bool]] = {
    check_ins.TACT: check_ins.may_still_go,
    **dict.fromkeys((discreet.TALK, discreet.UNASKED, discreet.KNOCK), discreet.may_still_go),
}
"""What is looked at once more before a bubble goes out, however long it was put off: by what the row carries (S75, S77)."""

ON_THEIR_WAY, SLOW = 1, 0.04
"""So many bubbles are with a paced app and not noted at once; one whose app takes longer than so many seconds doesn't count, so that as many
go as the app takes, however long it takes for each."""

IN_LINE = 12
"""So many recipients of ordinary bubbles wait for the app's turn at a time, half a second's: the rest stay in the record, where what is
urgent is found first."""

LOOKED_FOR_EVERY = 4.0
"""Seconds between two looks for rows that are marked as being sent, and are not."""
PAUSE = 1.0
"""Seconds between tries while the record is away."""
MOST_EARLY = 1000
"""So many reports on bubbles that are not known to be sent are kept in mind; the app tells of some that were never stored, too."""
REPORTED_AGAIN_AFTER = (0.5, 1.0, 3.0)
"""Seconds between tries to note a report where another process sends."""
RETRY_AFTER = (1, 2, 5, 10, 30, 60)
"""Seconds between tries when the app is not reachable; the last one repeats for as long as it takes."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A row that is ready to go out."""

    row_id: str
    recipient: str
    address: str
    outgoing: Outgoing
    urgent: bool


class Sender:
    """Sends the rows of one channel. Recipients side by side, each recipient's rows in order."""

    def __init__(self, record: Record, channel: Channel, service: Service, now: Callable[[], datetime], lease: Lease | None = None) -> None:
        """`lease`: the right to send through this channel, where other processes might."""
        self._record = record
        self._channel = channel
        self._service = service
        self._now = now
        self._lease = lease or Alone()
        self._term, self._look_at = 0, 0.0
        self._idle: set[str] = set()
        self._on_their_way = Few(ON_THEIR_WAY, SLOW)
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._early: OrderedDict[str, Fate | None] = OrderedDict()
        self._in_line: set[str] = set()
        self._passed_over = False
        self._reports: set[asyncio.Task[None]] = set()

    def use(self, service: Service) -> None:
        """Go on with another edition of words and policy."""
        self._service = service

    async def run(self) -> None:
        """Send until cancelled."""
        loop = asyncio.get_running_loop()
        with self._record.signals.listening(f"outbox:{self._channel.name}", to=lambda _: loop.call_soon_threadsafe(self._wake.set)):
            self._wake.set()
            try:
                await self._forever()
            finally:
                await self._let_finish()

    async def _forever(self) -> None:
        while True:
            # Not `wait_for`: on Python 3.11 it swallows a cancellation that meets a wake, and the program never stops.
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._wake.wait()
            self._wake.clear()
            with suppress(RecordUnavailable):
                if await self._is_ours():
                    await self._round()

    async def _is_ours(self) -> bool:
        """Whether it is this process that sends. At first, and where another may have sent meanwhile, what was cut off is taken back."""
        term, now = self._lease.term, asyncio.get_running_loop().time()
        if term and (term != self._term or now >= self._look_at):
            await self._look_for_left_over(anew=term != self._term)
            self._term, self._look_at = term, now + LOOKED_FOR_EVERY
        return term != 0

    async def _look_for_left_over(self, *, anew: bool) -> None:
        """Rows that are marked as being sent, and that nobody here has, go out again: at once where another may have had them, else at
        the second look, since one may just be on its way to or from a lane."""
        marked = await self._record.aread(lambda tx: unsent.being_sent(tx, self._channel.name))
        idle = {id for id, recipient in marked.items() if recipient not in self._busy}
        left = idle if anew else idle & self._idle
        if left:
            await self._until_stored(lambda tx: unsent.put_back(tx, left) if self._lease.held(tx) else None)
        self._idle = idle - left

    def _take_back(self, tx: Tx, recipient: str) -> None:
        if self._lease.held(tx):
            unsent.take_back(tx, self._channel.name, recipient)

    async def _let_finish(self) -> None:
        """At the end, bubbles that are on their way get a moment to arrive; what does not is sent after the next start."""
        lanes = list(self._busy.values())
        if lanes:
            _, late = await asyncio.wait(lanes, timeout=STOP_WITHIN)
            for lane in late:
                lane.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _round(self) -> None:
        """Start one lane for each recipient who has something waiting and no lane yet, as far as there is room."""
        self._passed_over = False
        for recipient, pressing in (await self._record.aread(self._recipients)).items():
            if recipient in self._busy or not (pressing or len(self._in_line) < IN_LINE):
                self._passed_over = True
            else:
                self._in_line.add(recipient)
                self._busy[recipient] = asyncio.create_task(self._send_all(recipient), name="sender")

    def _recipients(self, tx: Tx) -> dict[str, bool]:
        return unsent.recipients(tx, self._channel.name, self._now())

    async def _send_all(self, recipient: str) -> None:
        try:
            letter = await self._record.afirst(lambda tx: self._next(tx, recipient))
            while letter:
                letter = await self._send(letter)
        except RecordUnavailable as error:
            log.warning("sending has to wait: %s", error)
            await asyncio.sleep(PAUSE)
            # A database that goes away during a commit doesn't say whether it took it: the row may be marked, and nobody has it.
            await self._until_stored(lambda tx: self._take_back(tx, recipient))
            self._passed_over = True
        finally:
            self._busy.pop(recipient, None)
            self._makes_room(recipient)

    def _makes_room(self, recipient: str) -> None:
        self._in_line.discard(recipient)
        if self._passed_over:
            self._wake.set()

    def _next(self, tx: Tx, recipient: str) -> Letter | None:
        """The recipient's oldest row, marked as being sent; `None` when it is not due, there is none, or another process sends now."""
        if not self._lease.held(tx):
            return None
        row, place, someone, pressing = unsent.oldest(tx, self._channel.name, recipient) or (None, None, None, False)
        if row is None or row.state == "sending" or (row.not_before and row.not_before > self._now()):
            return None
        if row.tact and not STILL_FITS[row.tact](tx, self._service, row, self._now()):
            tx.session.flush()
            return self._next(tx, recipient)
        approved = None
        if not approved_words.is_free(tx, self._service, row, self._now()):
            approved = approved_words.instead(tx, self._service, row, self._now())
            if approved is None:
                tx.session.flush()
                return self._next(tx, recipient)
        try:
            address, (text, buttons) = self._address(tx, row, place), messages.outgoing(tx, row)
        except SealBroken:
            address, text, buttons = None, "", ()
        if address is None:
            row.state, row.problem = "failed", "no_address"
            tx.session.flush()
            return self._next(tx, recipient)
        row.state, row.attempts = "sending", row.attempts + 1
        language = someone.language if someone else ENGLISH
        outgoing = Outgoing(text, buttons, protected=row.staff_id is not None, approved=approved, language=language)
        return Letter(row.id, recipient, address, outgoing, pressing)

    def _address(self, tx: Tx, row: OutboxRow, place: Address | None) -> str | None:
        if row.address_id:
            # They may have begun afresh since it was written to them: then it is somebody else's place.
            return people.open_address(tx, place.id) if place and place.person_id == row.person_id else None
        if row.staff_id is None:
            return CONTACT
        staff = tx.session.get_one(Staff, row.staff_id)
        if self._channel.name == "apprise":
            return staff.id
        return tx.vault.open_own("staff.telegram", staff.id, staff.telegram_sealed) if staff.telegram_sealed else None

    async def _send(self, letter: Letter) -> Letter | None:
        """Deliver it in its turn, and note in one transaction what became of it and which is next."""
        if not isinstance(self._channel, Paced):
            self._makes_room(letter.recipient)
            return await self._deliver(letter)
        try:
            await self._channel.turn(letter.address, urgent=letter.urgent)
            self._makes_room(letter.recipient)
        except TryLater as later:
            return await self._noted(letter, partial(self._not_taken, row_id=letter.row_id, fate=later))
        async with self._on_their_way.one(urgent=letter.urgent) as answered:
            return await self._deliver(letter, answered)

    async def _deliver(self, letter: Letter, answered: Callable[[], None] = lambda: None) -> Letter | None:
        """Deliver it, tell when the app has answered, and note that."""
        if not self._lease.term:
            # This process stood still on the way here, and perhaps another sends now.
            await self._until_stored(lambda tx: self._take_back(tx, letter.recipient))
            return None
        try:
            external_id = await self._channel.deliver(letter.address, letter.outgoing)
            note = partial(self._sent, row_id=letter.row_id, external_id=external_id)
        except (Undeliverable, TryLater, OnlyApproved, NotApproved) as fate:
            note = partial(self._not_taken, row_id=letter.row_id, fate=fate)
        except Exception as error:
            log.error("a message could not be sent: %s", type(error).__name__)
            note = partial(self._again, row_id=letter.row_id, seconds=0)
        answered()
        return await self._noted(letter, note)

    async def _noted(self, letter: Letter, note: Callable[[Tx], None]) -> Letter | None:
        try:
            return await self._record.afirst(lambda tx: self._go_on(tx, letter, note), before_all=True)
        except Exception:
            # Neither a record that is away, nor a mistake of ours with the next one, may send this one again.
            await self._until_stored(note)
            raise

    def _go_on(self, tx: Tx, letter: Letter, note: Callable[[Tx], None]) -> Letter | None:
        note(tx)
        tx.session.flush()
        return self._next(tx, letter.recipient)

    async def report(self, fates: Mapping[str, Fate | None]) -> None:
        """What the app says only now of bubbles which it took, by the app's id; `None` where one arrived. Raises `RecordUnavailable`."""
        # It may be quicker than we are in noting that it took them.
        self._early.update(fates)
        while len(self._early) > MOST_EARLY:
            self._early.popitem(last=False)
        await self._report(fates)
        if not self._lease.term and (rest := {id: fate for id, fate in fates.items() if id in self._early}):
            task = asyncio.create_task(self._report_again(rest), name="report")
            self._reports.add(task)
            task.add_done_callback(self._reports.discard)

    async def _report_again(self, fates: Mapping[str, Fate | None]) -> None:
        """Another process sends, and may not have noted yet that the app took them."""
        for pause in REPORTED_AGAIN_AFTER:
            await asyncio.sleep(pause)
            with suppress(RecordUnavailable):
                await self._report({id: fate for id, fate in fates.items() if id in self._early})
        for id in fates:
            self._early.pop(id, None)

    async def _report(self, fates: Mapping[str, Fate | None]) -> None:
        for id in await self._record.awrite(lambda tx: self._reported(tx, fates)):
            self._early.pop(id, None)

    def _reported(self, tx: Tx, fates: Mapping[str, Fate | None]) -> list[str]:
        """Note it of those that are known as sent, and return their ids."""
        sent = select(OutboxRow).where(OutboxRow.channel == self._channel.name, OutboxRow.state == "sent")
        rows = {row.external_id or "": row for row in tx.session.scalars(sent.where(OutboxRow.external_id.in_(fates)))}
        for id, row in rows.items():
            self._known_now(tx, row, fates[id])
        return list(rows)

    def _known_now(self, tx: Tx, row: OutboxRow, fate: Fate | None) -> None:
        if fate is not None:
            self._not_taken(tx, row.id, fate)
        elif row.arrived_at is None:
            row.arrived_at = self._now()
            _tell_pages(tx, row)

    def _not_taken(self, tx: Tx, row_id: str, fate: Fate) -> None:
        """What becomes of a row that the app did not take, for good or now."""
        if isinstance(fate, Undeliverable):
            self._failed(tx, row_id)
        elif isinstance(fate, TryLater):
            self._again(tx, row_id, fate.seconds)
        elif (row := unsent.by_id(tx, row_id)) is not None and isinstance(fate, OnlyApproved):
            approved_words.closed_early(tx, self._service, row, self._now())
        elif row is not None:
            approved_words.none_approved(tx, self._service, row, self._now())

    async def _until_stored(self, work: Callable[[Tx], None]) -> None:
        """What became of a row is known only here: it is noted as soon as the record takes it."""
        while True:
            try:
                return await self._record.afirst(work)
            except RecordUnavailable as error:
                log.warning("what was sent cannot be noted yet: %s", error)
                await asyncio.sleep(PAUSE)

    def _sent(self, tx: Tx, row_id: str, external_id: str) -> None:
        row = unsent.by_id(tx, row_id)
        if row is None or row.state == "sent":  # erased, or sent by another process while this one stood still
            return
        row.state, row.sent_at, row.external_id, row.problem = "sent", self._now(), external_id[:80], None
        _tell_pages(tx, row)
        if external_id in self._early:
            self._known_now(tx, row, self._early[external_id])

    def _failed(self, tx: Tx, row_id: str) -> None:
        """The app will never take it: note so on the row, and that the person cannot be reached there, unless they were there since."""
        if (row := unsent.by_id(tx, row_id)) is None:
            return
        row.state, row.problem = "failed", "undeliverable"
        someone = people.person(tx, row.person_id) if row.person_id else None
        if someone and not (row.sent_at and someone.last_seen_at and row.sent_at < someone.last_seen_at):
            someone.unreachable_at = self._now()
        undelivered.note(tx, row, self._now())
        _tell_pages(tx, row)

    def _again(self, tx: Tx, row_id: str, seconds: float) -> None:
        if (row := unsent.by_id(tx, row_id)) is None:
            return
        pause = max(seconds, RETRY_AFTER[min(row.attempts, len(RETRY_AFTER)) - 1])
        row.state, row.problem, row.not_before, row.sent_at = "pending", "try_later", self._now() + timedelta(seconds=pause), None


def _tell_pages(tx: Tx, row: OutboxRow) -> None:
    if row.case_id:
        tx.signal(f"case:{row.case_id}")
