"""What became of escalations, from the record and from the phones: alerted, picked up, told, doubled, lost, and how late."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import func, select

from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, DueRow, InboxRow, OutboxRow, Staff

HERE = " is here now"
LAST_WORDS = ("Nobody has answered", "Nobody has come")


@dataclass(frozen=True)
class Figures:
    """The table. Lateness is in real seconds, the time that the program was down included."""

    escalations: int
    kills: int
    cases: int
    alerted: int
    picked_up: int
    told: int
    asked_anew: int
    steps: int
    done_twice: int
    shown_twice: int
    may_be_shown_twice: int
    lost: int
    late_median: float
    late_worst: float

    @property
    def whole(self) -> bool:
        """Whether every escalation was alerted and told, and nothing was lost or done twice."""
        everybody = self.cases == self.alerted == self.told == self.escalations
        return everybody and not self.lost and not self.done_twice and self.shown_twice <= self.may_be_shown_twice

    def table(self) -> str:
        rows = (
            ("escalations", self.escalations),
            ("kills of the process", self.kills),
            ("cases", self.cases),
            ("alerted", self.alerted),
            ("picked up", self.picked_up),
            ("told (that an adult is there, or the truth to the last step)", self.told),
            ("asked anew (an adult went quiet)", self.asked_anew),
            ("steps of the chain that ran later", self.steps),
            ("steps done twice", self.done_twice),
            (f"bubbles shown twice (of {self.may_be_shown_twice} cut off while being sent)", self.shown_twice),
            ("lost", self.lost),
            ("lateness of a step, median, s", round(self.late_median, 1)),
            ("lateness of a step, worst, s", round(self.late_worst, 1)),
        )
        return "\n".join(f"{name:<64}{value:>8}" for name, value in rows)


def figures(tx: Tx, api: Any, young: list[Any], staff: dict[str, Any], *, kills: int, cut_off: int, speed: float) -> Figures:
    """Count. `young` and `staff` (by name) are users of the fake Bot API `api`."""
    cases = list(tx.session.scalars(select(CaseRow)))
    steps = list(tx.session.scalars(select(DueRow).where(DueRow.kind == "chain_step", DueRow.result == "done")))
    late = [(row.done_at - row.due_at).total_seconds() / speed for row in steps if row.done_at]
    buttons = {token.rpartition(":")[2] for user in staff.values() for sent in user.bubbles for _, token in sent.buttons}
    events = Counter(tx.session.scalars(select(CaseEvent.event)))
    everyone = [(user, _rows_of(tx, user)) for user in young] + [(user, _rows_to(tx, name)) for name, user in staff.items()]
    told = sum(any(words in text for text in user.texts for words in (HERE, *LAST_WORDS)) for user in young)
    return Figures(
        escalations=len(young),
        kills=kills,
        cases=len(cases),
        alerted=sum(case.id in buttons for case in cases),
        picked_up=len(set(tx.session.scalars(select(CaseEvent.case_id).where(CaseEvent.event == "picked_up")))),
        told=told,
        asked_anew=events["went_quiet"],
        steps=len(steps),
        done_twice=sum(done_twice(tx, case) for case in cases),
        shown_twice=sum(_shown_twice(tx, user, rows) for user, rows in everyone),
        may_be_shown_twice=cut_off,
        lost=_lost(tx) + sum(not _rows_of(tx, user) for user in young),
        late_median=median(late) if late else 0.0,
        late_worst=max(late, default=0.0),
    )


def done_twice(tx: Tx, case: CaseRow) -> int:
    """Alerts beyond what the plan asks for. A case that was asked anew has had more than one plan, and one that nobody is asked about
    has none: they are compared by their steps alone."""
    rows = select(DueRow).where(DueRow.case_id == case.id, DueRow.kind == "chain_step")
    seen = Counter((row.due_at, str(row.detail)) for row in tx.session.scalars(rows))
    twice = sum(count - 1 for count in seen.values())
    if not case.chain or case.chain["generation"] > 1:
        return twice
    planned = Counter(name for step in case.chain["steps"] for name in step["alert"])
    sent = select(OutboxRow.staff_id, func.count()).where(OutboxRow.case_id == case.id, OutboxRow.id.in_(_alerts(tx, case)))
    found = dict(tx.session.execute(sent.group_by(OutboxRow.staff_id)).all())
    return twice + sum(max(0, count - planned[name or ""]) for name, count in found.items())


def _alerts(tx: Tx, case: CaseRow) -> list[str]:
    """The rows that ask somebody to pick up this case, but for those after the last step."""
    rows = select(OutboxRow).where(OutboxRow.case_id == case.id, OutboxRow.staff_id.is_not(None))
    again = select(func.min(DueRow.done_at)).where(DueRow.case_id == case.id, DueRow.kind == "chain_again", DueRow.result == "done")
    until = tx.session.scalar(again)
    asking = [row for row in tx.session.scalars(rows) if any(":do:pick_up:" in token for _, token in messages.outgoing(tx, row)[1])]
    return [row.id for row in asking if until is None or row.created_at < until]


def _rows_of(tx: Tx, user: Any) -> list[OutboxRow]:
    found = people.find(tx, "telegram", str(user.id))
    return list(tx.session.scalars(select(OutboxRow).where(OutboxRow.person_id == found[0].id))) if found else []


def _rows_to(tx: Tx, name: str) -> list[OutboxRow]:
    return list(tx.session.scalars(select(OutboxRow).join(Staff, Staff.id == OutboxRow.staff_id).where(Staff.name == name)))


def _shown_twice(tx: Tx, user: Any, rows: list[OutboxRow]) -> int:
    """Bubbles on the phone for which there is no row. What was taken off a phone again has none, but its double would still stand there."""
    return sum((Counter(user.texts) - Counter(messages.outgoing(tx, row)[0] for row in rows)).values())


def _lost(tx: Tx) -> int:
    """What was not done: messages nobody handled, bubbles that were not sent, bubbles that no phone shows."""
    unhandled = tx.session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.handled_at.is_(None)))
    unsent = tx.session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(("pending", "sending", "failed"))))
    return (unhandled or 0) + (unsent or 0)
