"""What a form of the desk says, put into the data of a file. What stands there already and was not changed stays as it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.desk.editing.shapes import FORMS, HEAD, ORDER, Field, Shape, at, cards, unshared

Given = Mapping[str, str]
"""The fields of a form as they were sent: `say-0`, `b1-label`, `title`, …"""

LONGEST = 10_000
"""Characters of one field that are kept."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def shown(value: Any) -> str:
    """A value as it stands in a field."""
    if isinstance(value, list):
        return "\n".join(map(shown, value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def bubbles(card: Mapping[str, Any], form: str) -> list[str]:
    """What a turn says in one of its forms; empty where it has no such form."""
    value = card.get(form, [])
    return [shown(one) for one in value] if isinstance(value, list) else [shown(value)]


def base_of(data: Any, shape: Shape, card: str) -> str:
    """What a card's form was made from, to see later whether somebody changed just this."""
    value = {name: one for name, one in data.items() if name in {field.name for field in shape.head}} if card == HEAD else None
    place = cards(shape, data).get(card)
    return hashlib.sha256(repr(at(data, place) if place else value).encode("utf-8", "replace")).hexdigest()[:16]


def with_form(data: Any, shape: Shape, card: str, given: Given) -> Any:
    """The data of a file with what the form of one card says. Raises `KeyError` where there is no such card any more."""
    data = unshared(data)
    if card == HEAD:
        for field in shape.head:
            _put_field(data, field, given)
        return data
    inside = at(data, cards(shape, data)[card])
    for field in shape.fields:
        _put_field(inside, field, given)
    for form in FORMS:
        _put_bubbles(inside, form, given)
    _put_buttons(inside, given)
    if shape.pictures:
        _put_picture(inside, given)
    return data


def renamed(data: Any, shape: Shape, card: str, wish: str) -> tuple[Any, str]:
    """The data with a step or message of another name, and the buttons that lead there; and the name it has now."""
    name = re.sub(r"[^a-z0-9_]+", "_", wish.strip().lower()).strip("_")[:40]
    place = cards(shape, data).get(card)
    inside = data.get(shape.cards)
    if place is None or not isinstance(inside, dict) or card == "start" or name in ("", *inside):
        return data, card
    inside = {name if old == card else old: value for old, value in data[shape.cards].items()}
    for one in inside.values():
        for button in one.get("buttons", []):
            if button.get("go") == card:
                button["go"] = name
    return {**data, shape.cards: inside}, name


def clean(text: str) -> str:
    """Typed text without what no keyboard makes; line breaks as a file has them."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST]


def put(card: dict[str, Any], name: str, value: Any, order: Sequence[str] = ORDER) -> None:
    """Set a part of a turn, at its place among the others, which stand in this order; `None` takes it out."""
    if value is None:
        card.pop(name, None)
    elif name in card or name not in order:
        card[name] = value
    else:
        later = order[order.index(name) + 1 :]
        parts = list(card.items())
        number = next((index for index, (other, _) in enumerate(parts) if other in later), len(parts))
        card.clear()
        card.update([*parts[:number], (name, value), *parts[number:]])


def _put_field(inside: dict[str, Any], field: Field, given: Given) -> None:
    if field.name not in given:
        return
    typed = clean(given[field.name])
    if typed == shown(inside.get(field.name)):
        return
    if field.kind in ("lines", "helplines"):
        lines = [line.strip() for line in typed.split("\n") if line.strip()]
        if lines != [shown(one) for one in inside.get(field.name) or ()]:
            inside[field.name] = lines
    elif not typed.strip() and field.kind in ("choice", "day"):
        put(inside, field.name, None)
    else:
        put(inside, field.name, _day(typed) if field.kind == "day" else " ".join(typed.split("\n")))


def _put_bubbles(card: dict[str, Any], form: str, given: Given) -> None:
    if f"{form}-0" not in given:
        return
    before = card.get(form)
    typed = _numbered(given, f"{form}-{{}}")
    if not isinstance(before, list | None):
        put(card, form, typed[0] if typed[0] != shown(before) else before)
        return
    least = len(before or ())
    while len(typed) > least and not typed[-1].strip():
        typed.pop()
    if form != "say" and not any(text.strip() for text in typed):
        put(card, form, None)
    elif typed or form == "say":
        put(card, form, _kept(before or [], typed))


def _put_buttons(card: dict[str, Any], given: Given) -> None:
    labels, goes = _numbered(given, "b{}-label"), _numbered(given, "b{}-go")
    there = card.get("buttons", [])
    for number, button in enumerate(there):
        for name, typed in (("label", labels), ("go", goes)):
            if number < len(typed) and typed[number] != shown(button.get(name)):
                button[name] = typed[number].replace("\n", " ")


def _put_picture(card: dict[str, Any], given: Given) -> None:
    if "picture-file" not in given:
        return
    before = card.get("picture", {})
    if not given["picture-file"]:
        put(card, "picture", None)
        return
    typed = {"file": clean(given["picture-file"]), "alt": clean(given.get("picture-alt", "")).replace("\n", " ")}
    typed = {name: before.get(name) if text == shown(before.get(name)) else text for name, text in typed.items()}
    more = {"says_more": True} if given.get("picture-says_more") else {}
    same = bool(before.get("says_more")) == bool(more)
    put(card, "picture", {**{name: one for name, one in before.items() if name != "says_more" or same}, **typed, **({} if same else more)})


def _kept(before: list[Any], typed: list[str]) -> list[Any]:
    return [before[number] if number < len(before) and shown(before[number]) == text else text for number, text in enumerate(typed)]


def _numbered(given: Given, name: str) -> list[str]:
    found: list[str] = []
    while name.format(len(found)) in given:
        found.append(clean(given[name.format(len(found))]))
    return found


def _day(typed: str) -> date | str:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return typed
