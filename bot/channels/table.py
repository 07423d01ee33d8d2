"""What each app can do, as the table of `docs/channels.md`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.channels.apps import APPS
from escalation.apps import ENDLESS, App


def table() -> str:
    """The table in Markdown, one column for each app, from what the channels declare."""
    lines = [["", *(app.title for app in APPS.values())], ["---"] * (len(APPS) + 1)]
    lines += [[what, *(say(app) for app in APPS.values())] for what, say in _ROWS.items()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _number(number: int) -> str:
    return "no limit" if number == ENDLESS else f"{number:,}"


def _hours(length: timedelta | None, otherwise: str) -> str:
    return otherwise if length is None else f"{length // timedelta(hours=1)} hours"


def _buttons(app: App) -> str:
    return "any number" if app.buttons == ENDLESS else f"{app.buttons} of {app.label} characters"


_ROWS: dict[str, Callable[[App], str]] = {
    "young people come by it": lambda app: _yes(app.public),
    "minimum age of the app in the UK": lambda app: str(app.minimum_age or "none"),
    "its makers keep a copy": lambda app: _yes(app.keeps_a_copy),
    "longest text in one bubble": lambda app: _number(app.longest),
    "buttons under a bubble": _buttons,
    "a list where they do not fit": lambda app: f"{app.listed} choices" if app.listed else "not needed",
    "pictures and files to save": lambda app: _yes(app.own_page),
    "quick exit": lambda app: _yes(app.quick_exit),
    "photos can be sent to it (never fetched)": lambda app: _yes(app.media),
    "tells of changed messages": lambda app: _yes(app.edits),
    "tells when somebody leaves": lambda app: _yes(app.leaving),
    "shows that somebody is writing": lambda app: _yes(app.typing),
    "the bot can delete what was said": lambda app: _hours(app.deletes_for, "all of it" if app.own_page else "no"),
    "free words after they last wrote": lambda app: _hours(app.free_for, "always"),
}
