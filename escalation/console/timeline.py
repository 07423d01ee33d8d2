"""The history of a case as its page shows it: who did what, when and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from escalation.console import labels
from escalation.record.history import Entry
from escalation.work.staff_policy import StaffPolicy

ACTORS = {"young_person": "Young person", "bot": "Bot", "system": "Service", "staff": "Staff"}

EVENTS = {
    "offered": "An adult was offered",
    "immediate": "A life may be at risk: alerted at once",
    "agreed": "Said yes",
    "refused": "Said no",
    "withdrawn": "Changed their mind",
    "picked_up": "Picked up",
    "handed_back": "Handed back to the queue",
    "went_quiet": "Left them without an answer",
    "asked_again": "Back to the queue, others are asked",
    "told_of_move": "Was told that the time when somebody is there has moved",
    "out_of_hours_asked": "The out-of-hours contact was alerted",
    "drill_passed": "Drill: picked up, and over",
    "drill_failed": "Drill: nobody picked up",
    "left_by_one": "Did not want to go on with this adult: back to the queue",
    "call_back_asked": "Would like a call",
    "call_back_done": "The call was made, the number deleted",
    "began_afresh": "Somebody began afresh in their chat without the code word: they are not reached there any more",
    "hidden_from_one": "“Not this person”",
    "not_what_i_meant": "“That's not what I meant”",
    "stepped_up": "Something graver was noticed",
    "message_held": "A message was held back",
    "sent_after_hold": "A message was sent after a warning",
    "flagged": "Flagged to the lead",
    "flag_decided": "The lead decided",
    "flag_went_on": "No decision the same day: the contact outside was alerted",
    "closed": "Closed",
    "closing_started": "Began the ending together",
    "closing_put_off": "Not ending yet",
    "plan_line_proposed": "Suggested a line of the plan",
    "plan_line_agreed": "Yes to a line of the plan",
    "plan_line_reworded": "Changed a line of the plan",
    "plan_line_added": "Added a line to the plan",
    "plan_line_left_out": "Left a line out of the plan",
    "check_in_offered": "Offered a check-in",
    "check_in_agreed": "Agreed to a check-in",
    "check_in_refused": "Wants no check-in",
    "check_in_sent": "Check-in sent",
    "check_in_put_off": "Check-in put off to the next safe hour",
    "check_in_not_sent": "Check-in not sent: not needed any more",
    "not_said_any_more": "A word about the wait was not sent: it had been put off, and the wait was over",
    "check_in_fine": "Check-in: “I'm OK”",
    "check_in_not_fine": "Check-in: “Not OK”",
    "check_in_stopped": "Stopped check-ins",
    "check_in_quiet": "Check-in not answered",
    "check_in_unreached": "Check-in could not be delivered",
    "check_in_unapproved": "Check-in not sent: their app takes only approved words by now, and none are approved",
    "not_approved": "They could not be told that something is new: their app takes only approved words by now, and none are approved",
    "follow_up_ended": "Follow-up ended",
    "something_new": "Something new was told: a case of its own",
    "form_saved": "Form saved",
    "noted": "Note",
    "corrected": "Correction of a note",
    "context_set": "Where it happens",
    "wants_set": "What they want to happen",
    "level_set": "Stepped up or down",
    "hold_on": "Hold: nothing of this case is deleted",
    "hold_off": "Hold lifted",
    "lead_asked": "Asked the lead",
    "lead_answered": "The lead answered",
    "challenged": "Disagreed with the lead",
    "override": "Decided to share without agreement",
    "account_released": "Released their account or number to the emergency services",
    "not_shared": "Decided not to share",
    "duty_recorded": "Legal duty",
    "passing_on_asked": "Asked whether something may be passed on without a name",
    "passing_on_agreed": "Agreed to pass it on",
    "passing_on_refused": "Said no to passing it on",
    "passed_on": "Passed on without a name",
    "referral_asked": "Asked whether somebody outside may be asked to help",
    "referral_agreed": "Agreed to a referral",
    "referral_refused": "Said no to a referral",
    "referral_made": "Made a referral",
    "linked": "Linked with another case",
    "transfer_asked": "Asked whether somebody else may go on",
    "transfer_agreed": "Agreed: handed over",
    "transfer_refused": "Said no to the hand-over",
    "transfer_dropped": "The hand-over was taken back",
    "transfer_offered": "Asked colleagues who could take over",
    "transfer_taken_up": "Could take over",
    "transfer_not_now": "Could not take over",
    "watch_offered": "Asked colleagues to be the second adult",
    "watch_taken_up": "Could be the second adult",
    "watch_not_now": "Could not be the second adult",
    "watched": "A second adult reads along",
    "watching_ended": "The second adult has gone",
}

DETAILS = {
    "when": "When",
    "people": "Who was there",
    "words": "Words",
    "action": "Done",
    "reason": "Why",
    "why": "What and why",
    "reasons": "Because it seemed to hold",
    "decision": "Decision",
    "outcome": "Outcome",
    "note": "Note",
    "safer": "Safer now, and who goes on",
    "days": "In days",
    "hours": "Safe hours",
    "question": "Asked",
    "answer": "Answer",
    "recipient": "With whom",
    "what": "What",
    "legal_basis": "Legal basis",
    "risk": "Risk",
    "ground": "From 18",
    "unsafe_to_tell": "Not told, because",
    "told": "Told",
    "afterwards": "Shared before it was recorded",
    "duty": "Duty",
    "parts": "Parts in it",
    "not_agreed": "Not agreed to by them",
    "names_out": "Names left out",
    "how": "How",
    "from": "From",
    "to": "To",
    "by": "Who",
    "case": "Case",
    "categories": "About",
    "contexts": "Where",
    "level": "Level",
    "contact": "Contact",
    "text": "Message",
    "service": "To",
    "reference": "Their reference",
    "known": "Released",
    "informed": "Told of it",
}
"""What the parts of an entry are called; parts without a name here, such as ids of other entries, are not shown."""

CODED = frozenset(
    {"recipient", "legal_basis", "ground", "decision", "outcome", "duty", "contexts", "categories", "reasons", "from", "to", "by", "level"}
)
"""The parts that hold ids; all others are words that somebody wrote, shown as they are."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry as the page shows it."""

    id: str
    at: datetime
    who: str
    title: str
    details: tuple[tuple[str, str], ...]
    corrects: str = ""
    correctable: bool = False


def moment(entry: Entry, names: Mapping[str, str], policy: StaffPolicy) -> Moment:
    """An entry in words. `names` gives first names by staff id."""
    who = names.get(entry.staff_id or "", "") or ACTORS.get(entry.actor, "")
    details = _answers(entry, policy) if entry.event == "form_saved" else _details(entry, names, policy)
    title = EVENTS.get(entry.event) or entry.event.replace("_", " ").capitalize()
    correctable = entry.event in ("noted", "corrected")
    return Moment(entry.id, entry.at, who, title, details, entry.detail.get("corrects", ""), correctable)


def _details(entry: Entry, names: Mapping[str, str], policy: StaffPolicy) -> tuple[tuple[str, str], ...]:
    shown = ((DETAILS.get(name), _words(value, names, policy) if name in CODED else str(value)) for name, value in entry.detail.items())
    return tuple((label, text) for label, text in shown if label and text)


def _words(value: object, names: Mapping[str, str], policy: StaffPolicy) -> str:
    """A value in words: ids of staff, recipients, duties, places and decisions by what they are called."""
    if isinstance(value, list | tuple):
        return ", ".join(_words(one, names, policy) for one in value)
    text = str(value)
    sharing = policy.sharing
    known = {
        **{duty.id: duty.title for duty in policy.duties.duties},
        **{id: recipient.staff for id, recipient in sharing.recipients.items()},
        **sharing.legal_bases,
        **sharing.grounds_from_18,
        **labels.CONTEXTS,
        **labels.OUTCOMES,
        **labels.DECISIONS,
        **labels.LEVELS,
        **names,
    }
    return known.get(text, text)


def _answers(entry: Entry, policy: StaffPolicy) -> tuple[tuple[str, str], ...]:
    questions = {question.id: question for section in policy.form.sections for question in section.fields}
    answers = ((questions.get(id), answer) for id, answer in entry.detail["answers"].items())
    return tuple((question.label, question.options.get(answer, answer)) for question, answer in answers if question)
