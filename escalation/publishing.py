"""Publishing: a changed file is checked together with the whole library, and only then put in the place of the old one.

Nothing that the check or the gate refuses is stored, and nobody overwrites what they have not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from content.editorial.edition import Texts, is_key, text_of
from content.editorial.problems import Problem
from escalation.record import published
from escalation.record.store import Record, Tx

Check = Callable[[Texts], list[Problem]]
"""What is wrong with an edition; the files of the problems are keys."""

Progress = Callable[[int, int, str], None]
"""Told how many are done, of how many, and of what."""


def unwatched(done: int, of: int, what: str) -> None:
    """Progress that nobody looks at."""


class Gate(Protocol):
    """What is wrong with an edition in which these files were changed, beyond what the content check says. `before`: the one in force."""

    def __call__(self, texts: Texts, keys: Collection[str], *, before: Texts | None, on_progress: Progress) -> list[Problem]: ...


def open_gate(texts: Texts, keys: Collection[str], *, before: Texts | None, on_progress: Progress) -> list[Problem]:
    """A gate that lets everything through which the content check does."""
    return []


class Outdated(Exception):
    """Somebody else published one of these files since it was read; nothing was stored."""


class Unfit(Exception):
    """The edition would not be fit to be in force; nothing was stored. `problems` say file, line, what and what to do."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Change:
    """A new text of a file, or `None` to retire it; `base` is the version that it was made from."""

    key: str
    text: str | None
    base: int


class Publisher:
    """Publishes changes of content files, all of a call together or none."""

    def __init__(
        self,
        record: Record,
        check: Check,
        now: Callable[[], datetime],
        *,
        gate: Gate = open_gate,
        on_progress: Progress = unwatched,
    ) -> None:
        """`check` takes seconds and `gate` up to minutes; `publish` is therefore called outside the event loop."""
        self._record = record
        self._check = check
        self._now = now
        self._gate = gate
        self._on_progress = on_progress

    def publish(
        self, changes: Sequence[Change], *, by: str | None, note: str, also: Callable[[Tx], None] = lambda tx: None, at_once: bool = False
    ) -> int:
        """Check and store; returns how many files were changed. Raises `Unfit`, `Outdated`, and `ValueError` for what is no key.

        A file that stays as it is gets no new version. `also` is done in the transaction that stores them; where it raises, nothing is stored.

        `at_once` is for a lead who takes words out of use, and for nothing else. The gate is left out, since words that do harm do not
        wait for minutes of rehearsals, and what comes in their place has passed it before or says less. Nobody finishes the version before.
        """
        while True:
            number, fresh, texts, edition = self._fit(changes)
            if not fresh:
                return 0
            if not at_once:
                keys = [change.key for change in fresh]
                _refuse_errors(self._gate(edition, keys, before=texts, on_progress=self._on_progress))
            if self._record.write(partial(self._store, seen=number, changes=fresh, by=by, note=note, also=also, at_once=at_once)):
                return len(fresh)

    def look(self, changes: Sequence[Change]) -> int:
        """As `publish`, but without the gate and without storing: how many files would be changed. Raises as `publish`."""
        return len(self._fit(changes)[1])

    def _fit(self, changes: Sequence[Change]) -> tuple[int, list[Change], Texts, Texts]:
        """The number in force, what of the changes is new, and the editions before and after; the content check has nothing against it."""
        if strange := [change.key for change in changes if not is_key(change.key)]:
            raise ValueError(f"{strange[0]} is no file that can be published")
        number, texts = self._record.read(lambda tx: (published.number(tx), published.texts(tx)))
        self._record.read(lambda tx: _refuse_outdated(tx, changes))
        fresh = [change for change in changes if change.text != text_of(texts, change.key)]
        edition = {**texts, **{change.key: change.text for change in fresh}}
        if fresh:
            _refuse_errors(self._check(edition))
        return number, fresh, texts, edition

    def _store(
        self, tx: Tx, seen: int, changes: Sequence[Change], by: str | None, note: str, also: Callable[[Tx], None], at_once: bool
    ) -> bool:
        """`False` where something else was published during the check, which then has not seen both together."""
        published.alone(tx)
        _refuse_outdated(tx, changes)
        if published.number(tx) != seen:
            return False
        for change in changes:
            published.add(tx, change.key, change.text, self._now(), by=by, note=note, withdraws=at_once)
        also(tx)
        return True


def _refuse_outdated(tx: Tx, changes: Sequence[Change]) -> None:
    if any(published.version_of(tx, change.key) != change.base for change in changes):
        raise Outdated


def _refuse_errors(found: Sequence[Problem]) -> None:
    if errors := [problem for problem in found if problem.severity == "error"]:
        raise Unfit(errors)
