"""What is wrong with a draft, field by field, in words for an editor, however unfinished it is.

These are the checks that need one file alone, quick enough while somebody types. What a draft means for other files is
looked at once they pause (`bot/desk/checks/across.py`), and publishing checks everything together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.desk.editing.forms import bubbles, shown
from bot.desk.editing.shapes import FORMS, HEAD, Shape, at, cards
from content.editorial.numbers_check import number_problems
from content.editorial.problems import Problem
from content.editorial.reading import causes
from content.editorial.rules import Audience, plain_quotes
from content.editorial.schema import Button, Script
from content.editorial.scripts_check import script_problems
from content.editorial.shelf import Filed, Shelf, Turn
from content.editorial.words_check import reading_grade, words_problems

AGE_AT_GRADE_0 = 5
"""A reading age is about five years more than the school year of the grade."""

_RULE = re.compile(r" \(S\d+(?:, S\d+)*\)")

Found = Mapping[str, Mapping[str, list[str]]]
"""By card and by field (`say-1`, `say`, `b0-go`; empty: the card as a whole) what is wrong there."""


@dataclass(frozen=True)
class Known:
    """What a file is checked against: everything else in the library, and what buttons can do."""

    shelf: Shelf
    actions: Collection[str]
    today: date


@dataclass(frozen=True)
class _OneFile(Shelf):
    said: tuple[Turn, ...] = ()

    def turns(self) -> list[Turn]:
        return list(self.said)


def found_in(key: str, shape: Shape, data: Any, known: Known) -> Found:
    """Everything that is wrong with the data of a file of this shape."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    script = _against_schema(shape, data, found)
    turns = dict(_turns(key, shape, data))
    shelf = known.shelf
    one = _OneFile(shelf.folder, shelf.taxonomy, shelf.wording, (), (), (), shelf.directories, (), tuple(turns.values()))
    for problem in (*words_problems(one), *number_problems(one)):
        _note(problem, turns, found)
    if isinstance(script, Script):
        _ways(key, script, known, found)
    _buttons(shape, data, known, found)
    return {card: {name: list(dict.fromkeys(said)) for name, said in fields.items()} for card, fields in found.items()}


def measured(text: str, least_words: int) -> str:
    """How long a bubble is and how old its readers have to be; nothing of an empty one, and of a short one only its length."""
    words = len(text.split())
    if not words:
        return ""
    age = f" · reading age {AGE_AT_GRADE_0 + max(0.0, reading_grade(text)):.0f}" if words >= least_words else ""
    return f"{words} word{'' if words == 1 else 's'}{age}"


def _turns(key: str, shape: Shape, data: Any) -> Iterator[tuple[str, Turn]]:
    """Each card as the checks see a turn; a line of theirs is the number of the card."""
    root = key.removesuffix(".yml")
    audience: Audience = "staff" if root == "messages/staff" else "young_people"
    for number, (card, place) in enumerate(cards(shape, data).items()):
        inside = at(data, place)
        said = {form: tuple(bubbles(inside, form)) for form in FORMS}
        variants = {form: texts for form, texts in said.items() if any(text.strip() for text in texts)}
        labels = [shown(one.get("label"))[:32] for one in inside.get("buttons", [])]
        name = str(inside.get("id", card)) if shape.cards == "replies" else card.replace(".", "/")
        before = tuple(f"{root}/{other}" for other, at_ in cards(shape, data).items() if _leads(at(data, at_), card))
        buttons = tuple(Button(label=label.strip() or "…", go="x") for label in labels)
        yield card, Turn(f"{root}/{name}", Path(key), number, audience, variants, buttons, before)
    if shape.schema is Script and shown(data.get("title")).strip():
        yield HEAD, Turn(f"{root}/title", Path(key), -1, audience, {"title": (shown(data["title"]),)})


def _leads(card: Mapping[str, Any], to: str) -> bool:
    return any(one.get("go") == to for one in card.get("buttons", []))


def _note(problem: Problem, turns: Mapping[str, Turn], found: dict[str, dict[str, list[str]]]) -> None:
    """Put a finding of the library's own checks beside the field that it is about."""
    for card, turn in turns.items():
        if problem.file == turn.path and problem.what.startswith(f"{turn.place}: "):
            field, what = _field(turn, problem.what.removeprefix(f"{turn.place}: "))
            found[card][field].append(_sentence(what, problem.to_do))
            return


def _field(turn: Turn, what: str) -> tuple[str, str]:
    first, _, rest = what.partition(" ")
    if first in turn.variants:
        return first, rest
    if length := re.match(r"a bubble has (\d+) words", what):
        return next(_of_length(turn, int(length[1])), ""), what
    quoted = re.search(r"“(.+?)”|number (\d+)", what)
    said = (quoted[1] or quoted[2]) if quoted else ""
    return next(_where(turn, said), ""), what


def _of_length(turn: Turn, words: int) -> Iterator[str]:
    return (f"{form}-{i}" for form, said in turn.variants.items() for i, text in enumerate(said) if len(text.split()) == words)


def _where(turn: Turn, said: str) -> Iterator[str]:
    looked_for = plain_quotes(said).casefold()
    for form, texts in turn.variants.items():
        for number, text in enumerate(texts):
            plain = plain_quotes(text).casefold()
            if looked_for in plain or (said.isdecimal() and said in re.sub(r"\D", "", text)):
                yield f"{form}-{number}" if form in FORMS else form
    yield from (f"b{number}-label" for number, button in enumerate(turn.buttons) if looked_for in plain_quotes(button.label).casefold())


def _ways(key: str, script: Script, known: Known, found: dict[str, dict[str, list[str]]]) -> None:
    """What only shows on the script as a whole: steps without a way in or out, ages that are missing, facts confirmed long ago."""
    names = list(script.steps)
    lines: dict[tuple[Any, ...], int] = {(): 0} | {("steps", name): number + 1 for number, name in enumerate(names)}
    shelf = known.shelf
    filed = Filed(Path(key), script, lines)
    one = Shelf(shelf.folder, shelf.taxonomy, shelf.wording, (filed,), (), (), shelf.directories, ())
    for problem in script_problems(one, known.today):
        if "breakwater content survey" not in problem.to_do:
            found[names[problem.line - 1] if problem.line else HEAD][""].append(_sentence(problem.what, problem.to_do))


def _buttons(shape: Shape, data: Any, known: Known, found: dict[str, dict[str, list[str]]]) -> None:
    places = cards(shape, data)
    steps = set(places) if shape.schema is Script else set()
    for card, place in places.items():
        for number, button in enumerate(at(data, place).get("buttons", [])):
            if wrong := _wrong_way(shown(button.get("go")), steps, known):
                found[card][f"b{number}-go"].append(wrong)


def _wrong_way(go: str, steps: Collection[str], known: Known) -> str:
    kind, _, name = go.partition(":")
    if not go:
        return "Choose where it leads."
    if kind == "do" and name:
        return "" if name in known.actions else "The bot cannot do this. Choose something else."
    if kind == "topic" and name:
        return "" if name in known.shelf.taxonomy.theme_of else "There is no such topic. Choose another one."
    return "" if go in steps else "There is no such step any more. Choose where it leads."


def _against_schema(shape: Shape, data: Any, found: dict[str, dict[str, list[str]]]) -> Any:
    try:
        return shape.schema.model_validate(data)
    except ValidationError as error:
        places = {place: card for card, place in cards(shape, data).items()}
        for one in causes(error.errors()):
            loc = tuple(one["loc"])
            depth = next((end for end in range(len(loc), 0, -1) if loc[:end] in places), 0)
            card = places[loc[:depth]] if depth else HEAD
            field = _name_of(loc[depth:])
            if not field.endswith("-go"):
                found[card][field].append(in_words(one, loc))
        return None


def _name_of(loc: tuple[Any, ...]) -> str:
    parts = [str(part) for part in loc]
    if not parts:
        return ""
    if parts[0] == "buttons" and len(parts) == 3:
        return f"b{parts[1]}-{parts[2]}"
    return "-".join(parts[:2]) if parts[0] in (*FORMS, "picture") else parts[0]


def in_words(problem: Any, loc: tuple[Any, ...]) -> str:
    """What a schema says is wrong at a place, for an editor."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in ("string_too_short", "missing", "too_short"):
        return "Write something here, or take it out." if isinstance(loc[-1], int) else "Fill this in."
    if kind == "string_too_long":
        return f"At most {context['max_length']} characters."
    if kind == "too_long":
        return f"At most {context['max_length']}."
    if kind.startswith("date"):
        return "Give a day."
    if kind == "extra_forbidden":
        return f"“{loc[-1]}” is no part of this. Take it out in the text."
    return _sentence(str(problem["msg"]).removeprefix("Value error, "), "")


def _sentence(what: str, to_do: str) -> str:
    """One finding as a sentence or two, without the numbers of our own rules."""
    what, to_do = (_RULE.sub("", part) for part in (what, to_do))
    return " ".join(
        f"{part[:1].upper()}{part[1:]}{'' if part.endswith(('.', '?', '!')) else '.'}" for part in (what.strip(), to_do.strip()) if part
    )
