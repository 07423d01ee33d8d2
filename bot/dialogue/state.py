"""Where a conversation stands between two turns. Kept as sealed JSON, and read back before the next one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from nlu.understanding import Level, Sign, Source

SIGNS_KEPT = 30
"""How many earlier messages' weak signs are remembered."""

Question = Literal[
    "offer",
    "scope",
    "summary",
    "write_summary",
    "confirm",
    "safe",
    "suicide",
    "check_in",
    "age",
    "area",
    "delete",
    "feedback",
    "code",
    "plan",
    "code_word",
    "new_code_word",
    "afresh",
    "concern_about",
    "concern_words",
    "concern_send",
    "call_number",
    "call_when",
    "call_name",
    "copy",
    "move",
    "own_line",
    "safe_hours",
    "how_are_you",
    "listened",
    "helped",
    "again",
    "feedback_words",
]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def own(self) -> Self:
        """A copy to change: it shares nothing with this one that anybody could change.

        In place of a deep copy, which takes apart every sign of every earlier message only to put it together again.
        """
        copy = self.model_copy()
        copy.__dict__.update((name, _own(value)) for name, value in self.__dict__.items() if isinstance(value, (Part, list)))
        return copy


class Fixed(Part):
    """A part that nobody can change once it is made, so that copies may share it."""

    model_config = ConfigDict(frozen=True)


def _own(value: Any) -> Any:
    if isinstance(value, list):
        return [_own(one) for one in value]
    return value.own() if isinstance(value, Part) and not isinstance(value, Fixed) else value


class KeptSign(Fixed):
    """A weak sign in an earlier message: its words are not kept here."""

    id: str
    category: str
    why: str
    start: int
    end: int
    at: datetime | None = None
    source: Source = "lexicon"

    def as_sign(self, now: datetime) -> Sign:
        days = (now - self.at) / timedelta(days=1) if self.at else 0.0
        return Sign(self.id, self.category, self.why, self.start, self.end, self.source, days)


class Shown(Fixed):
    """A question about an adult in the very words in which it was shown; when it is answered, the rota or the words may be others."""

    id: str
    version: str
    text: str
    language: str


class Offer(Part):
    """The offer of an adult that is being talked about."""

    level: int
    categories: tuple[str, ...] = ()
    subject: str = "self"
    flags: tuple[str, ...] = ()
    raised_by: str | None = None
    scope: str | None = None
    summary: str | None = None
    adult_id: str | None = None
    summed: bool = False
    """Whether it is made for a sum of small signs, which nobody has given a name."""
    shown: Shown | None = None
    """The question of it that was asked last."""

    @property
    def urgent(self) -> bool:
        return self.level >= Level.URGENT


class PlanLine(Fixed):
    """One line of a safety plan, in the young person's own words or a button's."""

    part: str
    words: str


class Concern(Part):
    """A concern or complaint that is being written, and nothing of it sent yet."""

    about: str | None = None
    about_staff: bool = False
    words: str = ""
    harm: bool = False


class Call(Part):
    """How and when they want to be rung."""

    number: str = ""
    when: str = ""
    name: str = ""
    voicemail: bool = False


class Place(Part):
    """A step of a script. `edition`: how many versions of files had been published when they began it; `begun_at`: when that was."""

    topic: str
    step: str = "start"
    edition: int = 0
    begun_at: datetime | None = None


class Asking(Part):
    """The last time that they were asked whether a script was any use: of which file and version, in which turn, and when.

    `open`: whether an answer still counts.
    """

    file: str
    turn: int
    at: datetime
    open: bool = True


class Conversation(Part):
    """All that the bot remembers of a conversation. Everything has a default: a new one is `Conversation()`."""

    turn: int = 0
    told_limits: bool = False
    told_app_age: bool = False
    asked_age: bool = False
    question: Question | None = None
    question_turn: int = 0
    place: Place | None = None
    offer: Offer | None = None
    refused_level: int = 0
    asked_again: bool = False
    suicide_asked: bool = False
    last_check_in: int = 0
    last_at: datetime | None = None
    private_matter: bool = False
    """Whether something was said that nobody else who picks up the phone should see (S77)."""
    behind_carry_on: bool = False
    behind_since: int = 0
    """The turn from which on earlier matters are kept from view; what was asked since then may be answered."""
    responded: list[str] = Field(default_factory=list)
    """What was said to a disclosure or an open offer, so that nobody reads the same words twice."""
    not_understood: int = -1
    """The turn in which the bot last said that it did not understand."""
    owned_up_to: datetime | None = None
    """The promised time that has passed and was apologised for."""
    signs: list[list[KeptSign]] = Field(default_factory=list)

    plan: list[PlanLine] = Field(default_factory=list)
    """Their safety plan."""
    plan_part: str | None = None
    """The part of the plan that was asked for last."""
    plan_line: str | None = None
    """The line of a closing plan that they want to put in their own words; none where it is a new one."""
    check_in_days: int | None = None
    """In how many days they want to be asked how they are."""

    wrong_words: int = 0
    """Wrong tries of the code word since the last right one."""
    no_tries_until: datetime | None = None
    """Set by three wrong words, until the right one."""
    question_kept: Question | None = None
    """The question that was open when the code word was asked for."""
    concern: Concern | None = None
    call: Call | None = None

    risk_noticed: bool = False
    """Whether anything that they wrote was a worry or graver."""
    helpers_shown: datetime | None = None
    """When they last read of people who help."""
    asking: Asking | None = None
    opinions_asked: list[str] = Field(default_factory=list)
    """The topics of which they were asked already."""

    def ask(self, question: Question) -> None:
        """Leave a question open for the next turn."""
        self.question, self.question_turn = question, self.turn

    def go_behind(self) -> None:
        """Keep what was said from view until they carry on."""
        if not self.behind_carry_on:
            self.behind_carry_on, self.behind_since = True, self.turn

    @property
    def asked_since_the_pause(self) -> bool:
        """Whether the open question was asked after they came back."""
        return self.question is not None and self.question_turn >= self.behind_since

    def earlier_signs(self, now: datetime) -> tuple[tuple[Sign, ...], ...]:
        """Weak signs of the latest messages, oldest first."""
        return tuple(tuple(kept.as_sign(now) for kept in message) for message in self.signs)

    def remember(self, signs: tuple[Sign, ...], now: datetime) -> None:
        """Add the signs of one more message, and forget the oldest."""
        kept = [KeptSign(id=s.id, category=s.category, why=s.why, start=s.start, end=s.end, at=now, source=s.source) for s in signs]
        self.signs = [*self.signs, kept][-SIGNS_KEPT:]
