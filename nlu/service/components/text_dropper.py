"""Rasa component: the message's own words leave with the last component that needs them."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TextDropper(GraphComponent):
    """Empties the message's text; stands last in the pipeline.

    What follows it in Rasa logs the text: at debug level always, and at warning level whenever it begins with
    a slash, which Rasa moreover takes for a command that names the intent itself.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TextDropper:
        """Called by Rasa."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Forget the words of messages that have been answered."""
        for message in messages:
            message.set(TEXT, "", add_to_output=True)
        return messages
