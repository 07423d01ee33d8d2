"""What the form of a phrase holds beside the phrase itself: all that its group says, and how that stands in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.desk.editing.forms import Given, clean, put, shown
from bot.desk.editing.shapes import Field

LEVELS = {
    "worry": "A worry: guidance, and an adult is mentioned",
    "concern": "A concern: an adult is offered",
    "urgent": "Urgent: an adult the same day",
    "immediate": "Immediate: danger now",
}
SHORT = {"worry": "Worry", "concern": "Concern", "urgent": "Urgent", "immediate": "Immediate", "sign": "Weak sign", "flag": "Mark"}
"""What a group counts as, in a word or two."""

AT_RISK = {
    "target": "Whoever it is done to",
    "actor": "Whoever does it",
    "writer": "The young person who writes",
    "other": "Somebody else",
}
KIND, CATEGORY = Field("kind", "What it counts as", kind="choice"), Field("category", "What it is about", kind="choice")
MEANING = (Field("why", "What staff read", "What the young person said, not what it may mean"), KIND, CATEGORY)
EXAMPLES = (
    Field("must_match", "Messages it must find", "One in each line, as young people type; two at least", "lines"),
    Field("must_not_match", "Messages it must leave alone", "Harmless ones that sound alike; two at least", "lines"),
)
WHERE = (
    Field("needs", "Counts only near one of these", "One in each line; empty: anywhere", "lines"),
    Field("needs_also", "and near one of these, too", kind="lines"),
    Field("unless", "Does not count near any of these", "One in each line", "lines"),
    Field("within", "How many words count as near"),
    Field("at_risk", "Who is at risk", kind="choice", choices=tuple(AT_RISK.items())),
    Field("joke", "Beside homework, queues and “lol”", kind="choice", choices=(("", "It counts"), ("true", "It does not count"))),
    Field("negation", "After “not” or “never”", kind="choice", choices=(("ends", "It does not count"), ("keeps", "It counts"))),
    Field("fiction", "In games, films and school work", kind="choice", choices=(("ends", "It does not count"), ("keeps", "It counts"))),
    Field("past", "Where it is long over", kind="choice", choices=(("lowers", "It weighs less"), ("keeps", "It weighs the same"))),
)
FIELDS = (*MEANING, *EXAMPLES, *WHERE)
ORDER = (
    *("id", "category", "also", "level", "level_18_25", "sign", "flag", "why", "at_risk", "joke", "negation", "fiction", "past", "whole"),
    *("phrases", "needs", "needs_also", "unless", "within", "must_match", "must_not_match"),
)
"""In which order the parts of a group stand in a file."""

_UNSAID = {"at_risk": "target", "joke": "", "negation": "ends", "fiction": "ends", "past": "lowers", "within": "12"}
"""What holds where a group does not say it."""


def kind_of_group(group: Mapping[str, Any]) -> str:
    """What a group counts as: `urgent`, `sign`, `flag`, …; empty where it does not say."""
    level = group.get("level")
    return "flag" if group.get("flag") else "sign" if group.get("sign") else level if isinstance(level, str) else ""


def value_of(group: Mapping[str, Any], name: str) -> str:
    """What stands in a field of the form."""
    if name == KIND.name:
        return kind_of_group(group)
    return shown(group.get(name, _UNSAID.get(name)))


def with_fields(group: dict[str, Any], given: Given) -> None:
    """Put what a form says into a group; what was not changed stays as it is."""
    for field in FIELDS:
        if field.name in given and (typed := clean(given[field.name])) != value_of(group, field.name):
            _put_field(group, field, typed)


def _put_field(group: dict[str, Any], field: Field, typed: str) -> None:
    if field is KIND:
        _put_kind(group, typed)
    elif field.kind == "lines":
        lines = lines_of(typed)
        if lines != lines_of(shown(group.get(field.name))):
            put(group, field.name, lines or None, ORDER)
    else:
        words = " ".join(typed.split())
        put(group, field.name, None if words in ("", _UNSAID.get(field.name)) else _value(field, words), ORDER)


def lines_of(typed: str) -> list[str]:
    """The lines in which something stands."""
    return [line.strip() for line in typed.split("\n") if line.strip()]


def _put_kind(group: dict[str, Any], typed: str) -> None:
    """A mark stays the mark that it is: its name is one that the program knows."""
    if typed not in ("sign", *LEVELS) or group.get("flag"):
        return
    for name in ("level", "sign"):
        put(group, name, None, ORDER)
    put(group, "sign" if typed == "sign" else "level", True if typed == "sign" else typed, ORDER)


def _value(field: Field, words: str) -> Any:
    if field.name == "joke":
        return True
    return int(words) if field.name == "within" and re.fullmatch(r"[0-9]{1,4}", words) else words
