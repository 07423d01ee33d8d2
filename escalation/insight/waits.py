"""How long young people waited until an adult picked up, from the history of their cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from escalation.record.store import Tx
from escalation.record.tables import CaseEvent

BEGINS = frozenset({"agreed", "immediate"})
BEGINS_ANEW = frozenset({"handed_back", "asked_again", "worker_left", "left_by_one"})
ENDS, CALLED_OFF = "picked_up", "withdrawn"


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait for an adult in one case. `until`: when somebody picked up; `None` where nobody has."""

    since: datetime
    until: datetime | None

    @property
    def length(self) -> timedelta | None:
        return self.until - self.since if self.until else None


def waits(tx: Tx, cases: ColumnElement[bool]) -> dict[str, list[Wait]]:
    """The waits of the cases whose `CaseEvent.case_id` fits, in order, by case."""
    events = select(CaseEvent.case_id, CaseEvent.event, CaseEvent.at).where(
        cases, CaseEvent.event.in_({*BEGINS, *BEGINS_ANEW, ENDS, CALLED_OFF})
    )
    histories: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for case_id, event, at in tx.session.execute(events.order_by(CaseEvent.seq)):
        histories[case_id].append((event, at))
    return {case_id: list(_waits(history)) for case_id, history in histories.items()}


def _waits(history: Iterable[tuple[str, datetime]]) -> Iterable[Wait]:
    since: datetime | None = None
    for event, at in history:
        if event in BEGINS_ANEW or (event in BEGINS and since is None):
            since = at
        elif event == ENDS and since is not None:
            yield Wait(since, at)
            since = None
        elif event == CALLED_OFF and since is not None:
            yield Wait(since, None)
            since = None
    if since is not None:
        yield Wait(since, None)
