"""A night shift as the console shows it: one record with a case in each state, a week of rota with gaps, and a staff of all roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.rehearsal import endings
from bot.rehearsal.house import House, YoungPerson
from escalation import cases
from escalation.agreements import Wording
from escalation.consent import Scope
from escalation.ending import feedback
from escalation.record import duty, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.rota import shifts, swaps
from escalation.rota.spans import Span
from escalation.sharing import asking_the_lead, transfer
from escalation.staff import accounts
from escalation.work import case_work
from escalation.work.case_work import Note
from escalation.young_person import call_backs, concerns
from escalation.young_person.call_backs import Details
from nlu.understanding import Level
from tests.console.conftest import Arrivals, can_sign_in

NIGHT = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
STAFF = {"Sam": "worker", "Alex": "worker", "Nia": "worker", "Jo": "lead", "Bo": "lead", "Kit": "editor", "Robin": "admin"}
FORM = {
    "risks": "He drinks at weekends, and it is worse then.",
    "protective": "Her aunt lives in the next street; a teacher she trusts.",
    "referral": "not_made",
    "referral_why": "Her social worker knows and sees her tomorrow.",
}
T = TypeVar("T")


@dataclass
class Night:
    """The service in the middle of the night. `cases` names each case by the state it is in; `invite` is a link nobody used yet."""

    house: House
    arrivals: Arrivals
    cases: dict[str, str] = field(default_factory=dict)
    invite: str = ""

    def by(self, name: str, do: Callable[[Tx, Staff], T]) -> T:
        """What a member of staff does in the record."""

        def run(tx: Tx) -> T:
            staff = duty.staff_named(tx, name)
            assert staff is not None, f"nobody is named {name}"
            return do(tx, staff)

        return self.house.record.write(run)

    def aged(self, case_id: str, age_band: str) -> str:
        """The young person of this case has said how old they are."""

        def say(tx: Tx) -> None:
            people.person(tx, tx.session.get_one(CaseRow, case_id).person_id).age_band = age_band

        self.house.record.write(say)
        return case_id


async def night(house: House) -> Night:
    """Fill the record of a house that is still empty."""
    house.clock.at = NIGHT - timedelta(days=2)
    made = hired(house)
    _plan_the_week(made)
    _end_hard_cases(made)
    house.clock.at = NIGHT - timedelta(minutes=50)
    _raise_flags(made)
    _raise_concerns(made)
    await _talk(made)
    await _end_together(made)
    _be_with_colleagues(made)
    house.clock.at = NIGHT - timedelta(minutes=14)
    _wait(made)
    house.clock.at = NIGHT
    return made


def hired(house: House) -> Night:
    """Staff of all roles, one of them invited and one gone, and nothing else."""
    made = Night(house, Arrivals(house))
    for name, role in STAFF.items():
        house.hire(name, role)
        can_sign_in(house, name)
    made.by("Robin", lambda tx, by: accounts.record_work(tx, house.staff("Sam").id, by.id, 9, ["pl", "ar"], house.clock()))
    made.by("Robin", lambda tx, by: accounts.record_work(tx, house.staff("Alex").id, by.id, 9, [], house.clock()))
    made.by("Robin", lambda tx, by: accounts.record_dates(tx, house.service, house.staff("Bo").id, by.id, None, None, house.clock()))
    made.invite = house.record.write(lambda tx: accounts.add_staff(tx, "Ina Okafor-Lindqvist", "worker", house.clock())).token
    gone = house.record.write(lambda tx: accounts.add_staff(tx, "Lee Moss", "worker", house.clock())).staff_id
    made.by("Robin", lambda tx, by: accounts.close_account(tx, house.service, gone, by.id, house.clock()))
    return made


WEEK = (
    ("Sam", 0, 20, 9, False),
    ("Alex", 0, 17, 12, True),
    ("Jo", 1, 9, 8, False),
    ("Sam", 1, 20, 9, False),
    ("Nia", 2, 17, 6, False),
    ("Alex", 2, 23, 6, False),
    ("Sam", 3, 17, 6, False),
    ("Nia", 4, 17, 6, False),
    ("Jo", 4, 17, 6, True),
    ("Alex", 5, 11, 6, False),
)
"""Who works when: the day after Monday, the hour of the start, hours, and whether as back-up."""


def _plan_the_week(made: Night) -> None:
    """Evenings are covered, days are not; two shifts look for somebody, and Nia is on holiday on Friday."""
    house, midnight = made.house, NIGHT.replace(hour=0, minute=0)
    for name, day, hour, hours, backup in WEEK:
        at = midnight + timedelta(days=day, hours=hour)
        _works(made, name, Span(at, at + timedelta(hours=hours)), backup, swap=(name, day) in (("Sam", 3), ("Alex", 5)))
    friday = midnight + timedelta(days=4)
    holiday = Span(friday, friday + timedelta(days=3))
    made.by("Nia", lambda tx, nia: shifts.note_holiday(tx, house.service, nia, holiday, nia.id, house.clock()))


def _works(made: Night, name: str, span: Span, backup: bool, *, swap: bool) -> None:
    """Somebody has a shift, and asks who can take it where there is a `swap`."""
    service, now = made.house.service, made.house.clock()

    def add(tx: Tx, row: Staff) -> None:
        shift = shifts.add(tx, service, row, span, backup, now)
        if swap:
            swaps.ask(tx, service, shift.id, row, now)

    made.by(name, add)


def _end_hard_cases(made: Night) -> None:
    """Sam is asked how they are after one, Alex has had many and would like to talk; one young person said how it was."""
    house = made.house
    for name in ("Alex", "Alex", "Alex", "Sam"):
        case_id = made.arrivals.agreed(Scope.CHAT, "he hits me at home", level=Level.URGENT)
        house.pick_up(name, case_id)
        house.worker_says(name, case_id, "Hi, thank you for telling us.")
        house.close(name, case_id, "referred", "Her social worker knows and goes on.")
        made.cases["closed"] = case_id
    endings.answers_debrief(house, "Alex", "talk")

    def tell(tx: Tx) -> None:
        case = tx.session.get_one(CaseRow, made.cases["closed"])
        for about in ("listened", "helped", "again"):
            feedback.rate(tx, case, about, "yes", house.clock())
        feedback.say(tx, people.person(tx, case.person_id), case, "it was good that sam didnt tell me off", house.clock())

    house.record.write(tell)


def _raise_flags(made: Night) -> None:
    made.cases["refused"] = made.aged(made.arrivals.refused(), "13_15")
    trust = made.arrivals.agreed(Scope.CHAT, "my coach texts me at night", level=Level.URGENT, flags=frozenset({"position_of_trust"}))
    made.cases["trust"] = made.aged(trust, "under_13")
    made.house.record.write(lambda tx: setattr(tx.session.get_one(CaseRow, trust), "undecided", True))


def _raise_concerns(made: Night) -> None:
    house = made.house

    def raise_all(tx: Tx) -> None:
        someone = people.person(tx, tx.session.get_one(CaseRow, made.cases["closed"]).person_id)
        nia = house.staff("Nia").id
        first = concerns.raise_one(tx, house.service, someone, nia, "staff", "nia laughed at what i wrote", house.clock())
        jo = tx.session.get_one(Staff, house.staff("Jo").id)
        concerns.decide(
            tx, house.service, first.id, jo, "I spoke with Nia and read the chat. She goes on with training.", "", house.clock()
        )
        concerns.raise_one(tx, house.service, someone, nia, "staff", None, house.clock())
        concerns.raise_one(tx, house.service, someone, None, "service", "the bot did not get what i meant. three times!!", house.clock())

    house.record.write(raise_all)


async def _talk(made: Night) -> None:
    """Sam talks with somebody by web chat: notes, form, wishes, a step up, a question to the lead; a call is wanted; one has left."""
    house, young = made.house, YoungPerson(made.house, "web", "young-live")
    case_id = made.cases["live"] = await _shares_the_chat(young, "my stepdad hits me nearly every day")
    house.pick_up("Sam", case_id)
    house.worker_says("Sam", case_id, "Hi, I'm Sam. Thank you for telling us. I'm here with you now.")
    await young.says("ok. hes downstairs. i dont want my mum to know i said anything")
    house.worker_says("Sam", case_id, "That makes sense. Nobody tells your mum without talking to you first. Are you safe right now?")
    await young.says("yeah im in my room. he goes to work at 10")
    service, now = house.service, house.clock()
    made.by("Sam", lambda tx, sam: case_work.save_form(tx, service, case_id, sam, FORM, "", now))
    note = Note(words="he goes to work at 10", action="Asked whether they are safe", reason="He is in the house", when="21:05")
    made.by("Sam", lambda tx, sam: case_work.note(tx, case_id, sam, note, now))
    made.by("Sam", lambda tx, sam: case_work.set_wants(tx, case_id, sam, "that it stops, and mum is not sad", now))
    made.by("Sam", lambda tx, sam: case_work.set_context(tx, case_id, sam, ["home", "online"], now))
    made.by("Sam", lambda tx, sam: case_work.set_level(tx, service, case_id, sam, Level.URGENT, ["fgm"], "It happens nearly daily", now))
    made.by(
        "Sam", lambda tx, sam: asking_the_lead.ask(tx, service, case_id, sam, "Do we refer tonight or with school tomorrow?", True, now)
    )
    made.by("Sam", lambda tx, sam: asking_the_lead.ask(tx, service, case_id, sam, "Who speaks Polish on Friday?", False, now))
    call = made.cases["call"] = made.aged(made.arrivals.agreed(Scope.WANTS_TO_TALK), "16_17")
    details = Details("07700 900123", "after 4 on monday", "Max")
    house.record.write(lambda tx: call_backs.ask(tx, tx.session.get_one(CaseRow, call), details, now))
    house.pick_up("Sam", call)
    house.worker_says("Sam", call, "Hi, I'm Sam. I can ring you as soon as you say it is safe.")
    left = made.cases["paused"] = made.arrivals.immediate()
    house.pick_up("Sam", left)
    words = Wording("consent.withdrawn", "1", "I'll stop sharing now.")
    house.record.write(lambda tx: cases.withdraw(tx, service, tx.session.get_one(CaseRow, left), words, now))


async def _end_together(made: Night) -> None:
    """Sam ends two conversations: one with a plan half written, one that is over, with a check-in to come."""
    house, young = made.house, YoungPerson(made.house, "web", "young-closing")
    case_id = made.cases["closing"] = await _shares_the_chat(young, "they keep hitting me after school")
    house.pick_up("Sam", case_id)
    await young.taps("Bad")
    endings.starts_closing(house, "Sam", case_id)
    for line, label in (("See the school nurse on Friday", "Yes"), ("Keep a diary", "Leave it out")):
        endings.proposes(house, "Sam", case_id, line)
        await young.taps(label)
    endings.proposes(house, "Sam", case_id, "Text your aunt when it gets too much")
    over = YoungPerson(house, "web", "young-over")
    case_id = made.cases["follow_up"] = await _shares_the_chat(over, "my dad hits me when he is drunk")
    house.pick_up("Sam", case_id)
    await endings.agrees_to_a_check_in(over, house, case_id)
    house.close("Sam", case_id, "guidance_given", "")


def _be_with_colleagues(made: Night) -> None:
    """Alex has a conversation that Sam reads along with, and one that the young person is asked to go on with Sam in."""
    house = made.house
    watched = made.cases["watched"] = made.arrivals.agreed(Scope.SUMMARY, summary="someone older asks me for pictures", level=Level.URGENT)
    house.pick_up("Alex", watched)
    made.by("Alex", lambda tx, alex: transfer.watch(tx, house.service, watched, alex, house.staff("Sam").id, house.clock()))
    handed = made.cases["transfer"] = made.arrivals.agreed(Scope.CHAT, "i cant sleep at all")
    house.pick_up("Alex", handed)
    made.by("Alex", lambda tx, alex: transfer.propose(tx, house.service, handed, alex, house.staff("Sam").id, house.clock()))


def _wait(made: Night) -> None:
    """Four wait, each with another agreement and urgency; the promise to the first has passed."""
    arrivals, clock = made.arrivals, made.house.clock
    summary = "my boyfriend wants my phone password and i dont know how to say no to him"
    made.cases["waiting_summary"] = made.aged(arrivals.agreed(Scope.SUMMARY, summary=summary), "16_17")
    clock.move(minutes=5)
    made.cases["waiting_person"] = arrivals.agreed(Scope.WANTS_TO_TALK)
    clock.move(minutes=4)
    text = "he says he will post my pictures if i dont send him more by tonight and i already sent two"
    signs = {"he will post my pictures": "A threat to share pictures", "i already sent two": "Pictures were sent"}
    made.cases["waiting_urgent"] = made.aged(arrivals.agreed(Scope.CHAT, text, level=Level.URGENT, signs=signs), "13_15")
    clock.move(minutes=4)
    made.cases["waiting_immediate"] = made.aged(arrivals.immediate(), "18_25")


async def _shares_the_chat(young: YoungPerson, text: str) -> str:
    await young.says(text)
    for label in ("Yes", "This chat so far", "Send it"):
        await young.taps(label)
    case = young.case()
    assert case is not None
    return case.id
