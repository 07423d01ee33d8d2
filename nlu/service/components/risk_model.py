"""How much risk a message carries, of what kind, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from components.calibrated import Calibrated, train
from components.linear import Texts
from components.risk_labels import CATEGORIES, LEVELS, STEPS, SUBJECTS, RiskLabel

Answer = dict[str, dict[str, float]]

NO_RISK: Answer = {
    "levels": {level: float(level == "none") for level in LEVELS},
    "at_least": dict.fromkeys(STEPS, 0.0),
    "categories": dict.fromkeys(CATEGORIES, 0.0),
    "subject": {subject: float(subject == "general") for subject in SUBJECTS},
}
"""The answer for a message without any words."""


@dataclass(frozen=True)
class RiskModel:
    """One calibrated yes-or-no classifier for each of `OUTPUTS`."""

    calibrated: Calibrated

    def answer(self, windows: Texts) -> Answer:
        """The reading of one message, given its windows: the gravest window decides."""
        return as_answer(self.calibrated.probabilities(windows).max(axis=0))

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        return self.calibrated.arrays()

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> RiskModel:
        """A model that was stored with `arrays`."""
        return cls(Calibrated.from_arrays(arrays))


def train_risk(given: Texts, labels: list[RiskLabel]) -> RiskModel:
    """A model for all levels, categories and subjects."""
    targets = np.stack([label.targets() for label in labels])
    return RiskModel(train(given, targets, [label.writer for label in labels]))


def as_answer(chances: np.ndarray) -> Answer:
    """Probabilities in the order of `OUTPUTS` as the parts of the service's `risk` answer."""
    steps, categories, subject = np.split(chances, [len(STEPS), len(STEPS) + len(CATEGORIES)])
    # A graver level implies the milder ones; where the classifiers disagree the graver one is believed.
    steps = np.maximum.accumulate(steps[::-1])[::-1]
    exact = np.concatenate([[1.0], steps]) - np.concatenate([steps, [0.0]])
    subject = subject / max(subject.sum(), 1e-9)
    return {
        "levels": named(LEVELS, exact),
        "at_least": named(STEPS, steps),
        "categories": named(CATEGORIES, categories),
        "subject": named(SUBJECTS, subject),
    }


def named(names: tuple[str, ...], values: Any) -> dict[str, float]:
    """Values by name, to four decimals."""
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}
