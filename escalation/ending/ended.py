"""What the dialogue may know of the conversation with an adult that came before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from escalation.case import Adult
from nlu.understanding import Level

About = Literal["listened", "helped", "again"]
QUESTIONS: tuple[About, ...] = ("listened", "helped", "again")
RATINGS = {"no": 1, "bit": 2, "yes": 3}
"""How each answer to one of these is kept."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The newest case in which an adult was there and which has ended, as far as it is still the young person's matter.

    `adult`: whom they talked to, while they may still be asked for. `asked`: whether a check-in waits for its answer.
    """

    case_id: str
    level: Level
    categories: tuple[str, ...]
    subject: str
    adult: Adult | None = None
    plan: tuple[str, ...] = ()
    feedback_given: bool = False
    check_in_to_come: bool = False
    asked: bool = False
