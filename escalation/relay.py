"""The conversation between a young person and the adult who picked it up. Neither sees the other's account (S61).

The relay is rows: whoever speaks writes an outbox row for the other side, and a channel delivers it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation import cases, chain, discreet, drills, promises, quiet
from escalation.case import TALKING, NotPossible, Stage
from escalation.context import Service
from escalation.ending import check_ins
from escalation.phone import forgetting
from escalation.record import audit, history, members, messages, people, plans
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.words import in_bubbles, message, tokens
from escalation.work import debriefs
from escalation.work.case_work import working_on

OUTCOMES = ("guidance_given", "plan_made", "referred", "emergency_services", "signposted", "left_the_chat", "mistaken_flag")
LONGEST = 3500

_CONTACT = re.compile(
    r"(\+?(?:\d[\s().-]{0,3}){9,}\d)|([\w.+-]+@[\w-]+\.\w+)|((?:insta(?:gram)?|snap(?:chat)?|whats\s?app|tiktok)\W{1,3}@?\w{3,})", re.I
)
_SECRECY = re.compile(
    r"\b(our secret|between (?:us|you and me)|keep (?:this|it) (?:a )?secret|don'?t tell (?:any\w*|the|my|your)|delete (?:this|these) (?:chat|message))",
    re.I,
)
_IMAGE = re.compile(r"\b(?:send|show|share)\b.{0,30}\b(?:pic|pics|picture|photo|photos|image|video|selfie|screenshot)s?\b", re.I)


class Held(Exception):
    """A worker's message is held back until they confirm it (S64). `reasons` are: contact, secrecy, image."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Screened:
    """Why a worker's message would be held; empty when it may go."""

    reasons: tuple[str, ...]


def screen(text: str, allowed_numbers: frozenset[str] = frozenset()) -> Screened:
    """Look for personal contact details, requests for secrecy and requests for images. Listed helplines may be named."""
    contact = [found.group(0) for found in _CONTACT.finditer(text)]
    private = [found for found in contact if re.sub(r"\D", "", found) not in allowed_numbers]
    checks = {"contact": bool(private), "secrecy": bool(_SECRECY.search(text)), "image": bool(_IMAGE.search(text))}
    return Screened(tuple(name for name, found in checks.items() if found))


def pick_up(tx: Tx, service: Service, case_id: str, staff: Staff, on: str, now: datetime) -> CaseRow:
    """One adult, and only one, takes the conversation. Raises `NotPossible` when another was first, or it is not theirs to take."""
    case = cases.locked(tx, case_id)
    _may_take(case, staff)
    if on == "console" and case.stage in TALKING and case.worker_id == staff.id:
        return case  # the button was pressed twice
    if case.stage not in (Stage.WAITING, Stage.PAUSED) or (case.stage == Stage.PAUSED and case.worker_id != staff.id):
        raise NotPossible("this conversation is not waiting any more: somebody else has picked it up, or it has ended")
    if on == "telegram" and current_on_telegram(tx, staff):
        raise NotPossible("you have a conversation here already: close it before you pick up the next one")
    cases.move(tx, case, Stage.LIVE, "picked_up", now, staff)
    case.worker_id, case.picked_up_at, case.picked_up_on = staff.id, now, on
    chain.answered(tx, case, now)
    changed_hands(tx, service, case, now)
    audit.note(tx, "case_picked_up", now, staff_id=staff.id, case_id=case.id)
    words = "hand_over.picked_up" if case.feeling_before is None else "hand_over.picked_up_again"
    _tell_person(tx, service, case, words, now, adult=staff.first_name, job=staff.job, organisation=service.organisation)
    if case.drill:
        drills.passed(tx, service, case, staff, now)
    return case


def changed_hands(tx: Tx, service: Service, case: CaseRow, now: datetime) -> None:
    """The adult who has the case now owes the first word, and another's phone keeps nothing of it."""
    quiet.disarm(tx, case, now)
    quiet.arm(tx, service, case, now)
    forgetting.soon(tx, case, now)


def say(tx: Tx, service: Service, case_id: str, staff: Staff, text: str, now: datetime, *, confirmed: bool = False) -> str:
    """The worker writes to the young person; returns the id of the row. Raises `NotPossible`, or `Held` until it is confirmed."""
    case = _own_live(tx, case_id, staff)
    text = text.strip()
    if not text:
        raise NotPossible("there is nothing to send: write something first")
    if len(text) > LONGEST:
        raise NotPossible(f"this is too long for one message ({len(text)} characters, {LONGEST} at most): send it in parts")
    reasons = screen(text, helpline_digits(service)).reasons
    if reasons and not confirmed:
        history.record(tx, case, "message_held", now, actor="staff", staff_id=staff.id, detail={"reasons": reasons})
        raise Held(reasons)
    if reasons:
        history.record(tx, case, "sent_after_hold", now, actor="staff", staff_id=staff.id, detail={"reasons": reasons, "text": text})
        tx.signal("queue:all")
    someone = people.person(tx, case.person_id)
    rows = discreet.tell(tx, service, someone, [text], now, speaker="worker", staff_id=staff.id, case_id=case.id)
    if not rows:
        raise NotPossible("this young person has left every channel: nothing can reach them")
    quiet.disarm(tx, case, now)
    tx.signal(f"case:{case.id}")
    return rows[0].id


def hear(tx: Tx, service: Service, case: CaseRow, text: str, now: datetime) -> None:
    """The young person writes to the worker. The console reads the inbox; a worker on Telegram gets a row of their own."""
    tx.signal(f"case:{case.id}")
    quiet.arm(tx, service, case, now)
    worker = members.by_id(tx, case.worker_id)
    if worker and worker.telegram and case.picked_up_on == "telegram":
        pass_on(tx, case, worker, message(service.library, "staff.relayed", text=text)[0], now)


def pass_on(tx: Tx, case: CaseRow, worker: Staff, text: str, now: datetime) -> None:
    """A young person's words go to the worker's phone, for as long as the conversation is theirs."""
    # The record has room for the ids of a few messages of the app for each bubble, and what it has no id of is never deleted.
    for part in in_bubbles(text, LONGEST):
        messages.tell_staff(tx, worker, "telegram", part, now, case_id=case.id, urgent=True, speaker=messages.RELAYED)
    forgetting.later(tx, case, now)


def close(tx: Tx, service: Service, case_id: str, staff: Staff, outcome: str, note: str, now: datetime, *, safer: str = "") -> None:
    """The worker ends the conversation, with an outcome. The young person is asked how it was, and the bot is back; where they still
    waited for somebody, they hear that nobody comes.

    `safer` is the note for the record on what has changed for the better, and who goes on from here.
    """
    if outcome not in OUTCOMES:
        raise NotPossible(f"choose an outcome: {', '.join(OUTCOMES)}")
    case = working_on(tx, case_id, staff)
    if case.stage == Stage.FOLLOW_UP:
        raise NotPossible("this conversation has ended already, and they will be asked how they are")
    was_live, waited = case.stage in TALKING, case.stage == Stage.WAITING
    to = Stage.FOLLOW_UP if was_live and check_ins.to_come(tx, case) else Stage.CLOSED
    cases.move(tx, case, to, "closed", now, staff, detail={"outcome": outcome, "note": note.strip(), "safer": safer.strip()})
    case.closed_at, case.outcome = now, outcome
    if outcome == "referred":
        case.referred_at = case.referred_at or now
    chain.stop(tx, case, now)
    quiet.disarm(tx, case, now)
    audit.note(tx, "case_closed", now, staff_id=staff.id, case_id=case.id)
    debriefs.after(tx, service, case, now)
    if was_live:
        if plans.load(tx, case).agreed:
            _tell_person(tx, service, case, "ending.plan_kept", now)
        _tell_person(tx, service, case, "hand_over.closed", now, adult=staff.first_name)
    elif waited:
        promises.cannot_be_kept(tx, case, now)
        # An edition from before has no such words.
        words = "hand_over.not_coming" if "hand_over.not_coming" in service.library.messages else "hand_over.closed"
        _tell_person(tx, service, case, words, now, adult=staff.first_name, job=staff.job, organisation=service.organisation)


def hand_back(tx: Tx, service: Service, case_id: str, staff: Staff, now: datetime) -> None:
    """The worker cannot go on: the case goes back to the queue, and the young person is told."""
    case = _own_live(tx, case_id, staff)
    quiet.disarm(tx, case, now)
    cases.wait_again(tx, service, case, "handed_back", now, staff)
    _tell_person(tx, service, case, "hand_over.handed_back", now, adult=staff.first_name)


def current_on_telegram(tx: Tx, staff: Staff) -> CaseRow | None:
    """The one conversation that this worker has on Telegram."""
    live = select(CaseRow).where(CaseRow.worker_id == staff.id, CaseRow.stage.in_(TALKING), CaseRow.picked_up_on == "telegram")
    return tx.session.scalars(live.limit(1)).first()


def helpline_digits(service: Service) -> frozenset[str]:
    """The digits of every listed helpline, so that a worker can name them."""
    contacts = [contact for directory in service.library.directories.values() for contact in directory.contacts]
    numbers = [number for contact in contacts for number in (contact.call, contact.text) if number]
    return frozenset(re.sub(r"\D", "", number) for number in numbers)


def may_hold(case: CaseRow, staff: Staff) -> bool:
    """Whether their role lets them take this case: only leads do where trust was abused (S83)."""
    return staff.role == "lead" or "position_of_trust" not in case.flags


def _may_take(case: CaseRow, staff: Staff) -> None:
    if staff.id in case.hidden_from:
        raise NotPossible("there is no such case")
    if not may_hold(case, staff):
        raise NotPossible("this conversation is for the safeguarding lead")
    if staff.role not in ("worker", "lead"):
        raise NotPossible("only workers and leads can pick up a conversation")


def _own_live(tx: Tx, case_id: str, staff: Staff) -> CaseRow:
    case = cases.locked(tx, case_id)
    if case.worker_id != staff.id:
        raise NotPossible("this conversation is not yours")
    if case.stage not in TALKING:
        raise NotPossible("this conversation has ended or is paused: nothing was sent")
    return case


def _tell_person(tx: Tx, service: Service, case: CaseRow, words: str, now: datetime, **fields: str) -> None:
    someone = people.person(tx, case.person_id)
    library = service.speaking(someone.language, now).library
    bubbles = message(library, words, someone.age_band, someone.easy_read, **fields)
    buttons = tokens(library.message(words).buttons)
    discreet.tell(tx, service, someone, bubbles, now, buttons=buttons, case_id=case.id)
