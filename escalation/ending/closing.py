"""Ending well: the adult and the young person write a closing plan together, line by line, and the young person keeps it.

Nothing stands in the plan without their yes. A line of the adult's is screened like anything else they write (S64).
"""

from __future__ import annotations

from datetime import datetime

from escalation import cases, discreet, quiet, relay
from escalation.case import NotPossible, Stage
from escalation.context import Service
from escalation.ending.plan import ClosingPlan
from escalation.record import audit, history, messages, people, plans
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person, Staff
from escalation.relay import Held, helpline_digits, screen
from escalation.words import message, tokens

ANSWERS = ("agreed", "left_out", "reworded", "added")
"""What a young person can do with a line."""


def start(tx: Tx, service: Service, case_id: str, staff: Staff, now: datetime) -> CaseRow:
    """The adult begins to close the conversation. It stays live; the young person is told what comes. Raises `NotPossible`."""
    case = _own(tx, case_id, staff)
    if case.stage != Stage.LIVE:
        raise NotPossible("only a live conversation can be brought to its end together")
    cases.move(tx, case, Stage.CLOSING, "closing_started", now, staff)
    audit.note(tx, "closing_started", now, staff_id=staff.id, case_id=case.id)
    someone = people.person(tx, case.person_id)
    _tell(tx, service, case, someone, "ending.closing_started", now, adult=staff.first_name)
    return case


def not_yet(tx: Tx, case_id: str, staff: Staff, now: datetime) -> None:
    """Something else came up: the conversation goes on, and the plan stays as it is. Raises `NotPossible`."""
    cases.move(tx, _closing(tx, case_id, staff), Stage.LIVE, "closing_put_off", now, staff)


def propose(tx: Tx, service: Service, case_id: str, staff: Staff, words: str, now: datetime) -> None:
    """The adult suggests a line; the young person sees it with three buttons. Raises `NotPossible`, or `Held` for words as in S64."""
    case = _closing(tx, case_id, staff)
    if reasons := screen(words, helpline_digits(service)).reasons:
        raise Held(reasons)
    line_id = new_id()
    plan = plans.load(tx, case).propose(line_id, words)
    plans.keep(tx, case, plan)
    detail = {"line": line_id, "words": plan.lines[-1].words}
    history.record(tx, case, "plan_line_proposed", now, actor="staff", staff_id=staff.id, detail=detail)
    someone = people.person(tx, case.person_id)
    library = service.speaking(someone.language, now).library
    bubbles = message(library, "ending.line", someone.age_band, someone.easy_read, line=plan.lines[-1].words)
    buttons = [(label, f"{token}:{line_id}") for label, token in tokens(library.message("ending.line").buttons)]
    if not discreet.tell(tx, service, someone, bubbles, now, speaker="worker", buttons=buttons, staff_id=staff.id, case_id=case.id):
        raise NotPossible("this young person has left every channel: nothing can reach them")
    quiet.disarm(tx, case, now)


def answer(tx: Tx, service: Service, someone: Person, line_id: str, agreed: bool, now: datetime) -> None:
    """The young person keeps a line or leaves it out, then or later: the plan is theirs. Nothing for a line that is not there."""
    case = plans.with_line(tx, someone, line_id)
    if case is not None:
        plan = plans.load(tx, case).answer(line_id, agreed)
        _answered(tx, service, case, plan, line_id, "agreed" if agreed else "left_out", now)


def reword(tx: Tx, service: Service, someone: Person, line_id: str, words: str, now: datetime) -> None:
    """The young person says a line their own way, which is a yes to it. Nothing for a line that is not there."""
    case = plans.with_line(tx, someone, line_id)
    if case is not None:
        _answered(tx, service, case, plans.load(tx, case).reword(line_id, words), line_id, "reworded", now)


def add(tx: Tx, service: Service, someone: Person, words: str, now: datetime) -> None:
    """The young person adds a line of their own to the plan of their newest case. Raises `NotPossible` for a full plan."""
    case = cases.latest_case(tx, someone.id)
    if case is not None:
        line_id = new_id()
        _answered(tx, service, case, plans.load(tx, case).add(line_id, words), line_id, "added", now)


def _answered(tx: Tx, service: Service, case: CaseRow, plan: ClosingPlan, line_id: str, what: str, now: datetime) -> None:
    plans.keep(tx, case, plan)
    words = next(line.words for line in plan.lines if line.id == line_id)
    history.record(tx, case, f"plan_line_{what}", now, actor="young_person", detail={"line": line_id, "words": words})
    _confirm(tx, service, people.person(tx, case.person_id), "line_left_out" if what == "left_out" else "line_kept", line_id, words, now)
    worker = tx.session.get(Staff, case.worker_id) if case.worker_id else None
    if worker and worker.telegram and case.picked_up_on == "telegram" and case.stage == Stage.CLOSING:
        relay.pass_on(tx, case, worker, message(service.library, f"staff.plan_line_{what}", line=words)[0], now)


def _confirm(tx: Tx, service: Service, someone: Person, name: str, line_id: str, words: str, now: datetime) -> None:
    """Say what became of a line: it answers a tap of theirs, so it is not kept back."""
    library = service.speaking(someone.language, now).library
    shown = library.message(f"ending.{name}")
    buttons = [(label, f"{token}:{line_id}" if token.endswith("line_out") else token) for label, token in tokens(shown.buttons)]
    for text in message(library, f"ending.{name}", someone.age_band, someone.easy_read, line=words):
        messages.say(tx, someone, text, now, buttons=buttons)


def _own(tx: Tx, case_id: str, staff: Staff) -> CaseRow:
    case = cases.locked(tx, case_id)
    if case.worker_id != staff.id:
        raise NotPossible("this conversation is not yours")
    return case


def _closing(tx: Tx, case_id: str, staff: Staff) -> CaseRow:
    case = _own(tx, case_id, staff)
    if case.stage != Stage.CLOSING:
        raise NotPossible("begin the ending first, then write the plan together")
    return case


def _tell(tx: Tx, service: Service, case: CaseRow, someone: Person, words: str, now: datetime, **fields: str) -> None:
    library = service.speaking(someone.language, now).library
    bubbles = message(library, words, someone.age_band, someone.easy_read, **fields)
    buttons = tokens(library.message(words).buttons)
    discreet.tell(tx, service, someone, bubbles, now, buttons=buttons, case_id=case.id)
