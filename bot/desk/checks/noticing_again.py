"""What a change to the risk phrases, or to how they are weighed, does to what is noticed: the labelled training messages, before and after.

The messages that judge the whole (`tests/judging/`) are not looked at: whoever changes phrases by them would be judged by what they
have seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.desk.checks.own_examples import own_problems
from bot.desk.phrases.messages import Example, labelled
from content.editorial.problems import Problem
from escalation.publishing import Progress
from nlu.noticing import Noticing
from nlu.understanding import Level

NOTICED_BY = ("risk_phrases/", "policy/risk.yml")
"""The files that decide what the phrases alone notice."""

MOST_LISTED = 20
RECALL_MAY_FALL = 0.005
"""By so much of its messages the recall of a category may fall."""
ALARMS_MAY_RISE = 0.001
"""By so much of the harmless messages the false alarms may rise."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Read:
    """An example, and the level that the phrases alone came to before and after the change."""

    example: Example
    before: Level
    after: Level

    @property
    def lost(self) -> bool:
        """It tells of urgent harm, was noticed so, and is not any more."""
        return self.example.level >= Level.URGENT and self.before >= Level.URGENT > self.after

    @property
    def unoffered(self) -> bool:
        """It tells of harm, and nobody would be offered any more on it."""
        return self.example.level >= Level.CONCERN and self.before >= Level.CONCERN > self.after

    @property
    def alarmed(self) -> bool:
        """It is harmless, and an adult would be offered now."""
        return self.example.level is Level.NONE and self.after >= Level.CONCERN > self.before


def examples(folder: Path) -> list[Example]:
    """The messages in `intents/` that tell of harm or of nothing; everyday worries are left out."""
    return [one for one in labelled(folder) if one.level is not Level.WORRY]


def recall_problems(folder: Path, before: Path, keys: Collection[str], on_progress: Progress) -> list[Problem]:
    """What the content below `folder` no longer notices that the content `before` did, or that its own examples say it must.

    Empty where none of the changed files decides anything of it.
    """
    deciding = sorted(key for key in keys if key.startswith(NOTICED_BY))
    if not deciding:
        return []
    found = findings(compare(Noticing.load(before), Noticing.load(folder), examples(folder), on_progress), deciding[0])
    return [*(one for key in deciding for one in own_problems(folder, key)), *found]


def compare(before: Noticing, after: Noticing, asked: Sequence[Example], on_progress: Progress) -> list[Read]:
    """Every example as it was and would be read, by the phrases alone."""
    found = []
    for start in range(0, len(asked), AT_ONCE):
        on_progress(start, len(asked), "messages")
        found += [Read(one, before.check(one.text).level, after.check(one.text).level) for one in asked[start : start + AT_ONCE]]
    on_progress(len(asked), len(asked), "messages")
    return found


def findings(found: Sequence[Read], key: str) -> Iterator[Problem]:
    """What of this keeps the file `key` from being published: the sentences, at most 20 of each kind, and how many more."""
    lost = [one for one in found if one.lost]
    fallen = [one for category in _fallen(found) for one in found if one.unoffered and one.example.category == category and not one.lost]
    alarms, harmless = [one for one in found if one.alarmed], sum(one.example.level is Level.NONE for one in found)
    calmed = sum(one.example.level is Level.NONE and one.before >= Level.CONCERN > one.after for one in found)
    if len(alarms) - calmed > harmless * ALARMS_MAY_RISE:
        say = "is harmless, and an adult would be offered now"
        yield from _listed(alarms, key, say, "make the new phrases narrower: `needs` and `unless` say what has to be near, or must not be")
    keep = "keep a phrase that finds it, or ask for it to be looked at together with the program"
    yield from _listed(lost, key, "tells of urgent harm, was noticed so, and is not any more", keep)
    yield from _listed(fallen, key, "tells of harm, and nobody would be offered an adult on it any more", keep)


def _fallen(found: Sequence[Read]) -> list[str]:
    """The categories whose recall falls by more than it may."""
    harm = [one for one in found if one.example.level >= Level.CONCERN]
    of = Counter(one.example.category for one in harm)
    change = Counter(one.example.category for one in harm if one.unoffered)
    change.subtract(one.example.category for one in harm if one.after >= Level.CONCERN > one.before)
    return sorted(category for category, number in of.items() if change[category] > number * RECALL_MAY_FALL)


def _listed(found: Sequence[Read], key: str, say: str, to_do: str) -> Iterator[Problem]:
    for one in found[:MOST_LISTED]:
        about = f" ({one.example.category.replace('_', ' ')})" if one.example.category else ""
        yield Problem(Path(key), 1, f"“{one.example.text}”{about} {say}", to_do)
    if len(found) > MOST_LISTED:
        yield Problem(Path(key), 1, f"{len(found) - MOST_LISTED} more messages like this: each {say}", to_do)
