"""What a draft brings about in the library as a whole: the content check with it and without it, and what is new.

The form of a draft says what is wrong with it alone, as it is typed. Here is the rest: a step that leads to a script that is gone, a
translation that lacks a step, a helpline that nobody has any more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.content_check import actions, problems
from content.editorial.edition import Texts, laid_out
from content.editorial.links_check import link_problems
from content.editorial.numbers_check import number_problems
from content.editorial.problems import Problem, by_key
from content.editorial.reading import ContentError, read_yaml
from content.editorial.scripts_check import script_problems
from content.editorial.shelf import Shelf, read_shelf
from content.editorial.words_check import words_problems


@dataclass(frozen=True, slots=True)
class Across:
    """What is new because of a draft; files are keys. `own` is about the draft's file, `others` about other files.

    `unreadable`: the draft cannot be read as it stands, so that nothing can be said of what it means for others.
    """

    own: tuple[Problem, ...] = ()
    others: tuple[Problem, ...] = ()
    unreadable: bool = False

    @property
    def all(self) -> tuple[Problem, ...]:
        """Everything, what keeps it from being published before what is for the editor to judge."""
        return tuple(sorted((*self.own, *self.others), key=lambda one: (one.severity, one.file, one.line)))


def whole(texts: Texts) -> list[Problem]:
    """Everything that the content check has against an edition, by key."""
    with laid_out(texts) as folder:
        return by_key(problems(folder, trained=False), folder)


def across(texts: Texts, before: Iterable[Problem], key: str, text: str | None) -> Across:
    """What is new with this text as the file with this key (`None`: taken out); `before` is what is wrong with the edition `texts` already.

    Takes seconds of computing: to be called in a process of its own.
    """
    with laid_out({**texts, key: text}) as folder:
        shelf, unread = read_shelf(folder)
        if shelf is None or any(one.file == folder / key for one in unread) or not _reads(folder / key):
            return Across(unreadable=True)
        said_alone = set(by_key(_alone(shelf, folder / key, datetime.now(UTC).date()), folder))
        found = list(_new(by_key(problems(folder, trained=False), folder), before))
    own = (one for one in found if one.file == Path(key) and one not in said_alone)
    return Across(tuple(own), tuple(one for one in found if one.file != Path(key)))


def _reads(path: Path) -> bool:
    try:
        return not path.exists() or read_yaml(path)[0] is not None
    except ContentError:
        return False


def _new(found: Iterable[Problem], before: Iterable[Problem]) -> Iterator[Problem]:
    """What was not there before; the same a few lines further down is nothing new, nor is a count that stands at another file now."""
    there = Counter(map(_gist, before))
    fresh = []
    for one in found:
        if there[_gist(one)]:
            there[_gist(one)] -= 1
        else:
            fresh.append(one)
    moved = {gist[1:] for gist in +there if gist[-1] == "warning"}
    yield from (one for one in fresh if _gist(one)[1:] not in moved)


def _gist(one: Problem) -> tuple[Path, str, str, str]:
    """A finding without its line; of a warning also without its numbers, since many only say how many there are."""
    what = re.sub(r"\d+", "…", one.what) if one.severity == "warning" else one.what
    return one.file, what, one.to_do, one.severity


def _alone(shelf: Shelf, path: Path, today: date) -> Iterator[Problem]:
    """What the file says against itself, which stands beside its fields already (`bot/desk/editing/findings.py`)."""
    one = replace(
        shelf,
        scripts=tuple(filed for filed in shelf.scripts if filed.path == path),
        messages=tuple(filed for filed in shelf.messages if filed.path == path),
        crisis=tuple(filed for filed in shelf.crisis if filed.path == path),
        canned=tuple(filed for filed in shelf.canned if filed.path == path),
    )
    yield from words_problems(one)
    yield from number_problems(one)
    yield from (found for found in script_problems(one, today) if "nobody has confirmed" not in found.what)
    yield from (found for found in link_problems(one, actions()) if found.severity == "error")
