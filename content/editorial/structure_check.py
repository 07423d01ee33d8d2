"""Do the files fit together: names, ids, buttons, fields, dates and sign-offs?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from string import Formatter

from content.editorial.problems import Problem
from content.editorial.schema import Directory, Entry, Reviewed, Script, SignOff
from content.editorial.shelf import Filed, Shelf

_PLACEHOLDER = re.compile(r"(?i)^(?:tbc|tbd|todo|n/?a|none|name|someone|xx+|\?+|-+|editor|lead|safeguarding lead|youth panel|panel)$")


def structure_problems(shelf: Shelf, *, today: date, needed: Collection[str]) -> Iterator[Problem]:
    """Everything about the files that is neither about their words nor about their buttons."""
    yield from _names(shelf)
    yield from _two_for_one(shelf)
    yield from _unread(shelf)
    yield from _gaps(shelf, needed)
    yield from _helplines(shelf)
    yield from _fields(shelf)
    for filed in shelf.reviewed:
        yield from review_problems(filed, today)
    for directory in shelf.directories:
        yield from _contacts(directory, today, timedelta(days=shelf.wording.limits.contact_days))


def _names(shelf: Shelf) -> Iterator[Problem]:
    theme_of, limits = shelf.taxonomy.theme_of, shelf.wording.limits
    for script in shelf.scripts:
        topic, folder = script.entry.topic, script.path.parent.name
        if topic not in theme_of:
            yield script.problem(f"there is no topic {topic!r}", "use an id of taxonomy.yml, or add the topic there", "topic")
        elif (topic, theme_of[topic]) != (script.path.stem, folder):
            yield script.problem(f"{topic} stands in {folder}/{script.path.name}", f"its place is {theme_of[topic]}/{topic}.yml", "topic")
        if len(script.entry.title) > limits.title_characters:
            yield script.problem(f"the title is longer than {limits.title_characters} characters", "shorten it: it is a button", "title")
    for crisis in shelf.crisis:
        if crisis.entry.category not in shelf.taxonomy.risk_categories:
            yield crisis.problem(f"there is no risk category {crisis.entry.category!r}", "use an id of taxonomy.yml", "category")
        if crisis.entry.guidance not in theme_of:
            yield crisis.problem(f"there is no topic {crisis.entry.guidance!r}", "use an id of taxonomy.yml", "guidance")
    for filed, name, key in _file_names(shelf):
        if name != filed.path.stem:
            yield filed.problem(f"{key} {name!r} stands in {filed.path.name}", f"name the file {name}.yml, or correct the {key}", key)
    yield from _twice(shelf)


def _two_for_one(shelf: Shelf) -> Iterator[Problem]:
    first: dict[str, Filed[Script]] = {}
    for script in shelf.scripts:
        other = first.setdefault(script.entry.topic, script)
        if other is not script:
            where = other.path.relative_to(shelf.folder)
            yield script.problem(f"{script.entry.topic} has another file already, {where}", "keep one of the two", "topic")


def _unread(shelf: Shelf) -> Iterator[Problem]:
    """Files that look like words and that nothing reads, because of how they are called."""
    for pattern in ("guidance/*/*", "messages/*", "crisis/*", "helplines/*", "canned_replies/*"):
        for path in sorted(shelf.folder.glob(pattern)):
            if path.is_file() and path.suffix != ".yml":
                yield Problem(path, 1, f"nothing reads {path.name}", "let its name end in .yml, or take it out of the folder")


def _file_names(shelf: Shelf) -> Iterator[tuple[Filed[Entry], str, str]]:
    for crisis in shelf.crisis:
        yield crisis, crisis.entry.category, "category"
    for messages in shelf.messages:
        yield messages, messages.entry.group, "group"
    for canned in shelf.canned:
        yield canned, canned.entry.group, "group"
    for directory in shelf.directories:
        yield directory, directory.entry.area, "area"


def _twice(shelf: Shelf) -> Iterator[Problem]:
    ids: list[tuple[Filed[Entry], str, str, int]] = []
    ids += [(filed, contact.id, "contacts", i) for filed in shelf.directories for i, contact in enumerate(filed.entry.contacts)]
    ids += [(filed, reply.id, "replies", i) for filed in shelf.canned for i, reply in enumerate(filed.entry.replies)]
    seen: set[tuple[str, str]] = set()
    for filed, id, key, index in ids:
        if (key, id) in seen:
            yield filed.problem(f"the id {id!r} is used twice", "give each its own id", key, index)
        seen.add((key, id))


def _gaps(shelf: Shelf, needed: Collection[str]) -> Iterator[Problem]:
    theme_of, folder = shelf.taxonomy.theme_of, shelf.folder
    for category in sorted(set(shelf.taxonomy.risk_categories) - {filed.entry.category for filed in shelf.crisis}):
        yield Problem(folder / "crisis" / f"{category}.yml", 1, f"there is no first response for {category}", "write one")
    for area in sorted(set(shelf.taxonomy.areas) - {filed.entry.area for filed in shelf.directories}):
        yield Problem(folder / "helplines" / f"{area}.yml", 1, f"there is no directory for {area}", "write one; it may be without contacts")
    for topic in sorted(set(theme_of) - {filed.entry.topic for filed in shelf.scripts}):
        path = folder / "guidance" / theme_of[topic] / f"{topic}.yml"
        yield Problem(path, 1, f"there is no script for {topic}", "write one; until then no_script is said", "warning")
    there = {f"{filed.entry.group}.{name}" for filed in shelf.messages for name in filed.entry.messages}
    for id in sorted(set(needed) - there):
        group, _, name = id.partition(".")
        yield Problem(folder / "messages" / f"{group}.yml", 1, f"the program needs the message {name!r}", "add it; nothing else says this")


def _helplines(shelf: Shelf) -> Iterator[Problem]:
    files: list[tuple[Filed[Entry], str, tuple[str, ...]]] = [(filed, filed.entry.topic, filed.entry.help) for filed in shelf.scripts]
    files += [(filed, filed.entry.category, filed.entry.help) for filed in shelf.crisis]
    for filed, subject, named in files:
        for unknown in sorted(set(named) - shelf.contact_ids):
            yield filed.problem(f"there is no helpline {unknown!r}", "use an id of helplines/, or add it there", "help")
        for rule in shelf.wording.helplines:
            absent = sorted(set(rule.names) - set(named)) if subject in rule.subjects else []
            if absent:
                yield filed.problem(f"help does not name {', '.join(absent)}: {rule.why}", "add it", "help")


def _fields(shelf: Shelf) -> Iterator[Problem]:
    declared = {
        f"messages/{filed.entry.group}/{name}": _named(message.about) or set()
        for filed in shelf.messages
        for name, message in filed.entry.messages.items()
    }
    for turn in shelf.turns():
        for text in (text for bubbles in turn.variants.values() for text in bubbles):
            used = _named(text)
            if used is None:
                yield turn.problem("a brace { or } stands alone", "close it, or write it without braces")
            elif unknown := sorted(used - declared.get(turn.place, set())):
                names = ", ".join("{" + name + "}" for name in unknown)
                yield turn.problem(f"nothing fills in {names}", "use only the fields that `about` names; scripts have none")


def _named(text: str) -> set[str] | None:
    try:
        return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError:
        return None


def review_problems(filed: Filed[Reviewed], today: date) -> Iterator[Problem]:
    """A review that is overdue or lies in the future, and sign-offs that are none."""
    entry = filed.entry
    if entry.review_by < today:
        yield filed.problem(f"its review was due on {entry.review_by}", "read it again, then set reviewed_on and review_by", "review_by")
    if entry.reviewed_on > today:
        yield filed.problem("reviewed_on lies in the future", "give the day on which it was really read", "reviewed_on")
    signs = [(role, getattr(entry.sign_off, role)) for role in SignOff.model_fields]
    for role, sign in signs:
        if sign and (_PLACEHOLDER.match(sign.name.strip()) or sign.on > today):
            what = f"the sign-off of {role} is not a real person's, on a real day"
            yield filed.problem(what, "leave it out until somebody has signed", "sign_off", role)
    if entry.status == "draft" and any(sign for _, sign in signs):
        yield filed.problem("a draft has a sign-off", "set the status to in_review, or take the sign-off out", "sign_off")


def _contacts(directory: Filed[Directory], today: date, good_for: timedelta) -> Iterator[Problem]:
    contacts = directory.entry.contacts
    unconfirmed = sum(not contact.confirmed_by_organisation for contact in contacts)
    if unconfirmed:
        what = f"{unconfirmed} of {len(contacts)} contacts are not confirmed by the organisation"
        yield directory.warning(what, "call each one, then set checked_on and confirmed_by_organisation", "contacts")
    for index, contact in enumerate(contacts):
        if contact.checked_on > today:
            yield directory.problem(f"{contact.id}: checked_on lies in the future", "give the day it was checked", "contacts", index)
        elif contact.checked_on + good_for < today:
            yield directory.warning(f"{contact.id} was last checked on {contact.checked_on}", "check it again", "contacts", index)
