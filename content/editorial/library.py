"""The whole library in memory: loaded once, read by everyone, changed by nobody."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from content.editorial.interface import ENGLISH, Labels, load_labels
from content.editorial.pictures import load_pictures
from content.editorial.reading import ContentError, own_files, read_file
from content.editorial.release import reason_to_hold
from content.editorial.schema import (
    CannedReplies,
    CannedReply,
    Contact,
    CrisisFile,
    Directory,
    Message,
    MessageFile,
    Reviewed,
    Script,
    ShortWords,
)
from content.editorial.siblings import Sibling, read_sibling, sibling_paths
from content.editorial.translations import TranslatedMessages

CONTENT = Path(__file__).resolve().parent.parent

log = logging.getLogger(__name__)

CHOSEN = "conversation.language_chosen"

E = TypeVar("E", bound=BaseModel)


@dataclass(frozen=True)
class Library:
    """Every script, message and contact, by id."""

    scripts: Mapping[str, Script] = field(default_factory=dict)
    messages: Mapping[str, Message] = field(default_factory=dict)
    crisis: Mapping[str, CrisisFile] = field(default_factory=dict)
    directories: Mapping[str, Directory] = field(default_factory=dict)
    canned: Mapping[str, CannedReply] = field(default_factory=dict)
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """Drawings (SVG) by file name."""
    short_words: Mapping[str, str] = field(default_factory=dict)
    own_words: Mapping[str, Reviewed] = field(default_factory=dict)
    """Files of what the bot says by itself, crisis and consent among it, by path: nothing can be said in their place."""
    labels: Labels = field(default_factory=dict)
    """Interface words by language and name."""
    siblings: Mapping[str, tuple[Sibling, ...]] = field(default_factory=dict)
    """Files in other languages, by language."""
    language: str = ENGLISH
    translated: frozenset[str] = frozenset()
    """The messages that are in `language`; the others are in English."""
    original: Library | None = None
    """The library in English, where this one speaks another language."""

    def speaking(self, language: str, signed_on: date | None = None) -> Library:
        """The same library in `language`, in English where there are no such words.

        `signed_on`: only with words that are signed off and not overdue on that day.
        """
        english = self.original or self
        files = [one for one in english.siblings.get(language, ()) if signed_on is None or not reason_to_hold(one.entry, signed_on)]
        return _spoken(english, language, files) if files else english

    def languages(self, signed_on: date | None = None) -> tuple[str, ...]:
        """The languages that a young person can choose: those in which the bot can say that it speaks them."""
        english = self.original or self
        return (ENGLISH, *(one for one in english.siblings if CHOSEN in english.speaking(one, signed_on).translated))

    def language_of(self, id: str) -> str:
        """The language in which this library says the message `id`."""
        return self.language if id in self.translated else ENGLISH

    def label(self, name: str, **fields: str) -> str:
        """An interface word, filled in. Raises `KeyError` naming one that is not there."""
        words = self.labels.get(self.language, {})
        return (words.get(name) or self.labels[ENGLISH][name]).format_map(fields)

    def message(self, id: str) -> Message:
        """The message `group.name`. Raises `KeyError` naming it: a message that code needs must exist."""
        return self.messages[id]

    def contact(self, id: str) -> Contact:
        """The helpline with this id, from whichever area. Raises `KeyError`."""
        for directory in self.directories.values():
            for contact in directory.contacts:
                if contact.id == id:
                    return contact
        raise KeyError(id)

    def contacts_for(self, area: str | None) -> tuple[Contact, ...]:
        """The contacts of an area, then the UK-wide ones, which always work."""
        local = self.directories[area].contacts if area and area in self.directories and area != "uk" else ()
        return (*local, *self.directories["uk"].contacts)


def load(folder: Path = CONTENT) -> Library:
    """Load every content file below `folder`. Raises `ContentError`, which names file, line and what to do."""
    scripts = _all(folder, "guidance/*/*.yml", Script)
    _one_for_each(folder, scripts)
    message_files = _all(folder, "messages/*.yml", MessageFile)
    crisis = _all(folder, "crisis/*.yml", CrisisFile)
    canned = _all(folder, "canned_replies/*.yml", CannedReplies)
    return Library(
        scripts={script.topic: script for script in scripts},
        messages={f"{file.group}.{name}": message for file in message_files for name, message in file.messages.items()},
        crisis={file.category: file for file in crisis},
        directories={directory.area: directory for directory in _all(folder, "helplines/*.yml", Directory)},
        canned={reply.id: reply for file in canned for reply in file.replies},
        themes={theme.name: tuple(path.stem for path in own_files(theme, "*.yml")) for theme in sorted((folder / "guidance").glob("*"))},
        pictures=load_pictures(folder, scripts),
        short_words=_short_words(folder / "policy" / "short_words.yml"),
        own_words={f"messages/{file.group}.yml": file for file in message_files} | {f"crisis/{file.category}.yml": file for file in crisis},
        labels=load_labels(folder),
        siblings=_siblings(folder),
    )


def _siblings(folder: Path) -> dict[str, tuple[Sibling, ...]]:
    found = sorted(_fitting(folder), key=lambda one: one.entry.language)
    return {language: tuple(files) for language, files in groupby(found, key=lambda one: one.entry.language)}


def _fitting(folder: Path) -> Iterator[Sibling]:
    """The files in other languages that fit to the English; English is said where one does not, and the content check says why."""
    for path in sibling_paths(folder):
        try:
            yield read_sibling(folder, path)
        except ContentError as error:
            log.warning("not served: %s", error)


def _spoken(english: Library, language: str, files: Sequence[Sibling]) -> Library:
    merged = [one.merged for one in files]
    groups = [file for file in merged if isinstance(file, MessageFile)]
    return replace(
        english,
        scripts={**english.scripts, **{file.topic: file for file in merged if isinstance(file, Script)}},
        messages={**english.messages, **{f"{file.group}.{name}": message for file in groups for name, message in file.messages.items()}},
        crisis={**english.crisis, **{file.category: file for file in merged if isinstance(file, CrisisFile)}},
        directories={**english.directories, **{file.area: file for file in merged if isinstance(file, Directory)}},
        language=language,
        translated=frozenset(
            f"{one.entry.group}.{name}" for one in files if isinstance(one.entry, TranslatedMessages) for name in one.entry.messages
        ),
        original=english,
    )


def _one_for_each(folder: Path, scripts: Sequence[Script]) -> None:
    for topic, files in Counter(script.topic for script in scripts).items():
        if files > 1:
            raise ContentError(f"{folder / 'guidance'}:1: {files} files are about the topic {topic!r}; keep one of them")


def _short_words(path: Path) -> dict[str, str]:
    words = read_file(path, ShortWords).root
    return {word.casefold(): topic for topic, listed in words.items() for word in listed}


def _all(folder: Path, pattern: str, kind: type[E]) -> list[E]:
    return [read_file(path, kind) for path in own_files(folder, pattern)]
