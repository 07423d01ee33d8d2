"""Are the words in other languages complete, like the English, and as our wording rules say?

Places begin with the language (`pl/messages/consent/offer`), so that the English rules of `policy/wording.yml` leave them alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from content.editorial.interface import label_problems
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError
from content.editorial.release import reason_to_hold
from content.editorial.schema import CrisisFile, Directory, MessageFile, Script
from content.editorial.shelf import Filed, Shelf, Turn
from content.editorial.siblings import Sibling, read_sibling, sibling_paths
from content.editorial.structure_check import review_problems
from content.editorial.words_check import said_problems


def language_problems(shelf: Shelf, today: date) -> list[Problem]:
    """Everything about files in other languages and about interface words."""
    siblings, problems = _read(shelf.folder)
    for sibling in siblings:
        problems += review_problems(_filed(sibling, sibling.entry), today)
        problems += _left_out(sibling)
        problems += _words(shelf, sibling)
    problems += _not_served(siblings, today)
    try:
        problems += label_problems(shelf.folder)
    except ContentError as error:
        problems += from_error(error)
    return problems


def _read(folder: Path) -> tuple[list[Sibling], list[Problem]]:
    siblings, problems = [], []
    for path in sibling_paths(folder):
        try:
            siblings.append(read_sibling(folder, path))
        except ContentError as error:
            problems += from_error(error)
    return siblings, problems


def _filed(sibling: Sibling, entry: Any) -> Filed[Any]:
    return Filed(sibling.path, entry, sibling.lines)


def _left_out(sibling: Sibling) -> Iterator[Problem]:
    for key in ("messages", "steps"):
        missing = getattr(sibling.english, key, {}).keys() - getattr(sibling.entry, key, {}).keys()
        if missing:
            what = f"{', '.join(sorted(missing))}: not translated, so English is said"
            yield _filed(sibling, sibling.entry).warning(what, "translate them, or leave it at that", key)
    reviewed = getattr(sibling.english, "reviewed_on", None)
    if reviewed and sibling.entry.reviewed_on < reviewed:
        what = f"the English was reviewed later, on {reviewed}"
        yield _filed(sibling, sibling.entry).warning(what, "compare them, then set reviewed_on", "reviewed_on")


def _not_served(siblings: list[Sibling], today: date) -> Iterator[Problem]:
    """One line for each language, at its first file: what production leaves out, since English is said there instead."""
    held = [sibling for sibling in siblings if reason_to_hold(sibling.entry, today)]
    counts = Counter(sibling.entry.language for sibling in held)
    for language, first in {sibling.entry.language: sibling for sibling in reversed(held)}.items():
        needs = ", ".join(sorted({one.entry.needs for one in held if one.entry.language == language and one.entry.needs})) or "sign-offs"
        what = f"{counts[language]} files in {language} are not signed off (needs: {needs}); in production English is said"
        yield _filed(first, first.entry).warning(what, "have each read, then signed off", "status")


def _words(shelf: Shelf, sibling: Sibling) -> Iterator[Problem]:
    turns = _turns(shelf, sibling)
    by_place = {turn.place: turn for turn in turns}
    for turn in turns:
        yield from said_problems(shelf, turn, by_place)


def _turns(shelf: Shelf, sibling: Sibling) -> list[Turn]:
    """The turns of one file in another language: only what is translated, and nothing that staff read."""
    told = {key: {name: getattr(sibling.merged, key)[name] for name in getattr(sibling.entry, key)} for key in _keys(sibling)}
    filed = _filed(sibling, sibling.merged.model_copy(update=told))

    def only(kind: type[Any]) -> tuple[Filed[Any], ...]:
        return (filed,) if isinstance(sibling.merged, kind) else ()

    alone = replace(
        shelf, scripts=only(Script), messages=only(MessageFile), crisis=only(CrisisFile), directories=only(Directory), canned=()
    )
    prefix = sibling.entry.language
    return [_named(turn, prefix) for turn in alone.turns() if turn.audience != "staff"]


def _keys(sibling: Sibling) -> list[str]:
    return [key for key in ("messages", "steps") if hasattr(sibling.merged, key)]


def _named(turn: Turn, prefix: str) -> Turn:
    return replace(turn, place=f"{prefix}/{turn.place}", before=tuple(f"{prefix}/{place}" for place in turn.before))
