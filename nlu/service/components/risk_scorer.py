"""Rasa component: the risk in a message."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import METADATA
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.reading import first_windows, windows_on
from components.risk_labels import label_of
from components.risk_model import NO_RISK, Answer, RiskModel, train_risk
from components.trained import Trained

RISK = "risk"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RiskScorer(Trained):
    """Adds `risk` to the answer: levels, categories and subject with calibrated probabilities."""

    MODEL = RiskModel

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that carry a level. Raises `WrongLabel` for an unknown id."""
        labelled = [(example, label_of(example.get(METADATA) or {})) for example in training_data.intent_examples]
        known = [(example, label) for example, label in labelled if label is not None]
        windows = first_windows([example for example, _ in known])
        return self.keep(train_risk(windows, [label for _, label in known]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the risk of messages to be answered."""
        for message in messages:
            message.set(RISK, self._answer(message), add_to_output=True)
        return messages

    def _answer(self, message: Message) -> Answer:
        windows = windows_on(message)
        return self._model.answer(windows) if any(windows.texts) else NO_RISK
