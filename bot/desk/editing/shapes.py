"""What the form of each kind of file holds: the head of the file, and its cards, one for each turn that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel

from content.editorial.edition import kind_of
from content.editorial.schema import CannedReplies, CrisisFile, MessageFile, Script
from content.editorial.shelf import LEVELS, PEOPLE

Place: TypeAlias = tuple[str | int, ...]
HEAD = ""
"""The card of what is said about the whole file."""

FORMS = {"say": "What is said", "easy": "Easy words", "under_13": "Under 13", "13_15": "13 to 15", "16_17": "16 to 17", "18_25": "18 to 25"}
"""The forms of one turn, as an editor calls them."""

ORDER = ("about", "version", "piece", "picture", "states", "nation", "checked_on", *FORMS, "buttons")
"""In which order the parts of a turn stand in a file."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a form. `kind`: line, words, day, lines (a list, one in each line), topic, helplines, or one of `choices`."""

    name: str
    label: str
    hint: str = ""
    kind: str = "line"
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of file. `cards`: the part of the file that holds its turns; `what`: what an editor calls one of them."""

    schema: type[BaseModel]
    cards: str
    what: str
    head: tuple[Field, ...]
    fields: tuple[Field, ...] = ()
    most_buttons: int = 0
    most_bubbles: int = 3
    pictures: bool = False


_PIECES = (
    ("", "An answer"),
    ("what_would_you_do", "A scene to decide on"),
    ("is_this_ok", "A question of a quiz"),
    ("practice", "A role-play"),
    ("how_to_say", "Words to copy"),
    ("where_to_get_help", "Places to turn to"),
)
_STATES = (("", "Nothing to confirm"), ("law", "The law: a lawyer confirms it"), ("health", "Health: a nurse confirms it"))
_NATIONS = (
    ("", "Not said"),
    ("uk", "All of the UK"),
    ("england_wales", "England and Wales"),
    ("england", "England"),
    ("wales", "Wales"),
    ("scotland", "Scotland"),
    ("northern_ireland", "Northern Ireland"),
)
_REVIEWED = (
    Field("for", "For whom", "In a few words"),
    Field("sources", "Where it comes from", "One source in each line", "lines"),
    Field("reviewed_on", "Looked through on", kind="day"),
    Field("review_by", "To be looked through again by", kind="day"),
)
_GUIDANCE = Shape(
    Script,
    "steps",
    "step",
    (Field("title", "Title", "It is also the button that leads here"), *_REVIEWED, Field("help", "Helplines that fit", kind="helplines")),
    (
        Field("piece", "What it is", kind="choice", choices=_PIECES),
        Field("states", "Facts to confirm", kind="choice", choices=_STATES),
        Field("nation", "Where that holds", kind="choice", choices=_NATIONS),
        Field("checked_on", "Confirmed on", "The day on which they confirmed it", "day"),
    ),
    most_buttons=4,
    pictures=True,
)
_MESSAGES = Shape(
    MessageFile,
    "messages",
    "message",
    _REVIEWED,
    (
        Field("about", "When it is said"),
        Field("version", "Version", "Raise it by one when the meaning changes: agreements note which version was shown"),
    ),
    most_buttons=6,
)
_CRISIS = Shape(
    CrisisFile,
    "",
    "first response",
    (
        Field("plain", "In a young person's words", "The summary says “I want to talk about …”"),
        Field("plain_other", "The same about somebody else"),
        Field("reason", "What staff read"),
        Field("guidance", "The topic that goes on from here", kind="topic"),
        *_REVIEWED,
        Field("help", "Helplines that fit", kind="helplines"),
    ),
    most_bubbles=1,
)
_CANNED = Shape(CannedReplies, "replies", "reply", _REVIEWED, (Field("title", "Title", "What a worker reads in the list"),), most_bubbles=1)
_SHAPES = {"guidance": _GUIDANCE, "messages": _MESSAGES, "crisis": _CRISIS, "canned_replies": _CANNED}


def shape_of(key: str) -> Shape | None:
    """The form of a file; `None` where it is edited as text: policy and phrases, and files in other languages."""
    return None if "." in key.removesuffix(".yml") else _SHAPES.get(kind_of(key))


def cards(shape: Shape, data: Any) -> dict[str, Place]:
    """Where each card of a file stands, by its id, in order: a step's name, `myself.urgent`, or a reply's number."""
    if shape is _CRISIS:
        return {f"{who}.{level}": (who, level) for who in PEOPLE for level in LEVELS if level in data[who]}
    inside = data[shape.cards]
    names = [str(number) for number in range(len(inside))] if isinstance(inside, list) else list(inside)
    return {name: (shape.cards, int(name) if isinstance(inside, list) else name) for name in names}


def absent(shape: Shape, data: Any) -> list[str]:
    """The first responses that a crisis file could have and has not."""
    return [f"{who}.{level}" for who in PEOPLE for level in LEVELS if level not in data[who]] if shape is _CRISIS else []


def title_of(shape: Shape, data: Any, card: str) -> str:
    """What a card is called."""
    if shape is _CRISIS:
        who, _, level = card.partition(".")
        return f"{'About themselves' if who == 'myself' else 'About somebody else'}, {level}"
    return str(at(data, cards(shape, data)[card]).get("title", card)) if shape is _CANNED else spoken(card)


def spoken(name: str) -> str:
    """The name of a step or message as words."""
    return name.replace("_", " ").capitalize()


def at(data: Any, place: Place) -> Any:
    """The value at a place. Raises `KeyError` and `IndexError`."""
    for step in place:
        data = data[step]
    return data


def unshared(data: Any) -> Any:
    """A copy in which nothing stands in two places, as what a `*name` of the file repeats does."""
    if isinstance(data, dict):
        return {name: unshared(value) for name, value in data.items()}
    return [unshared(value) for value in data] if isinstance(data, list) else data


def fits(shape: Shape, data: Any) -> bool:
    """Whether a form can hold this: every part is of its kind, though it may be unfinished."""
    try:
        places = cards(shape, data).values()
        return (
            isinstance(data, dict) and all(_is_card(at(data, place)) for place in places) and all(_is_head(data, one) for one in shape.head)
        )
    except (KeyError, IndexError, TypeError, AttributeError):
        return False


def _is_head(data: Mapping[str, Any], field: Field) -> bool:
    value = data.get(field.name)
    many = field.kind in ("lines", "helplines")
    return value is None or (isinstance(value, list) and all(map(_is_value, value)) if many else _is_value(value))


def _is_card(card: Any) -> bool:
    if not isinstance(card, dict):
        return False
    rest = [value for name, value in card.items() if name not in (*FORMS, "buttons", "picture")]
    forms = [card[form] for form in FORMS if form in card]
    buttons, picture = card.get("buttons", []), card.get("picture", {})
    return (
        all(map(_is_value, rest))
        and all(_is_value(form) or (isinstance(form, list) and all(map(_is_value, form))) for form in forms)
        and isinstance(buttons, list)
        and all(isinstance(one, dict) and all(map(_is_value, one.values())) for one in buttons)
        and isinstance(picture, dict)
        and all(map(_is_value, picture.values()))
    )


def _is_value(value: Any) -> bool:
    return not isinstance(value, dict | list)
