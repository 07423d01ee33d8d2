"""What the routes of drafts share: the draft, what a form says and keeping it, and who somebody is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TypeVar

from fastapi import Request

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft, Over, Overtaken
from escalation.console.problems import Problem
from escalation.console.state import Console
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.staff.sign_in import SignedIn

GONE = "There is no such draft. It may have been dropped."
OVER = "This draft was published or dropped meanwhile, so it cannot be changed any more. Begin a new one."

T = TypeVar("T")


async def open_draft(request: Request, draft_id: str) -> Draft:
    """The draft, which must be open."""

    def find(tx: Tx) -> Draft:
        found = drafts.find(tx, draft_id)
        if not found.open:
            raise Over(found.state)
        return found

    return await console_of(request).record.aread(lambda tx: tried(lambda: find(tx)))


async def keep(request: Request, draft_id: str, me: SignedIn, made: Callable[[Draft], tuple[str, T]]) -> tuple[Draft, T]:
    """Put what `made` makes of a draft into it: its text, and whatever else is to be known.

    It is made outside any transaction, as it takes a moment, and again where somebody saved at that very moment.
    """
    console = console_of(request)
    while True:
        draft = await open_draft(request, draft_id)
        text, more = await asyncio.to_thread(made, draft)
        save = partial(drafts.save, draft_id=draft_id, text=text, revision=draft.revision, by=me.staff_id, now=console.clock())
        with suppress(Overtaken):
            return await console.record.awrite(lambda tx: tried(lambda: save(tx))), more  # noqa: B023 (called at once)


def tried(work: Callable[[], T]) -> T:
    """What `work` gives; an answer for a human where the draft is gone or over."""
    try:
        return work()
    except KeyError:
        raise Problem(404, GONE) from None
    except Over:
        raise Problem(409, OVER) from None


async def given_of(request: Request) -> Mapping[str, str]:
    """The fields of the form; of several with one name, all, one in each line."""
    form = await request.form()
    return {name: "\n".join(str(value) for value in form.getlist(name)) for name in form}


async def name_of(request: Request, staff_id: str) -> str:
    """Who this is; somebody who is not on the list any more is nobody in particular."""
    found = await console_of(request).record.aread(lambda tx: tx.session.get(Staff, staff_id))
    return found.name if found else "Somebody"


def console_of(request: Request) -> Console:
    """The console that serves this request."""
    console: Console = request.app.state.console
    return console
