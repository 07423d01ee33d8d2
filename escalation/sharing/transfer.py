"""Warm transfer, and a second adult who watches: both adults named, the young person decides, and nothing is told twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from escalation import alerts, cases, chain, discreet, relay
from escalation.agreements import With, Wording, agreed, enter
from escalation.case import TALKING, Adult, NotPossible, Stage
from escalation.consent import Kind, Scope
from escalation.context import Service
from escalation.phone import forgetting, so_far
from escalation.reading import may_see
from escalation.record import audit, duty, history, people
from escalation.record.history import Entry
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.sharing.staff_questions import ask, asked_now
from escalation.words import message, tokens
from escalation.work.case_work import working_on

TRANSFER = "transfer"


def colleagues(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> list[Adult]:
    """Who could take over now: on duty or back-up, and nobody the young person said no to."""
    staffing = chain.staffing_of(tx, service, case, now)
    others = {adult.staff_id: adult for adult in (*staffing.on_duty, *staffing.backup) if adult.staff_id not in (staff.id, case.worker_id)}
    return list(others.values())


def watchers(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> list[Adult]:
    """Who could be the second adult now: colleagues on duty, and leads."""
    leads = chain.staffing_of(tx, service, case, now).leads
    others = {adult.staff_id: adult for adult in (*colleagues(tx, service, case, staff, now), *leads) if adult.staff_id != case.worker_id}
    return list(others.values())


def propose(tx: Tx, service: Service, case_id: str, staff: Staff, to_id: str, now: datetime, *, on: str = "") -> None:
    """The worker names the next adult, and the young person is asked, with both names. Raises `NotPossible`.

    `on`: where the next adult said that they can, and wants to go on; empty where they were not asked.
    """
    case = _own(tx, case_id, staff)
    to = next((adult for adult in colleagues(tx, service, case, staff, now) if adult.staff_id == to_id), None)
    if to is None:
        raise NotPossible("choose somebody who is on duty now")
    fields = {"adult": staff.first_name, "other": to.first_name, "job": to.job, "organisation": service.organisation}
    ask(tx, service, case, TRANSFER, staff, now, fields, {"to": to.staff_id, "from": staff.id, "on": on})
    case.transfer_to = to.staff_id


def drop(tx: Tx, service: Service, case_id: str, staff: Staff, now: datetime) -> None:
    """The worker takes the proposal back; the young person is told that nothing changes."""
    case = _own(tx, case_id, staff)
    asked = asked_now(tx, case, TRANSFER)
    if case.transfer_to is None or asked is None:
        raise NotPossible("no transfer is waiting for an answer")
    _stays(tx, service, case, "dropped", "hand_over.transfer_off", now, actor="staff")
    _not_needed(tx, service, case, asked, now)


def answered(tx: Tx, service: Service, case: CaseRow, number: str, yes: bool, now: datetime) -> None:
    """The young person decided. A yes hands the conversation over at once, with all that the agreement allows; a no changes nothing."""
    asked = asked_now(tx, case, TRANSFER, number)
    if asked is None or case.stage not in TALKING or case.transfer_to != asked.detail["to"]:
        return
    to = tx.session.get_one(Staff, asked.detail["to"])
    if not yes:
        enter(tx, case, Kind.REFUSED, _wording(service, asked), now, whom=With(to.id, to.role))
        _stays(tx, service, case, "refused", "hand_over.transfer_no", now, actor="young_person")
        _not_needed(tx, service, case, asked, now)
    elif to.id not in {adult.staff_id for adult in colleagues(tx, service, case, tx.session.get_one(Staff, case.worker_id), now)}:
        _stays(tx, service, case, "dropped", "hand_over.transfer_off", now, actor="system")
    else:
        _hand_over(tx, service, case, to, asked, now)


def watch(tx: Tx, service: Service, case_id: str, staff: Staff, watcher_id: str, now: datetime) -> None:
    """Name the second adult, who sees the conversation and can be asked. The young person is told their name (S62)."""
    case = working_on(tx, case_id, staff)
    second = next((adult for adult in watchers(tx, service, case, staff, now) if adult.staff_id == watcher_id), None)
    if second is None or case.stage not in TALKING:
        raise NotPossible("choose somebody who is on duty, or a lead, while somebody has the conversation")
    case.watcher_id = second.staff_id
    history.record(tx, case, "watched", now, actor="staff", staff_id=staff.id, detail={"by": second.staff_id})
    audit.note(tx, "case_watched", now, staff_id=second.staff_id, case_id=case.id)
    someone = people.person(tx, case.person_id)
    buttons = tokens(service.speaking(someone.language, now).library.message("hand_over.watching").buttons)
    fields = {"adult": second.first_name, "job": second.job, "organisation": service.organisation}
    _say(tx, service, case, "hand_over.watching", now, fields, buttons)
    alerts.alert(tx, service, case, (second.staff_id,), now, "staff.watching")
    forgetting.soon(tx, case, now)
    tx.signal(f"case:{case.id}")


def stop_watching(tx: Tx, case_id: str, staff: Staff, now: datetime) -> None:
    """The second adult goes, by themself or because the worker or a lead says so."""
    case = working_on(tx, case_id, staff, watching=True)
    if case.watcher_id is None:
        raise NotPossible("nobody is watching")
    detail = {"by": case.watcher_id}
    case.watcher_id = None
    forgetting.soon(tx, case, now)
    history.record(tx, case, "watching_ended", now, actor="staff", staff_id=staff.id, detail=detail)
    tx.signal(f"case:{case.id}")


def watcher_left(tx: Tx, service: Service, gone: Staff, now: datetime) -> None:
    """A second adult's account is closed, or has another role: where they may not read along any more nobody is named beside the first
    adult, who is told so (S62)."""
    theirs = select(CaseRow).where(CaseRow.watcher_id == gone.id, CaseRow.stage != Stage.CLOSED).with_for_update()
    for case in tx.session.scalars(theirs).all():
        if duty.takes_conversations(gone) and may_see(case, gone):
            continue
        case.watcher_id = None
        forgetting.soon(tx, case, now)
        history.record(tx, case, "watching_ended", now, actor="system", detail={"by": gone.id})
        if case.stage in (*TALKING, Stage.PAUSED) and case.worker_id:
            # An edition from before has no such words.
            words = "staff.watcher_left" if "staff.watcher_left" in service.library.messages else "staff.watch_stopped"
            alerts.alert(tx, service, case, (case.worker_id,), now, words)
        tx.signal(f"case:{case.id}")


def not_this_watcher(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The young person does not want this second adult: the case is hidden from them for good (S82). A lead can still see it."""
    if case.watcher_id is None:
        return
    hidden, case.watcher_id = case.watcher_id, None
    forgetting.soon(tx, case, now)
    cases.not_this_person(tx, case, hidden, now)
    _say(tx, service, case, "hand_over.watching_no", now, {})
    alerts.alert(tx, service, case, (case.worker_id,) if case.worker_id else (), now, "staff.watcher_unwanted")
    tx.signal(f"case:{case.id}")


def tell_second(tx: Tx, service: Service, case_id: str, staff: Staff, now: datetime) -> None:
    """Alert the other of the two adults that a note waits for them on the case."""
    case = working_on(tx, case_id, staff, watching=True)
    other = case.worker_id if staff.id == case.watcher_id else case.watcher_id
    alerts.alert(tx, service, case, (other,) if other else (), now, "staff.noted")


def _own(tx: Tx, case_id: str, staff: Staff) -> CaseRow:
    case = working_on(tx, case_id, staff)
    if case.worker_id != staff.id or case.stage not in TALKING:
        raise NotPossible("only the adult who has this conversation now can hand it over")
    return case


def _hand_over(tx: Tx, service: Service, case: CaseRow, to: Staff, asked: Entry, now: datetime) -> None:
    """The next adult has it live. When the first one picked up stays as it was, so that all since then is there to read."""
    before, by_phone = asked.detail["from"], _goes_on_by_phone(tx, to, asked)
    allowed = agreed(tx, case, now, before)
    until = now + timedelta(days=service.policy.agreement_days)
    scope = allowed.scope or Scope.WANTS_TO_TALK
    enter(tx, case, Kind.GIVEN, _wording(service, asked), now, scope=scope, expires_at=until, whom=With(to.id, to.role))
    cases.left_by_one(tx, case, now)
    case.worker_id, case.transfer_to, case.picked_up_on = to.id, None, "telegram" if by_phone else "console"
    relay.changed_hands(tx, service, case, now)
    if case.watcher_id == to.id:
        case.watcher_id = None
    history.record(tx, case, "transfer_agreed", now, actor="young_person", detail={"of": asked.id, "from": before, "to": to.id})
    audit.note(tx, "case_transferred", now, staff_id=to.id, case_id=case.id)
    first = tx.session.get_one(Staff, before).first_name
    fields = {"adult": to.first_name, "job": to.job, "organisation": service.organisation, "first": first}
    _say(tx, service, case, "hand_over.transferred", now, fields)
    alerts.alert(tx, service, case, (to.id,), now, "staff.transferred_here" if by_phone else "staff.transferred")
    if by_phone:
        so_far.pass_on(tx, service, case, to, now)
    alerts.alert(tx, service, case, (before,), now, "staff.handed_on")
    tx.signal(f"case:{case.id}")


def _goes_on_by_phone(tx: Tx, to: Staff, asked: Entry) -> bool:
    """Whether they said yes on their phone, and have no other conversation there by now."""
    return asked.detail.get("on") == "telegram" and to.telegram is not None and relay.current_on_telegram(tx, to) is None


def _not_needed(tx: Tx, service: Service, case: CaseRow, asked: Entry, now: datetime) -> None:
    """Whoever had said that they could take over hears that it stays as it is."""
    if asked.detail.get("on"):
        alerts.alert(tx, service, case, (asked.detail["to"],), now, "staff.transfer_not_needed")


def _stays(tx: Tx, service: Service, case: CaseRow, how: str, words: str, now: datetime, *, actor: str) -> None:
    worker = tx.session.get_one(Staff, case.worker_id)
    case.transfer_to = None
    history.record(tx, case, f"transfer_{how}", now, actor=actor, staff_id=worker.id if actor == "staff" else None)
    _say(tx, service, case, words, now, {"adult": worker.first_name})
    if actor != "staff":
        alerts.alert(tx, service, case, (worker.id,), now, f"staff.transfer_{how}")
    tx.signal(f"case:{case.id}")


def _wording(service: Service, asked: Entry) -> Wording:
    version = service.library.message("hand_over.transfer").version
    return Wording("hand_over.transfer", version, asked.detail["words"], asked.detail.get("language", "en"))


def _say(
    tx: Tx, service: Service, case: CaseRow, words: str, now: datetime, fields: dict[str, str], buttons: tuple[tuple[str, str], ...] = ()
) -> None:
    someone = people.person(tx, case.person_id)
    bubbles = message(service.speaking(someone.language, now).library, words, someone.age_band, someone.easy_read, **fields)
    discreet.tell(tx, service, someone, bubbles, now, buttons=buttons, case_id=case.id)
