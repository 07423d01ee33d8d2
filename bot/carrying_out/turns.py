"""What each event of the dialogue does to the record, in the turn's own transaction. An event nobody knows is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from bot import return_code
from bot.carrying_out import endings, own
from bot.dialogue import ending_events as afterwards
from bot.dialogue import events as happened
from escalation import cases, chain, discreet, quiet, relay
from escalation.agreements import Wording, as_shown
from escalation.case import TALKING, Stage
from escalation.cases import Noticed
from escalation.consent import Scope
from escalation.context import Service
from escalation.ending import check_ins, feelings
from escalation.record import messages
from escalation.record.retention.policy import GROWN_UP
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Person
from escalation.sharing import flags, referral_agreement, reports, transfer
from escalation.words import message
from escalation.young_person import clearing
from nlu.understanding import Level

Do = Callable[[Tx, Service, Person, Any, datetime], None]


def carry_out(tx: Tx, service: Service, someone: Person, events: Iterable[happened.Event], now: datetime) -> None:
    """Do what these events say, in order. Raises `KeyError` for an event without a hand: that is a mistake in the program."""
    for kind, some in groupby(events, type):
        if kind is happened.Said:
            bubbles = [
                messages.Bubble(one.text, one.buttons, one.urgent, one.aside, one.picture) for one in cast(Iterable[happened.Said], some)
            ]
            messages.answer(tx, someone, bubbles, now)
        else:
            for event in some:
                _HANDS[kind](tx, service, someone, event, now)


def _adult_offered(tx: Tx, service: Service, someone: Person, event: happened.AdultOffered, now: datetime) -> None:
    cases.offer(tx, someone, _noticed(event), now)


def _emergency_raised(tx: Tx, service: Service, someone: Person, event: happened.EmergencyRaised, now: datetime) -> None:
    case = cases.raise_immediate(tx, service, someone, _noticed(event), now, hide_from=event.hide_from)
    quiet.hurry(tx, service, case, now)


def _risk_noticed(tx: Tx, service: Service, someone: Person, event: happened.RiskNoticed, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is None:
        return
    before, flags_before = case.level, case.flags
    cases.step_up(tx, case, _noticed(event), now)
    others_must_come = "position_of_trust" in case.flags and "position_of_trust" not in flags_before
    if case.stage == Stage.WAITING and (case.level > max(before, Level.CONCERN) or others_must_come):
        chain.begin(tx, service, case, now)
    if case.level > before:
        quiet.hurry(tx, service, case, now)


def _agreement_given(tx: Tx, service: Service, someone: Person, event: happened.AgreementGiven, now: datetime) -> None:
    cases.agree(tx, service, _case(tx, someone), Scope(event.scope), _wording(event), event.summary, now)


def _agreement_refused(tx: Tx, service: Service, someone: Person, event: happened.AgreementRefused, now: datetime) -> None:
    cases.refuse(tx, service, _case(tx, someone), _wording(event), now)


def _agreement_withdrawn(tx: Tx, service: Service, someone: Person, event: happened.AgreementWithdrawn, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is not None:
        wording = as_shown(service, someone, event.wording_id, event.wording_version, event.wording, now)
        cases.withdraw(tx, service, case, wording, now)
    check_ins.stop(tx, service, someone, now)


def _person_hidden(tx: Tx, service: Service, someone: Person, event: happened.PersonHidden, now: datetime) -> None:
    case = _case(tx, someone)
    cases.not_this_person(tx, case, event.staff_id, now)
    if case.stage in TALKING and case.worker_id == event.staff_id:
        cases.wait_again(tx, service, case, "left_by_one", now)


def _lead_flagged(tx: Tx, service: Service, someone: Person, event: happened.LeadFlagged, now: datetime) -> None:
    case = cases.latest_case(tx, someone.id)
    if case is None:
        raise LookupError("a flag needs a case")
    flags.flag_lead(tx, service, case, event.reason, now)


def _meaning_corrected(tx: Tx, service: Service, someone: Person, event: happened.MeaningCorrected, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is not None:
        cases.not_what_i_meant(tx, service, case, now)


def _passed_on(tx: Tx, service: Service, someone: Person, event: happened.PassedOn, now: datetime) -> None:
    relay.hear(tx, service, _case(tx, someone), event.text, now)


def _age_band_chosen(tx: Tx, service: Service, someone: Person, event: happened.AgeBandChosen, now: datetime) -> None:
    if event.band == GROWN_UP != someone.age_band:
        cases.grown_up(tx, someone)
    someone.age_band = event.band


def _area_chosen(tx: Tx, service: Service, someone: Person, event: happened.AreaChosen, now: datetime) -> None:
    someone.area = event.area


def _easy_read_chosen(tx: Tx, service: Service, someone: Person, event: happened.EasyReadChosen, now: datetime) -> None:
    someone.easy_read = event.on


def _language_chosen(tx: Tx, service: Service, someone: Person, event: happened.LanguageChosen, now: datetime) -> None:
    someone.language = event.language


def _feeling_told(tx: Tx, service: Service, someone: Person, event: happened.FeelingTold, now: datetime) -> None:
    case = cases.latest_case(tx, someone.id)
    if case is not None:
        feelings.after(tx, case, event.feeling, now)


def _carried_on(tx: Tx, service: Service, someone: Person, event: happened.CarriedOn, now: datetime) -> None:
    someone.last_seen_at, someone.away_since = now, None
    discreet.release(tx, someone, now)


def _went_away(tx: Tx, service: Service, someone: Person, event: happened.WentAway, now: datetime) -> None:
    someone.away_since = now


def _code_asked(tx: Tx, service: Service, someone: Person, event: happened.CodeAsked, now: datetime) -> None:
    code = return_code.new_code()
    someone.return_code = tx.vault.pseudonym("return_code", code)
    for text in message(service.speaking(someone.language, now).library, event.words, someone.age_band, someone.easy_read, code=code):
        messages.say(tx, someone, text, now, aside=True)


def _deletion_asked(tx: Tx, service: Service, someone: Person, event: happened.DeletionAsked, now: datetime) -> None:
    clearing.clear(tx, service, someone, now)


def _staff_answered(tx: Tx, service: Service, someone: Person, event: happened.StaffAnswered, now: datetime) -> None:
    case = cases.open_case(tx, someone.id)
    if case is None:
        return
    if event.question == "transfer":
        transfer.answered(tx, service, case, event.number, event.yes, now)
    elif event.question == "passing_on":
        reports.passing_on_answered(tx, service, case, event.number, event.yes, now)
    elif event.question == "referral":
        referral_agreement.answered(tx, service, case, event.number, event.yes, now)
    else:
        transfer.not_this_watcher(tx, service, case, now)


def _noticed(event: happened.OfRisk) -> Noticed:
    return Noticed(event.level, event.categories, event.subject, event.flags, event.raised_by)


def _wording(event: happened.AgreementGiven | happened.AgreementRefused) -> Wording:
    return Wording(event.wording_id, event.wording_version, event.wording, event.wording_language)


def _case(tx: Tx, someone: Person) -> CaseRow:
    case = cases.open_case(tx, someone.id)
    if case is None:
        raise LookupError("the dialogue spoke of a case that is not open")
    return case


_HANDS: dict[type, Do] = {
    happened.AdultOffered: _adult_offered,
    happened.EmergencyRaised: _emergency_raised,
    happened.RiskNoticed: _risk_noticed,
    happened.AgreementGiven: _agreement_given,
    happened.AgreementRefused: _agreement_refused,
    happened.AgreementWithdrawn: _agreement_withdrawn,
    happened.PersonHidden: _person_hidden,
    happened.LeadFlagged: _lead_flagged,
    happened.MeaningCorrected: _meaning_corrected,
    happened.PassedOn: _passed_on,
    happened.AgeBandChosen: _age_band_chosen,
    happened.AreaChosen: _area_chosen,
    happened.EasyReadChosen: _easy_read_chosen,
    happened.LanguageChosen: _language_chosen,
    happened.FeelingTold: _feeling_told,
    happened.StaffAnswered: _staff_answered,
    happened.CarriedOn: _carried_on,
    happened.WentAway: _went_away,
    happened.CodeAsked: _code_asked,
    happened.DeletionAsked: _deletion_asked,
    happened.SaidAside: own.said_aside,
    happened.RecordAsked: own.record_asked,
    happened.CodeWordChosen: own.code_word_chosen,
    happened.MoveAsked: own.move_asked,
    happened.BegunAfresh: own.begun_afresh,
    happened.ConcernRaised: own.concern_raised,
    happened.ConcernShown: own.concern_shown,
    happened.CallBackAsked: own.call_back_asked,
    afterwards.FeltBefore: endings.felt_before,
    afterwards.PlanLineAnswered: endings.plan_line_answered,
    afterwards.PlanLineWritten: endings.plan_line_written,
    afterwards.CheckInAgreed: endings.check_in_agreed,
    afterwards.CheckInRefused: endings.check_in_refused,
    afterwards.CheckInsStopped: endings.check_ins_stopped,
    afterwards.SaidFine: endings.said_fine,
    afterwards.SaidNotFine: endings.said_not_fine,
    afterwards.FeedbackGiven: endings.feedback_given,
    afterwards.FeedbackWritten: endings.feedback_written,
    afterwards.AdultAskedFor: endings.adult_asked_for,
}
