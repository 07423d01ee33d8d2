"""The sentences of the panel's pages: all of `content/messages/panel.yml`."""

from __future__ import annotations

from escalation.context import Service
from escalation.words import message

WORDS = (
    *("title", "intro", "who_reads", "nickname", "start", "hello", "to_read", "so_far", "changed"),
    *("part", "others", "then_buttons", "sounds_like_us", "clear", "cringe", "yes", "no"),
    *("comment", "comment_hint", "chat", "send", "kept", "not_kept", "slow_down", "empty", "too_long", "care", "care_lines"),
    *("back", "next", "all", "finish", "finish_how", "fits", "change", "there", "why", "look_again"),
    *("sure", "sure_how", "yes_sure", "not_yet", "missing", "signed", "signed_changed", "signed_before", "nothing_left", "full", "gone"),
)
"""The messages of group `panel` that the pages need."""


def paragraphs(service: Service, name: str, **fields: object) -> tuple[str, ...]:
    """The bubbles of one of them, filled in."""
    given = {key: str(value) for key, value in fields.items()} | {"organisation": service.organisation, "bot_name": service.bot_name}
    return message(service.library, f"panel.{name}", "unknown", False, **given)


def line(service: Service, name: str, **fields: object) -> str:
    """The same as one line."""
    return " ".join(paragraphs(service, name, **fields))
