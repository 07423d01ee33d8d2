"""Rasa component: the risk in a message, and the weak signs, which mean something only together with others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import METADATA
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.conversations import Conversation, read_conversations
from components.encoder import WIDTH, Encoder
from components.linear import Texts
from components.ngrams import counted_beside
from components.reading import first_windows, plain, told_on, windows_on
from components.risk_labels import label_of
from components.risk_model import NO_RISK, Answer, RiskModel, train_risk
from components.trained import Trained

RISK = "risk"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RiskScorer(Trained):
    """Adds `risk` to the answer: levels, categories, subject and weak signs with calibrated probabilities."""

    MODEL = RiskModel

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`conversations`: the folder they are read from, since Rasa's own training format has no place for them."""
        return {"conversations": "../../content/conversations"}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that carry a level, and from conversations. Raises `WrongLabel` for an unknown id."""
        labelled = [(example, label_of(example.get(METADATA) or {})) for example in training_data.intent_examples]
        known = [(example, label) for example, label in labelled if label is not None]
        talks = list(read_conversations(Path(self._config["conversations"])))
        messages = first_windows([example for example, _ in known])
        return self.keep(train_risk(messages, [label for _, label in known], spoken(talks), talks))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the risk of messages to be answered."""
        for message in messages:
            message.set(RISK, self._answer(message), add_to_output=True)
        return messages

    def _answer(self, message: Message) -> Answer:
        windows = windows_on(message)
        return self._model.answer(windows, told_on(message)) if any(windows.texts) else NO_RISK


def spoken(talks: list[Conversation]) -> Texts:
    """The turns of all conversations, read as messages are, and then each conversation as a whole and in halves, read by its words alone.

    A vector of the whole said no more than its words (unseen writers: 0.82 against 0.79 noticed at 5 % false alarms without it),
    and reading them is a tenth of the training time.
    """
    turns, wholes = (
        normalised(turn.says for talk in talks for turn in talk.turns),
        normalised(text for talk in talks for text in talk.together),
    )
    vectors = np.zeros((len(turns) + len(wholes), WIDTH), np.float32)

    def encode() -> None:
        vectors[: len(turns)] = Encoder().first_vectors(turns)

    counts = counted_beside(turns + wholes, encode)
    return Texts(turns + wholes, vectors, counts)


def normalised(texts: Iterable[str]) -> list[str]:
    """Texts as the classifiers read them."""
    return [plain(text) for text in texts]
