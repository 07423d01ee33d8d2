"""Rasa component: the weak signs in a message, which mean something only together with others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.conversations import read_conversations
from components.encoder import Encoder
from components.linear import Texts
from components.reading import windows_on
from components.risk_scorer import RISK
from components.sign_model import SignModel, train_signs
from components.trained import Trained
from nlu.normalise import normalise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SignScorer(Trained):
    """Adds `signs` to the risk in the answer. Learns from conversations, which Rasa's own training format has no place for."""

    MODEL = SignModel

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`conversations`: the folder they are read from."""
        return {"conversations": "../../content/conversations"}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the labelled messages of all conversations."""
        turns = [turn for talk in read_conversations(Path(self._config["conversations"])) for turn in talk.turns]
        texts = [normalise(turn.says).text for turn in turns]
        vectors = [windows[0].vector for windows in Encoder().windows_of(texts)]
        return self.keep(train_signs(Texts.of(texts, vectors), [turn.signs for turn in turns], [turn.writer for turn in turns]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the signs of messages to be answered."""
        for message in messages:
            windows = windows_on(message)
            signs = self._model.answer(windows) if any(windows.texts) else {}
            message.set(RISK, {**message.get(RISK), "signs": signs}, add_to_output=True)
        return messages
