"""Linear classifiers on sentence vectors and n-grams together, and honest probabilities from them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize, sparse
from scipy.special import expit, log_expit, log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from components.ngrams import Ngrams, count, count_words
from components.weights import unseen_writers

STRENGTH = 3.0
"""Inverse of the regularisation; 10 and 30 were no better on writers left out."""

VECTOR_SHARE = 0.5
"""Length of a sentence vector beside the n-grams' 1; 1 and 2 were worse on writers left out."""

RARE = 0.1
"""An answer is rare if at most this share of the texts has it; then a part of the other texts teaches as much in that part of the time
(77 topics, unseen writers: 0.623 right with all, 0.622 with half, 0.612 with a fifth)."""

THREADS = 2
NEVER = -20.0
"""Margin of an output that has no positive example to learn from."""


@dataclass(frozen=True)
class Texts:
    """Windows to classify: normalised texts, their sentence vectors (texts, 384), and their n-grams where they were counted before."""

    texts: list[str]
    vectors: np.ndarray
    counted: sparse.csr_matrix | None = None

    @cached_property
    def counts(self) -> sparse.csr_matrix:
        """How often each n-gram occurs in each text, counted once for all classifiers that ask."""
        return self._count() if self.counted is None else self.counted

    def _count(self) -> sparse.csr_matrix:
        return count(self.texts)

    def __add__(self, other: Texts) -> Texts:
        """These texts and then the others."""
        counts = sparse.vstack([self.counts, other.counts], format="csr")
        return Texts(self.texts + other.texts, np.concatenate([self.vectors, other.vectors]), counts)

    @classmethod
    def of(cls, texts: list[str], vectors: list[np.ndarray]) -> Texts:
        """One vector for each text."""
        return cls(texts, np.stack(vectors))


class Words(Texts):
    """Texts of which only words and pairs of words are counted: letters tell more of how a writer spells than of what happens."""

    def _count(self) -> sparse.csr_matrix:
        return count_words(self.texts)


@dataclass(frozen=True)
class Heads:
    """Independent classifiers on the same features, one for each column of `weights`."""

    ngrams: Ngrams
    weights: np.ndarray
    """(384 + columns of n-grams, outputs): rows together in memory, since a text touches only a few hundred."""
    biases: np.ndarray
    """(outputs,)"""

    def margins(self, given: Texts) -> np.ndarray:
        """Signed distances (texts, outputs); above 0 speaks for the output."""
        width = given.vectors.shape[1]
        dense = VECTOR_SHARE * given.vectors @ self.weights[:width]
        return dense + self.ngrams.weigh(given.counts) @ self.weights[width:] + self.biases

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        return {"rarity": self.ngrams.rarity, "weights": self.weights, "biases": self.biases}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Heads:
        """Heads that were stored with `arrays`."""
        return cls(Ngrams(arrays["rarity"]), arrays["weights"], arrays["biases"])


def fit(given: Texts, targets: np.ndarray, of_others: int = 2) -> Heads:
    """Heads for `targets` (texts, outputs): 1 for yes, 0 for no, NaN where it is not known.

    Where an answer is rare, one in `of_others` of the other texts is learnt from.
    """
    ngrams = Ngrams.fit(given.counts)
    features = sparse.hstack([sparse.csr_matrix(VECTOR_SHARE * given.vectors), ngrams.weigh(given.counts)], format="csr")
    with ThreadPoolExecutor(THREADS) as pool:
        fitted = list(pool.map(lambda target: fit_known(features, target, of_others), targets.T.astype(np.float32)))
    weights = np.stack([column for column, _ in fitted], axis=1).astype(np.float32)
    return Heads(ngrams, weights, np.array([bias for _, bias in fitted], dtype=np.float32))


def fit_known(features: sparse.csr_matrix, target: np.ndarray, of_others: int = 2) -> tuple[np.ndarray, float]:
    """Weights and bias from the texts of which the answer is known."""
    known = ~np.isnan(target)
    positive = target == 1
    if positive.sum() <= RARE * known.sum():
        known &= positive | (np.arange(len(target)) % of_others == 0)
    return fit_one(features if known.all() else features[known], positive[known])


def fit_one(features: sparse.csr_matrix, target: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of one yes-or-no classifier, both answers weighing the same in total."""
    if target.all() or not target.any():
        return np.zeros(features.shape[1]), -NEVER if target.all() else NEVER
    machine = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear", dual=True, tol=1.0, max_iter=200, random_state=0)
    machine.fit(features, target)
    return machine.coef_[0], float(machine.intercept_[0])


def fit_and_test(
    given: Texts, targets: np.ndarray, writers: list[str], number: int, of_others: int = 2
) -> tuple[Heads, np.ndarray, np.ndarray]:
    """Heads to serve, with margins (texts, outputs) of texts whose writers they had not seen, and the places of those texts.

    With a fine-tuned encoder those are the texts of the writers whom it has not seen either: on all others the vectors
    already know the answer, and probabilities fitted on them would be far too sure. The heads do not see them at all,
    so that whoever measures can use them too.
    """
    strangers = np.isin(writers, list(unseen_writers()))
    if strangers.any() and not strangers.all():
        seen, unseen = np.flatnonzero(~strangers), np.flatnonzero(strangers)
        heads = fit(take(given, seen), targets[seen], of_others)
        return heads, heads.margins(take(given, unseen)), unseen
    margins, places = held_out(given, targets, writers, number, of_others)
    return fit(given, targets, of_others), margins, places


def held_out(given: Texts, targets: np.ndarray, writers: list[str], number: int, of_others: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Margins (texts, outputs) by heads that saw nothing by the same writer, and the places of those texts."""
    parts = []
    for seen, unseen in folds(writers, number):
        heads = fit(take(given, seen), targets[seen], of_others)
        parts.append((heads.margins(take(given, unseen)), unseen))
    return np.concatenate([margins for margins, _ in parts]), np.concatenate([places for _, places in parts])


def folds(writers: list[str], number: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of places (seen, unseen) that never put one writer on both sides."""
    if len(set(writers)) < number:
        # Too few writers to keep apart: every fifth text or so, which is better than no calibration.
        writers = [str(place % number) for place in range(len(writers))]
    return list(GroupKFold(number).split(writers, groups=writers))


def take(given: Texts, index: np.ndarray) -> Texts:
    """The texts at the given places."""
    return type(given)([given.texts[i] for i in index], given.vectors[index], given.counts[index])


def platt(margins: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Slope and offset that turn held-out margins (texts,) into probabilities.

    Platt (1999), with his smoothed targets, so that a rare output never claims certainty.
    """
    known = ~np.isnan(target.astype(np.float32))
    margins, target = margins[known], target[known] == 1
    positives, negatives = target.sum(), (~target).sum()
    if not positives or not negatives:
        return 1.0, 0.0
    soft = np.where(target, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(parameters: np.ndarray) -> float:
        logits = parameters[0] * margins + parameters[1]
        return float(-(soft * log_expit(logits) + (1 - soft) * log_expit(-logits)).sum())

    slope, offset = optimize.minimize(loss, np.array([2.0, 0.0]), method="Nelder-Mead").x
    return float(max(slope, 0.0)), float(offset)


def sharpness(margins: np.ndarray, right: np.ndarray) -> float:
    """Factor on held-out margins (texts, outputs) that makes their softmax honest; `right` are indices."""

    def loss(logarithm: float) -> float:
        rows = log_softmax(np.exp(logarithm) * margins, axis=1)
        return float(-rows[np.arange(len(right)), right].mean())

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-3, 4), method="bounded").x))


def probability(margins: np.ndarray, slopes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Calibrated probabilities (texts, outputs)."""
    return np.asarray(expit(margins * slopes + offsets))
