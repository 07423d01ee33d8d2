"""Learn the points of the clues from the training messages: `python -m nlu.risk.learn_clues`.

A logistic regression for each level and category, on words and pairs of words that at least two writers used, rounded to whole
points. Prints what messages of writers it did not learn from would have come to, to choose the thresholds in the policy by.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from content.editorial.clues import HEADS, OTHER, Clue, ClueTable, save_clues
from content.editorial.library import CONTENT
from content.editorial.phrases import load_phrases
from nlu.risk.clues import Clues, clues_in
from nlu.risk.lexicon import Lexicon
from nlu.understanding import Level

SCALE = 10
"""Points for each unit of log-odds."""
STRENGTH = 0.15
"""Inverse of the regularisation."""
STEPS = 7
TURNS = 30
_LOOSE = 1e-3
"""The starting points are hardly regularised."""
_SMALL = 1e-6
FOLDS = 5
FEWEST_WRITERS = 2
FEWEST_MESSAGES = 3
CATEGORY_POINTS = 3
"""Fewer points than this do not decide between categories; leaving them out keeps the table readable."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One training message: its clues and labels."""

    clues: tuple[str, ...]
    forms: tuple[str, ...]
    level: Level
    categories: tuple[str, ...]
    other: bool
    writer: str


@dataclass(frozen=True)
class Matrix:
    """Which examples have which clues, as pairs of numbers."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    names: tuple[str, ...]
    examples: int

    def times(self, weights: Numbers) -> Numbers:
        """The sum of weights of each example's clues."""
        return np.bincount(self.rows, weights[self.columns], minlength=self.examples).astype(np.float64)

    def transposed_times(self, values: Numbers) -> Numbers:
        """The sum of values of the examples that have each clue."""
        return np.bincount(self.columns, values[self.rows], minlength=len(self.names)).astype(np.float64)


def read_examples(content: Path, lexicon: Lexicon) -> list[Example]:
    """All training messages below `content/intents`."""
    examples: dict[str, Example] = {}
    for path in sorted((content / "intents").rglob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in group["examples"].splitlines():
                text = line.strip().removeprefix("- ").strip()
                examples.setdefault(text, _example(text, group.get("metadata") or {}, lexicon))
    return [example for example in examples.values() if example.forms]


def _example(text: str, metadata: dict[str, Any], lexicon: Lexicon) -> Example:
    forms = tuple(word.form for word in lexicon.read(text).words)
    level = Level.of(metadata.get("level", "none"))
    categories = tuple(metadata.get("categories") or ())
    return Example(tuple(clues_in(forms)), forms, level, categories, metadata.get("subject") == OTHER, str(metadata.get("writer")))


def learn(examples: Sequence[Example]) -> ClueTable:
    """The table that fits `examples`."""
    matrix = _matrix(examples)
    start: dict[str, int] = {}
    heads: dict[str, Numbers] = {}
    for head in HEADS:
        heads[head], start[head] = _points(matrix, [example.level >= Level.of(head) for example in examples])
    told = [example for example in examples if example.level >= Level.WORRY]
    told_matrix = _matrix(told, matrix.names)
    heads[OTHER], start[OTHER] = _points(told_matrix, [example.other for example in told])
    names = sorted({category for example in told for category in example.categories})
    categories = {name: _points(told_matrix, [name in example.categories for example in told])[0] for name in names}
    rows = {clue: _row(place, heads, categories) for place, clue in enumerate(matrix.names)}
    return ClueTable(start, {clue: row for clue, row in rows.items() if row.heads or row.categories})


def _row(place: int, heads: dict[str, Numbers], categories: dict[str, Numbers]) -> Clue:
    return Clue(
        {head: int(points[place]) for head, points in heads.items() if points[place]},
        {name: int(points[place]) for name, points in categories.items() if points[place] >= CATEGORY_POINTS},
    )


def _matrix(examples: Sequence[Example], names: Iterable[str] | None = None) -> Matrix:
    columns = {clue: place for place, clue in enumerate(_shared(examples) if names is None else names)}
    pairs = [(row, columns[clue]) for row, example in enumerate(examples) for clue in example.clues if clue in columns]
    rows, places = np.array(pairs, dtype=np.int64).T
    return Matrix(rows, places, tuple(columns), len(examples))


def _shared(examples: Sequence[Example]) -> list[str]:
    writers: dict[str, set[str]] = defaultdict(set)
    messages: dict[str, int] = defaultdict(int)
    for example in examples:
        for clue in example.clues:
            writers[clue].add(example.writer)
            messages[clue] += 1
    return sorted(clue for clue in writers if len(writers[clue]) >= FEWEST_WRITERS and messages[clue] >= FEWEST_MESSAGES)


def _points(matrix: Matrix, labels: Sequence[bool]) -> tuple[Numbers, int]:
    weights, intercept = _fit(matrix, np.array(labels, dtype=np.float64))
    return np.round(weights * SCALE), round(intercept * SCALE)


def _fit(matrix: Matrix, labels: Numbers) -> tuple[Numbers, float]:
    """Regularised logistic regression by Newton's method; each step is solved by conjugate gradients."""
    weights = np.zeros(len(matrix.names) + 1)
    weights[-1] = np.log(labels.mean() / (1 - labels.mean()))
    strength = np.append(np.full(len(matrix.names), 1 / STRENGTH), _LOOSE)
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-_score(matrix, weights)))
        gradient = _back(matrix, likely - labels) + strength * weights
        weights = weights - _solve(matrix, likely * (1 - likely), strength, gradient)
    return weights[:-1], float(weights[-1])


def _score(matrix: Matrix, weights: Numbers) -> Numbers:
    score: Numbers = matrix.times(weights[:-1]) + weights[-1]
    return score


def _back(matrix: Matrix, values: Numbers) -> Numbers:
    return np.append(matrix.transposed_times(values), values.sum())


def _solve(matrix: Matrix, curvature: Numbers, strength: Numbers, gradient: Numbers) -> Numbers:
    """Conjugate gradients for the Newton step."""
    step, rest = np.zeros_like(gradient), gradient.copy()
    direction, size = rest.copy(), float(rest @ rest)
    for _ in range(TURNS):
        if size < _SMALL:
            break
        curved = _back(matrix, curvature * _score(matrix, direction)) + strength * direction
        length = size / float(direction @ curved)
        step += length * direction
        rest -= length * curved
        size, before = float(rest @ rest), size
        direction = rest + size / before * direction
    return step


def unseen_scores(examples: Sequence[Example]) -> dict[str, Numbers]:
    """The points of each example from a table learnt without its writer's messages, by head."""
    writers = sorted({example.writer for example in examples})
    scores = {head: np.zeros(len(examples)) for head in (*HEADS, OTHER)}
    for fold in range(FOLDS):
        out = set(writers[fold::FOLDS])
        clues = Clues(learn([example for example in examples if example.writer not in out]))
        for place, example in enumerate(examples):
            if example.writer in out:
                for head, points in clues.count(example.forms).heads.items():
                    scores[head][place] = points
    return scores


def report(examples: Sequence[Example]) -> Iterable[str]:
    """What each threshold would find, and wrongly raise, among messages of unseen writers."""
    scores = unseen_scores(examples)
    levels = np.array([example.level for example in examples])
    told = levels >= Level.WORRY
    right = (scores[OTHER] >= 0) == np.array([example.other for example in examples])
    yield f"whom it is about: {right[told].mean():.2f} right"
    for head in HEADS:
        at_least = levels >= Level.of(head)
        for share in (0.001, 0.003, 0.005, 0.01, 0.02, 0.05):
            threshold = float(np.quantile(scores[head][levels == Level.NONE], 1 - share))
            found = float((scores[head][at_least] > threshold).mean())
            yield f"{head}: above {threshold:.0f} points {found:.2f} found, {share:.3f} of harmless ones raised"


def main() -> None:
    """Learn from the whole training data, write the table and say how well it does on unseen writers."""
    examples = read_examples(CONTENT, Lexicon(load_phrases()))
    for line in report(examples):
        sys.stdout.write(line + "\n")
    save_clues(learn(examples), CONTENT / "risk_phrases" / "clues.csv")


if __name__ == "__main__":
    main()
