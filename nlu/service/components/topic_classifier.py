"""Rasa component: the topic of a message."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.reading import first_windows, windows_on
from components.risk_labels import label_of
from components.topic_model import TopicModel, train_topics
from components.trained import Trained


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(Trained):
    """Sets `intent` and `intent_ranking`, with calibrated confidences."""

    MODEL = TopicModel

    def train(self, training_data: TrainingData) -> Resource:
        """Learn topics from all examples that have one."""
        examples = [example for example in training_data.intent_examples if example.get(INTENT)]
        topics = [example.get(INTENT) for example in examples]
        writers = [writer_of(example) for example in examples]
        return self.keep(train_topics(first_windows(examples), topics, writers))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the topics of messages to be answered."""
        for message in messages:
            ranking = self._ranking(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        chances = self._model.probabilities(windows_on(message)).mean(axis=0)
        order = np.argsort(-chances, kind="stable")
        return [{"name": self._model.topics[i], "confidence": round(float(chances[i]), 4)} for i in order]


def writer_of(example: Message) -> str:
    """Who wrote a training example."""
    label = label_of(example.get(METADATA) or {})
    return label.writer if label else "unknown"
