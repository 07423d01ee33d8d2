"""Fine-tunes the encoder on `content/intents/` and `content/conversations/` and writes `weights/`. About twenty minutes on two cores.

Run by hand with `finetune.sh`, when the training data has grown a lot; the heads are trained anew each time by
`train.sh` in seconds. Some writers are left out, so that the heads' probabilities can be fitted on messages that the
encoder has never seen.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import tensorflow as tf
from components.conversations import Turn, read_conversations
from components.risk_labels import CATEGORIES, OUTPUTS, STEPS, SUBJECTS
from components.weights import (
    OWN_RECORD,
    OWN_WEIGHTS,
    PACKAGE_SHA256,
    digest,
    package_folder,
    published_tensors,
)
from examples import Example, read
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from finetuning.bert import Bert
from nlu.normalise import normalise

SERVICE = Path(__file__).parents[1]
UNSEEN_WRITERS = (
    "w38",
    "w45",
    "w52",
    "w59",
    "w86",
    "w93",
    "w100",
    "w107",
    "w110",
    "w116",
    "w122",
    "w128",
    *("w210", "w217", "w224", "w229", "w235", "w262", "w268", "w274", "w280", "w278"),
)
"""Every topic and every category has texts by one of the first eight; the others wrote conversations."""

BATCH = 32
TOKENS = 64
PEAK_RATE = 1e-4
HEAD_RATE = 2e-3
RISK_SHARE = 0.2
"""What the risk outputs weigh against the topic; summed, they are ten times as large."""
SIGN_SHARE = 0.2
"""What the weak signs of conversations weigh."""

OUTPUT_WEIGHTS = [4.0] * len(STEPS) + [1.0] * (len(CATEGORIES) + len(SUBJECTS))


@dataclass(frozen=True)
class Lessons:
    """Texts and what is to be learnt of each: topic and risk of messages, weak signs of a conversation's turns."""

    rows: list[list[int]]
    topics: np.ndarray
    risks: np.ndarray
    signs: np.ndarray
    is_turn: np.ndarray
    """1 for a turn, of which topic and risk are not known, and 0 for a message, of which the signs are not."""

    def batch(self, places: list[int]) -> tuple[np.ndarray, ...]:
        """What `Learner.learn` takes."""
        return padded(self.rows, places), self.topics[places], self.risks[places], self.signs[places], self.is_turn[places]


def lessons(examples: list[Example], turns: list[Turn]) -> Lessons:
    """Messages and turns, one behind the other."""
    names = sorted({example.topic for example in examples})
    known = sorted({sign for turn in turns for sign in turn.signs})
    risks = np.zeros((len(examples) + len(turns), len(OUTPUTS)), dtype=np.float32)
    risks[: len(examples)] = [example.risk.targets() for example in examples]
    signs = np.zeros((len(examples) + len(turns), max(len(known), 1)), dtype=np.float32)
    for place, turn in enumerate(turns, start=len(examples)):
        signs[place] = [sign in turn.signs for sign in known]
    topics = np.array([names.index(example.topic) for example in examples] + [0] * len(turns))
    is_turn = np.repeat(np.array([0, 1], dtype=np.float32), (len(examples), len(turns)))
    return Lessons(token_rows([*(e.text for e in examples), *(turn.says for turn in turns)]), topics, risks, signs, is_turn)


class Learner:
    """The encoder with a head for each thing to be learnt, and how a batch changes them."""

    def __init__(self, given: Lessons, steps: int) -> None:
        """`steps`: batches in the whole run; the rate falls in a straight line over them."""
        self.bert = Bert(published_tensors())
        widths = (int(given.topics.max()) + 1, given.risks.shape[1], given.signs.shape[1])
        self._heads = [tf.keras.layers.Dense(width) for width in widths]
        fall = tf.keras.optimizers.schedules.PolynomialDecay(PEAK_RATE, steps, PEAK_RATE / 20)
        self._slow = tf.keras.optimizers.Adam(fall)
        self._fast = tf.keras.optimizers.Adam(HEAD_RATE)

    @tf.function(reduce_retracing=True, autograph=False)
    def learn(self, ids: tf.Tensor, topics: tf.Tensor, risks: tf.Tensor, signs: tf.Tensor, is_turn: tf.Tensor) -> tf.Tensor:
        """Take one step; returns the loss."""
        with tf.GradientTape() as tape:
            vectors = self.bert(ids, training=True)
            topic, risk, sign = (head(vectors) for head in self._heads)
            of_topic = tf.nn.sparse_softmax_cross_entropy_with_logits(topics, topic)
            of_risk = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(risks, risk) * OUTPUT_WEIGHTS, axis=1)
            of_signs = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(signs, sign), axis=1)
            of_message, of_turn = of_topic + RISK_SHARE * of_risk, SIGN_SHARE * of_signs
            loss = tf.reduce_mean((1 - is_turn) * of_message + is_turn * of_turn)
        body = list(self.bert.layers.values())
        heads = [variable for head in self._heads for variable in head.trainable_variables]
        gradients = tape.gradient(loss, [*body, *heads])
        self._slow.apply_gradients(zip(gradients[: len(body)], body, strict=True))
        self._fast.apply_gradients(zip(gradients[len(body) :], heads, strict=True))
        return loss


def main() -> None:
    """Fine-tune and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    epochs = parser.parse_args().epochs
    seed(0)
    content = SERVICE.parents[1] / "content"
    examples = [example for example in read(content / "intents") if example.risk.writer not in UNSEEN_WRITERS]
    talks = read_conversations(content / "conversations")
    turns = [turn for talk in talks for turn in talk.turns if turn.writer not in UNSEEN_WRITERS]
    learner = fine_tune(examples, turns, epochs)
    write({name: variable.numpy() for name, variable in learner.bert.layers.items()}, len(examples) + len(turns), epochs)


def seed(number: int) -> None:
    """Make the run repeatable."""
    random.seed(number)
    tf.random.set_seed(number)


def fine_tune(examples: list[Example], turns: list[Turn], epochs: int) -> Learner:
    """A learner that has seen everything `epochs` times."""
    given = lessons(examples, turns)
    learner = Learner(given, epochs * (len(given.rows) // BATCH + 1))
    for epoch in range(epochs):
        start = monotonic()
        losses = [learner.learn(*map(tf.constant, given.batch(places))) for places in batches(given.rows)]
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {monotonic() - start:.0f} s", flush=True)  # noqa: T201
    return learner


def token_rows(texts: list[str]) -> list[list[int]]:
    """Token ids of the normalised texts."""
    tokenizer = Tokenizer.from_file(str(package_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)
    return [row.ids for row in tokenizer.encode_batch([normalise(text).text for text in texts])]


def batches(rows: list[list[int]]) -> Iterator[list[int]]:
    """Places of rows, shuffled, those of similar length together."""
    order = random.sample(range(len(rows)), len(rows))
    # Lengths are sorted within stretches of 16 batches: little padding, and still a new mix in each epoch.
    stretches = [order[start : start + 16 * BATCH] for start in range(0, len(order), 16 * BATCH)]
    by_length = [sorted(stretch, key=lambda place: len(rows[place])) for stretch in stretches]
    cut = [stretch[start : start + BATCH] for stretch in by_length for start in range(0, len(stretch), BATCH)]
    yield from random.sample(cut, len(cut))


def padded(rows: list[list[int]], batch: list[int]) -> np.ndarray:
    """(texts, tokens) of ids, 0 behind the end of a text."""
    longest = max(len(rows[place]) for place in batch)
    return np.array([rows[place] + [0] * (longest - len(rows[place])) for place in batch], dtype=np.int32)


def write(layers: dict[str, np.ndarray], examples: int, epochs: int) -> None:
    """Half precision is enough to serve from, and half the size to ship."""
    OWN_WEIGHTS.parent.mkdir(exist_ok=True)
    save_file({name: tensor.astype(np.float16) for name, tensor in layers.items()}, OWN_WEIGHTS)
    record = {
        "sha256": digest(OWN_WEIGHTS),
        "published_sha256": PACKAGE_SHA256,
        "examples": examples,
        "epochs": epochs,
        "unseen_writers": list(UNSEEN_WRITERS),
    }
    OWN_RECORD.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
