"""Trained arrays in Rasa's model archive: plain numbers, nothing that runs when it is loaded."""

from __future__ import annotations

import numpy as np
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

FILE = "arrays.npz"


def save(storage: ModelStorage, resource: Resource, arrays: dict[str, np.ndarray]) -> None:
    """Write named arrays into the model."""
    with storage.write_to(resource) as folder:
        np.savez(folder / FILE, **arrays)


def load(storage: ModelStorage, resource: Resource) -> dict[str, np.ndarray]:
    """Read what `save` wrote."""
    with storage.read_from(resource) as folder, np.load(folder / FILE, allow_pickle=False) as stored:
        return dict(stored)
