"""The organisation's policy on how signs are weighed. A safeguarding lead can tighten every number in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from content.editorial.library import CONTENT
from content.editorial.reading import read_file
from content.editorial.schema import Entry, Words
from nlu.understanding import Level

Share = Annotated[float, Field(ge=0, le=1)]
LevelId = Literal["worry", "concern", "urgent", "immediate"]


class Thresholds(Entry):
    """From which score on the model's reading counts as each level."""

    worry: Share
    concern: Share
    urgent: Share
    immediate: Share


class ModelPolicy(Entry):
    """How the model's scores are read, beside what the phrases saw."""

    phrases_none: Thresholds
    phrases_worry: Thresholds
    phrases_concern: Thresholds
    phrases_urgent: Thresholds
    phrases_immediate: Thresholds
    from_16: Annotated[float, Field(gt=0)] = Field(description="every threshold times this where the age band is 16 or over")
    category: Share
    category_sure: Share = Field(
        default=0.7, description="from here on phrases_worry.concern is enough for a concern where phrases saw nothing"
    )
    most_categories: Annotated[int, Field(ge=1)]
    subject: Share

    def beside(self, phrases: Level) -> Thresholds:
        """The thresholds where the phrases came to this level."""
        thresholds: Thresholds = getattr(self, f"phrases_{phrases.id}")
        return thresholds


class CluePolicy(Entry):
    """From how many points of clues on a message counts as each level."""

    worry: int
    concern: int
    urgent: int
    immediate: int
    doubts_below: int = Field(description="a phrase weighs no more than a worry where clues for concern are below this")
    doubts_from: int = Field(description="... in messages of at least so many telling words; shorter ones have too few clues")
    agree_category: Share = Field(description="a doubted phrase is a concern again where the model's score for its category is this")
    agree_worry: Share = Field(description="... and its score for a worry is this; from then on other phrases stay a concern, too")
    agree_worry_same: Share = Field(
        default=0.25, description="so do undoubted phrases from this score on where the model's score for their category is agree_category"
    )


class SignPolicy(Entry):
    """How weak signs add up over a conversation."""

    fade: Share = Field(description="what a sign keeps of its weight with each message that passes")
    fade_day: Share = Field(description="what it keeps with each day that passes")
    concern: Annotated[float, Field(gt=0)]
    fewest: Annotated[int, Field(ge=1)]
    messages: Annotated[int, Field(ge=0)] = Field(description="how many earlier messages are looked at")
    together: Share = Field(description="from which score of the model on the conversation as a whole fewer signs are enough")
    together_beside_worry: Share = Field(description="the same where one of the messages is a worry by itself")
    together_doubts_below: Share = Field(description="signs alone are not enough where that score is below this")
    together_fewest: Annotated[int, Field(ge=0)] = Field(description="how many different signs are enough then")
    model: Share = Field(description="from which score on the model sees a sign")
    model_weight: Share = Field(description="what a sign that only the model sees weighs")
    doubts_below: Share = Field(description="a sign from phrases is none where the model's score is below this")
    weights: dict[str, Annotated[float, Field(ge=0)]] = Field(description="signs that weigh more or less than 1, by id")


class RiskPolicy(Entry):
    """`content/policy/risk.yml`."""

    note: Words
    model: ModelPolicy
    clues: CluePolicy
    signs: SignPolicy
    flags: dict[str, LevelId] = Field(description="flags that raise a message to at least this level")
    flags_doubted_below: Share = Field(
        description="they raise nothing where the model's score for concern is below this and no phrase tells of harm"
    )
    under_13: dict[str, LevelId] = Field(description="the same, only under 13")
    plain: dict[str, Words] = Field(description="each category in plain words, after 'messages in which young people tell of'")


def load_policy(content: Path = CONTENT) -> RiskPolicy:
    """Read the policy below `content`. Raises `ContentError`, which names file, line and what to do."""
    return read_file(content / "policy" / "risk.yml", RiskPolicy)
