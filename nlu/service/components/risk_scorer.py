"""Rasa component: the risk in a message."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import storage
from components.reading import first_windows, windows_on
from components.risk_labels import label_of
from components.risk_model import NO_RISK, Answer, RiskModel, train_risk

RISK = "risk"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RiskScorer(GraphComponent):
    """Adds `risk` to the answer: levels, categories and subject with calibrated probabilities."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, model: RiskModel | None = None) -> None:
        """Without a model it can only be trained."""
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """There is nothing to configure."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RiskScorer:
        """Called by Rasa before training."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> RiskScorer:
        """Called by Rasa before serving."""
        return cls(model_storage, resource, RiskModel.from_arrays(storage.load(model_storage, resource)))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that carry a level. Raises `WrongLabel` for an unknown id."""
        labelled = [(example, label_of(example.get(METADATA) or {})) for example in training_data.intent_examples]
        known = [(example, label) for example, label in labelled if label is not None]
        windows = first_windows([example for example, _ in known])
        self._model = train_risk(windows, [label for _, label in known])
        storage.save(self._storage, self._resource, self._model.arrays())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the risk of messages to be answered."""
        for message in messages:
            message.set(RISK, self._answer(message), add_to_output=True)
        return messages

    def _answer(self, message: Message) -> Answer:
        assert self._model is not None, "trained or loaded before it is asked"
        windows = windows_on(message)
        return self._model.answer(windows) if any(windows.texts) else NO_RISK
