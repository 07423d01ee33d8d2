"""Duties done or not done, and what is passed on without a name: sent by a human, recorded here (S25, S88)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from escalation import alerts, discreet
from escalation.agreements import With, Wording, enter
from escalation.case import TALKING, NotPossible
from escalation.consent import Kind
from escalation.context import Service
from escalation.record import audit, history, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.relay import helpline_digits, screen
from escalation.sharing.duties import Duty
from escalation.sharing.override import OUTSIDE
from escalation.sharing.staff_questions import ask, asked_now
from escalation.words import message
from escalation.work.case_work import about, working_on

PASSING_ON = "passing_on"


@dataclass(frozen=True, slots=True)
class Clock:
    """A duty of a case, by when it is due, and what was recorded of it last: `done`, `not_done` or nothing yet."""

    duty: Duty
    due_at: datetime
    recorded: str = ""
    at: datetime | None = None


def clocks(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> list[Clock]:
    """The duties of a case, as far as this person knows what it is about (S25)."""
    last = {entry.detail["duty"]: entry for entry in history.entries(tx, case, "duty_recorded")}
    shown = []
    for duty in service.staff_policy.duties.for_case(about(tx, service, case, staff, now)):
        entry = last.get(duty.id)
        shown.append(Clock(duty, duty.due_at(case.opened_at), entry.detail["outcome"] if entry else "", entry.at if entry else None))
    return shown


def record_duty(
    tx: Tx, service: Service, case_id: str, staff: Staff, duty_id: str, outcome: str, why: str, told: str, now: datetime
) -> None:
    """Record a duty as `done` or `not_done`, with what was done or why not; `told` says how the young person was told, or why not."""
    case = working_on(tx, case_id, staff)
    known = {clock.duty.id for clock in clocks(tx, service, case, staff, now)}
    if duty_id not in known or outcome not in ("done", "not_done"):
        raise NotPossible("choose done or not done")
    if not why.strip():
        raise NotPossible("write what was done, or why not")
    if outcome == "done" and not told.strip():
        raise NotPossible("write how the young person was told before, or why that was unsafe")
    detail = {"duty": duty_id, "outcome": outcome, "why": why.strip(), "told": told.strip()}
    _note(tx, case, staff, "duty_recorded", now, detail)
    audit.note(tx, "duty_recorded", now, staff_id=staff.id, case_id=case.id)


def ask_to_pass_on(tx: Tx, service: Service, case_id: str, staff: Staff, recipient: str, what: str, now: datetime) -> None:
    """Show the young person exactly what would be passed on without their name, and ask (S88)."""
    case = working_on(tx, case_id, staff)
    known = service.staff_policy.sharing.recipients.get(recipient)
    if known is None or not what.strip():
        raise NotPossible("choose to whom, and write exactly what would be passed on")
    if case.stage not in TALKING:
        raise NotPossible("they can be asked only while somebody has the conversation")
    if reasons := screen(what, helpline_digits(service)).reasons:
        raise NotPossible(f"it seems to hold {', '.join(reasons)}: write it another way")
    fields = {"adult": staff.first_name, "whom": known.told, "written": what.strip()}
    ask(tx, service, case, PASSING_ON, staff, now, fields, {"recipient": recipient, "what": what.strip()})


def passing_on_answered(tx: Tx, service: Service, case: CaseRow, number: str, yes: bool, now: datetime) -> None:
    """They agreed, or not. Nothing is sent by the program: a human does, and says so."""
    asked = asked_now(tx, case, PASSING_ON, number)
    if asked is None:
        return
    version, language = service.library.message("consent.passing_on").version, asked.detail.get("language", "en")
    wording = Wording("consent.passing_on", version, asked.detail["words"], language)
    kind = Kind.GIVEN if yes else Kind.REFUSED
    enter(tx, case, kind, wording, now, whom=With(asked.detail["recipient"], OUTSIDE), detail={"what": asked.detail["what"]})
    event = "passing_on_agreed" if yes else "passing_on_refused"
    history.record(tx, case, event, now, actor="young_person", detail={"of": asked.id})
    someone = people.person(tx, case.person_id)
    library = service.speaking(someone.language, now).library
    words = message(library, "consent.passing_on_yes" if yes else "consent.passing_on_no", someone.age_band, someone.easy_read)
    discreet.tell(tx, service, someone, words, now, case_id=case.id)
    alerts.alert(tx, service, case, (case.worker_id,) if case.worker_id else (), now, "staff.answered")


def passed_on(tx: Tx, case_id: str, staff: Staff, asked_id: str, how: str, now: datetime) -> None:
    """Record that a human has sent it on. Only what they agreed to, and they have not changed their mind since (S07)."""
    case = working_on(tx, case_id, staff)
    if asked_id not in {entry.id for entry in to_pass_on(tx, case)} or not how.strip():
        raise NotPossible("write to whom and how it went; it needs their yes, and nothing is sent after they changed their mind")
    _note(tx, case, staff, "passed_on", now, {"of": asked_id, "how": how.strip()})
    audit.note(tx, "passed_on", now, staff_id=staff.id, case_id=case.id)


def to_pass_on(tx: Tx, case: CaseRow) -> list[history.Entry]:
    """What they agreed to have passed on and nobody has sent yet; empty after a change of mind."""
    rows = history.entries(tx, case)
    withdrawn = max((row.at for row in rows if row.event == "withdrawn"), default=None)
    agreed = {row.detail["of"] for row in rows if row.event == "passing_on_agreed" and (withdrawn is None or row.at > withdrawn)}
    sent = {row.detail["of"] for row in rows if row.event == "passed_on"}
    return [row for row in rows if row.id in agreed - sent]


def link(tx: Tx, case_id: str, other_id: str, staff: Staff, reason: str, now: datetime) -> None:
    """A lead ties two cases together that name the same adult (S88). Neither young person learns of the other (S66)."""
    if staff.role != "lead" or other_id == case_id or not reason.strip():
        raise NotPossible("a lead chooses another case, and writes what ties the two together")
    for one, other in ((case_id, other_id), (other_id, case_id)):
        _note(tx, working_on(tx, one, staff), staff, "linked", now, {"case": other, "reason": reason.strip()})


def _note(tx: Tx, case: CaseRow, staff: Staff, event: str, now: datetime, detail: dict[str, str]) -> None:
    history.record(tx, case, event, now, actor="staff", staff_id=staff.id, detail=detail)
    tx.signal(f"case:{case.id}")
