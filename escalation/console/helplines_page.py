"""The helplines of each area as the settings pages show them, and a contact as its form gives it back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from content.editorial.edition import text_of
from content.editorial.library import CONTENT
from content.editorial.reading import parsed
from content.editorial.rewriting import with_item
from content.editorial.rules import Wording
from content.editorial.schema import AREAS, Contact, Directory
from escalation.publishing import Change
from escalation.record import published
from escalation.record.published import Version
from escalation.record.store import Tx

NEW = "new"
WAYS = ("by telephone", "by e-mail or letter", "in person")
"""How a service was asked."""
_REACHED_BY = ("name", "call", "text", "web", "hours", "always_open", "min_age", "max_age")
"""What was confirmed: where one of these changes, it is to be confirmed again."""
_TYPED = ("name", "does", "call", "text", "web", "hours", "min_age", "max_age", "source")


@dataclass(frozen=True, slots=True)
class Area:
    """The directory of one area in force. `stale`: contacts that were checked more than `good_for` days ago."""

    id: str
    version: int
    directory: Directory
    stale: frozenset[str]
    versions: tuple[Version, ...] = ()
    good_for: int = 0

    @property
    def unconfirmed(self) -> int:
        """How many contacts the organisation has not confirmed."""
        return sum(not contact.confirmed_by_organisation for contact in self.directory.contacts)


@dataclass(frozen=True, slots=True)
class Back:
    """A contact's form that came back: whose, what was typed, and what is wrong by field (`""`: with all of it)."""

    contact_id: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    def value(self, contact: Contact | None, name: str) -> str:
        """What stands in a field."""
        if self.typed and self.contact_id == (contact.id if contact else NEW):
            return self.typed.get(name, "")
        found = getattr(contact, name) if contact else None
        return "" if found is None or found is False else "yes" if found is True else str(found)

    def problem(self, contact: Contact | None, name: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return self.wrong.get(name, "") if self.contact_id == (contact.id if contact else NEW) else ""


def key_of(area: str) -> str:
    """The content file of an area. Raises `KeyError`."""
    if area not in AREAS:
        raise KeyError(area)
    return f"helplines/{area}.yml"


def areas(tx: Tx, now: datetime) -> list[Area]:
    """Every area, the one that works everywhere first."""
    return [read_area(tx, area, now) for area in AREAS]


def read_area(tx: Tx, area: str, now: datetime) -> Area:
    """One area. Raises `KeyError`."""
    key, texts = key_of(area), published.texts(tx)
    directory = Directory.model_validate(parsed(text_of(texts, key) or ""))
    wording = Wording.model_validate(parsed(text_of(texts, "policy/wording.yml") or ""))
    good_from = now.date() - timedelta(days=wording.limits.contact_days)
    stale = frozenset(contact.id for contact in directory.contacts if contact.checked_on < good_from)
    days = wording.limits.contact_days
    return Area(area, published.version_of(tx, key), directory, stale, tuple(published.versions(tx, key)), days)


def saved(tx: Tx, area: Area, contact_id: str, typed: Mapping[str, str], who: str, today: date) -> tuple[list[Change], Mapping[str, str]]:
    """The change that a contact's form asks for, and what is wrong with it by field. Raises `KeyError` for an unknown contact."""
    before = next((one for one in area.directory.contacts if one.id == contact_id), None)
    if before is None and contact_id != NEW:
        raise KeyError(contact_id)
    if typed.get("confirmed") == "yes" and typed.get("how") not in WAYS:
        return [], {"how": "choose how you asked them"}
    item = _item(before, typed, who, today)
    try:
        Contact.model_validate(item)
    except ValidationError as error:
        return [], {str(one["loc"][0]) if one["loc"] else "call": _say(one) for one in error.errors()}
    number = area.directory.contacts.index(before) if before else len(area.directory.contacts)
    text = text_of(published.texts(tx), key_of(area.id)) or ""
    return [Change(key_of(area.id), with_item(text, ("contacts",), number, item), area.version)], {}


def came_back(area: Area, change: Change, wrong: Sequence[str]) -> Back:
    """The contact's form with what was typed, where the change of a contact could not be put in force."""
    before = {one.id: one for one in area.directory.contacts}
    after = {one.id: one for one in Directory.model_validate(parsed(change.text or "")).contacts}
    said = {"": "; ".join(wrong)}
    changed = next((one for one in after.values() if one != before.get(one.id)), None)
    if changed is None:
        return Back(next((id for id in before if id not in after), ""), {}, said)
    typed = {name: Back().value(changed, name) for name in (*_TYPED, "checked_on", "always_open")}
    return Back(changed.id if changed.id in before else NEW, typed, said)


def removed(tx: Tx, area: Area, contact_id: str) -> list[Change]:
    """The changes that take a contact out, in every language. Raises `KeyError` for an unknown contact."""
    if contact_id not in {contact.id for contact in area.directory.contacts}:
        raise KeyError(contact_id)
    texts = published.texts(tx)
    keys = {path.relative_to(CONTENT).as_posix() for path in CONTENT.glob(f"helplines/{area.id}.*yml")}
    keys |= {key for key in texts if key.startswith(f"helplines/{area.id}.")}
    found = {key: text for key in sorted(keys) if (text := text_of(texts, key))}
    entries = {key: [one["id"] for one in parsed(text)["contacts"]] for key, text in found.items()}
    return [
        Change(key, with_item(text, ("contacts",), entries[key].index(contact_id), None), published.version_of(tx, key))
        for key, text in found.items()
        if contact_id in entries[key]
    ]


def _item(before: Contact | None, typed: Mapping[str, str], who: str, today: date) -> dict[str, Any]:
    """The entry of the file, in its order. What was confirmed stays so where nothing that was asked changed."""
    given: dict[str, Any] = {name: " ".join(typed.get(name, "").split()) for name in _TYPED}
    for age in ("min_age", "max_age"):
        given[age] = int(given[age]) if given[age].isdecimal() else given[age]
    given["always_open"] = typed.get("always_open") == "yes"
    asked = typed.get("confirmed") == "yes"
    kept = (
        before is not None
        and before.confirmed_by_organisation
        and all((given[name] or None) == (getattr(before, name) or None) for name in _REACHED_BY)
    )
    item: dict[str, Any] = {"id": before.id if before else re.sub(r"[^a-z0-9]+", "_", given["name"].lower()).strip("_")}
    item |= {name: given[name] for name in ("name", "does", "call", "text", "web", "hours", "always_open", "min_age", "max_age", "source")}
    item = {name: value for name, value in item.items() if value not in ("", False)}
    checked = today if asked else before.checked_on if kept and before else typed.get("checked_on", "")
    item |= {"checked_on": _day(checked), "confirmed_by_organisation": asked or kept}
    if asked:
        item |= {"confirmed_on": today, "confirmed_by": who, "confirmed_how": typed["how"]}
    elif kept and before and before.confirmed_on:
        item |= {"confirmed_on": before.confirmed_on, "confirmed_by": before.confirmed_by}
        item |= {"confirmed_how": before.confirmed_how} if before.confirmed_how else {}
    return item


def _day(given: date | str) -> date | str:
    try:
        return date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        return given


def _say(problem: Any) -> str:
    if problem["type"] == "missing":
        return "fill this in"
    if problem["type"].startswith("date"):
        return "give the day on which somebody looked it up"
    if problem["type"].startswith("int"):
        return "write an age in years, or leave it empty"
    return str(problem["msg"]).removeprefix("Value error, ")
