"""Character and word n-grams of normalised texts, hashed and weighted by rarity."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

BUCKETS = 1 << 16
"""Columns for each kind of n-gram. More made no measurable difference."""


def hasher(analyzer: str, shortest: int, longest: int) -> HashingVectorizer:
    """Counts of n-grams in a fixed number of columns; nothing to train, nothing to store."""
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=(shortest, longest),
        n_features=BUCKETS,
        norm=None,
        alternate_sign=False,
        dtype=np.float32,
        # One-letter words ("u", "n", "r") carry meaning in young people's writing.
        token_pattern=r"(?u)\b\w+\b",  # noqa: S106
    )


WORDS = hasher("word", 1, 2)
HASHERS = (hasher("char_wb", 2, 4), WORDS)


@dataclass(frozen=True)
class Ngrams:
    """Features of a text from its letters. `rarity` has one weight for each column."""

    rarity: np.ndarray

    @classmethod
    def fit(cls, counts: sparse.csr_matrix) -> Ngrams:
        """Learn how rare each column is among counted texts (smoothed inverse document frequency)."""
        seen = np.bincount(counts.indices, minlength=counts.shape[1])
        return cls((np.log((1 + counts.shape[0]) / (1 + seen)) + 1).astype(np.float32))

    def weigh(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """One row of length 1 for each counted text (a row of zeros for a text without n-grams)."""
        weighed = counts.copy()
        weighed.data = (1 + np.log(counts.data)) * self.rarity[counts.indices]
        return normalize(weighed, copy=False)


def count(texts: list[str]) -> sparse.csr_matrix:
    """How often each n-gram occurs (texts, columns), the kinds of n-gram side by side."""
    return sparse.hstack([kind.transform(texts) for kind in HASHERS], format="csr")


def count_words(texts: list[str]) -> sparse.csr_matrix:
    """How often each word and each pair of words occurs (texts, columns)."""
    return WORDS.transform(texts)


def counted_beside(texts: list[str], work: Callable[[], object]) -> sparse.csr_matrix:
    """`count(texts)`, while something is done that leaves the interpreter to others, as encoding does."""
    with ThreadPoolExecutor(1) as beside:
        counts = beside.submit(count, texts)
        work()
        return counts.result()
