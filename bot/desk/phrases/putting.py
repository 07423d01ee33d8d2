"""Keeping what the form of a phrase says: nobody's words are overwritten unseen."""

from __future__ import annotations

from typing import Any

from bot.desk.drafting.drafts import Draft
from bot.desk.editing.forms import Given
from bot.desk.editing.opened import number
from bot.desk.editing.text_edits import NotPlain, with_data
from bot.desk.phrases.groups import base_of, data_of, with_phrase, without_phrase


class Changed(Exception):
    """Somebody changed the same group since the form was opened; nothing was stored. `data` is the file as they left it."""

    def __init__(self, draft: Draft, data: Any) -> None:
        super().__init__(draft.id)
        self.draft, self.data = draft, data


def opened(draft: Draft) -> dict[str, Any]:
    """The data of a draft. Raises `NotPlain` for one that no list can show."""
    data = data_of(draft.key, draft.text)
    if data is None:
        raise NotPlain(draft.key)
    return data


def applied(draft: Draft, given: Given) -> str:
    """The text of a draft with what a form says of a phrase, or without that phrase. Raises `Changed`, `NotPlain` and `groups.Wrong`.

    The form was made from `given["revision"]`; where the draft was saved since, both are kept if this group was left alone.
    """
    data, group = opened(draft), given.get("group", "")
    if draft.revision != number(given.get("revision", "")) and base_of(data, group) != given.get("base", ""):
        raise Changed(draft, data)
    if given.get("do") == "remove":
        return with_data(draft.text, without_phrase(data, group, given.get("was", "")))
    return with_data(draft.text, with_phrase(data, given))
