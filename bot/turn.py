"""One message, one straight line:

store what came in → look for risk → ask the intent model → decide → commit state, case and outgoing messages together → send

Storing is `intake`, sending is `sending`; this is what lies between. No transaction is open while the model is asked.
The decision is made inside the last transaction, on the state as it is then, so that the bot never talks over an adult
who picked up the conversation a moment ago.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import Protocol, TypeVar

from bot import conversations
from bot.claim import Claim, as_written, opened, renewed, still_ours
from bot.dialogue.scene import Heard
from bot.dialogue.state import Conversation
from bot.early_readings import Asked, EarlyReadings, Look
from bot.hearing import Whole, by_phrases, go_on, hear, understood_with
from bot.intake import WORDS
from bot.lanes import place_of
from bot.turn_end import carry_through, mark_handled
from escalation import being_written, cases
from escalation.context import Service
from escalation.record import earlier_words, messages, people
from escalation.record.ids import new_id
from escalation.record.store import Collided, Record, RecordUnavailable, Refused, Tx, is_away
from escalation.record.tables import Person
from escalation.words import message
from nlu.noticing import MESSAGES_TOGETHER, Noticing, whole_of
from nlu.understanding import Level, Reading

T = TypeVar("T")

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=5)
"""How long a claim holds, unless it is renewed. A process that dies is taken over from after this."""
RENEWED_EVERY = 1.5
"""Seconds after which a turn that is not done yet renews its claim."""

A_MOMENT = 0.4
"""Seconds after which somebody sees that an answer is being written; most answers are there before."""

MOST_SILENCES = 2
"""After so many messages without an answer of the model, the rest of a turn goes by the phrases alone, to be in time."""


class Begun(Enum):
    """What became of a turn that was begun and needs no more."""

    IN_VAIN = auto()
    BY_OTHERS = auto()
    AND_DONE = auto()


class Reader(Protocol):
    """What asks the intent model; `None` means that it does not answer."""

    async def read(self, text: str) -> Reading | None: ...


class Handler:
    """Handles what people sent. `handle` may be called by anyone, any number of times: it does what is left to do."""

    def __init__(
        self,
        record: Record,
        service: Service,
        noticing: Noticing,
        reader: Reader,
        now: Callable[[], datetime],
        patience: float = 2.0,
    ) -> None:
        """`patience`: seconds to wait for one answer of the intent model, however slowly it drips in."""
        self._record = record
        self._service = service
        self._noticing = noticing
        self._reader = reader
        self._now = now
        self._patience = patience
        self._early = EarlyReadings(self._read)
        self._look: Look | None = None
        """The last look at words that are being taken in."""
        self.turns: Counter[str] = Counter()
        """How many turns were `handled`, and how many `fell_back` on the emergency text, since the start."""
        self._warned: set[str] = set()

    def use(self, service: Service, noticing: Noticing) -> None:
        """Go on with another edition of words, policy and phrases, from the next turn on."""
        self._service, self._noticing = service, noticing

    def danger(self, text: str) -> bool:
        """Whether words may mean that a life is at risk now, by the phrases alone."""
        self._look = Look(self._noticing, text, self._noticing.check(text))
        return self._look.risk.level is Level.IMMEDIATE

    def grave(self, text: str) -> bool:
        """Whether words are a worry or graver, by the phrases alone."""
        return self._noticing.check(text).level >= Level.WORRY

    def came(self, person_id: str, row_id: str, text: str, grave: bool) -> None:
        """Words were stored: the model is asked about them while the burst they may belong to goes on."""
        look, self._look = self._look, None
        if text.strip():
            # The very same object, and not only an equal text: that would be somebody else's "hi".
            self._early.ask(person_id, row_id, text, grave, look if look and look.text is text else None)

    async def handle(self, person_id: str) -> bool:
        """Handle everything that this person sent and nobody handled yet, in order. What comes in meanwhile wakes it again.

        Returns whether somebody has to look again, since another process has it in hand or took over from this one.
        """
        asked = await self._early.of(person_id, A_MOMENT)
        begun = await self._begin(person_id, asked)
        if isinstance(begun, Claim):
            return await self._finish(person_id, begun, asked)
        self.turns["handled"] += begun is Begun.AND_DONE
        return begun is Begun.BY_OTHERS

    async def _begin(self, person_id: str, asked: Asked) -> Claim | Begun:
        """Do all of it in one transaction, where nothing is left to ask the model; else claim it."""
        answers = asked.there()
        claim = partial(self._claim, person_id=person_id, looks=asked.looks)
        first = asked.grave or any(map(_is_grave, answers.values()))
        write = self._record.afirst if first else self._record.awrite
        try:
            return await _twice(write, partial(claim, answers=answers))
        except Exception as error:
            if is_away(error):
                raise
            # The longer way tells what is wrong, and ends with the emergency text.
            return await self._record.afirst(partial(claim, answers=None))

    async def _finish(self, person_id: str, claim: Claim, asked: Asked) -> bool:
        """Ask the model, and do the rest in a second transaction. Whether somebody has to look again."""
        renewing = asyncio.create_task(self._renew(person_id, claim.token), name="claim")
        try:
            heard = await self._understand_in_sight(person_id, claim, asked)
        except Exception as error:
            return not await self._instead(person_id, claim, by_phrases(self._noticing, claim.rows, claim.bodies, claim.age_band), error)
        finally:
            renewing.cancel()
        try:
            grave = max(one.understood.risk.level for one in heard) >= Level.URGENT
            write = self._record.afirst if grave else self._record.awrite
            done = await _twice(write, partial(self._commit, person_id=person_id, claim=claim, heard=heard))
            self.turns["handled"] += done
        except Exception as error:
            if is_away(error):
                raise
            done = await self._instead(person_id, claim, heard, error)
        return not done

    async def _instead(self, person_id: str, claim: Claim, heard: tuple[Heard, ...], error: Exception) -> bool:
        """The emergency text, where a mistake of ours keeps them from being answered. Whether it was still ours to do."""
        log.error("a turn failed, the emergency text goes out instead: %s at %s", type(error.__cause__ or error).__name__, place_of(error))
        try:
            done = await self._record.afirst(partial(self._fall_back, person_id=person_id, claim=claim, heard=heard))
        except Exception as again:
            if not is_away(again) and claim.rows[-1].id not in self._warned:
                # The alert failed as well. It is tried again until it goes out; they read the text now, and once.
                self._warned.add(claim.rows[-1].id)
                await self._record.afirst(lambda tx: self._say_emergency(tx, people.person(tx, person_id), self._now()))
            raise
        self.turns["fell_back"] += done
        return done

    async def _renew(self, person_id: str, token: str) -> None:
        """Keep the claim while its messages are understood, however slow that is."""
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            with suppress(RecordUnavailable):
                if not await self._record.afirst(lambda tx: renewed(tx, person_id, token, self._now() + LEASE)):
                    return

    def _claim(self, tx: Tx, person_id: str, looks: Mapping[str, Look], answers: Mapping[str, Reading | None] | None) -> Claim | Begun:
        """What is to be handled: done at once where `answers` of the model, by the ids of rows, are all that it takes, and else claimed."""
        now = self._now()
        someone = people.person(tx, person_id)
        came = messages.unhandled(tx, person_id, locked=True)
        if not came:
            return Begun.IN_VAIN
        if someone.claimed_until and someone.claimed_until > now:
            return Begun.BY_OTHERS
        rows, bodies = as_written([(row, opened(tx, someone, row)) for row in came])
        words = any(row.kind in WORDS for row in rows)
        state = conversations.load(tx, someone)
        earlier = state.earlier_signs(now) if words else ()
        if answers is not None:
            heard = understood_with(hear(self._noticing, rows, bodies, earlier, someone.age_band, looks), answers)
            if heard is not None:
                carry_through(tx, self._service, someone, rows, heard, state, now)
                return Begun.AND_DONE
        said: list[str] = []
        bot_answers = False
        if words:
            edited = {row.message_ref for row in rows if row.message_ref}
            said = earlier_words.latest(tx, someone, MESSAGES_TOGETHER, edited)
            bot_answers = being_written.with_adult(tx, person_id) is None
        someone.claim, someone.claimed_until = new_id(), now + LEASE
        return Claim(someone.claim, rows, bodies, earlier, tuple(said), someone.age_band, bot_answers)

    async def _understand_in_sight(self, person_id: str, claim: Claim, asked: Asked) -> tuple[Heard, ...]:
        """Where it takes a moment, they see that an answer is being written; not where an adult answers them."""
        loop = asyncio.get_running_loop()
        show = partial(self._record.tell, being_written.topic(person_id))
        sign = loop.call_later(0 if asked.pending else A_MOMENT, show) if claim.bot_answers else None
        try:
            return await self._understand(claim, asked)
        finally:
            if sign is not None:
                sign.cancel()

    async def _understand(self, claim: Claim, asked: Asked) -> tuple[Heard, ...]:
        """Whatever the model has to be asked about, one after the other."""
        hearing, silences = hear(self._noticing, claim.rows, claim.bodies, claim.earlier, claim.age_band, asked.looks), 0
        question = go_on(hearing)
        while not isinstance(question, tuple):
            if isinstance(question, Whole):
                joined = whole_of([*claim.said, *question.before], question.text)
                answer = await self._read(joined) if joined else None
            else:
                early = asked.answers.get(question.row_id)
                if early is not None:
                    answer = await early
                else:
                    answer = await self._read(question.text) if silences < MOST_SILENCES else None
                silences += answer is None
            question = go_on(hearing, answer)
        return question

    async def _read(self, text: str) -> Reading | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                return await self._reader.read(text)
        return None

    def _commit(self, tx: Tx, person_id: str, claim: Claim, heard: tuple[Heard, ...]) -> bool:
        """Whether it was still ours to do."""
        someone = people.person(tx, person_id)
        rows = still_ours(tx, someone, claim)
        if rows:
            carry_through(tx, self._service, someone, rows, heard, conversations.load(tx, someone), self._now())
        return bool(rows)

    def _fall_back(self, tx: Tx, person_id: str, claim: Claim, heard: tuple[Heard, ...]) -> bool:
        """A mistake of ours must not leave anyone without an answer: the emergency text, and the alert if a life is at risk."""
        now, service = self._now(), self._service
        someone = people.person(tx, person_id)
        rows = still_ours(tx, someone, claim)
        if not rows:
            return False
        mark_handled(tx, someone, rows, heard, now)
        worst = max(heard, key=lambda one: one.understood.risk.level)
        risk = worst.understood.risk
        if risk.level is Level.IMMEDIATE:
            cases.latest_case(tx, someone.id, locked=True)
            noticed = cases.Noticed(risk.level, risk.categories, risk.subject, risk.flags, worst.id)
            cases.raise_immediate(tx, service, someone, noticed, now)
        if heard[-1].id not in self._warned:
            self._say_emergency(tx, someone, now)
        people.save_conversation(tx, someone, Conversation(told_limits=True, private_matter=True).model_dump_json(), 0, now)
        someone.claim = someone.claimed_until = None
        return True

    def _say_emergency(self, tx: Tx, someone: Person, now: datetime) -> None:
        library = self._service.speaking(someone.language, now).library
        for text in message(library, "conversation.outage", someone.age_band, someone.easy_read):
            messages.say(tx, someone, text, now, urgent=True)


async def _twice(write: Callable[[Callable[[Tx], T]], Awaitable[T]], work: Callable[[Tx], T]) -> T:
    """What others stored at the same moment is there at the second try."""
    try:
        return await write(work)
    except (Collided, Refused):
        return await write(work)


def _is_grave(reading: Reading | None) -> bool:
    """Whether the model takes words for urgent rather than not."""
    return reading is not None and reading.scores is not None and reading.scores.at_least.get(Level.URGENT.id, 0.0) >= 0.5
