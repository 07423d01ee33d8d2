"""What the trained Rasa components share: they are made empty, learn a model, and are loaded with it."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from components import storage


class Model(Protocol):
    """Anything that can be stored as named arrays."""

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store."""


class Trained(GraphComponent):
    """A component with one model of the class `MODEL`, which has `from_arrays`."""

    MODEL: ClassVar[type]

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: Any = None) -> None:
        """Without a model it can only be trained."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Nothing to configure, unless a component says otherwise."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Trained:
        """Called by Rasa before training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Trained:
        """Called by Rasa before serving."""
        return cls(config, model_storage, resource, cls.MODEL.from_arrays(storage.load(model_storage, resource)))

    def keep(self, model: Model) -> Resource:
        """Store what was learnt, and use it from now on."""
        self._model = model
        storage.save(self._storage, self._resource, model.arrays())
        return self._resource
