"""Fine-tunes, fits and scores on public data: `benchmarks.sh FOLDER`, about twenty minutes on two cores.

The steps are those of our own model: MiniLM fine-tuned, one linear head on its vectors and on n-grams. Nothing is shipped from here.
For each published figure our in-scope accuracy is given at the same out-of-scope recall.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from components.encoder import Encoder
from components.linear import Texts
from components.risk_labels import RiskLabel
from components.topic_model import TopicModel, train_topics
from components.weights import published_tensors
from examples import Example
from finetuning.run import fine_tune, seed

from benchmarks.public import OUTSIDE, Benchmark, Labelled, benchmarks
from nlu.normalise import normalise

NO_RISK = RiskLabel("none", (), "general", "public")
ASKED = {"CLINC150 full": 0.60}
"""Out-of-scope recall at which a figure of our own is aimed for."""


def main() -> None:
    """Print a line for each figure."""
    folder = Path(sys.argv[1])
    if not folder.is_dir():
        sys.exit(f"no data at {folder}: give the folder that holds clinc150/ and hint3/")
    for benchmark in benchmarks(folder):
        run(benchmark)


def run(benchmark: Benchmark) -> None:
    """Train on one data set and compare."""
    seed(0)
    learner = fine_tune([Example(text, intent, NO_RISK) for text, intent in benchmark.train], [], benchmark.epochs)
    tuned = {name: variable.numpy() for name, variable in learner.bert.layers.items()}
    encoder = Encoder({**published_tensors(), **tuned})
    given = texts(encoder, benchmark.train)
    model = train_topics(given, [intent for _, intent in benchmark.train], [str(i % 5) for i in range(len(benchmark.train))])
    inside, outside = scores(model, texts(encoder, benchmark.test), benchmark.test)
    for name, (accuracy, recall) in benchmark.published.items():
        print(f"{benchmark.name}: {name} {accuracy:.3f} at {recall:.3f}; ours {at(inside, outside, recall):.3f}", flush=True)  # noqa: T201
    if benchmark.name in ASKED:
        recall = ASKED[benchmark.name]
        print(f"{benchmark.name}: ours {at(inside, outside, recall):.3f} at {recall:.3f}", flush=True)  # noqa: T201


def texts(encoder: Encoder, labelled: Labelled) -> Texts:
    """Normalised texts and their vectors."""
    plain = [normalise(text).text for text, _ in labelled]
    return Texts(plain, encoder.first_vectors(plain))


def scores(model: TopicModel, given: Texts, labelled: Labelled) -> tuple[np.ndarray, np.ndarray]:
    """For in-scope messages the confidence if the likeliest intent is right, else -1; for the others the likeliest intent's.

    Out of scope itself is no intent here: the more likely it is, the lower every confidence.
    """
    chances = model.probabilities(given)
    if OUTSIDE in model.topics:
        chances[:, model.topics.index(OUTSIDE)] = 0
    best = chances.max(axis=1)
    named = [model.topics[i] for i in chances.argmax(axis=1)]
    right = np.array([name == intent for name, (_, intent) in zip(named, labelled, strict=True)])
    beyond = np.array([intent == OUTSIDE for _, intent in labelled])
    return np.where(right, best, -1.0)[~beyond], best[beyond]


def at(inside: np.ndarray, outside: np.ndarray, recall: float) -> float:
    """In-scope accuracy at the confidence below which this share of the out-of-scope messages lies."""
    threshold = np.quantile(outside, recall, method="higher")
    return float((inside > threshold).mean())


if __name__ == "__main__":
    main()
