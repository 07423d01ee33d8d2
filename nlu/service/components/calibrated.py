"""Independent yes-or-no classifiers whose answers are honest probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from components.linear import Heads, Texts, fit_and_test, platt, probability

FOLDS = 5


@dataclass(frozen=True)
class Calibrated:
    """Heads with the line that turns each one's margin into a probability."""

    heads: Heads
    slopes: np.ndarray
    offsets: np.ndarray

    def probabilities(self, given: Texts) -> np.ndarray:
        """(texts, outputs), each output for itself."""
        return probability(self.heads.margins(given), self.slopes, self.offsets)

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        return {"slopes": self.slopes, "offsets": self.offsets, **self.heads.arrays()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Calibrated:
        """What was stored with `arrays`."""
        return cls(Heads.from_arrays(arrays), arrays["slopes"], arrays["offsets"])


def train(given: Texts, targets: np.ndarray, writers: list[str]) -> tuple[Calibrated, np.ndarray]:
    """Classifiers for `targets` (texts, outputs; NaN where not known), calibrated on writers that the fitted heads had not seen.

    With them the margins (texts, outputs) that they were calibrated on; NaN for texts by other writers.
    """
    heads, margins, places = fit_and_test(given, targets, writers, FOLDS)
    fitted = [platt(margins[:, i], targets[places, i]) for i in range(targets.shape[1])]
    slopes, offsets = np.array(fitted).T
    tested = np.full(targets.shape, np.nan)
    tested[places] = margins
    return Calibrated(heads, slopes, offsets), tested
