"""Risk as the training data tells it, and as numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

LEVELS = ("none", "worry", "concern", "urgent", "immediate")
"""Lowest first, as in the taxonomy."""

STEPS = LEVELS[1:]

SUBJECTS = ("self", "other", "general")

CATEGORIES = (
    "suicide", "self_harm", "eating_difficulties", "mental_health_crisis", "sexual_abuse", "sexual_exploitation",
    "online_grooming", "image_abuse", "relationship_abuse", "home_abuse", "domestic_violence", "neglect",
    "criminal_exploitation", "gangs_violence", "trafficking", "missing", "homelessness", "forced_marriage", "fgm",
    "radicalisation", "substance_misuse", "bullying", "harmful_sexual_behaviour", "harm_to_others",
)  # fmt: skip

OUTPUTS = (*STEPS, *CATEGORIES, *SUBJECTS)


class WrongLabel(ValueError):
    """A training example carries a label that the taxonomy does not know."""


@dataclass(frozen=True)
class RiskLabel:
    """One example's labels: ids of the taxonomy."""

    level: str
    categories: tuple[str, ...]
    subject: str
    writer: str

    def targets(self) -> np.ndarray:
        """Booleans in the order of `OUTPUTS`: level at least each step, categories, subject."""
        reached = STEPS[: LEVELS.index(self.level)]
        true = {*reached, *self.categories, self.subject}
        return np.array([output in true for output in OUTPUTS])


def label_of(metadata: Mapping[str, Any]) -> RiskLabel | None:
    """Labels from a Rasa message's `metadata`; None where there are none.

    Rasa puts a group's under "intent" and an example's own under "example"; the example's go first.
    """
    found = {**mapping(metadata.get("intent")), **mapping(metadata.get("example"))}
    if "level" not in found:
        return None
    categories = tuple(found.get("categories") or ())
    label = RiskLabel(found["level"], categories, found.get("subject", "general"), str(found.get("writer", "unknown")))
    check(label)
    return label


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, or one written as JSON, else an empty one."""
    value = json.loads(value) if isinstance(value, str) else value
    return value if isinstance(value, Mapping) else {}


def check(label: RiskLabel) -> None:
    """Raise `WrongLabel` unless every id is known."""
    unknown = [
        *({label.level} - set(LEVELS)),
        *(set(label.categories) - set(CATEGORIES)),
        *({label.subject} - set(SUBJECTS)),
    ]
    if unknown:
        raise WrongLabel(f"Not in the taxonomy: {', '.join(sorted(unknown))} (writer {label.writer})")
