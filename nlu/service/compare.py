"""Candidate features: topic accuracy, and risk noticed at a fixed rate of false alarms, on writers whom nothing has seen.

`compare.sh` prints the table in README.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
from components.encoder import Encoder
from components.linear import Texts, fit_and_test
from components.risk_labels import CATEGORIES, STEPS
from components.weights import encoder_tensors, published_tensors
from examples import Example, read

from nlu.normalise import normalise

INTENTS = Path(__file__).parents[2] / "content" / "intents"
FOLDS = 5
FALSE_ALARMS = 0.05


@dataclass(frozen=True)
class Questions:
    """All examples, and the right answers as arrays."""

    examples: list[Example]
    topics: np.ndarray
    risks: np.ndarray

    @property
    def writers(self) -> list[str]:
        """Who wrote each."""
        return [example.risk.writer for example in self.examples]


def main() -> None:
    """Print one line for each candidate."""
    examples = read(INTENTS)
    names = sorted({example.topic for example in examples})
    right = np.array([names.index(example.topic) for example in examples])
    risks = np.stack([example.risk.targets() for example in examples])
    asked = Questions(examples, right, risks)
    print(f"{len(examples)} messages, {len(names)} topics, {len(set(asked.writers))} writers")  # noqa: T201
    for name, given in candidates(examples):
        start = monotonic()
        scores = [topic_score(asked, given), *risk_scores(asked, given)]
        print(f"{name:<34}", *(f"{score:6.3f}" for score in scores), f"{monotonic() - start:6.0f} s", flush=True)  # noqa: T201


def candidates(examples: list[Example]) -> Iterator[tuple[str, Texts]]:
    """Features by name; a blank text or a vector of zeros leaves one kind out."""
    texts = [normalise(example.text).text for example in examples]
    blank = [""] * len(texts)
    published, ours = (Encoder(tensors).first_vectors(texts) for tensors in (published_tensors(), encoder_tensors()))
    yield "n-grams", Texts(texts, np.zeros_like(ours))
    yield "MiniLM as published", Texts(blank, published)
    yield "MiniLM as published, and n-grams", Texts(texts, published)
    yield "MiniLM fine-tuned", Texts(blank, ours)
    yield "MiniLM fine-tuned, and n-grams", Texts(texts, ours)


def topic_score(asked: Questions, given: Texts) -> float:
    """Share of messages whose topic comes first."""
    targets = asked.topics[:, None] == np.arange(asked.topics.max() + 1)
    _, margins, places = fit_and_test(given, targets, asked.writers, FOLDS)
    return float((margins.argmax(axis=1) == asked.topics[places]).mean())


def risk_scores(asked: Questions, given: Texts) -> list[float]:
    """For each step, the share noticed where 5 % of level none are false alarms; then the main category."""
    _, margins, places = fit_and_test(given, asked.risks, asked.writers, FOLDS)
    truth = asked.risks[places]
    scores = [noticed_at(margins, truth, step) for step in range(len(STEPS))]
    return [*scores, category_score([asked.examples[place] for place in places], margins)]


def noticed_at(margins: np.ndarray, truth: np.ndarray, step: int) -> float:
    """The share of a step noticed where 5 % of the messages of level none are false alarms. Both (texts, outputs)."""
    threshold = np.quantile(margins[~truth[:, 0], step], 1 - FALSE_ALARMS)
    return float((margins[truth[:, step], step] > threshold).mean())


def category_score(examples: list[Example], margins: np.ndarray) -> float:
    """Share of risky messages whose main category is the likeliest one."""
    likeliest = margins[:, len(STEPS) : len(STEPS) + len(CATEGORIES)].argmax(axis=1)
    risky = [(e.risk.categories[0], CATEGORIES[i]) for e, i in zip(examples, likeliest, strict=True) if e.risk.categories]
    return sum(main == found for main, found in risky) / len(risky)


if __name__ == "__main__":
    main()
