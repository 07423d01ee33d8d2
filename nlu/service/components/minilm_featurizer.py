"""Rasa component: sentence vectors from all-MiniLM-L6-v2."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.conversations import JOINT
from components.encoder import WIDTH, Encoder, Window
from components.linear import Texts, Words
from components.ngrams import counted_beside
from components.reading import lines_of, plain, put, put_counted, put_told, text_of
from components.together import Told


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MiniLMFeaturizer(GraphComponent):
    """Puts windows and their vectors on each message, and the first vector as a Rasa feature."""

    def __init__(self, config: dict[str, Any], encoder: Encoder) -> None:
        """`config` as Rasa hands it over; the encoder has its weights verified already."""
        self._name = config[FEATURIZER_CLASS_ALIAS]
        self._encoder = encoder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What a pipeline may leave out."""
        return {FEATURIZER_CLASS_ALIAS: "MiniLMFeaturizer"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MiniLMFeaturizer:
        """Called by Rasa, for training and for serving alike."""
        return cls(config, Encoder())

    def process(self, messages: list[Message]) -> list[Message]:
        """Encode messages to be answered, and where one is a conversation with a message on each line, those too."""
        self._read(messages)
        for message in messages:
            if lines := lines_of(text_of(message)):
                put_told(message, self._told(lines))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode training examples."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        texts = [plain(text_of(example)) for example in examples]
        counts = counted_beside(texts, lambda: self._put(examples, texts))
        put_counted(examples, counts)
        return training_data

    def _read(self, messages: list[Message]) -> None:
        self._put(messages, [plain(text_of(message)) for message in messages])

    def _put(self, messages: list[Message], texts: list[str]) -> None:
        for message, windows in zip(messages, self._encoder.windows_of(texts), strict=True):
            put(message, windows)
            message.add_features(self._feature(windows[0]))

    def _told(self, lines: list[str]) -> Told:
        firsts = [windows[0] for windows in self._encoder.windows_of([plain(line) for line in lines])]
        whole = Texts([plain(JOINT.join(lines))], np.zeros((1, WIDTH), np.float32))
        return Told(whole, Words([first.text for first in firsts], np.stack([first.vector for first in firsts])))

    def _feature(self, window: Window) -> Features:
        # Rasa's own classifiers read this; ours take the windows.
        return Features(window.vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name)
