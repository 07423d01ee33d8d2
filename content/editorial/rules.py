"""How words must be, as data: what each part of `policy/wording.yml` may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import Field, model_validator

from content.editorial.schema import AgeBand, Entry, Words

Audience = Literal["young_people", "staff", "summary"]
_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
EVERYWHERE = ("*",)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'"})


@lru_cache(maxsize=16_384)
def plain_quotes(text: str) -> str:
    """`text` with straight apostrophes, so that a rule needs one spelling only."""
    return text.translate(_APOSTROPHES)


class Limits(Entry):
    """How long and how hard a turn may be. Lengths are in words, the grade is Flesch-Kincaid's.

    `contact_days` and `fact_days` are how long a check of a contact, or of a fact, holds.
    """

    turn_words: int
    turn_words_most: int
    bubble_words: int
    crisis_words: int
    grade: float
    short_text_words: int
    short_text_extra: float
    least_words: int
    title_characters: int
    buttons: int
    scene_buttons: int
    examples: int
    contact_days: int
    fact_days: int


class Forbidden(Entry):
    """Words that must not be said to an audience, with the reason and what to say instead."""

    words: tuple[Words, ...] = Field(min_length=1)
    audience: Literal["young_people", "staff", "summary", "everyone"] = Field(alias="with")
    why: Words
    instead: Words
    pattern: bool = False
    quoted: bool = False
    only_in: tuple[str, ...] = EVERYWHERE

    @model_validator(mode="after")
    def _can_be_matched(self) -> Forbidden:
        _compile(self.words if self.pattern else ())
        return self

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Finds any of the words, whole and in any case."""
        if self.pattern:
            return re.compile("|".join(self.words), re.IGNORECASE)
        return _any_of(self.words)

    def found(self, text: str, place: str, audience: Audience) -> str | None:
        """The first forbidden words in `text`, if the rule holds at this place and for this audience."""
        if self.audience not in ("everyone", audience) or not matches(place, self.only_in):
            return None
        hit = self.regex.search(_QUOTED.sub(" ", plain_quotes(text)) if self.quoted else plain_quotes(text))
        return hit.group(0) if hit else None


class Required(Entry):
    """What every turn at some places must say."""

    places: tuple[str, ...] = Field(alias="in", min_length=1)
    must: tuple[str, ...] = Field(min_length=1)
    why: Words
    when: str = ""
    asked: bool = False

    @model_validator(mode="after")
    def _can_be_matched(self) -> Required:
        _compile((self.when, *self.must))
        return self

    def missing(self, text: str, place: str, earlier: str = "") -> str | None:
        """The first thing that `text` should say and does not; with `asked`, an `earlier` step may have said it."""
        if not matches(place, self.places):
            return None
        said = plain_quotes(text)
        if self.when and not re.search(self.when, said):
            return None
        heard = said + " " + plain_quotes(earlier) if self.asked else said
        return next((must for must in self.must if not re.search(must, heard)), None)


class AgeRule(Entry):
    """Forms for these ages that the scripts on some topics must have, since the answer depends on age."""

    topics: tuple[str, ...] = Field(alias="for", min_length=1)
    bands: tuple[AgeBand, ...] = Field(min_length=1)
    why: Words


class HelplineRule(Entry):
    """Helplines that a script or crisis file must name."""

    subjects: tuple[str, ...] = Field(alias="for")
    names: tuple[str, ...]
    why: Words


class Wording(Entry):
    """`policy/wording.yml`."""

    limits: Limits
    forbidden: tuple[Forbidden, ...]
    required: tuple[Required, ...]
    helplines: tuple[HelplineRule, ...]
    ages: tuple[AgeRule, ...]
    not_sure: tuple[Words, ...] = Field(min_length=1)
    idioms: dict[Words, Words]

    def idioms_in(self, text: str) -> Iterator[tuple[str, str]]:
        """The idioms in `text`, each with plain words to say instead."""
        for found in self._idiom.finditer(plain_quotes(text)):
            yield found[0], self.idioms[found[0].lower()]

    @cached_property
    def _idiom(self) -> re.Pattern[str]:
        return _any_of(self.idioms)


def matches(place: str, patterns: tuple[str, ...]) -> bool:
    """Whether `place` fits any of the patterns; a `*` stands for anything."""
    return patterns == EVERYWHERE or any(fnmatchcase(place, pattern) for pattern in patterns)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the words, whole and in any case."""
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in words) + r")(?!\w)", re.IGNORECASE)


def _compile(patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression ({error})") from None
