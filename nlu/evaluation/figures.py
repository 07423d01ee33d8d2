"""The figures that say how well messages are understood, what each must reach, and how they differ between groups of writers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nlu.evaluation.judge import Judged, JudgedConversation, Verdict
from nlu.understanding import Level

OUT_OF_SCOPE = "out_of_scope"
TOPICS = "topics"
"""Messages written to ask about a topic; of harmless twins and small talk the topic is often a matter of taste."""
HARM = (Level.CONCERN, Level.URGENT, Level.IMMEDIATE)
CALM = (Level.NONE, Level.WORRY)
_ADULT = 18


@dataclass(frozen=True)
class Figure:
    """A share of messages: how many of those looked at were understood so."""

    id: str
    what: str
    right: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of none."""
        return self.right / self.of if self.of else 0.0


Is = Callable[[Judged], bool]


def labelled(*levels: Level) -> Is:
    """Whether a message carries one of these labels."""
    return lambda one: one.message.level in levels


def at_least(level: Level) -> Is:
    """Whether it was found to be at least this grave."""
    return lambda one: one.level >= level


def main_category_named(one: Judged) -> bool:
    """Whether the labelled main category is among those named."""
    return bool(one.message.categories) and one.message.categories[0] in one.found.risk.categories


def subject_right(one: Judged) -> bool:
    """Whether it was understood who is at risk."""
    return one.found.risk.subject == one.message.subject


def topic_right(one: Judged) -> bool:
    """Whether the likeliest topic is the labelled one."""
    return one.found.topic == one.message.topic


def asks_for_something_else(one: Judged) -> bool:
    """Whether it was written to ask for something that the service is not for."""
    return one.message.kind == TOPICS and one.message.topic == OUT_OF_SCOPE


def _noticed_harm(one: Judged) -> bool:
    return labelled(*HARM)(one) and one.level > Level.NONE


MESSAGE_FIGURES: tuple[tuple[str, str, Is, Is], ...] = (
    ("noticed", "disclosures noticed: worry or higher", labelled(*HARM), at_least(Level.WORRY)),
    ("offered", "disclosures offered an adult: concern or higher", labelled(*HARM), at_least(Level.CONCERN)),
    ("urgent", "urgent and immediate ones rated urgent or higher", labelled(Level.URGENT, Level.IMMEDIATE), at_least(Level.URGENT)),
    ("immediate", "immediate ones rated immediate", labelled(Level.IMMEDIATE), at_least(Level.IMMEDIATE)),
    ("over_immediate", "concern or urgent ones rated immediate", labelled(Level.CONCERN, Level.URGENT), at_least(Level.IMMEDIATE)),
    ("harmless_concern", "harmless messages rated concern or higher", labelled(Level.NONE), at_least(Level.CONCERN)),
    ("harmless_worry", "harmless messages rated worry", labelled(Level.NONE), lambda one: one.level is Level.WORRY),
    ("worry_concern", "everyday worries rated concern or higher", labelled(Level.WORRY), at_least(Level.CONCERN)),
    ("calm_immediate", "harmless or worry rated immediate", labelled(*CALM), at_least(Level.IMMEDIATE)),
    ("category", "true main category among those named, where noticed", _noticed_harm, main_category_named),
    ("subject", "subject right, where noticed", _noticed_harm, subject_right),
)

TOPIC_FIGURES: tuple[tuple[str, str, Is, Is], ...] = (
    ("topic", "topic right, 77 ways, of messages on a topic", lambda one: one.message.kind == TOPICS, topic_right),
    ("out_of_scope", "out of scope recognised, of the same messages", asks_for_something_else, topic_right),
    ("any_topic", "topic right of all messages that tell of no harm, twins and small talk included", labelled(*CALM), topic_right),
)


def figures(verdict: Verdict, with_topics: bool) -> list[Figure]:
    """All figures; those on topics only where there was a model."""
    asked = MESSAGE_FIGURES + (TOPIC_FIGURES if with_topics else ())
    rows = [share(id, what, verdict.messages, of, right) for id, what, of, right in asked]
    return [
        *rows,
        _talks("cumulative", "conversations with a sum of signs noticed as concern", verdict.conversations, True, lambda one: one.level),
        _talks("cumulative_twin", "their harmless twins flagged as concern", verdict.conversations, False, lambda one: one.level),
        _talks("moment", "the same at any moment on the way", verdict.conversations, True, lambda one: one.highest),
        _talks("moment_twin", "harmless twins at any moment on the way", verdict.conversations, False, lambda one: one.highest),
    ]


def share(id: str, what: str, judged: Iterable[Judged], of: Is, right: Is) -> Figure:
    """How many of those that `of` picks are `right`."""
    picked = [right(one) for one in judged if of(one)]
    return Figure(id, what, sum(picked), len(picked))


def _talks(id: str, what: str, judged: Sequence[JudgedConversation], harm: bool, level: Callable[[JudgedConversation], Level]) -> Figure:
    picked = [level(one) >= Level.CONCERN for one in judged if (one.conversation.level in HARM) is harm]
    return Figure(id, what, sum(picked), len(picked))


Key = Callable[[Judged], Iterable[str]]

GROUPINGS: tuple[tuple[str, Key], ...] = (
    ("category", lambda one: one.message.categories[:1]),
    ("level", lambda one: [one.message.level.id]),
    ("about", lambda one: [one.message.subject] if one.message.level in HARM else []),
    ("way of writing", lambda one: [one.message.writer.style]),
    ("age", lambda one: [_age(one.message.writer.age)]),
    ("gender", lambda one: [one.message.writer.gender, *(["LGBTQ+"] if one.message.writer.lgbtq else [])]),
    ("writer", lambda one: [one.message.writer.id]),
)
EQUITY = ("about", "way of writing", "age", "gender")
"""Groupings in which the spread between best and worst is a figure to shrink."""


@dataclass(frozen=True)
class Group:
    """Figures of one group of messages."""

    name: str
    noticed: Figure
    offered: Figure
    harmless: Figure


def groups(judged: Sequence[Judged], key: Key) -> list[Group]:
    """Recall and false alarms of each group, by name."""
    parts: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        for name in key(one):
            parts[name].append(one)
    harm, calm, concern = labelled(*HARM), labelled(Level.NONE), at_least(Level.CONCERN)
    return [
        Group(
            name,
            share("noticed", "noticed", part, harm, at_least(Level.WORRY)),
            share("offered", "offered an adult", part, harm, concern),
            share("harmless", "harmless rated concern", part, calm, concern),
        )
        for name, part in sorted(parts.items())
    ]


def spread(parts: Iterable[Group]) -> float:
    """How far the best and the worst recall (offered an adult) lie apart."""
    shares = [part.offered.share for part in parts if part.offered.of]
    return max(shares) - min(shares) if shares else 0.0


def _age(age: int) -> str:
    bands = ((13, "under 13"), (16, "13 to 15"), (_ADULT, "16 to 17"))
    return next((name for limit, name in bands if age < limit), "18 to 25")
