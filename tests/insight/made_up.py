"""Months that were made up: cases as they stand after some weeks, without the conversations that led to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count

from dateutil.relativedelta import relativedelta

from bot.rehearsal.house import House
from escalation.ending.ended import RATINGS
from escalation.insight import counting, settling
from escalation.record import people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, Feedback, PromiseRow

_numbers = count(1)
_TOPICS = (
    "grief",
    "sleep",
    "consent",
    "sharing_nudes",
    "county_lines",
    "confidentiality",
    "breakups",
    "anxiety",
    "gaming",
    "phone_checking",
)


@dataclass(frozen=True)
class MadeUp:
    """A case that was opened `at`. `minutes`: until an adult picked up, `None` where nobody did; `wanted`: whether one was asked for."""

    at: datetime
    level: int = 2
    categories: tuple[str, ...] = ("bullying",)
    contexts: tuple[str, ...] = ()
    age: str = "13_15"
    area: str | None = "devon"
    minutes: float | None = 3
    wanted: bool = True
    before: int | None = None
    after: int | None = None
    kept: bool | None = True
    said: dict[str, str] = field(default_factory=dict)
    outcome: str | None = "guidance_given"
    drill: bool = False
    hidden_from: tuple[str, ...] = ()
    by: str | None = None


def happens(house: House, *cases: MadeUp) -> None:
    """All of this happened."""

    def add_all(tx: Tx) -> None:
        for one in cases:
            _add(tx, one)

    house.record.write(add_all)


def _add(tx: Tx, one: MadeUp) -> None:
    someone, _ = people.find_or_create(tx, "drill" if one.drill else "web", f"made-up-{next(_numbers)}", one.at)
    someone.age_band, someone.area = one.age, one.area
    case = CaseRow(
        id=new_id(),
        person_id=someone.id,
        stage="closed",
        level=one.level,
        categories=list(one.categories),
        contexts=list(one.contexts),
        subject="self",
        flags=[],
        basis="agreement",
        chain={},
        hidden_from=list(one.hidden_from),
        opened_at=one.at,
        closed_at=one.at + timedelta(hours=2),
        outcome=one.outcome,
        feeling_before=one.before,
        feeling_after=one.after,
        drill=one.drill,
    )
    tx.session.add(case)
    tx.session.flush()
    if one.wanted:
        _waits(tx, case, one)
    if one.said:
        rated = {question: RATINGS[said] for question, said in one.said.items()}
        tx.session.add(Feedback(id=new_id(), person_id=someone.id, case_id=case.id, at=one.at + timedelta(hours=3), **rated))


def _waits(tx: Tx, case: CaseRow, one: MadeUp) -> None:
    came = one.at + timedelta(minutes=one.minutes) if one.minutes is not None else None
    for event, at, staff_id in (("agreed", one.at, None), ("picked_up", came, one.by)):
        if at:
            actor = "staff" if event == "picked_up" else "young_person"
            tx.session.add(CaseEvent(id=new_id(), case_id=case.id, at=at, actor=actor, staff_id=staff_id, event=event))
            tx.session.flush()
    if one.kept is not None:
        row = PromiseRow(id=new_id(), person_id=case.person_id, case_id=case.id, what="adult_here", made_at=one.at, due_at=one.at)
        row.kept_at, row.broken_at = (one.at, None) if one.kept else (None, one.at)
        tx.session.add(row)


def year(house: House) -> None:
    """Twelve months of a small service, each counted: enough of some things to be shown, and too little of others."""
    zone = house.service.zone
    until = counting.month_of(house.clock(), zone)
    for back in range(12, 0, -1):
        month = until - relativedelta(months=back)
        busy = 40 - 2 * back
        noon = datetime.combine(month, time(12), zone) + timedelta(days=9)
        happens(house, *[MadeUp(noon, contexts=("online",), before=1, after=3, said={"listened": "yes", "helped": "bit"})] * busy)
        happens(house, *[MadeUp(noon, level=3, categories=("suicide",), contexts=("home",), age="16_17", minutes=25, area="plymouth")] * 12)
        happens(house, *[MadeUp(noon, level=4, categories=("home_abuse",), contexts=("home",), age="under_13", kept=False)] * (back % 7))
        counts = counting.Counts({("hour", f"{hour:02}"): 9 * abs(12 - hour) for hour in range(24)})
        counts.update({("weekday", str(day)): 90 + 30 * day for day in range(7)})
        counts.update({("topic", topic): 7 * number for number, topic in enumerate(_TOPICS)})
        counts.update({("unanswered", "sleep"): 9, ("unanswered", "consent"): 6, ("unanswered", "nothing_near"): 23})
        house.record.write(lambda tx, month=month, counts=counts: counting.add(tx, month, counts))  # type: ignore[misc]
    settling.settle_all(house.record, house.service, house.clock())
