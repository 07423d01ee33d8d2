"""A file as a young person would read it: its turns one after another, as bubbles and the labels of buttons. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from content.editorial.reading import parsed

FORMS = {"easy": "Easy words", "under_13": "Under 13", "13_15": "13 to 15", "16_17": "16 to 17", "18_25": "18 to 25"}
_HOLDERS = ("steps", "messages", "replies")
"""Parts of a file that hold its turns; their names say nothing to a reader."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. `step`: where it stands in the file; `others`: the same said to others, by whom it is for."""

    step: str
    title: str
    bubbles: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    others: tuple[tuple[str, tuple[str, ...]], ...] = ()


def turns(text: str) -> tuple[Turn, ...]:
    """Every turn of a YAML text in its order; none where it cannot be read."""
    try:
        return tuple(_turns(parsed(text), ()))
    except (yaml.YAMLError, RecursionError):
        return ()


def title_of(text: str, key: str) -> str:
    """What a young person would call the file: its title, or its name."""
    try:
        data = parsed(text)
    except (yaml.YAMLError, RecursionError):
        data = None
    title = data.get("title") or data.get("plain") if isinstance(data, Mapping) else None
    return str(title) if title else key.rpartition("/")[2].partition(".")[0].replace("_", " ").capitalize()


def _turns(data: Any, place: tuple[str, ...]) -> Iterator[Turn]:
    if isinstance(data, Mapping):
        if said := _bubbles(data.get("say")):
            yield _turn(data, place, said)
            return
        for name, inside in data.items():
            yield from _turns(inside, (*place, str(name)))
    elif isinstance(data, list):
        for number, inside in enumerate(data):
            yield from _turns(inside, (*place, str(number)))


def _turn(data: Mapping[Any, Any], place: tuple[str, ...], said: tuple[str, ...]) -> Turn:
    step = ".".join(place[1:] if place[0] in _HOLDERS else place)
    buttons: Any = data.get("buttons") if _is_list(data.get("buttons")) else ()
    labels = tuple(str(one["label"]) for one in buttons if isinstance(one, Mapping) and one.get("label"))
    others = tuple((name, _bubbles(data.get(form))) for form, name in FORMS.items() if data.get(form))
    return Turn(step, str(data.get("title") or _title(step)), said, labels, others)


def _title(step: str) -> str:
    return "The beginning" if step == "start" else step.replace(".", ", ").replace("_", " ").capitalize()


def _bubbles(said: Any) -> tuple[str, ...]:
    if isinstance(said, str):
        return (said,)
    return tuple(str(one) for one in said) if _is_list(said) else ()


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
