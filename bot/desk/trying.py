"""Trying a draft as a chat: a throw-away rehearsal with the draft's text in place. Nobody is told, nothing is kept or counted."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bot.desk.editing.preview import Look
from bot.rehearsal.house import Clock, House, YoungPerson
from bot.turn import Handler, Reader
from content.editorial import library
from content.editorial.edition import Texts, laid_out
from content.editorial.library import Library
from content.editorial.opening import Opening
from content.editorial.reading import read_file
from escalation.case import Stage
from escalation.context import Service
from escalation.ending.ending_policy import EndingPolicy
from escalation.policy import Policy
from escalation.record import messages
from escalation.record.store import Record, Tx, make_engine
from escalation.record.tables import OutboxRow, Table
from escalation.work import staff_policy
from nlu.noticing import Noticing
from nlu.understanding import Reading

AT_MOST = 8
"""Rehearsals at a time; one more ends the oldest."""

IDLE = timedelta(minutes=30)
"""A rehearsal in which nothing happened for so long is thrown away."""

MOST_MESSAGES = 100
LONGEST = 2_000

HAPPENED = {
    Stage.OFFERED: "An adult was offered. Nobody is told anything before a yes.",
    Stage.REFUSED: "They said no to an adult. The offer stays open.",
    Stage.WAITING: "A youth worker would be alerted now.",
    Stage.CLOSED: "The conversation with an adult would be over.",
}


class Full(Exception):
    """This rehearsal has gone on for long enough: begin again."""


@dataclass(frozen=True, slots=True)
class Said:
    """One bubble of a rehearsal. `buttons` are offered under the last one alone: label and token; `picture`: file and what it shows."""

    own: bool
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    picture: tuple[str, str] | None = None


@dataclass
class _NamedOrAsked:
    """What a message is about: as the intent service says, if it runs, or else the topic that is named in it."""

    library: Library
    service: Reader | None

    async def read(self, text: str) -> Reading | None:
        answer = await self.service.read(text) if self.service else None
        topic = None if answer else self._named(text.casefold())
        return Reading(topic, 0.95, ((topic, 0.95),), None) if topic else answer

    def _named(self, text: str) -> str | None:
        names = {topic: {topic, topic.replace("_", " "), script.title.casefold()} for topic, script in self.library.scripts.items()}
        fitting = [(len(name), topic) for topic, called in names.items() for name in called if name in text]
        return max(fitting)[1] if fitting else None


@dataclass
class Rehearsal:
    """One chat with a draft in place. It has a record of its own, which is gone when it ends."""

    folder: TemporaryDirectory[str]
    house: House
    young: YoungPerson
    used: datetime
    hidden: set[str] = field(default_factory=set)
    messages: int = 0
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def says(self, text: str) -> None:
        """Write something. Raises `Full`."""
        self._count()
        if text.strip():
            await self.young.says(text[:LONGEST])

    async def taps(self, token: str) -> None:
        """Tap a button that is offered; another does nothing. Raises `Full`."""
        self._count()
        if token in {offered for line in self.said() for _, offered in line.buttons}:
            await self.young.taps_token(token)

    def said(self) -> list[Said]:
        """The chat so far."""
        lines = [line for line in self.young.lines() if line.id not in self.hidden]
        last = lines[-1].id if lines else ""
        pictures = self.house.record.read(_pictures)
        return [Said(one.speaker == "young_person", one.text, one.buttons if one.id == last else (), pictures.get(one.id)) for one in lines]

    def happened(self) -> str:
        """What would happen beside the chat; empty where nothing would."""
        case = self.young.case()
        return HAPPENED.get(Stage(case.stage), "An adult would have the conversation.") if case else ""

    def end(self) -> None:
        """Throw everything away."""
        self.house.record.close()
        self.folder.cleanup()

    def _count(self) -> None:
        self.messages += 1
        if self.messages > MOST_MESSAGES:
            raise Full


class Rehearsals:
    """The rehearsals that are going on in this process, by whom and of which draft."""

    def __init__(self, reader: Reader | None = None, at_most: int = AT_MOST) -> None:
        """`reader`: the intent service, where there is one; `at_most`: how many go on at a time."""
        self._reader = reader
        self._at_most = at_most
        self.running: OrderedDict[tuple[str, str], Rehearsal] = OrderedDict()
        self._phrases: tuple[Texts, Noticing] | None = None

    async def begin(self, whose: tuple[str, str], service: Service, texts: Texts, look: Look, go: str, now: datetime) -> Rehearsal:
        """A new rehearsal with this edition, in the place of an older one of the same draft, from `go` (`topic:…`, `go:…/…`) on.

        Raises `ContentError` where the edition cannot be read.
        """
        self.end(whose)
        made = await asyncio.to_thread(self._built, service, texts, now)
        await made.young.starts()
        await made.young.taps_token(f"0:do:band_{'skip' if look.band == 'unknown' else look.band}")
        if look.easy:
            await made.young.taps_token("0:do:easy_on")
        if go:
            made.hidden = {line.id for line in made.young.lines()}
            await made.young.taps_token(f"0:{go}")
            made.hidden |= {line.id for line in made.young.lines() if line.speaker == "young_person"}
        self.running[whose] = made
        while len(self.running) > self._at_most:
            self.end(next(iter(self.running)))
        return made

    def sweep(self, now: datetime) -> None:
        """Throw away what nobody uses any more."""
        for whose, one in list(self.running.items()):
            if now - one.used > IDLE:
                self.end(whose)

    def find(self, whose: tuple[str, str], now: datetime) -> Rehearsal | None:
        """The rehearsal of this draft that is going on."""
        self.sweep(now)
        found = self.running.get(whose)
        if found:
            found.used = now
        return found

    def end(self, whose: tuple[str, str]) -> None:
        """End a rehearsal, if there is one."""
        if found := self.running.pop(whose, None):
            found.end()

    def __len__(self) -> int:
        return len(self.running)

    def _built(self, service: Service, texts: Texts, now: datetime) -> Rehearsal:
        """A house of its own with the edition in it, and two adults on duty that nobody knows."""
        with laid_out(texts) as folder:
            rehearsed, noticing = _service(service, folder), self._noticing(texts, folder)
        kept = TemporaryDirectory(prefix="breakwater-trying-")
        url = f"sqlite:///{Path(kept.name) / 'record.db'}"
        engine = make_engine(url)
        Table.metadata.create_all(engine)
        engine.dispose()
        house = House(Record(url, os.urandom(32)), rehearsed, noticing, Clock(now))
        house.handler = Handler(house.record, rehearsed, noticing, _NamedOrAsked(rehearsed.library, self._reader), house.clock)
        for name, role in (("Sam", "worker"), ("Jo", "lead")):
            house.hire(name, role)
        house.on_duty("Sam", hours=48)
        return Rehearsal(kept, house, YoungPerson(house, "webchat"), now)

    def _noticing(self, texts: Texts, folder: Path) -> Noticing:
        """The phrases of this edition, compiled again only where they are others than the last time."""
        told_by = {key: text for key, text in texts.items() if key.startswith(("risk_phrases/", "policy/risk.yml"))}
        if self._phrases is None or self._phrases[0] != told_by:
            self._phrases = told_by, Noticing.load(folder)
        return self._phrases[1]


def _pictures(tx: Tx) -> dict[str, tuple[str, str]]:
    """The pictures that go with what was said, by the id of the line."""
    rows = tx.session.scalars(select(OutboxRow))
    return {row.id: shown for row in rows if (shown := messages.picture(tx, row))}


def _service(service: Service, folder: Path) -> Service:
    """The organisation with the words and policies below `folder`, signed off or not."""
    policy = folder / "policy"
    return replace(
        service,
        library=library.load(folder),
        policy=read_file(policy / "escalation.yml", Policy),
        staff_policy=staff_policy.load(policy),
        opening=read_file(policy / "rota.yml", Opening),
        ending=read_file(policy / "ending.yml", EndingPolicy),
        only_signed=False,
        outside_alerts=False,
        out_of_hours="",
    )
