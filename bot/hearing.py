"""Understanding what came in, one message after the other: risk first, then the model. Who asks the model is somebody else's business."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from bot.claim import Body
from bot.dialogue.scene import Heard
from bot.early_readings import Look
from bot.intake import WORDS
from escalation.record.tables import InboxRow
from nlu.noticing import Noticing
from nlu.understanding import Reading, Sign, Understanding

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What the model makes of one message is asked for."""

    row_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Whole:
    """What the model makes of the conversation up to this message is asked for; `before` has those that were heard with it."""

    before: tuple[str, ...]
    text: str


NO_LOOKS: Mapping[str, Look] = {}

Hearing = Generator[Words | Whole, Reading | None, tuple[Heard, ...]]
"""Asks for readings, is sent them (`None` where there is none), and returns what was heard."""


def hear(
    noticing: Noticing,
    rows: Sequence[InboxRow],
    bodies: Sequence[Body],
    earlier: Sequence[Sequence[Sign]],
    age_band: str,
    looks: Mapping[str, Look] = NO_LOOKS,
) -> Hearing:
    """Hear these rows in order. Signs of earlier messages, and of earlier rows, add up; `looks` of the phrases are not taken twice.

    The model is asked where an adult has the conversation, too: it knows "someones here" in whatever words (S77), and new danger.
    """
    heard: list[Heard] = []
    signs, said = list(earlier), list[str]()
    for row, body in zip(rows, bodies, strict=True):
        text = body.get("text") or ""
        understood = Understanding()
        if row.kind in WORDS and text.strip():
            reading = yield Words(row.id, text)
            look = looks.get(row.id)
            seen = look.as_seen_by(noticing, text, age_band) if look else None
            understood = noticing.understand(text, reading, signs, age_band, phrases=seen)
            # A second answer is waited for only where it may matter.
            if reading and noticing.hangs_on_the_whole(understood.risk, signs) and (whole := (yield Whole(tuple(said), text))):
                understood = noticing.understand(text, reading, signs, age_band, whole=whole, phrases=seen)
            signs.append(understood.risk.signs)
            said.append(text)
        heard.append(Heard(row.id, row.kind, text, body.get("media"), understood, row.aside))
    return tuple(heard)


def go_on(hearing: Hearing, answer: Reading | None = None) -> Words | Whole | tuple[Heard, ...]:
    """The next reading that is asked for, once the last one is told; or what was heard, at the end."""
    try:
        return hearing.send(answer)
    except StopIteration as end:
        heard: tuple[Heard, ...] = end.value
        return heard


def understood_with(hearing: Hearing, answers: Mapping[str, Reading | None]) -> tuple[Heard, ...] | None:
    """What was heard, where these answers of the model, by the ids of the rows, are all that it takes; else `None`."""
    asked = go_on(hearing)
    while isinstance(asked, Words) and asked.row_id in answers:
        asked = go_on(hearing, answers[asked.row_id])
    return asked if isinstance(asked, tuple) else None


def by_phrases(noticing: Noticing, rows: Sequence[InboxRow], bodies: Sequence[Body], age_band: str) -> tuple[Heard, ...]:
    """What the phrases alone make of each row by itself; nothing of one at which they stumble."""
    return tuple(_by_itself(noticing, row, body, age_band) for row, body in zip(rows, bodies, strict=True))


def _by_itself(noticing: Noticing, row: InboxRow, body: Body, age_band: str) -> Heard:
    try:
        if found := understood_with(hear(noticing, [row], [body], (), age_band), {row.id: None}):
            return found[0]
    except Exception as error:
        log.error("a message is not understood: %s", type(error).__name__)
    return Heard(row.id, row.kind, body.get("text") or "", body.get("media"), Understanding(), row.aside)
