"""One conversation: the chat, and beside it what was agreed and why it is here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from content.editorial.schema import CannedReply
from escalation import reading
from escalation.console import labels
from escalation.console.filled import Filled
from escalation.console.mine import Mine, mine
from escalation.console.pages import page
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import answering
from escalation.console.state import Console
from escalation.console.work import Work, work_on
from escalation.ending.end_reading import EndReading, read_end
from escalation.reading import CaseReading, LedgerEntry
from escalation.record.messages import Line
from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.relay import LONGEST, OUTCOMES
from escalation.staff.sign_in import SignedIn, staff_of
from escalation.work import drafts
from escalation.young_person import call_backs
from escalation.young_person.call_backs import Details

router = APIRouter(route_class=GatedRoute)

NEWEST, MOST_LINES = 60, 5_000
"""Lines of the conversation that the page shows at first, and at most: a page of thousands would be slow with each new line."""


@dataclass(frozen=True)
class Writing:
    """The state of the box to write in: words not sent yet, why they were held or refused, and the token of this form."""

    text: str = ""
    held: tuple[str, ...] = ()
    wrong: str = ""
    once: str = field(default_factory=lambda: secrets.token_urlsafe(12))


@dataclass(frozen=True)
class Closing:
    """The closing form as it was filled in, and what is wrong with it."""

    outcome: str = ""
    note: str = ""
    safer: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Spoken:
    """One line as the page shows it: whose it is, and, of what we sent, how far it has come."""

    line: Line
    who: str
    side: str
    text: str
    delivery: str = ""


@dataclass(frozen=True)
class Conversation:
    """Everything the page shows."""

    case: CaseReading
    lines: list[Spoken]
    ledger: list[LedgerEntry]
    canned: list[CannedReply]
    outcomes: dict[str, str]
    names: dict[str, str]
    subjects: dict[str, str]
    work: Work | None
    end: EndReading | None
    call_back: Details | None
    draft: str
    mine: list[Mine]


@router.get("/cases/{case_id}")
async def show_case(
    request: Request,
    case_id: str,
    me: Annotated[SignedIn, Depends(Gate("see_queue"))],
    newest: Annotated[int, Query(ge=1, le=MOST_LINES)] = NEWEST,
) -> Response:
    """`newest`: how many lines of the conversation, from its end."""
    return await case_page(request, me, case_id, newest=newest)


async def case_page(
    request: Request,
    me: SignedIn,
    case_id: str,
    writing: Writing | None = None,
    closing: Closing | None = None,
    status: int = 200,
    filled: Filled | None = None,
    newest: int = NEWEST,
) -> Response:
    """The page of a case as this person may see it; the read is logged. Answers 404 where there is none for them.

    `writing`: the box to write in, where it came back with something to look at; else it holds what was not sent yet.
    """
    console: Console = request.app.state.console
    with answering(404):
        shown = await console.record.awrite(lambda tx: _conversation(tx, console, me, case_id, newest))
    forms = {"writing": writing or Writing(shown.draft), "closing": closing or Closing(), "filled": filled or Filled()}
    return page(
        request,
        "case.html",
        me,
        status,
        shown=shown,
        case=shown.case,
        work=shown.work,
        end=shown.end,
        call_back=shown.call_back,
        policy=console.service.staff_policy,
        longest=LONGEST,
        newest=newest,
        further=min(newest * 5, MOST_LINES),
        NEWEST=NEWEST,
        **forms,
    )


def _conversation(tx: Tx, console: Console, me: SignedIn, case_id: str, newest: int) -> Conversation:
    staff, now = staff_of(tx, me), console.clock()
    case = reading.read_case(tx, console.service, case_id, staff, now, newest)
    outside = {id: recipient.staff for id, recipient in console.service.staff_policy.sharing.recipients.items()}
    names = outside | {row.id: row.first_name for row in tx.session.scalars(select(Staff))}
    return Conversation(
        case=case,
        lines=[_spoken(line, me, names) for line in case.lines],
        ledger=reading.ledger(tx, case_id),
        canned=sorted(console.service.library.canned.values(), key=lambda reply: reply.title),
        outcomes={id: labels.OUTCOMES[id] for id in OUTCOMES},
        names=names,
        subjects={id: crisis.reason for id, crisis in console.service.library.crisis.items()},
        work=work_on(tx, console.service, case_id, staff, names, now),
        end=read_end(tx, case_id, staff),
        call_back=call_backs.for_worker(tx, case_id, staff.id, now),
        draft=drafts.find(tx, case_id, staff.id),
        mine=mine(tx, staff.id),
    )


def _spoken(line: Line, me: SignedIn, names: dict[str, str]) -> Spoken:
    if line.speaker == "young_person":
        return Spoken(line, "Young person", "them", _said(line))
    delivery = labels.delivery(line.state, line.channel, line.problem)
    if line.speaker == "worker":
        mine = line.staff_id == me.staff_id
        return Spoken(line, "You" if mine else names.get(line.staff_id or "", "A colleague"), "us", line.text, delivery)
    return Spoken(line, "Bot", "bot", line.text, delivery if line.state == "failed" else "")


def _said(line: Line) -> str:
    if line.kind == "button":
        return f"Chose: {line.text or 'a button'}"
    note = labels.KINDS.get(line.kind, "").format(media=f"a {line.media}" if line.media else "something")
    return f"{note}\n{line.text}".strip() if line.kind == "media" else note or line.text
