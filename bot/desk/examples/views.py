"""The lists of training messages: of all files, and of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.desk.editing.shapes import spoken
from bot.desk.examples.messages import WRITER, Message
from bot.desk.library.paging import page_of
from content.editorial.edition import Texts

A_PAGE = 50
"""Messages that a page of the list shows."""

LEVELS = {
    "none": "Nothing: no sign of harm",
    "worry": "An everyday worry",
    "concern": "Concern: signs of harm",
    "urgent": "Urgent: an adult the same day",
    "immediate": "Immediate: danger now",
}
SHORT = {"none": "Nothing", "worry": "Worry", "concern": "Concern", "urgent": "Urgent", "immediate": "Immediate"}
SUBJECTS = {"self": "The young person who writes", "other": "Somebody they are worried about", "general": "Nobody: a question"}

_MESSAGE = re.compile(r"^ +- ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """One file of the list: how many messages it has, and whether somebody changes it or it is not as shipped."""

    key: str
    title: str
    count: int
    drafted: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: words, a level, and whether only what was written here; empty where it does not matter."""

    words: str = ""
    level: str = ""
    ours: bool = False

    def fits(self, one: Message) -> bool:
        """Whether a message is looked for."""
        return (
            self.level in ("", one.labels.level)
            and (not self.ours or one.labels.writer == WRITER)
            and all(word in one.text.casefold() for word in self.words.casefold().split())
        )


@dataclass(frozen=True, slots=True)
class Page:
    """One page of messages. `pages` is at least 1; `found` and `all` count messages."""

    messages: Sequence[Message]
    found: int
    all: int
    number: int
    pages: int


def files(shipped: Mapping[str, str], texts: Texts, drafted: set[str]) -> Iterator[tuple[str, list[File]]]:
    """Every file in force under its heading, topics first."""
    there = {key: text for key, text in {**shipped, **texts}.items() if text is not None and key.startswith("intents/")}
    for heading, inside in (("Topics", False), ("Signs of harm, and harmless messages that sound alike", True)):
        keys = sorted(key for key in there if ("/disclosures/" in key) is inside)
        listed = [File(key, title_of(key), len(_MESSAGE.findall(there[key])), key in drafted, key in texts) for key in keys]
        yield heading, listed


def title_of(key: str) -> str:
    """What a file of training messages is called."""
    return spoken(key.rpartition("/")[2].removesuffix(".yml"))


def listed(messages: Sequence[Message], wanted: Wanted, number: int) -> Page:
    """A page of the messages that are looked for, by number from 1; those written here come first, the newest on top."""
    found = [one for one in messages if wanted.fits(one)]
    ours, others = ([one for one in found if (one.labels.writer == WRITER) is here] for here in (True, False))
    found = [*reversed(ours), *others]
    on_page, number, pages = page_of(found, number, A_PAGE)
    return Page(on_page, len(found), len(messages), number, pages)
