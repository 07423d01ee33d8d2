"""What is wrong with a file that is edited as text, by line: what its form would say beside each field, as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel

from bot.desk.checks.own_examples import broken, said_of
from bot.desk.editing.findings import Known, found_in
from bot.desk.editing.shapes import FORMS, HEAD, Shape, cards, fits, shape_of
from bot.desk.examples.messages import is_examples
from bot.desk.phrases.groups import is_list
from bot.desk.phrases.noticed import CONTEXT, WORDS, Book
from bot.policy_check import POLICIES
from content.editorial.edition import Texts, kind_of, text_of
from content.editorial.examples_check import ExampleFile
from content.editorial.languages_check import language_problems
from content.editorial.opening import Opening
from content.editorial.phrases import ContextWords, PhraseFile, WordBook
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, line_of, read_file, read_yaml
from content.editorial.rules import Wording
from content.editorial.schema import Directory
from nlu.risk.grammar import PhraseError

_SCHEMAS: dict[str, type[BaseModel]] = {
    WORDS: WordBook,
    CONTEXT: ContextWords,
    "policy/rota.yml": Opening,
    "policy/wording.yml": Wording,
    **{f"policy/{name}": schema for name, schema in POLICIES.items()},
}


def found_in_text(key: str, text: str, known: Known, texts: Texts) -> list[Problem]:
    """What is wrong with this text as the file with this key, in the order of its lines; `texts` are what is published.

    These are the checks that need one file alone, and of a translation its English; `bot/desk/checks/across.py` looks at the rest.
    """
    with TemporaryDirectory(prefix="breakwater-text-") as name:
        folder = Path(name)
        path = _laid(folder, key, text)
        try:
            found = list(_found(path, key, known, texts) if "." not in path.stem else _translated(folder, key, known, texts))
        except ContentError as error:
            found = from_error(error)
    return sorted({replace(one, file=Path(key)) for one in found if one.file == path})


def _found(path: Path, key: str, known: Known, texts: Texts) -> Iterator[Problem]:
    data, _ = read_yaml(path)
    shape = shape_of(key)
    if shape and _fits(shape, data):
        yield from _as_in_the_form(path, key, shape, known)
    elif is_examples(key):
        read_file(path, ExampleFile)
    elif is_list(key):
        yield from _phrases(path, Book.in_force(texts))
    elif schema := shape.schema if shape else Directory if kind_of(key) == "helplines" else _SCHEMAS.get(key):
        read_file(path, schema)


def _fits(shape: Shape, data: Any) -> bool:
    return isinstance(data, dict) and fits(shape, data)


def _as_in_the_form(path: Path, key: str, shape: Shape, known: Known) -> Iterator[Problem]:
    data, lines = read_yaml(path)
    places = cards(shape, data)
    for card, fields in found_in(key, shape, data, known).items():
        start = places[card] if card != HEAD else ()
        for field, said in fields.items():
            line = line_of(lines, (*start, *_place_of(field)))
            yield from (Problem(path, line, one, "") for one in said)


def _place_of(field: str) -> tuple[str | int, ...]:
    """Where a field of a form stands in its card: `say-1`, `b0-go`, `picture-alt`, `title`, or empty for the card."""
    name, _, part = field.partition("-")
    if name in FORMS:
        return (name, int(part)) if part else (name,)
    if name[1:].isdecimal():
        return "buttons", int(name[1:]), part
    return tuple(one for one in (name, part) if one)


def _phrases(path: Path, book: Book) -> Iterator[Problem]:
    groups, lines = read_file(path, PhraseFile).groups, read_yaml(path)[1]
    try:
        for number, one in broken(groups, book):
            yield Problem(path, line_of(lines, ("groups", number, one.part)), *said_of(one, groups[number].why))
    except PhraseError as error:
        number = next((at for at, group in enumerate(groups) if group.id == error.group), 0)
        yield Problem(path, line_of(lines, ("groups", number, "id")), f"group {error.group}: {error}", "")


def _translated(folder: Path, key: str, known: Known, texts: Texts) -> Iterator[Problem]:
    """What is wrong with words in another language, beside the English that is in force."""
    english = f"{key.rpartition('/')[0]}/{key.rpartition('/')[2].partition('.')[0]}.yml"
    read_yaml(folder / key)
    _laid(folder, english, text_of(texts, english) or "")
    found = language_problems(replace(known.shelf, folder=folder), known.today)
    yield from (one for one in found if one.severity == "error")


def _laid(folder: Path, key: str, text: str) -> Path:
    path = folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    return path
