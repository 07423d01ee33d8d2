"""Every form of a page, filled in as somebody would who wants to do harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html  # type: ignore[import-untyped]

SCRIPT = "'\"></textarea><img src=x onerror=alert(1)>"
"""Ends an attribute, a text field and an element, and then would run."""
_FREE = {"text", "search", "email", "tel", "url", "password", ""}


@dataclass(frozen=True)
class Filled:
    """One way to send one form: where, how, and what stands in it. `free`: whether somebody can write in it what they like."""

    method: str
    path: str
    fields: dict[str, str]
    free: bool


def of_page(text: str, address: str, write: Callable[[str, str], str] = lambda name, kind: SCRIPT) -> Iterator[Filled]:
    """Each form of a page with each of its buttons, the last choice in each field, and in each for free text what `write` makes for a
    field of that name and kind, such as `email`."""
    for form in html.document_fromstring(text).iter("form"):
        if form.get("method") == "dialog":
            continue
        fields, free = _fields(form, write)
        path = urlsplit(urljoin(address, form.get("action") or address)).path
        buttons = [button for button in form.iter("button") if button.get("type", "submit") == "submit"]
        for named in {(button.get("name"), button.get("value", "")) for button in buttons} or {(None, "")}:
            chosen = {named[0]: named[1]} if named[0] else {}
            yield Filled(form.get("method", "get"), path, {**fields, **chosen}, free)


def _fields(form: Any, write: Callable[[str, str], str]) -> tuple[dict[str, str], bool]:
    found: dict[str, str] = {}
    free = False
    for field in form.iter("input", "textarea", "select"):
        name, kind = field.get("name"), field.get("type", "") if field.tag == "input" else field.tag
        if not name:
            continue
        if kind == "textarea" or (field.tag == "input" and kind in _FREE):
            found[name], free = write(name, kind), True
        elif kind == "select":
            found[name] = ([option.get("value") for option in field.iter("option") if option.get("value")] or [""])[-1]
        else:
            found[name] = field.get("value") or {"date": "2026-11-30", "time": "12:00", "datetime-local": "2026-11-30T12:00"}.get(kind, "")
    return found, free
