"""Which weak signs a message carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from components.calibrated import Calibrated, train
from components.linear import Texts


@dataclass(frozen=True)
class SignModel:
    """One classifier for each sign."""

    signs: list[str]
    calibrated: Calibrated

    def answer(self, windows: Texts) -> dict[str, float]:
        """How likely each sign is somewhere in one message, given its windows."""
        chances = self.calibrated.probabilities(windows).max(axis=0)
        return {sign: round(float(chance), 4) for sign, chance in zip(self.signs, chances, strict=True)}

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        return {"signs": np.array(self.signs), **self.calibrated.arrays()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> SignModel:
        """A model that was stored with `arrays`."""
        return cls(arrays["signs"].tolist(), Calibrated.from_arrays(arrays))


def train_signs(given: Texts, signs: list[tuple[str, ...]], writers: list[str]) -> SignModel:
    """A model for the signs that occur."""
    known = sorted({sign for those in signs for sign in those})
    targets = np.array([[sign in those for sign in known] for those in signs])
    return SignModel(known, train(given, targets, writers))
