"""Which of the taxonomy's topics a message is about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from components.linear import Heads, Texts, fit_and_test, sharpness

FOLDS = 2
"""Enough to fit the one number that the confidences hang on; each fold costs as much as the training itself."""
OF_OTHERS = 3
"""A topic is told from one in so many of the texts of others."""


@dataclass(frozen=True)
class TopicModel:
    """Probabilities over `topics`, in that order."""

    topics: list[str]
    heads: Heads
    sharpness: float

    def probabilities(self, given: Texts) -> np.ndarray:
        """(texts, topics), rows summing to 1."""
        return np.asarray(softmax(self.sharpness * self.heads.margins(given), axis=1))

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        own = {"topics": np.array(self.topics), "sharpness": np.array(self.sharpness)}
        return {**own, **self.heads.arrays()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> TopicModel:
        """A model that was stored with `arrays`."""
        return cls(arrays["topics"].tolist(), Heads.from_arrays(arrays), float(arrays["sharpness"]))


def train_topics(given: Texts, labels: list[str], writers: list[str]) -> TopicModel:
    """A model for the topics among `labels`, its confidence fitted on writers it had not seen."""
    topics = sorted(set(labels))
    right = np.array([topics.index(label) for label in labels])
    targets = right[:, None] == np.arange(len(topics))
    heads, margins, places = fit_and_test(given, targets, writers, FOLDS, OF_OTHERS)
    return TopicModel(topics, heads, sharpness(margins, right[places]))
