"""What stands in the address of the list of cases: the search that it asks for, and the filters in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from urllib.parse import urlencode

from escalation.console import labels
from escalation.context import Service
from escalation.work.case_search import Position, Search
from nlu.understanding import Level

SHOWN_STAGES = {id: words for id, words in labels.STAGES.items() if id != "offered"}
FIELDS = tuple(field.name for field in fields(Search))
LEADS_ONLY = frozenset({"worker", "code"})
_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter that is set: what it is called, what was chosen, and the address of the list without it."""

    name: str
    chosen: str
    without: str


def search_of(asked: Mapping[str, str], lead: bool) -> Search:
    """The search that an address asks for. What makes no sense, or is not for this role, narrows nothing."""
    given = {name: asked.get(name, "").strip() for name in FIELDS if lead or name not in LEADS_ONLY}
    return Search(
        stage=given["stage"] if given["stage"] in SHOWN_STAGES else "",
        level=given["level"] if given["level"] in {level.id for level in Level} else "",
        category=given["category"],
        area=given["area"],
        worker=given.get("worker", ""),
        opened_from=_day(given["opened_from"]),
        opened_to=_day(given["opened_to"]),
        held=given["held"] == "yes",
        referred=given["referred"] == "yes",
        code=_code(given.get("code", "")),
    )


def position_of(asked: Mapping[str, str]) -> Position | None:
    """Where the page begins; `None` for the first one."""
    try:
        return Position.of(asked["before"])
    except (KeyError, ValueError):
        return None


def address(search: Search, before: Position | None = None) -> str:
    """The part of the list's address that follows its path: what is set, and nothing else."""
    named = {name: _written(getattr(search, name)) for name in FIELDS}
    named["before"] = str(before or "")
    said = urlencode({name: value for name, value in named.items() if value})
    return f"?{said}" if said else ""


def filters(search: Search, service: Service, workers: Mapping[str, str]) -> list[Filter]:
    """What is set, in words, in the order of the form."""
    words = {
        "stage": ("State", labels.STAGES.get(search.stage, "")),
        "level": ("Urgency", labels.LEVELS.get(search.level, search.level)),
        "category": ("About", labels.plain(search.category)),
        "area": ("Area", areas(service).get(search.area, search.area)),
        "worker": ("Worker", workers.get(search.worker, "Somebody else")),
        "opened_from": ("Opened from", _long(search.opened_from)),
        "opened_to": ("Opened up to", _long(search.opened_to)),
        "held": ("On hold", ""),
        "referred": ("Referred", ""),
        "code": ("Person", search.code),
    }
    kept = {name: getattr(search, name) for name in FIELDS}
    unset = Search()
    return [
        Filter(*words[name], address(Search(**{**kept, name: getattr(unset, name)})))
        for name in FIELDS
        if getattr(search, name) != getattr(unset, name)
    ]


def areas(service: Service) -> dict[str, str]:
    """The areas that somebody can say they live in, by what they are called."""
    return {id: directory.title for id, directory in service.library.directories.items() if id != "uk"}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _code(typed: str) -> str:
    """A person's code as it is kept, however it was typed."""
    letters = "".join(typed.upper().split()).replace("-", "")[: _LETTERS + 1]
    return f"{letters[:4]}-{letters[4:]}" if letters else ""


def _long(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
