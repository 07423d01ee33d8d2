"""Risk phrases: what each file of `risk_phrases/` may hold, and reading them all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from content.editorial.library import CONTENT
from content.editorial.reading import ContentError, read_file
from content.editorial.schema import Entry, Words

LevelId = Literal["worry", "concern", "urgent", "immediate"]
Phrases = tuple[Words, ...]
FOLDER = "risk_phrases"
_SPECIAL = frozenset({"words", "context"})


class Group(Entry):
    """Phrases that say the same thing, with the context in which they count.

    A group with a `level` is evidence by itself, one with `sign: true` adds up with other signs, and one with a
    `flag` only marks the message.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    why: Words = Field(description="what was observed, as a youth worker would say it")
    phrases: Phrases = Field(min_length=1)
    category: str | None = Field(default=None, description="only in files of several categories")
    also: tuple[str, ...] = Field(default=(), description="further categories of the same evidence")
    level: LevelId | None = None
    level_18_25: LevelId | None = Field(default=None, description="the level where the age band 18 to 25 was chosen")
    sign: bool = False
    flag: str | None = None
    needs: Phrases = Field(default=(), description="one of these must be near")
    needs_also: Phrases = Field(default=(), description="one of these must be near, too")
    unless: Phrases = Field(default=(), description="none of these may be near")
    within: Annotated[int, Field(ge=1, le=200)] = Field(default=12, description="how many words count as near")
    at_risk: Literal["actor", "target", "writer", "other"] = Field(
        default="target", description="who is at risk: the one who does it, the one it is done to, the writer, or somebody else"
    )
    joke: bool = Field(default=False, description="nothing, where it is said as a joke or about something harmless")
    negation: Literal["ends", "keeps"] = Field(default="ends", description="whether 'not' before it makes it nothing")
    fiction: Literal["ends", "keeps"] = Field(default="ends", description="whether games, films and school work make it nothing")
    past: Literal["lowers", "keeps"] = Field(default="lowers", description="whether it weighs less when it is long over")
    doubt: Literal["lowers", "keeps"] = Field(
        default="lowers", description="whether it weighs less where clues and the model read something else"
    )
    whole: bool = Field(default=False, description="only where the message says nothing else")
    must_match: Phrases = Field(min_length=2)
    must_not_match: Phrases = Field(min_length=2)

    @model_validator(mode="after")
    def _counts_as_one_thing(self) -> Group:
        if sum((self.level is not None, self.sign, self.flag is not None)) != 1:
            raise ValueError("a group has exactly one of level, sign and flag")
        return self


class PhraseFile(Entry):
    """`risk_phrases/<category>.yml`, or a file of several categories whose groups name theirs."""

    category: str | None = None
    note: Words = Field(description="for the safeguarding lead who reviews it")
    groups: tuple[Group, ...]

    @model_validator(mode="after")
    def _every_group_has_a_category(self) -> PhraseFile:
        for group in self.groups:
            if not (self.category or group.category or group.flag):
                raise ValueError(f"group {group.id} has no category; name one")
        return self


class WordBook(Entry):
    """`risk_phrases/words.yml`: words that are read as one, words that are skipped, and lists for `<name>` in phrases."""

    note: Words
    same: dict[str, tuple[str, ...]]
    skip: tuple[str, ...]
    lists: dict[str, Phrases]


class ContextWords(Entry):
    """`risk_phrases/context.yml`: words that change what the words round them mean."""

    note: Words
    negators: Phrases
    not_negating: Phrases
    clause_ends: Phrases
    idioms: Phrases
    jokes: Phrases
    harmless_causes: Phrases
    serious: Phrases
    fiction: Phrases
    real_settings: Phrases = ()
    general_questions: Phrases
    long_ago: Phrases
    over_now: Phrases
    going_on: Phrases
    lately: Phrases = ()
    other_people: Phrases
    asking_for_others: Phrases


@dataclass(frozen=True)
class RiskPhrases:
    """Everything in `risk_phrases/`: groups with their category, and the words they share."""

    groups: tuple[tuple[str, Group], ...]
    words: WordBook
    context: ContextWords


def load_phrases(content: Path = CONTENT) -> RiskPhrases:
    """Read all risk phrases below `content`. Raises `ContentError`, which names file, line and what to do."""
    folder = content / FOLDER
    words = read_file(folder / "words.yml", WordBook)
    context = read_file(folder / "context.yml", ContextWords)
    groups: dict[str, tuple[str, Group]] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.stem in _SPECIAL:
            continue
        file = read_file(path, PhraseFile)
        for group in file.groups:
            if group.id in groups:
                raise ContentError(f"{path}:1: group {group.id} exists twice; give one of them another id")
            groups[group.id] = (group.category or file.category or "", group)
    return RiskPhrases(tuple(groups.values()), words, context)


def place_of(group: str | None, content: Path = CONTENT) -> str:
    """`file:line` of a group or of a field of `context.yml`, for an error about its phrases."""
    for path in sorted((content / FOLDER).glob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip() in {f"- id: {group}", f"id: {group}"} or line.startswith(f"{group}:"):
                return f"{path}:{number}"
    return f"{content / FOLDER}:1"
