"""The library as a list: every file that can be published, with what an editor looks for in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import yaml

from bot.desk.drafting.drafts import Draft
from bot.desk.drafting.standing import is_signed
from content.editorial.edition import Texts, kind_of, texts_below
from content.editorial.library import CONTENT
from content.editorial.reading import parsed
from escalation.insight.opinions import Opinion

KINDS = {
    "guidance": "Guidance",
    "messages": "What the bot says by itself",
    "crisis": "First words after a disclosure",
    "canned_replies": "Ready replies for staff",
    "helplines": "Helplines",
    "risk_phrases": "Phrases that are noticed",
    "policy": "Policy",
}
"""The kinds of files, in the order of the list; training messages have a list of their own."""

STATUS = {"draft": "Not signed off", "in_review": "Being reviewed", "signed_off": "Signed off", "retired": "Retired"}
SOON = timedelta(days=30)
SHOWN = {"due": "Review due", "unsigned": "Not signed off", "open": "With an open draft", "changed": "Changed here", "badly": "Rated badly"}
"""What the list can be narrowed to."""

ORDERS = {"rated": "Worst rated"}
"""How the list can be sorted, other than by kind and theme."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one file says about itself. `topic`: of guidance; `words`: all of it in small letters, to search in."""

    key: str
    title: str
    status: str
    review_by: date | None
    topic: str
    words: str

    @property
    def kind(self) -> str:
        return kind_of(self.key)

    @property
    def group(self) -> str:
        """The theme of guidance; elsewhere the kind."""
        return _plain(self.key.split("/")[1]) if self.kind == "guidance" else KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the list: as it is in force, when it was last published (`None`: as shipped), its open draft, and how often asked for.

    `rated`: what young people thought of this version; `None` where they are not asked.
    """

    entry: Entry
    changed_at: datetime | None
    draft: Draft | None
    asked: int | None = None
    rated: Opinion | None = None

    def due(self, today: date) -> bool:
        """Whether its review is overdue or near."""
        return self.entry.review_by is not None and self.entry.review_by <= today + SOON


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: words, a kind, one of `SHOWN`, and one of `ORDERS`; empty where it does not matter."""

    words: str = ""
    kind: str = ""
    shown: str = ""
    order: str = ""

    def fits(self, one: Listed, today: date) -> bool:
        text = f"{one.entry.key}\n{one.entry.title.lower()}\n{one.entry.words}"
        if self.kind and one.entry.kind != self.kind:
            return False
        narrowed = {
            "due": one.due(today),
            "unsigned": is_signed(one.entry.key) and one.entry.status != "signed_off",
            "open": one.draft is not None,
            "changed": one.changed_at is not None,
            "badly": one.rated is not None and one.rated.bad,
        }
        return narrowed.get(self.shown, True) and all(word in text for word in self.words.lower().split())


def entries(texts: Texts) -> list[Entry]:
    """Every file in force, by kind, then theme and title."""
    order = list(KINDS)
    found = (entry(key, text) for key, text in {**shipped(), **texts}.items() if text is not None and kind_of(key) in KINDS)
    return sorted(found, key=lambda one: (order.index(one.kind), one.group, one.title.lower(), one.key))


def grouped(listed: Sequence[Listed], order: str = "") -> Iterator[tuple[str, list[Listed]]]:
    """The files under headings, in their order; worst rated first, those of which something can be said come before all others."""
    if order == "rated":
        said = sorted((one for one in listed if one.rated and one.rated.known), key=lambda one: -one.rated.share if one.rated else 0.0)
        rest = [one for one in listed if one not in said]
        yield from ((name, files) for name, files in (("Rated by young people", said), ("Too few to say, or not asked", rest)) if files)
        return
    groups: dict[str, list[Listed]] = {}
    for one in listed:
        groups.setdefault(one.entry.group, []).append(one)
    yield from groups.items()


@lru_cache(maxsize=2000)
def entry(key: str, text: str) -> Entry:
    """What a text says of itself as the file with this key; one that cannot be read says little."""
    try:
        said = parsed(text)
    except yaml.YAMLError:
        said = None
    there: dict[str, Any] = said if isinstance(said, dict) else {}
    review_by = there.get("review_by")
    return Entry(
        key,
        _title(key, there),
        str(there.get("status", "")),
        review_by if isinstance(review_by, date) else None,
        str(there.get("topic", "")),
        " ".join(text.lower().split()),
    )


def _title(key: str, there: dict[str, Any]) -> str:
    stem, _, language = key.rpartition("/")[2].removesuffix(".yml").partition(".")
    named = there.get("title")
    name = named if isinstance(named, str) and kind_of(key) in ("guidance", "helplines") else _plain(stem)
    return f"{name} ({language})" if language else name


def _plain(id: str) -> str:
    return id.replace("_", " ").capitalize()


@cache
def shipped() -> dict[str, str]:
    """Every shipped file that can be published, by key."""
    return texts_below(CONTENT)
