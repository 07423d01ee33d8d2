"""The content check: everything an editor can get wrong, found before a young person reads it.

`breakwater content check` runs it. It needs no network. An error means that the library must not be published.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from content.editorial.conversations import conversation_problems
from content.editorial.examples_check import example_problems
from content.editorial.languages_check import language_problems
from content.editorial.links_check import link_problems
from content.editorial.numbers_check import number_problems
from content.editorial.opening import Opening
from content.editorial.phrases import load_phrases
from content.editorial.pictures_check import picture_problems
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, read_file
from content.editorial.scripts_check import script_problems
from content.editorial.shelf import read_shelf
from content.editorial.structure_check import structure_problems
from content.editorial.taxonomy import Taxonomy
from content.editorial.words_check import words_problems


def check(
    folder: Path, *, today: date, actions: Collection[str] | None = None, needed: Collection[str] = (), trained: bool = True
) -> list[Problem]:
    """Every problem in the content below `folder`, by file and line.

    `actions` are the names that a button's `do:` may hold (`None`: not checked), `needed` the ids (`group.name`) of the
    messages that the program says by itself. Without `trained`, the messages and conversations to train with are left out, which
    no publishing changes.
    """
    shelf, problems = read_shelf(folder)
    if shelf is None:
        return sorted(problems)
    problems += structure_problems(shelf, today=today, needed=needed)
    problems += link_problems(shelf, actions)
    problems += script_problems(shelf, today)
    problems += words_problems(shelf)
    problems += number_problems(shelf)
    problems += language_problems(shelf, today)
    problems += picture_problems(shelf)
    if trained:
        problems += example_problems(folder / "intents", shelf.taxonomy, shelf.wording.limits.examples)
    problems += _risk_problems(folder, shelf.taxonomy, trained)
    problems += _opening_problems(folder)
    return sorted(set(problems))


def _opening_problems(folder: Path) -> list[Problem]:
    try:
        read_file(folder / "policy" / "rota.yml", Opening)
    except ContentError as error:
        return from_error(error)
    return []


def _risk_problems(folder: Path, taxonomy: Taxonomy, trained: bool) -> list[Problem]:
    try:
        phrases = load_phrases(folder)
    except ContentError as error:
        return from_error(error)
    signs = {group.id for _, group in phrases.groups if group.sign}
    return list(conversation_problems(folder, taxonomy, signs)) if trained else []
