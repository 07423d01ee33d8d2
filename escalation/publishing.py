"""Publishing: a changed file is checked together with the whole library, and only then put in the place of the old one.

Nothing that the check refuses is stored, and nobody overwrites what they have not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from content.editorial.edition import Texts, is_key, text_of
from content.editorial.problems import Problem
from escalation.record import published
from escalation.record.store import Record, Tx

Check = Callable[[Texts], list[Problem]]
"""What is wrong with an edition; the files of the problems are keys."""


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

    def __init__(self, record: Record, check: Check, now: Callable[[], datetime]) -> None:
        """`check` may take seconds; `publish` is therefore called outside the event loop."""
        self._record = record
        self._check = check
        self._now = now

    def publish(self, changes: Sequence[Change], *, by: str | None, note: str, also: Callable[[Tx], None] = lambda tx: None) -> int:
        """Check and store; returns how many files were changed. Raises `Unfit`, `Outdated`, and `ValueError` for what is no key.

        A file that stays as it is gets no new version. `also` is done in the transaction that stores them; where it raises, nothing is stored.
        """
        if strange := [change.key for change in changes if not is_key(change.key)]:
            raise ValueError(f"{strange[0]} is no file that can be published")
        while True:
            number, texts = self._record.read(lambda tx: (published.number(tx), published.texts(tx)))
            self._record.read(lambda tx: _refuse_outdated(tx, changes))
            fresh = [change for change in changes if change.text != text_of(texts, change.key)]
            if not fresh:
                return 0
            edition = {**texts, **{change.key: change.text for change in fresh}}
            if errors := [problem for problem in self._check(edition) if problem.severity == "error"]:
                raise Unfit(errors)
            if self._record.write(partial(self._store, seen=number, changes=fresh, by=by, note=note, also=also)):
                return len(fresh)

    def _store(self, tx: Tx, seen: int, changes: Sequence[Change], by: str | None, note: str, also: Callable[[Tx], None]) -> bool:
        """`False` where something else was published during the check, which then has not seen both together."""
        _refuse_outdated(tx, changes)
        if published.number(tx) != seen:
            return False
        for change in changes:
            published.add(tx, change.key, change.text, self._now(), by=by, note=note)
        also(tx)
        return True


def _refuse_outdated(tx: Tx, changes: Sequence[Change]) -> None:
    if any(published.version_of(tx, change.key) != change.base for change in changes):
        raise Outdated
