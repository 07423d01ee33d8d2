"""Sending what was committed: outbox rows, in order for each person, until they are sent or can never be.

A row is marked as being sent right before it goes out. After a crash such a row goes out again, unless its app says that it has it: a
young person would rather read a line twice than never. So that few do, few are on their way at once, between an app and our note that it
took them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial

from bot import unsent
from bot.channels import Asking, Channel, Fate, NotApproved, OnlyApproved, Paced, TryLater, Undeliverable
from bot.channels.pacing import Few
from bot.fates import Fates
from bot.leasing import Alone, Lease
from bot.letters import Letter, Letters, Next
from escalation.context import Service
from escalation.record.store import Record, RecordUnavailable, Tx

log = logging.getLogger(__name__)

STOP_WITHIN = 3.0
"""Seconds that bubbles on their way have when the program stops."""

ON_THEIR_WAY, SLOW = 1, 0.04
"""So many bubbles are with a paced app and not noted at once; one whose app takes longer than so many seconds doesn't count, so that as many
go as the app takes, however long it takes for each."""

IN_LINE = 12
"""So many recipients of ordinary bubbles wait for the app's turn at a time, half a second's: the rest stay in the record, where what is
urgent is found first."""

ASKED_AFTER, ASKED_WITHIN, AT_A_TIME = 0.3, 3.0, 3
"""Seconds until an app is asked for what was cut off, so that what came in meanwhile is known first, those for all questions together, and
how many are asked side by side."""
LOOKED_FOR_EVERY = 4.0
"""Seconds between two looks for rows that are marked as being sent, and are not."""
PAUSE = 1.0
"""Seconds between tries while the record is away."""
REPORTED_AGAIN_AFTER = (0.5, 1.0, 3.0)
"""Seconds between tries to note a report where another process sends."""


class Sender:
    """Sends the rows of one channel. Recipients side by side, each recipient's rows in order."""

    def __init__(self, record: Record, channel: Channel, service: Service, now: Callable[[], datetime], lease: Lease | None = None) -> None:
        """`lease`: the right to send through this channel, where other processes might."""
        self._record = record
        self._channel = channel
        self._asking = channel if isinstance(channel, Asking) else None
        self._questions, self._ask_until = asyncio.Semaphore(AT_A_TIME), 0.0
        self._now = now
        self._lease = lease or Alone()
        self._term, self._look_at = 0, 0.0
        self._idle: set[str] = set()
        self._on_their_way = Few(ON_THEIR_WAY, SLOW)
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._letters, self._fates = Letters(channel, service, now), Fates(channel.name, service, now)
        self._in_line: set[str] = set()
        self._passed_over = False
        self._reports: set[asyncio.Task[None]] = set()

    def use(self, service: Service) -> None:
        """Go on with another edition of words and policy."""
        self._letters.service = self._fates.service = service

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
        """Rows that are marked as being sent, and that nobody here has, go out again: at once where another may have had them, once the app
        has not got them; else at the second look, since one may just be on its way to or from a lane."""
        marked = await self._record.aread(lambda tx: unsent.being_sent(tx, self._channel.name))
        idle = {id for id, recipient in marked.items() if recipient not in self._busy}
        left = idle if anew else idle & self._idle
        if anew and self._asking is not None:
            self._asking.learn(await self._record.aread(lambda tx: unsent.known_ids(tx, self._channel.name)))
            self._ask_until = asyncio.get_running_loop().time() + ASKED_WITHIN
            for recipient in dict.fromkeys(whose for id, whose in marked.items() if id in left):
                self._busy[recipient] = asyncio.create_task(self._send_all(recipient, cut_off=True), name="sender")
        elif left:
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

    async def _send_all(self, recipient: str, *, cut_off: bool = False) -> None:
        try:
            if cut_off:
                await self._ask_first(recipient)
            waits = await self._record.aread(lambda tx: self._letters.next(tx, recipient))
            while waits:
                waits = await self._send(waits)
        except RecordUnavailable as error:
            log.warning("sending has to wait: %s", error)
            await asyncio.sleep(PAUSE)
            # A database that goes away during a commit doesn't say whether it took it: the row may be marked, and nobody has it.
            await self._until_stored(lambda tx: self._take_back(tx, recipient))
            self._passed_over = True
        finally:
            self._busy.pop(recipient, None)
            self._makes_room(recipient)

    async def _ask_first(self, recipient: str) -> None:
        """What was on its way to them may have arrived: then it is noted, else it goes out again."""
        arrived = None
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._ask_until), self._questions:
                await asyncio.sleep(max(0.0, self._ask_until - ASKED_WITHIN + ASKED_AFTER - asyncio.get_running_loop().time()))
                arrived = await self._arrived(recipient)
        if arrived is not None:
            await self._until_stored(arrived)
        else:
            await self._until_stored(lambda tx: self._take_back(tx, recipient))

    async def _arrived(self, recipient: str) -> Callable[[Tx], None] | None:
        """Notes that what was on its way to them is there, where the app says so."""
        found = await self._record.aread(lambda tx: self._letters.cut_off(tx, recipient))
        if found is None or self._asking is None:
            return None
        letter, after = found
        try:
            id = await self._asking.taken(letter.address, letter.outgoing, after)
        except Exception as error:
            log.error("an app could not be asked for a message: %s", type(error).__name__)
            return None
        return partial(self._fates.sent, row_id=letter.row_id, external_id=id) if id else None

    def _makes_room(self, recipient: str) -> None:
        self._in_line.discard(recipient)
        if self._passed_over:
            self._wake.set()

    async def _send(self, waits: Next) -> Next | None:
        """Deliver it in its turn, and note in one transaction what became of it and which is next."""
        if waits.address is None or not isinstance(self._channel, Paced):
            self._makes_room(waits.recipient)
            return await self._deliver(waits.recipient)
        try:
            await self._channel.turn(waits.address, urgent=waits.urgent)
            self._makes_room(waits.recipient)
        except TryLater as later:
            return await self._noted(waits.recipient, partial(self._fates.put_off, row_id=waits.row_id, seconds=later.seconds))
        async with self._on_their_way.one(urgent=waits.urgent) as answered:
            return await self._deliver(waits.recipient, answered)

    async def _deliver(self, recipient: str, answered: Callable[[], None] = lambda: None) -> Next | None:
        """Mark it as being sent, deliver it, tell when the app has answered, and note that."""
        letter = await self._record.afirst(lambda tx: self._begin(tx, recipient), before_all=True)
        if letter is None:
            return None
        if not self._lease.term:
            # This process stood still on the way here, and perhaps another sends now.
            await self._until_stored(lambda tx: self._take_back(tx, recipient))
            return None
        try:
            external_id = await self._channel.deliver(letter.address, letter.outgoing)
            note = partial(self._fates.sent, row_id=letter.row_id, external_id=external_id)
        except (Undeliverable, TryLater, OnlyApproved, NotApproved) as fate:
            note = partial(self._fates.not_taken, row_id=letter.row_id, fate=fate)
        except Exception as error:
            log.error("a message could not be sent: %s", type(error).__name__)
            note = partial(self._fates.again, row_id=letter.row_id, seconds=0)
        answered()
        return await self._noted(recipient, note)

    def _begin(self, tx: Tx, recipient: str) -> Letter | None:
        return self._letters.begin(tx, recipient) if self._lease.held(tx) else None

    async def _noted(self, recipient: str, note: Callable[[Tx], None]) -> Next | None:
        try:
            return await self._record.afirst(lambda tx: self._go_on(tx, recipient, note), before_all=True)
        except Exception:
            # Neither a record that is away, nor a mistake of ours with the next one, may send this one again.
            await self._until_stored(note)
            raise

    def _go_on(self, tx: Tx, recipient: str, note: Callable[[Tx], None]) -> Next | None:
        note(tx)
        tx.session.flush()
        return self._letters.next(tx, recipient)

    async def report(self, fates: Mapping[str, Fate | None]) -> None:
        """What the app says only now of bubbles which it took, by the app's id; `None` where one arrived. Raises `RecordUnavailable`."""
        # It may be quicker than we are in noting that it took them.
        self._fates.remember(fates)
        await self._report(fates)
        if not self._lease.term and (rest := self._fates.unknown(fates)):
            task = asyncio.create_task(self._report_again(rest), name="report")
            self._reports.add(task)
            task.add_done_callback(self._reports.discard)

    async def _report_again(self, fates: Mapping[str, Fate | None]) -> None:
        """Another process sends, and may not have noted yet that the app took them."""
        for pause in REPORTED_AGAIN_AFTER:
            await asyncio.sleep(pause)
            with suppress(RecordUnavailable):
                await self._report(self._fates.unknown(fates))
        self._fates.forget(fates)

    async def _report(self, fates: Mapping[str, Fate | None]) -> None:
        self._fates.forget(await self._record.awrite(lambda tx: self._fates.reported(tx, fates)))

    async def _until_stored(self, work: Callable[[Tx], None]) -> None:
        """What became of a row is known only here: it is noted as soon as the record takes it."""
        while True:
            try:
                return await self._record.afirst(work)
            except RecordUnavailable as error:
                log.warning("what was sent cannot be noted yet: %s", error)
                await asyncio.sleep(PAUSE)
