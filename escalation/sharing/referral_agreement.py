"""Whether a young person agrees that somebody outside is asked to help them, and to what would go with it (S01, S05).

An agreement with the adult here is no agreement with anybody outside: each recipient is asked about by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from escalation import alerts, discreet
from escalation.agreements import With, Wording, enter
from escalation.case import TALKING, NotPossible
from escalation.consent import Agreement, Kind, Scope, shared
from escalation.context import Service
from escalation.record import history, people
from escalation.record.store import Tx
from escalation.record.tables import AgreementRow, CaseRow, Staff
from escalation.sharing.override import OUTSIDE
from escalation.sharing.staff_questions import ask, asked_now
from escalation.words import message
from escalation.work.case_work import working_on

QUESTION, WORDING, PASSED_ON = "referral", "consent.referral", "consent.passing_on"
SCOPES = (Scope.SUMMARY, Scope.CHAT)
FAMILY, SCHOOL = "family", "school"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may go to one recipient: what was agreed with the young person, and the decision to share without it, if one was made."""

    scope: Scope | None
    since: datetime | None
    wording: str
    decision: AgreementRow | None

    def covers(self, needs: Scope) -> bool:
        """Whether the young person agreed to something of this kind."""
        return self.scope is Scope.CHAT or (self.scope is Scope.SUMMARY and needs is Scope.SUMMARY)


def allowed(tx: Tx, service: Service, case: CaseRow, recipient: str, now: datetime) -> Allowed:
    """What the ledger lets this recipient have now. Where the recipient may be the danger, only a decision counts."""
    whose = (AgreementRow.recipient == recipient) | (AgreementRow.kind == Kind.WITHDRAWN)
    asked = AgreementRow.wording_id != PASSED_ON  # that was about its very words, and nothing else
    rows = list(tx.session.scalars(select(AgreementRow).where(AgreementRow.case_id == case.id, whose, asked).order_by(AgreementRow.seq)))
    entries = [Agreement(Kind(row.kind), Scope(row.scope) if row.scope else None, row.at, row.expires_at, recipient) for row in rows]
    decision = next((row for row in reversed(rows) if row.kind == Kind.OVERRIDE), None)
    state = shared(entries, now, recipient)
    if state.scope is None or may_be_the_danger(service, case, recipient):
        return Allowed(None, None, "", decision)
    given = next(row for row in reversed(rows) if row.kind == Kind.GIVEN)
    wording = tx.vault.open_for(people.person(tx, case.person_id), "agreements.wording", given.id, given.wording_sealed)
    return Allowed(state.scope, state.since, wording, decision)


def may_be_the_danger(service: Service, case: CaseRow, recipient: str) -> bool:
    """Whether harm may come from there: from family, or from a setting where somebody is trusted (S26, S83)."""
    if recipient == FAMILY:
        return bool(set(case.categories).intersection(service.staff_policy.sharing.family_may_harm))
    return recipient == SCHOOL and "position_of_trust" in case.flags


def ask_them(tx: Tx, service: Service, case_id: str, staff: Staff, recipient: str, scope: str, now: datetime) -> None:
    """Ask the young person in the chat whether this recipient may be asked to help them. Raises `NotPossible`."""
    case = working_on(tx, case_id, staff)
    known = service.staff_policy.sharing.recipients.get(recipient)
    if known is None or scope not in SCOPES:
        raise NotPossible("choose who would be asked, and what would go with it")
    if may_be_the_danger(service, case, recipient):
        raise NotPossible("the danger may come from there: only a recorded decision of the lead lets anything go there")
    if case.stage not in TALKING:
        raise NotPossible("they can be asked only while somebody has the conversation")
    library = service.speaking(people.person(tx, case.person_id).language, now).library
    fields = {"adult": staff.first_name, "whom": known.told, "parts": message(library, f"{WORDING}_{scope}")[0]}
    ask(tx, service, case, QUESTION, staff, now, fields, {"recipient": recipient, "scope": scope})


def waits_for_answer(tx: Tx, case: CaseRow) -> bool:
    """Whether the young person was asked and has not answered yet."""
    return asked_now(tx, case, QUESTION) is not None


def answered(tx: Tx, service: Service, case: CaseRow, number: str, yes: bool, now: datetime) -> None:
    """They agreed, or not. Nothing is sent by the program."""
    asked = asked_now(tx, case, QUESTION, number)
    if asked is None:
        return
    version, language = service.library.message(WORDING).version, asked.detail.get("language", "en")
    wording = Wording(WORDING, version, asked.detail["words"], language)
    until = now + timedelta(days=service.policy.agreement_days) if yes else None
    scope, kind = (Scope(asked.detail["scope"]), Kind.GIVEN) if yes else (None, Kind.REFUSED)
    enter(tx, case, kind, wording, now, scope=scope, expires_at=until, whom=With(asked.detail["recipient"], OUTSIDE))
    event = "referral_agreed" if yes else "referral_refused"
    history.record(tx, case, event, now, actor="young_person", detail={"of": asked.id, "recipient": asked.detail["recipient"]})
    someone = people.person(tx, case.person_id)
    library = service.speaking(someone.language, now).library
    words = message(library, f"{WORDING}_{'yes' if yes else 'no'}", someone.age_band, someone.easy_read)
    discreet.tell(tx, service, someone, words, now, case_id=case.id)
    alerts.alert(tx, service, case, (case.worker_id,) if case.worker_id else (), now, "staff.answered")
    tx.signal(f"case:{case.id}")
