"""A turn as the web chat shows it: the same bubbles, buttons, style and colours, at the size of a phone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.webchat.page import STATIC as CHAT
from bot.desk.editing.forms import Given, bubbles, shown
from bot.desk.editing.shapes import FORMS, HEAD, Shape, at, cards
from escalation.console.pages import STATIC as CONSOLE

BANDS = {"unknown": "Age not known", "under_13": "Under 13", "13_15": "13 to 15", "16_17": "16 to 17", "18_25": "18 to 25"}


@dataclass(frozen=True, slots=True)
class Look:
    """For whom the preview is, and how their phone shows it."""

    band: str = "unknown"
    easy: bool = False
    dark: bool = False
    right_to_left: bool = False

    @classmethod
    def chosen(cls, given: Given) -> Look:
        """What the switches beside the preview say."""
        band = given.get("look-band", "unknown")
        return cls(band if band in BANDS else "unknown", "look-easy" in given, "look-dark" in given, "look-rtl" in given)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is seen: bubbles in which there is something, buttons with where they lead, and the picture above. `form`: which form it is."""

    bubbles: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...]
    picture: tuple[str, str] | None
    form: str


def seen(shape: Shape, data: Any, card: str, look: Look) -> Shown:
    """One card for this look; of the head, the first card."""
    places = cards(shape, data)
    name = card if card in places else next(iter(places), HEAD)
    inside = at(data, places[name]) if name != HEAD else {}
    form = _form(inside, look)
    buttons = tuple((shown(one.get("label")), shown(one.get("go"))) for one in inside.get("buttons", []))
    picture = inside.get("picture")
    return Shown(
        tuple(text for text in bubbles(inside, form) if text.strip()),
        tuple(pair for pair in buttons if pair[0].strip()),
        (shown(picture.get("file")), shown(picture.get("alt"))) if picture else None,
        FORMS[form],
    )


def _form(inside: Mapping[str, Any], look: Look) -> str:
    """The form that is said, chosen as `Bubbles.chosen` does."""
    if look.easy and inside.get("easy"):
        return "easy"
    band = "13_15" if look.band == "unknown" else look.band
    return band if inside.get(band) else "say"


def style() -> str:
    """The web chat's own style sheet, for what is inside a `.phone` alone, with both themes to choose from."""
    tokens = (CONSOLE / "tokens.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\n\s*\}", tokens, re.DOTALL)[:2]
    chat = (CHAT / "chat.css").read_text(encoding="utf-8")
    # The console's own rules for elements and classes of the same names end at the edge of the phone.
    fresh = "*, *::before, *::after { all: revert; box-sizing: border-box; }"
    return f".phone.light {{ {light} color-scheme: light; }}\n.phone.dark {{ {dark} color-scheme: dark; }}\n.phone.phone {{\n{fresh}\n{chat}\n}}\n"
