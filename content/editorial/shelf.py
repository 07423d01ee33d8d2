"""The content files as the check sees them: every file with its path and lines, and every turn with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, own_files, read_file, read_yaml
from content.editorial.rules import Audience, Wording
from content.editorial.schema import Bubbles, Button, CannedReplies, CrisisFile, Directory, Entry, MessageFile, Reviewed, Script
from content.editorial.taxonomy import Taxonomy

E = TypeVar("E", bound=Entry)
E_co = TypeVar("E_co", bound=Entry, covariant=True)
LEVELS = ("concern", "urgent", "immediate")
PEOPLE = ("myself", "someone_else")


@dataclass(frozen=True)
class Filed(Generic[E_co]):
    """An entry with the file it came from."""

    path: Path
    entry: E_co
    lines: Mapping[tuple[Any, ...], int]

    def line(self, *place: Any) -> int:
        """The line of a key, or of the nearest one above it."""
        return next(self.lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in self.lines)

    def problem(self, what: str, to_do: str, *place: Any) -> Problem:
        """An error at a key of this file."""
        return Problem(self.path, self.line(*place), what, to_do)

    def warning(self, what: str, to_do: str, *place: Any) -> Problem:
        """A warning at a key of this file."""
        return Problem(self.path, self.line(*place), what, to_do, "warning")


@dataclass(frozen=True)
class Turn:
    """Words that are said in one turn, with where they stand and who reads them."""

    place: str
    path: Path
    line: int
    audience: Audience
    variants: Mapping[str, tuple[str, ...]]
    buttons: tuple[Button, ...] = ()
    before: tuple[str, ...] = ()

    def problem(self, what: str, to_do: str) -> Problem:
        """An error in these words."""
        return Problem(self.path, self.line, f"{self.place}: {what}", to_do)

    def warning(self, what: str, to_do: str) -> Problem:
        """A warning about these words."""
        return Problem(self.path, self.line, f"{self.place}: {what}", to_do, "warning")


@dataclass(frozen=True)
class Shelf:
    """Every file that could be read."""

    folder: Path
    taxonomy: Taxonomy
    wording: Wording
    scripts: tuple[Filed[Script], ...]
    messages: tuple[Filed[MessageFile], ...]
    crisis: tuple[Filed[CrisisFile], ...]
    directories: tuple[Filed[Directory], ...]
    canned: tuple[Filed[CannedReplies], ...]

    @property
    def reviewed(self) -> tuple[Filed[Reviewed], ...]:
        """Every file that says when it was reviewed."""
        return (*self.scripts, *self.messages, *self.crisis, *self.canned)

    @property
    def contact_ids(self) -> frozenset[str]:
        """The ids of every helpline of every area."""
        return frozenset(contact.id for directory in self.directories for contact in directory.entry.contacts)

    def turns(self) -> list[Turn]:
        """Every turn of every file, contacts and summaries included."""
        return [*self._scripts(), *self._messages(), *self._crisis(), *self._canned(), *self._contacts()]

    def _scripts(self) -> Iterator[Turn]:
        for filed in self.scripts:
            steps = filed.entry.steps
            root = f"guidance/{filed.path.parent.name}/{filed.entry.topic}"
            yield Turn(f"{root}/title", filed.path, filed.line("title"), "young_people", {"title": (filed.entry.title,)})
            for name, step in steps.items():
                before = tuple(f"{root}/{other}" for other, earlier in steps.items() if any(b.go == name for b in earlier.buttons))
                line = filed.line("steps", name)
                yield Turn(f"{root}/{name}", filed.path, line, "young_people", variants(step), step.buttons, before)
                if step.picture:
                    alt_line = filed.line("steps", name, "picture")
                    yield Turn(f"{root}/{name}/picture", filed.path, alt_line, "young_people", {"alt": (step.picture.alt,)})

    def _messages(self) -> Iterator[Turn]:
        for filed in self.messages:
            group = filed.entry.group
            audience: Audience = "staff" if group == "staff" else "young_people"
            for name, message in filed.entry.messages.items():
                line = filed.line("messages", name)
                yield Turn(f"messages/{group}/{name}", filed.path, line, audience, variants(message), message.buttons)

    def _crisis(self) -> Iterator[Turn]:
        for filed in self.crisis:
            root = f"crisis/{filed.entry.category}"
            for key in ("plain", "plain_other"):
                yield Turn(f"{root}/{key}", filed.path, filed.line(key), "summary", {"say": (getattr(filed.entry, key),)})
            yield Turn(f"{root}/reason", filed.path, filed.line("reason"), "staff", {"say": (filed.entry.reason,)})
            for who in PEOPLE:
                for level in LEVELS:
                    said = getattr(getattr(filed.entry, who), level)
                    if said is not None:
                        yield Turn(f"{root}/{who}/{level}", filed.path, filed.line(who, level), "young_people", variants(said))

    def _canned(self) -> Iterator[Turn]:
        for filed in self.canned:
            for index, reply in enumerate(filed.entry.replies):
                line = filed.line("replies", index)
                yield Turn(f"canned_replies/{filed.entry.group}/{reply.id}", filed.path, line, "young_people", {"say": (reply.say,)})

    def _contacts(self) -> Iterator[Turn]:
        for filed in self.directories:
            root = f"helplines/{filed.entry.area}"
            yield Turn(f"{root}/note", filed.path, filed.line("note"), "young_people", {"note": (filed.entry.note,)})
            for index, contact in enumerate(filed.entry.contacts):
                words = {"name": (contact.name,), "does": (contact.does,), "hours": (contact.hours,)}
                yield Turn(f"{root}/{contact.id}", filed.path, filed.line("contacts", index), "young_people", words)


def variants(words: Bubbles) -> dict[str, tuple[str, ...]]:
    """The forms of one turn that are there: usual, easy-read, and by age."""
    names = {"say": "say", "easy": "easy", "under_13": "under_13", "from_13": "13_15", "from_16": "16_17", "from_18": "18_25"}
    return {label: getattr(words, field) for field, label in names.items() if getattr(words, field)}


def read_shelf(folder: Path) -> tuple[Shelf | None, list[Problem]]:
    """Read every content file; what cannot be read becomes problems. No shelf where taxonomy or wording cannot be read."""
    problems: list[Problem] = []
    taxonomy = _read(folder / "taxonomy.yml", Taxonomy, problems)
    wording = _read(folder / "policy" / "wording.yml", Wording, problems)
    scripts = _all(folder, "guidance/*/*.yml", Script, problems)
    messages = _all(folder, "messages/*.yml", MessageFile, problems)
    crisis = _all(folder, "crisis/*.yml", CrisisFile, problems)
    directories = _all(folder, "helplines/*.yml", Directory, problems)
    canned = _all(folder, "canned_replies/*.yml", CannedReplies, problems)
    if taxonomy is None or wording is None:
        return None, problems
    return Shelf(folder, taxonomy.entry, wording.entry, scripts, messages, crisis, directories, canned), problems


def _all(folder: Path, pattern: str, kind: type[E], problems: list[Problem]) -> tuple[Filed[E], ...]:
    found = (_read(path, kind, problems) for path in own_files(folder, pattern))
    return tuple(filed for filed in found if filed is not None)


def _read(path: Path, kind: type[E], problems: list[Problem]) -> Filed[E] | None:
    try:
        return Filed(path, read_file(path, kind), read_yaml(path)[1])
    except ContentError as error:
        problems.extend(from_error(error))
        return None
