"""People who write and read while what is over is destroyed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Event, Lock

from bot.rehearsal.house import House
from escalation.record import messages, people
from escalation.record.retention import running
from escalation.record.store import RecordUnavailable, Tx

TICKS_IN_A_LIFE = 60
"""How often the clock moves on before a message is over."""
WRITES_A_TICK = 3


@dataclass
class Traffic:
    """People who write so many messages, and for as long as `more` says, and what of it has to be readable. The clock moves on with
    what they write."""

    house: House
    messages: int
    people: int = 12
    more: Callable[[], bool] = lambda: False
    wrote: dict[str, list[tuple[str, datetime]]] = field(default_factory=lambda: defaultdict(list))
    looks: int = 0
    gone_too_soon: list[str] = field(default_factory=list)
    there_too_long: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.life = self.house.service.retention.chat.length
        self.numbers = count()

    def writes(self) -> None:
        for number in self.numbers:
            if self.over.is_set() or (number >= self.messages and not self.more()):
                return self.over.set()
            if number % WRITES_A_TICK == 0:
                with self.lock:
                    self.house.clock.at += self.life / TICKS_IN_A_LIFE
            self._write(number, f"young-{random.Random(number).randrange(self.people)}")
        return None

    def _write(self, number: int, address: str) -> None:
        text, at = f"line {number}", self.house.clock()

        def store(tx: Tx) -> None:
            someone, row = people.find_or_create(tx, "telegram", address, at)
            messages.store(tx, row, someone, f"event-{number}", "text", {"text": text}, None, at)

        self._again_where_refused(store)
        with self.lock:
            self.wrote[address].append((text, at))

    def _again_where_refused(self, store: Callable[[Tx], None]) -> None:
        """As apps and the page do it: on PostgreSQL the first two messages of somebody new may refuse each other."""
        try:
            self.house.record.write(store)
        except RecordUnavailable:
            self.house.record.write(store)

    def reads(self) -> None:
        """Look at one person after the other, again and again."""
        for number in count():
            if self.over.is_set():
                return
            self._look(f"young-{number % self.people}")

    def _look(self, address: str) -> None:
        with self.lock:
            known, before = list(self.wrote[address]), self.house.clock()
        seen = self.house.record.read(lambda tx: texts(tx, address))
        after = self.house.clock()
        self.looks += 1
        self.gone_too_soon += [text for text, at in known if at > after - self.life and text not in seen]
        self.there_too_long += [text for text, at in known if at <= before - self.life and text in seen]

    def destroys(self) -> None:
        """What is over goes, again and again."""
        while not self.over.is_set():
            running.run(self.house.record, self.house.service.retention, self.house.clock())


def texts(tx: Tx, address: str) -> set[str]:
    found = people.find(tx, "telegram", address)
    return {line.text for line in messages.transcript(tx, found[0], limit=5000)} if found else set()
