"""Understanding every judging message as the bot would, with the model and by the phrases alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.client import IntentClient
from nlu.evaluation.judging import Conversation, Judging, Message
from nlu.noticing import Noticing, whole_of
from nlu.understanding import Level, Reading, Sign, Understanding

AT_ONCE = 4
"""Calls of the intent service at a time."""

Readings = Mapping[str, Reading]
"""The model's reading of each text."""


@dataclass(frozen=True)
class Judged:
    """One message and what was understood of it."""

    message: Message
    found: Understanding
    reading: Reading | None

    @property
    def level(self) -> Level:
        """What was found."""
        return self.found.risk.level


@dataclass(frozen=True)
class JudgedConversation:
    """One conversation, and what it came to."""

    conversation: Conversation
    level: Level
    """Of the whole conversation, when all of it has been said."""
    highest: Level
    """The highest level at any moment, as the messages came in."""


@dataclass(frozen=True)
class Verdict:
    """All that was judged."""

    messages: tuple[Judged, ...]
    conversations: tuple[JudgedConversation, ...]


async def read_all(judging: Judging, client: IntentClient) -> Readings:
    """The model's reading of every text that judges. Raises `RuntimeError` if the service leaves one unanswered."""
    said = [text for talk in judging.conversations for text in (*talk.says, *(whole for whole in _wholes(talk) if whole))]
    texts = list(dict.fromkeys([*(each.text for each in judging.messages), *said]))
    turns = asyncio.Semaphore(AT_ONCE)

    async def read(text: str) -> Reading:
        async with turns:
            reading = await client.read(text)
        if reading is None:
            raise RuntimeError("the intent service did not answer: see that it runs, then try again")
        return reading

    return dict(zip(texts, await asyncio.gather(*(read(text) for text in texts)), strict=True))


def judge(judging: Judging, noticing: Noticing, readings: Readings | None) -> Verdict:
    """Understand everything; without `readings` by the phrases alone."""
    messages = tuple(_judged(message, noticing, readings) for message in judging.messages)
    return Verdict(messages, tuple(_talked(talk, noticing, readings) for talk in judging.conversations))


def _judged(message: Message, noticing: Noticing, readings: Readings | None) -> Judged:
    reading = readings[message.text] if readings is not None else None
    return Judged(message, noticing.understand(message.text, reading), reading)


def _talked(talk: Conversation, noticing: Noticing, readings: Readings | None) -> JudgedConversation:
    earlier: list[Sequence[Sign]] = []
    level = highest = Level.NONE
    for text, whole in zip(talk.says, _wholes(talk), strict=True):
        reading, of_all = (readings[text], readings[whole] if whole else None) if readings is not None else (None, None)
        risk = noticing.understand(text, reading, earlier, whole=of_all).risk
        level = noticing.understand(text, reading, earlier, standing=True, whole=of_all).risk.level
        earlier.append(risk.signs)
        highest = max(highest, risk.level)
    return JudgedConversation(talk, level, highest)


def _wholes(talk: Conversation) -> list[str | None]:
    """The conversation up to each message, as the model reads it."""
    return [whole_of(talk.says[:place], text) for place, text in enumerate(talk.says)]
