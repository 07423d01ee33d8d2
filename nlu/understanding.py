"""What was understood of one message: frozen values that every other room reads and none of them changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

Subject = Literal["self", "other", "general"]
Source = Literal["lexicon", "model", "history"]


class Level(IntEnum):
    """How serious a message is, lowest first; the meaning of each is in the project's taxonomy."""

    NONE = 0
    WORRY = 1
    CONCERN = 2
    URGENT = 3
    IMMEDIATE = 4

    @property
    def id(self) -> str:
        """The id used in files, tables and answers: `"concern"` and so on."""
        return self.name.lower()

    @classmethod
    def of(cls, id: str) -> Level:
        """The level with this id. Raises `ValueError` for any other word."""
        try:
            return cls[id.upper()]
        except KeyError:
            known = ", ".join(level.id for level in cls)
            raise ValueError(f"{id!r} is no risk level; use one of: {known}") from None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed sign: where it stands, who saw it, and why it counts, in words a youth worker can read.

    `start` and `end` are code points in the original text. A sign from an earlier message has `message`, the index
    in the history that was given (0 is the oldest), and its offsets point into that message.
    """

    start: int
    end: int
    source: Source
    why: str
    level: Level
    category: str | None = None
    message: int | None = None
    doubted: bool = False
    """Whether a phrase meant a concern or graver, and the words round it made it weigh less."""
    beyond_doubt: bool = False
    """Whether a phrase says it in so many words: the model cannot make it weigh less."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A weak sign, such as a new phone or coming home late: nothing by itself, but several of them add up."""

    id: str
    category: str
    why: str
    start: int
    end: int
    source: Source = "lexicon"
    days_ago: float = 0.0


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk in one message, with everything that explains it. `categories` has the main one first."""

    level: Level = Level.NONE
    categories: tuple[str, ...] = ()
    subject: Subject = "general"
    evidence: tuple[Evidence, ...] = ()
    signs: tuple[Sign, ...] = ()
    flags: frozenset[str] = frozenset()
    """Markers that policy reads beside the level: `position_of_trust`, `sexual_activity`, `age_under_13`, ..."""


@dataclass(frozen=True, slots=True)
class RiskScores:
    """The model's calibrated probabilities. `at_least["concern"]` is P(level >= concern)."""

    at_least: dict[str, float]
    categories: dict[str, float]
    subject: dict[str, float]
    signs: dict[str, float] = field(default_factory=dict)
    """How likely each weak sign is in the message, by its id."""
    together: float = 0.0
    """How likely the sum of it is a sign of harm, where the text is a whole conversation."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of the intent service: best topic first, with confidences from 0 to 1."""

    topic: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    scores: RiskScores | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """Topic and risk of one message. `topic` is `None` where the intent service did not answer."""

    topic: str | None = None
    confidence: float = 0.0
    risk: Risk = field(default_factory=Risk)
    ranking: tuple[tuple[str, float], ...] = ()
