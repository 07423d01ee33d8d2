"""What the small buttons of a form do: add, take out and move bubbles, buttons and steps."""

from __future__ import annotations

from typing import Any

from bot.desk.editing.forms import put
from bot.desk.editing.shapes import FORMS, HEAD, Shape, absent, at, cards, unshared

EMPTY_BUTTON = {"label": "", "go": ""}


def move(data: Any, shape: Shape, card: str, do: str) -> tuple[Any, str, str]:
    """Do what a button's value says: `add:say`, `remove:buttons:1`, `up:easy:2`, `down:card`, `add:card`, …

    Returns the data, the card to show, and the field to go to. What cannot be done changes nothing.
    """
    data = unshared(data)
    what, _, rest = do.partition(":")
    part, _, number = rest.partition(":")
    if part == "card":
        return _move_card(data, shape, card, what, number)
    place = cards(shape, data).get(card)
    if place is None or part not in (*FORMS, "buttons"):
        return data, card, ""
    return data, card, _move_part(at(data, place), shape, what, part, int(number) if number.isdecimal() else -1)


def _move_part(inside: dict[str, Any], shape: Shape, what: str, part: str, number: int) -> str:
    items, most = inside.get(part, []), shape.most_buttons if part == "buttons" else shape.most_bubbles
    if not isinstance(items, list):
        return ""
    name = "b{}-label" if part == "buttons" else part + "-{}"
    if what == "add" and len(items) < most:
        put(inside, part, [*items, dict(EMPTY_BUTTON) if part == "buttons" else ""])
        return name.format(len(items))
    if not 0 <= number < len(items):
        return ""
    if what == "remove":
        left = [*items[:number], *items[number + 1 :]]
        put(inside, part, left or ([] if part == "say" else None))
        return name.format(max(0, min(number, len(left) - 1)))
    other = number + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(items):
        items[number], items[other] = items[other], items[number]
        return name.format(other)
    return name.format(number)


def _move_card(data: Any, shape: Shape, card: str, what: str, name: str) -> tuple[Any, str, str]:
    if what == "add" and name in absent(shape, data):
        who, _, level = name.partition(".")
        data[who][level] = {"say": [""]}
        return data, name, "say-0"
    inside = data.get(shape.cards) if shape.cards else None
    if isinstance(inside, list):
        return _move_reply(data, inside, card, what)
    if not isinstance(inside, dict):
        return _without_response(data, shape, card) if what == "remove" else (data, card, "")
    if what == "add":
        return _with_step(data, shape, card)
    names = list(inside)
    if card not in inside or (what == "remove" and card == "start"):
        return data, card, ""
    number = names.index(card)
    if what == "remove":
        data[shape.cards] = {other: inside[other] for other in names if other != card}
        return data, names[number - 1] if number else HEAD, ""
    other = number + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(names):
        names[number], names[other] = names[other], names[number]
    data[shape.cards] = {one: inside[one] for one in names}
    return data, card, ""


def _with_step(data: Any, shape: Shape, card: str) -> tuple[Any, str, str]:
    """One more step or message, after the one that is shown."""
    inside = data[shape.cards]
    name = next(name for number in range(len(inside) + 2) if (name := f"{shape.what}_{number + 1}") not in inside)
    fresh: dict[str, Any] = {"say": [""]}
    if shape.what == "message":
        fresh = {"about": "", **fresh}
    entries = list(inside.items())
    number = list(inside).index(card) + 1 if card in inside else len(entries)
    data[shape.cards] = dict([*entries[:number], (name, fresh), *entries[number:]])
    return data, name, "say-0"


def _move_reply(data: Any, replies: list[Any], card: str, what: str) -> tuple[Any, str, str]:
    number = int(card) if card.isdecimal() and int(card) < len(replies) else -1
    if what == "add":
        taken = {str(one.get("id")) for one in replies}
        name = next(name for count in range(len(replies) + 2) if (name := f"reply_{count + 1}") not in taken)
        replies.append({"id": name, "title": "", "say": ""})
        return data, str(len(replies) - 1), "title"
    if number < 0:
        return data, card, ""
    if what == "remove":
        del replies[number]
        return data, HEAD, ""
    other = number + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(replies):
        replies[number], replies[other] = replies[other], replies[number]
        return data, str(other), ""
    return data, card, ""


def _without_response(data: Any, shape: Shape, card: str) -> tuple[Any, str, str]:
    place = cards(shape, data).get(card)
    if place is None or place[1] == "concern":
        return data, card, ""
    del data[place[0]][place[1]]
    return data, HEAD, ""
