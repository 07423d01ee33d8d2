"""What each event of the end, and of what follows it, does to the record; `turns` calls these like its own."""

from __future__ import annotations

from datetime import datetime

from bot.dialogue import ending_events as happened
from escalation import cases
from escalation.agreements import as_shown
from escalation.case import NotPossible
from escalation.context import Service
from escalation.ending import afterwards, check_ins, closing, feedback, feelings
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import Person
from escalation.words import message


def felt_before(tx: Tx, service: Service, someone: Person, event: happened.FeltBefore, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is not None:
        feelings.before(tx, case, event.feeling, now)


def plan_line_answered(tx: Tx, service: Service, someone: Person, event: happened.PlanLineAnswered, now: datetime) -> None:
    closing.answer(tx, service, someone, event.line_id, event.agreed, now)


def plan_line_written(tx: Tx, service: Service, someone: Person, event: happened.PlanLineWritten, now: datetime) -> None:
    try:
        if event.line_id is None:
            closing.add(tx, service, someone, event.words, now)
        else:
            closing.reword(tx, service, someone, event.line_id, event.words, now)
    except NotPossible:
        for text in message(service.speaking(someone.language, now).library, "ending.plan_full", someone.age_band, someone.easy_read):
            messages.say(tx, someone, text, now)


def check_in_agreed(tx: Tx, service: Service, someone: Person, event: happened.CheckInAgreed, now: datetime) -> None:
    check_ins.agree(tx, service, someone, event.days, event.hours, now)


def check_in_refused(tx: Tx, service: Service, someone: Person, event: happened.CheckInRefused, now: datetime) -> None:
    check_ins.refuse(tx, service, someone, now)


def check_ins_stopped(tx: Tx, service: Service, someone: Person, event: happened.CheckInsStopped, now: datetime) -> None:
    check_ins.stop(tx, service, someone, now)


def said_fine(tx: Tx, service: Service, someone: Person, event: happened.SaidFine, now: datetime) -> None:
    check_ins.fine(tx, service, someone, now)


def said_not_fine(tx: Tx, service: Service, someone: Person, event: happened.SaidNotFine, now: datetime) -> None:
    wording = as_shown(service, someone, event.wording_id, event.wording_version, event.wording, now)
    check_ins.not_fine(tx, service, someone, wording, now)


def feedback_given(tx: Tx, service: Service, someone: Person, event: happened.FeedbackGiven, now: datetime) -> None:
    if (case := afterwards.ended_case(tx, someone)) is not None:
        feedback.rate(tx, case, event.about, event.rating, now)


def feedback_written(tx: Tx, service: Service, someone: Person, event: happened.FeedbackWritten, now: datetime) -> None:
    if (case := afterwards.ended_case(tx, someone)) is not None:
        feedback.say(tx, someone, case, event.words, now)


def adult_asked_for(tx: Tx, service: Service, someone: Person, event: happened.AdultAskedFor, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is not None:
        case.asked_for = event.staff_id
