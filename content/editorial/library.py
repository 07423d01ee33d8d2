"""The whole library in memory: loaded once, read by everyone, changed by nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from content.editorial.reading import read_file
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

CONTENT = Path(__file__).resolve().parent.parent

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
    short_words: Mapping[str, str] = field(default_factory=dict)
    own_words: Mapping[str, Reviewed] = field(default_factory=dict)
    """Files of what the bot says by itself, crisis and consent among it, by path: nothing can be said in their place."""

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
    message_files = _all(folder, "messages/*.yml", MessageFile)
    crisis = _all(folder, "crisis/*.yml", CrisisFile)
    canned = _all(folder, "canned_replies/*.yml", CannedReplies)
    return Library(
        scripts={script.topic: script for script in scripts},
        messages={f"{file.group}.{name}": message for file in message_files for name, message in file.messages.items()},
        crisis={file.category: file for file in crisis},
        directories={directory.area: directory for directory in _all(folder, "helplines/*.yml", Directory)},
        canned={reply.id: reply for file in canned for reply in file.replies},
        themes={theme.name: tuple(path.stem for path in sorted(theme.glob("*.yml"))) for theme in sorted((folder / "guidance").glob("*"))},
        short_words=_short_words(folder / "policy" / "short_words.yml"),
        own_words={f"messages/{file.group}.yml": file for file in message_files} | {f"crisis/{file.category}.yml": file for file in crisis},
    )


def _short_words(path: Path) -> dict[str, str]:
    words = read_file(path, ShortWords).root
    return {word.casefold(): topic for topic, listed in words.items() for word in listed}


def _all(folder: Path, pattern: str, kind: type[E]) -> list[E]:
    return [read_file(path, kind) for path in sorted(folder.glob(pattern))]
