"""A referral: what of a case can go to somebody outside, which of it the young person agreed to, and what is made of it.

What they did not agree to is left out unless a decision to share it with this very recipient is on the record (S03, S05).
The names of other people are left out as whoever makes it says; only how many there were is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from escalation import reading
from escalation.case import NotPossible
from escalation.consent import Scope
from escalation.console import labels
from escalation.context import Service
from escalation.reading import CaseReading
from escalation.record import audit, history, people, plans
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person, Staff
from escalation.sharing.redacting import redact
from escalation.sharing.referral_agreement import Allowed, allowed
from escalation.work import case_work
from escalation.work.case_work import working_on

MADE = "referral_made"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a referral can say. `agreed`: the young person agreed that this recipient gets it; `free`: somebody wrote it."""

    id: str
    section: str
    label: str
    text: str
    needs: Scope
    agreed: bool
    free: bool = True


@dataclass(frozen=True, slots=True)
class Basis:
    """A decision to share without agreement, as a referral has to name it."""

    at: datetime
    by: str
    legal_basis: str
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a referral of this case to this recipient can hold, for whoever makes it."""

    case_id: str
    recipient: str
    reference: str
    by: str
    allowed: Allowed
    basis: Basis | None
    parts: tuple[Part, ...]

    def chosen(self, ids: Collection[str]) -> tuple[Part, ...]:
        """The parts with these ids that may go: without a decision none that was not agreed."""
        return tuple(part for part in self.parts if part.id in ids and (part.agreed or self.basis))

    @property
    def digest(self) -> str:
        """By which it is seen whether these are the very words that somebody looked at."""
        return hashlib.sha256(json.dumps([(part.id, part.text) for part in self.parts]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Referral:
    """What the file says. `parts` hold no name that was to be left out; `names` and `places` say how many, and how often."""

    organisation: str
    recipient: str
    reference: str
    by: str
    made_at: datetime
    agreed_at: datetime | None
    basis: Basis | None
    parts: tuple[Part, ...]
    names: int
    places: int

    @property
    def not_agreed(self) -> tuple[Part, ...]:
        """What goes although the young person did not agree to it."""
        return tuple(part for part in self.parts if not part.agreed)

    @property
    def sections(self) -> dict[str, list[Part]]:
        """The parts by the heading that they stand under, in order."""
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            found.setdefault(part.section, []).append(part)
        return found


def draft(tx: Tx, service: Service, case_id: str, staff: Staff, recipient: str, now: datetime) -> Draft:
    """What can go to this recipient; the read is logged. Raises `NotPossible`."""
    case = working_on(tx, case_id, staff)
    if recipient not in service.staff_policy.sharing.recipients:
        raise NotPossible("choose who it goes to")
    card = reading.read_case(tx, service, case_id, staff, now)
    known = allowed(tx, service, case, recipient, now)
    found = (replace(part, agreed=known.covers(part.needs)) for part in _parts(tx, service, case, staff, card, now))
    by = f"{staff.name}, {staff.job}"
    return Draft(
        case_id, recipient, _reference(case), by, known, _basis(tx, service, case, known), tuple(part for part in found if part.text)
    )


def made_of(service: Service, one: Draft, ids: Collection[str], names: Sequence[str], now: datetime) -> Referral:
    """The referral with these parts and without these names. Raises `NotPossible` where nothing is in it."""
    chosen = one.chosen(ids)
    if not chosen:
        raise NotPossible("nothing is chosen that may go: choose at least one part")
    clean = [(part, redact(part.text, names)) for part in chosen]
    parts = tuple(replace(part, text=without.text) for part, without in clean)
    needs_basis = any(not part.agreed for part in parts)
    basis = one.basis if needs_basis else None
    reason = redact(basis.reason, names) if basis else None
    return Referral(
        organisation=service.organisation,
        recipient=service.staff_policy.sharing.recipients[one.recipient].staff,
        reference=one.reference,
        by=one.by,
        made_at=now,
        agreed_at=one.allowed.since,
        basis=replace(basis, reason=reason.text) if basis and reason else None,
        parts=parts,
        names=len(names),
        places=sum(without.places for _, without in clean) + (reason.places if reason else 0),
    )


def record(
    tx: Tx, service: Service, case_id: str, staff: Staff, recipient: str, made: Referral, kind: str, digest: str, now: datetime
) -> None:
    """Note that it was made, as `word` or `print`: to whom, how much, what without agreement, and how many names are left out.

    Raises `NotPossible` where the young person has changed their mind since it was read (S07).
    """
    case = working_on(tx, case_id, staff)
    still = allowed(tx, service, case, recipient, now)
    if any(part.agreed and not still.covers(part.needs) for part in made.parts):
        raise NotPossible("they have changed their mind meanwhile: look at it again")
    case.referred_at = case.referred_at or now
    detail = {
        "recipient": recipient,
        "parts": str(len(made.parts)),
        "not_agreed": ", ".join(part.label for part in made.not_agreed),
        "names_out": f"{made.names}, in {made.places} places" if made.names else "",
        "as": kind,
    }
    history.record(tx, case, MADE, now, actor="staff", staff_id=staff.id, detail={name: value for name, value in detail.items() if value})
    audit.note(tx, MADE, now, staff_id=staff.id, case_id=case.id, digest=digest)
    tx.signal(f"case:{case.id}")


def _reference(case: CaseRow) -> str:
    """By what the recipient names the case to us: nothing that names the young person in another one."""
    return case.id[-8:].upper()


def _basis(tx: Tx, service: Service, case: CaseRow, known: Allowed) -> Basis | None:
    row = known.decision
    if row is None:
        return None
    entry = next(entry for entry in reversed(history.entries(tx, case, "override")) if entry.detail["recipient"] == row.recipient)
    decider = tx.session.get_one(Staff, row.decided_by)
    legal = service.staff_policy.sharing.legal_bases[entry.detail["legal_basis"]]
    return Basis(row.at, f"{decider.name}, {decider.job}", legal, entry.detail["reason"])


def _parts(tx: Tx, service: Service, case: CaseRow, staff: Staff, card: CaseReading, now: datetime) -> Iterator[Part]:
    someone = people.person(tx, case.person_id)
    yield from _about_them(service, someone)
    yield from _their_words(tx, case, card)
    yield from _about_it(case, card)
    yield from _form(tx, service, case, staff, now)
    plan = "\n".join(plans.load(tx, case).agreed)
    yield Part("plan", "Plan", "Plan made together with them", plan, Scope.CHAT, False)


def _about_them(service: Service, someone: Person) -> Iterator[Part]:
    section = "The young person"
    area = service.library.directories.get(someone.area or "")
    language = service.opening.languages.get(someone.language)
    speaks = [language or "", "prefers simple words" if someone.easy_read else ""]
    for id, label, text in (
        ("age", "Age", labels.AGES[someone.age_band]),
        ("area", "Area", area.title if area else ""),
        ("language", "Language", ", ".join(filter(None, speaks))),
    ):
        yield Part(id, section, label, text, Scope.SUMMARY, False, free=False)


def _their_words(tx: Tx, case: CaseRow, card: CaseReading) -> Iterator[Part]:
    section = "In their own words"
    yield Part("wants", section, "What they want to happen", case_work.wants(tx, case), Scope.SUMMARY, False)
    yield Part("summary", section, "Their summary", card.summary, Scope.SUMMARY, False)
    yield Part("message", section, "What they wrote", card.raised_by.text if card.raised_by else "", Scope.CHAT, False)


def _about_it(case: CaseRow, card: CaseReading) -> Iterator[Part]:
    section = "What it is about"
    for id, label, text in (
        ("about", "About", "; ".join(card.reasons)),
        ("urgency", "How urgent we think it is", labels.LEVELS.get(card.level.id, "") if card.reasons else ""),
        ("contexts", "Where it happens", ", ".join(labels.CONTEXTS[place] for place in case.contexts)),
    ):
        yield Part(id, section, label, text, Scope.CHAT, False, free=False)


def _form(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> Iterator[Part]:
    saved = history.entries(tx, case, "form_saved")
    answers = saved[-1].detail["answers"] if saved else {}
    for section in service.staff_policy.form.for_case(case_work.about(tx, service, case, staff, now)):
        for question in section.fields:
            answer = answers.get(question.id, "")
            free = question.kind == "text"
            yield Part(f"form-{question.id}", section.title, question.label, question.options.get(answer, answer), Scope.CHAT, False, free)
