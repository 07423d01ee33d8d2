"""What each content file may hold. The ids are those of the project's taxonomy; an unknown field is an error."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator

Status = Literal["draft", "in_review", "signed_off", "retired"]
AgeBand = Literal["under_13", "13_15", "16_17", "18_25", "unknown"]
AREAS = ("uk", "cornwall_scilly", "devon", "plymouth", "torbay", "city_hackney", "bath_ne_somerset", "norfolk")
Words = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """A part of a content file: frozen, and strict about names, so that a typing mistake is found at once."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


class Sign(Entry):
    """One sign-off: which role, and on which day."""

    name: str
    on: date


class SignOff(Entry):
    """Who has approved a file. Empty until a real person of each kind has."""

    editor: Sign | None = None
    safeguarding_lead: Sign | None = None
    youth_panel: Sign | None = None


class Reviewed(Entry):
    """What every file of words says about itself."""

    status: Status
    audience: Words = Field(alias="for", description="who it is for, in a few words")
    sources: tuple[Words, ...] = Field(min_length=1)
    reviewed_on: date
    review_by: date
    sign_off: SignOff = SignOff()

    @model_validator(mode="after")
    def _signed_only_with_signatures(self) -> Reviewed:
        signs = self.sign_off
        if self.status == "signed_off" and not (signs.editor and signs.safeguarding_lead and signs.youth_panel):
            raise ValueError("status signed_off needs the editor's, the safeguarding lead's and the youth panel's sign-off")
        if self.review_by <= self.reviewed_on:
            raise ValueError("review_by must be later than reviewed_on")
        return self


class Button(Entry):
    """A button: its label, and where it goes.

    `go` is a step of the same script (`say_no`), another topic (`topic:consent`), or an action of the dialogue
    (`do:talk`, `do:menu`, `do:helplines`, ...; `bot/dialogue/actions.py` lists them).
    """

    label: Annotated[str, Field(min_length=1, max_length=32)]
    go: Words


class Bubbles(Entry):
    """Words for one turn, and the simpler and age-bound forms of the same."""

    say: tuple[Words, ...] = Field(min_length=1, max_length=3)
    easy: tuple[Words, ...] = Field(default=(), max_length=3, description="the easy-read form")
    under_13: tuple[Words, ...] = Field(default=(), max_length=3)
    from_13: tuple[Words, ...] = Field(default=(), max_length=3, alias="13_15")
    from_16: tuple[Words, ...] = Field(default=(), max_length=3, alias="16_17")
    from_18: tuple[Words, ...] = Field(default=(), max_length=3, alias="18_25")

    def chosen(self, age_band: str, easy_read: bool) -> tuple[str, ...]:
        """The bubbles for this age band (unknown ones read as 13 to 15) and reading choice."""
        if easy_read and self.easy:
            return self.easy
        by_band = {"under_13": self.under_13, "13_15": self.from_13, "16_17": self.from_16, "18_25": self.from_18}
        return by_band.get(age_band) or (self.from_13 if age_band == "unknown" else ()) or self.say


class Message(Bubbles):
    """One thing the bot says by itself, with fields in braces that the program fills in."""

    about: Words = Field(description="when it is said, for the editor")
    version: Annotated[str, Field(pattern=r"^\d+$")] = "1"
    buttons: tuple[Button, ...] = Field(default=(), max_length=6)


class MessageFile(Reviewed):
    """`messages/<group>.yml`: messages of one kind, by name."""

    group: Words
    messages: dict[str, Message]


Nation = Literal["uk", "england_wales", "england", "wales", "scotland", "northern_ireland"]
"""Where a law or a service holds. `uk`: in all four nations."""

Piece = Literal["what_would_you_do", "is_this_ok", "practice", "how_to_say", "where_to_get_help"]
"""What a step is beside an answer: a scene to decide on, a question of a quiz, a role-play, words to copy, or places to turn to."""


def _drawing(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]+\.svg", name):
        raise ValueError(f"{name!r} is no picture that can be shown: name an SVG file of pictures/, in small letters, such as sleep.svg")
    return name


Alt = Annotated[str, Field(min_length=1, max_length=140, description="what it shows, for those who do not see it")]


class Picture(Entry):
    """A drawing of our own beside the words of a step: a file of `pictures/`."""

    file: Annotated[str, AfterValidator(_drawing)]
    alt: Alt
    says_more: bool = Field(default=False, description="it says what the words do not: apps that show no pictures say its alt text")


class Step(Bubbles):
    """One step of a script."""

    piece: Piece | None = None
    picture: Picture | None = None
    states: Literal["law", "health"] | None = Field(default=None, description="facts that a lawyer or a nurse has to confirm")
    nation: Nation | None = Field(default=None, description="where that law or service holds")
    checked_on: date | None = Field(default=None, description="the day on which a lawyer or a nurse confirmed it")
    buttons: tuple[Button, ...] = Field(default=(), max_length=4)


class Script(Reviewed):
    """`guidance/<theme>/<topic>.yml`: what the bot says about one topic, from `start` on."""

    topic: Words
    title: Words
    steps: dict[str, Step]
    help: tuple[str, ...] = Field(default=(), description="ids of helplines that fit the topic")

    @model_validator(mode="after")
    def _has_a_start(self) -> Script:
        if "start" not in self.steps:
            raise ValueError("a script needs a step named start")
        return self


class Response(Bubbles):
    """What the bot says first to a disclosure. It asks nothing and thanks for telling."""


class ByLevel(Entry):
    """Responses by level; a missing `urgent` reads as `concern`."""

    concern: Response
    urgent: Response | None = None
    immediate: Response | None = None


class CrisisFile(Reviewed):
    """`crisis/<category>.yml`: first responses about the writer, and about somebody they are worried about."""

    category: Words
    plain: Words = Field(description="the category in a young person's words, as a summary names it: 'someone hurting me at home'")
    plain_other: Words = Field(description="the same about somebody else")
    reason: Words = Field(description="how the console names it to staff")
    myself: ByLevel
    someone_else: ByLevel
    guidance: Words = Field(description="the topic that goes on from here, for somebody who wants no adult now")
    help: tuple[str, ...] = Field(min_length=1)


class Contact(Entry):
    """One helpline or service. Every one must be confirmed by the organisation before production."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    name: Words
    does: Words = Field(description="what it is for, in one short line")
    call: str | None = None
    text: str | None = None
    web: str | None = None
    hours: Words
    always_open: bool = False
    min_age: int | None = None
    max_age: int | None = None
    source: Words
    checked_on: date
    confirmed_by_organisation: bool = False
    confirmed_on: date | None = Field(default=None, description="the day on which somebody of the organisation asked them")
    confirmed_by: Words | None = Field(default=None, description="who asked")
    confirmed_how: Words | None = Field(default=None, description="which way, such as: by telephone")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Contact:
        if not (self.call or self.text or self.web):
            raise ValueError("a contact needs at least one of call, text, web")
        return self

    @model_validator(mode="after")
    def _confirmed_by_somebody_on_a_day(self) -> Contact:
        if (self.confirmed_on is None) != (self.confirmed_by is None) or (self.confirmed_on and not self.confirmed_by_organisation):
            raise ValueError("confirmed_on and confirmed_by go together, with confirmed_by_organisation: true")
        if self.confirmed_how and not self.confirmed_on:
            raise ValueError("confirmed_how stands beside confirmed_on and confirmed_by")
        return self


class Directory(Entry):
    """`helplines/<area>.yml`: who can help in one area."""

    area: Literal["uk", "cornwall_scilly", "devon", "plymouth", "torbay", "city_hackney", "bath_ne_somerset", "norfolk"]
    title: Words
    note: Words
    contacts: tuple[Contact, ...]


class ShortWords(RootModel[dict[str, tuple[str, ...]]]):
    """`policy/short_words.yml`: one-word messages by the topic they mean."""


class CannedReply(Entry):
    """A reply that a worker can send as it is."""

    id: Words
    title: Words
    say: Words


class CannedReplies(Reviewed):
    """`canned_replies/<group>.yml`."""

    group: Words
    replies: tuple[CannedReply, ...]
