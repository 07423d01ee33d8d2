"""How much more data still helps: `learning_curve.sh` prints a line for growing shares of the writers.

MiniLM as published and n-grams, so that each point takes seconds; the fine-tuned encoder has already seen all of the data.
Writers are taken in one fixed random order; what is asked are the messages of the writers whom nothing learns from.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from compare import category_score, noticed_at
from components.encoder import Encoder
from components.linear import Texts, fit, take
from components.weights import published_tensors
from examples import Example, read
from finetuning.run import UNSEEN_WRITERS

from nlu.normalise import normalise

INTENTS = Path(__file__).parents[2] / "content" / "intents"
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
TURNS = 2
"""Orders of the writers that a line is the mean of."""


def main() -> None:
    """Print the curve."""
    examples = read(INTENTS)
    texts = [normalise(example.text).text for example in examples]
    given = Texts(texts, Encoder(published_tensors()).first_vectors(texts))
    writers = sorted({example.risk.writer for example in examples} - set(UNSEEN_WRITERS))
    for share in SHARES:
        lines = [point(examples, given, shuffled(writers, turn)[: max(1, round(share * len(writers)))]) for turn in range(TURNS)]
        print(f"{share:6.3f}", *(f"{value:8.3f}" for value in np.mean(lines, axis=0)), flush=True)  # noqa: T201


def shuffled(writers: list[str], turn: int) -> list[str]:
    """A fixed random order."""
    return [str(writer) for writer in np.random.default_rng(turn).permutation(writers)]


def point(examples: list[Example], given: Texts, writers: list[str]) -> list[float]:
    """Messages learnt from; topic right; concern and immediate noticed at 5 % false alarms; main category the likeliest."""
    seen = np.array([place for place, example in enumerate(examples) if example.risk.writer in writers])
    asked = np.array([place for place, example in enumerate(examples) if example.risk.writer in UNSEEN_WRITERS])
    names = sorted({examples[place].topic for place in seen})
    topics = np.array([example.topic for example in examples])
    risks = np.stack([example.risk.targets() for example in examples])
    of_topic = fit(take(given, seen), topics[seen][:, None] == np.array(names)).margins(take(given, asked))
    of_risk = fit(take(given, seen), risks[seen]).margins(take(given, asked))
    right = float((np.array(names)[of_topic.argmax(axis=1)] == topics[asked]).mean())
    noticed = [noticed_at(of_risk, risks[asked], step) for step in (1, 3)]
    return [float(len(seen)), right, *noticed, category_score([examples[place] for place in asked], of_risk)]


if __name__ == "__main__":
    main()
