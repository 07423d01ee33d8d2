"""How much risk a message carries, of what kind, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from components.linear import Heads, Texts, fit, held_out, platt, probability
from components.risk_labels import CATEGORIES, LEVELS, OUTPUTS, STEPS, SUBJECTS, RiskLabel

FOLDS = 5

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

    heads: Heads
    slopes: np.ndarray
    offsets: np.ndarray

    def probabilities(self, given: Texts) -> np.ndarray:
        """(texts, outputs), each output for itself."""
        return probability(self.heads.margins(given), self.slopes, self.offsets)

    def answer(self, windows: Texts) -> Answer:
        """The reading of one message, given its windows: the gravest window decides."""
        return as_answer(self.probabilities(windows).max(axis=0))

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        return {"slopes": self.slopes, "offsets": self.offsets, **self.heads.arrays()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> RiskModel:
        """A model that was stored with `arrays`."""
        return cls(Heads.from_arrays(arrays), arrays["slopes"], arrays["offsets"])


def train_risk(given: Texts, labels: list[RiskLabel]) -> RiskModel:
    """A model whose probabilities are fitted on writers that the fitted heads had not seen."""
    targets = np.stack([label.targets() for label in labels])
    margins, places = held_out(given, targets, [label.writer for label in labels], FOLDS)
    fitted = [platt(margins[:, i], targets[places, i]) for i in range(len(OUTPUTS))]
    slopes, offsets = np.array(fitted).T
    return RiskModel(fit(given, targets), slopes, offsets)


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
