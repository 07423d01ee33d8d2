"""Recording on a case: form, notes, context, wishes, level, hold, and questions to the lead."""

from __future__ import annotations

from dataclasses import fields
from functools import partial

from fastapi import APIRouter

from escalation.case import NotPossible
from escalation.console.permissions import GatedRoute
from escalation.console.routes.forms import Sent, on_case
from escalation.sharing import asking_the_lead, reports, transfer
from escalation.work import case_work, holds
from escalation.work.case_work import Note
from nlu.understanding import Level

router = APIRouter(route_class=GatedRoute)
form = partial(on_case, router, "work_on_case")
_NOTE = tuple(field.name for field in fields(Note))


def _save_form(sent: Sent) -> None:
    case_work.save_form(sent.tx, sent.service, sent.case_id, sent.staff, sent.given, sent["replaces"], sent.now)


def _note(sent: Sent) -> None:
    case_work.note(sent.tx, sent.case_id, sent.staff, Note(**{name: sent[name] for name in _NOTE}), sent.now)
    if sent["tell_second"]:
        transfer.tell_second(sent.tx, sent.service, sent.case_id, sent.staff, sent.now)


def _set_level(sent: Sent) -> None:
    try:
        level = Level.of(sent["level"])
    except ValueError:
        raise NotPossible("choose a level, and write why") from None
    case_work.set_level(sent.tx, sent.service, sent.case_id, sent.staff, level, [sent["category"]], sent["reason"], sent.now)


def _hold(sent: Sent) -> None:
    if sent["on"] == "yes":
        holds.place(sent.tx, sent.service, sent.case_id, sent.staff, sent["reason"], sent["review_on"], sent.now)
    else:
        holds.lift(sent.tx, sent.service, sent.case_id, sent.staff, sent["reason"], sent.now)


def _ask(sent: Sent) -> None:
    named = sent["unnamed"] != "yes"
    asking_the_lead.ask(sent.tx, sent.service, sent.case_id, sent.staff, sent["question"], named, sent.now)


form("form", "form", _save_form, to="form-card")
form("note", "note", _note, to="timeline")
form("context", "context", lambda sent: case_work.set_context(sent.tx, sent.case_id, sent.staff, sent["contexts"].split(","), sent.now))
form("wants", "wants", lambda sent: case_work.set_wants(sent.tx, sent.case_id, sent.staff, sent["words"], sent.now))
form("level", "level", _set_level)
form("hold", "hold", _hold)
form("ask-lead", "ask", _ask)
form(
    "challenge",
    "challenge",
    lambda sent: asking_the_lead.challenge(sent.tx, sent.service, sent.case_id, sent.staff, sent["reason"], sent.now),
)
on_case(
    router,
    "decide_flags",
    "link",
    "link",
    lambda sent: reports.link(sent.tx, sent.case_id, sent["other"], sent.staff, sent["reason"], sent.now),
)
