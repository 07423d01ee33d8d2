"""The life cycle of a case, as a table: which stage may follow which. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nlu.understanding import Level


class Stage(StrEnum):
    """Where a case stands."""

    OFFERED = "offered"
    REFUSED = "refused"
    WAITING = "waiting"
    LIVE = "live"
    PAUSED = "paused"
    CLOSING = "closing"
    """Still live: the closing plan is being written together."""
    FOLLOW_UP = "follow_up"
    """The adult is done, and a check-in is agreed."""
    CLOSED = "closed"


FOLLOWS: dict[Stage, dict[Stage, str]] = {
    Stage.OFFERED: {Stage.REFUSED: "a no", Stage.WAITING: "a yes, or a life at risk", Stage.CLOSED: "a mistaken flag"},
    Stage.REFUSED: {
        Stage.OFFERED: "something graver was said",
        Stage.WAITING: "a changed mind, or a life at risk",
        Stage.CLOSED: "decided by the lead",
    },
    Stage.WAITING: {Stage.LIVE: "picked up", Stage.REFUSED: "withdrawn", Stage.CLOSED: "a mistaken flag, or decided by the lead"},
    Stage.LIVE: {
        Stage.WAITING: "handed back, or the adult went quiet",
        Stage.PAUSED: "withdrawn, where a life is at risk",
        Stage.CLOSING: "a closing plan is begun",
        Stage.FOLLOW_UP: "ended, with a check-in agreed",
        Stage.CLOSED: "ended, or withdrawn",
    },
    Stage.PAUSED: {Stage.LIVE: "picked up again", Stage.WAITING: "a new yes, or danger again", Stage.CLOSED: "ended"},
    Stage.CLOSING: {
        Stage.LIVE: "not yet, they go on talking",
        Stage.WAITING: "handed back, or the adult went quiet",
        Stage.PAUSED: "withdrawn, where a life is at risk",
        Stage.FOLLOW_UP: "the plan is done, with a check-in agreed",
        Stage.CLOSED: "the plan is done, or withdrawn",
    },
    Stage.FOLLOW_UP: {
        Stage.WAITING: "not OK, or a life at risk",
        Stage.CLOSED: "OK, stopped, withdrawn, or something new was said",
    },
    Stage.CLOSED: {},
}
"""Which stage may follow which, and what brings it about."""

OPEN = frozenset(Stage) - {Stage.CLOSED}
TALKING = frozenset({Stage.LIVE, Stage.CLOSING})
"""Stages in which a human has the conversation: the bot is silent, and words are relayed."""
WITH_PEOPLE = frozenset({Stage.WAITING, Stage.PAUSED, *TALKING})
"""Stages in which staff see the case in their queue."""


class NotPossible(Exception):
    """This cannot be done to the case as it stands; the message says why in words for staff."""


def step(now_at: Stage, to: Stage) -> Stage:
    """The next stage. Raises `NotPossible` where the life cycle has no such step."""
    if to not in FOLLOWS[now_at]:
        raise NotPossible(f"a case that is {now_at} cannot become {to}")
    return to


@dataclass(frozen=True, slots=True)
class Adult:
    """A member of staff, as a young person may know them."""

    staff_id: str
    first_name: str
    job: str
    role: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the dialogue may know of a person's open case."""

    id: str
    stage: Stage
    level: Level
    categories: tuple[str, ...]
    subject: str
    basis: str
    worker: Adult | None = None
    promised_at: datetime | None = None
    hidden_from: tuple[str, ...] = ()
    agreed: bool = False
