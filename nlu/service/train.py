"""Trains the Rasa model of `config.yml` from labelled messages. Usage: train.py FOLDER MODEL

What `rasa train nlu` does, without what takes it half a minute with so many messages: its reader of YAML, and copies of all of them for
the responses and stories that there are none of here.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rasa.shared.utils.io
from examples import read
from rasa.engine.caching import LocalTrainingCache
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.training.graph_trainer import GraphTrainer
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

CONFIG = "config.yml"


class Messages(TrainingDataImporter):
    """The labelled messages of a folder, and nothing else."""

    def __init__(self, folder: Path) -> None:
        """Read them. Raises `ValueError` for a group without labels, `WrongLabel` for unknown ones."""
        self._data = TrainingData([message(each) for each in read(folder)])

    def get_domain(self) -> Domain:
        """Rasa asks for one; nothing here has slots or responses."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """None: what is said is decided elsewhere."""
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        """The pipeline."""
        return rasa.shared.utils.io.read_model_configuration(CONFIG)

    def get_config_file_for_auto_config(self) -> str:
        """Where the pipeline stands."""
        return CONFIG

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The messages."""
        return self._data


def message(example: Any) -> Message:
    """A labelled message as Rasa holds it; its labels as one text, since Rasa looks through all parts of what it holds, several times."""
    return Message.build(example.text, example.topic, intent_metadata=json.dumps(asdict(example.risk)))


def main() -> None:
    """Write the model MODEL from all messages in FOLDER."""
    folder, model = map(Path, sys.argv[1:])
    importer = Messages(folder)
    config = importer.get_config()
    graph = Recipe.recipe_for_name(config["recipe"]).graph_config_for_recipe(config, {}, training_type=TrainingType.NLU)
    with TemporaryDirectory() as parts:
        trainer = GraphTrainer(LocalModelStorage.create(Path(parts)), LocalTrainingCache(), DaskGraphRunner)
        trainer.train(graph, importer, model, force_retraining=True)


if __name__ == "__main__":
    main()
