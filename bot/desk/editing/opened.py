"""Opening a draft for its form, and keeping what the form says: nobody's words are overwritten unseen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml

from bot.content_check import actions
from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft
from bot.desk.editing.findings import Known
from bot.desk.editing.forms import Given, base_of, clean, renamed, with_form
from bot.desk.editing.moves import move
from bot.desk.editing.shapes import HEAD, Shape, cards, fits, shape_of, unshared
from bot.desk.editing.text_edits import NotPlain, with_data
from content.editorial.edition import Texts, laid_out
from content.editorial.reading import parsed
from content.editorial.shelf import Shelf, read_shelf
from escalation.record import published
from escalation.record.store import Record, Tx


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft as its form sees it. Without a `shape` it is edited as text."""

    draft: Draft
    shape: Shape | None
    data: Any

    def card(self, wanted: str | None) -> str:
        """The card to show: the one asked for, if it is there, or the first one."""
        places = cards(self.shape, self.data) if self.shape else {}
        return wanted if wanted is not None and wanted in (HEAD, *places) else next(iter(places), HEAD)


@dataclass(frozen=True, slots=True)
class Applied:
    """What comes of a form: the text to store, and the card and field to show.

    `base`: what that card's form is made from next. `together`: the id of whoever changed other parts of the draft meanwhile; both
    are kept.
    """

    text: str
    card: str
    field: str
    base: str
    together: str


class Clash(Exception):
    """Somebody changed the same words since the form was opened; nothing was stored. `mine` is the data with the form's words."""

    def __init__(self, theirs: Opened, mine: Any, card: str) -> None:
        super().__init__(theirs.draft.id)
        self.theirs, self.mine, self.card = theirs, mine, card


def opened(draft: Draft) -> Opened:
    """The draft with its data, where a form can hold them."""
    shape = shape_of(draft.key)
    try:
        data = unshared(parsed(draft.text))
        if shape and fits(shape, data):
            with_data(draft.text, data)
            return Opened(draft, shape, data)
    except (yaml.YAMLError, NotPlain, RecursionError, ValueError):
        pass
    return Opened(draft, None, None)


def applied(draft: Draft, given: Given) -> Applied:
    """What the form of one card says and its button asks for, put into a draft.

    The form was made from `given["revision"]`; where the draft was saved since, both are kept if this card was left alone, and
    `Clash` is raised if it was not. Raises `NotPlain` where the draft is no form's any more.
    """
    there = opened(draft)
    shape, card = there.shape, given.get("card", HEAD)
    if shape is None:
        raise NotPlain(draft.key)
    overtaken = draft.revision != number(given.get("revision", ""))
    mine = _mine(there.data, shape, card, given)
    if overtaken and base_of(there.data, shape, card) != given.get("base", ""):
        raise Clash(there, mine, card)
    mine, card = renamed(mine, shape, card, given.get("name", card))
    mine, card, field = move(mine, shape, card, given.get("do", ""))
    base = base_of(mine, shape, card)
    return Applied(with_data(draft.text, mine), card, field, base, draft.changed_by if overtaken else "")


def keep_text(tx: Tx, draft_id: str, given: Given, by: str, now: datetime) -> Draft:
    """Store the text itself, fit or not. Raises `Overtaken`, `drafts.Over` and `KeyError`."""
    text = given.get("text", "").replace("\r\n", "\n")
    return drafts.save(tx, draft_id, text, number(given.get("revision", "")), by, now)


def with_typed(there: Opened, given: Given) -> tuple[Any, str]:
    """The data of a draft with what a form says just now, and its card; nothing is stored."""
    assert there.shape is not None
    card = there.card(given.get("card"))
    return _mine(there.data, there.shape, card, given), card


def number(typed: str) -> int:
    """A revision as a form names it; -1 for what is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1


def _mine(data: Any, shape: Shape, card: str, given: Given) -> Any:
    if card not in (HEAD, *cards(shape, data)):
        data = _put_back(data, shape, card, given)
    return with_form(data, shape, card, given) if card in (HEAD, *cards(shape, data)) else data


def _put_back(data: Any, shape: Shape, card: str, given: Given) -> Any:
    """A step that somebody took out meanwhile, with as many buttons as the form has."""
    inside = data.get(shape.cards) if shape.cards else None
    if not isinstance(inside, dict):
        return data
    buttons = [{"label": "", "go": ""} for name in given if name.startswith("b") and name.endswith("-label")]
    return {**data, shape.cards: {**inside, clean(card): {"say": [], **({"buttons": buttons} if buttons else {})}}}


class Library:
    """What a draft is checked against: the library in force, read again only after something was published."""

    def __init__(self) -> None:
        self._actions = actions()
        self._shelf: Shelf | None = None
        self._number = -1

    async def known(self, record: Record, today: date) -> Known:
        """The library in force."""
        number_now, texts = await record.aread(lambda tx: (published.number(tx), published.texts(tx)))
        if self._shelf is None or number_now != self._number:
            self._shelf, self._number = await asyncio.to_thread(_shelf, texts), number_now
        return Known(self._shelf, self._actions, today)


def _shelf(texts: Texts) -> Shelf:
    with laid_out(texts) as folder:
        shelf, problems = read_shelf(folder)
    if shelf is None:
        raise RuntimeError("; ".join(map(str, problems)))
    return shelf
