"""What a turn can bring about at the end of a conversation with an adult, and after it; in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.ending.ended import About
from escalation.ending.ending_policy import Hours


@dataclass(frozen=True, slots=True)
class FeltBefore:
    """How they feel as the adult comes: 1 bad, 2 so-so, 3 OK."""

    feeling: int


@dataclass(frozen=True, slots=True)
class PlanLineAnswered:
    """Yes to a line of the closing plan, or leave it out."""

    line_id: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class PlanLineWritten:
    """Their own words for a line of the closing plan; a new line where `line_id` is `None`."""

    line_id: str | None
    words: str


@dataclass(frozen=True, slots=True)
class CheckInAgreed:
    """They want to be asked how they are, in so many days and in these hours."""

    days: int
    hours: Hours


@dataclass(frozen=True, slots=True)
class CheckInRefused:
    """They don't want to be asked."""


@dataclass(frozen=True, slots=True)
class CheckInsStopped:
    """They want nothing any more that they did not ask for in that moment."""


@dataclass(frozen=True, slots=True)
class SaidFine:
    """ "I'm OK", at a check-in."""


@dataclass(frozen=True, slots=True)
class SaidNotFine:
    """ "Not OK", at a check-in, under exactly this wording."""

    wording_id: str
    wording_version: str
    wording: str


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """One of three taps: `yes`, `bit` or `no`."""

    about: About
    rating: str


@dataclass(frozen=True, slots=True)
class FeedbackWritten:
    words: str


@dataclass(frozen=True, slots=True)
class AdultAskedFor:
    """They want to talk to the adult they know."""

    staff_id: str


EndingEvent = (
    FeltBefore
    | PlanLineAnswered
    | PlanLineWritten
    | CheckInAgreed
    | CheckInRefused
    | CheckInsStopped
    | SaidFine
    | SaidNotFine
    | FeedbackGiven
    | FeedbackWritten
    | AdultAskedFor
)
