"""What a team would build instead: Rasa Open Source as a whole bot, with its own default pipeline, on our topics and training messages.

The project is written and trained here, in the intent service's environment, and kept under `var/peer` for as long as nothing in it changes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

from bot.demo import VAR
from bot.intent_service import SERVICE, NotPrepared
from tests.bench.load import words

MODEL, TOOK = "peer.tar.gz", "training_seconds"
UNKNOWN = "utter_nothing_understood"

PIPELINE = (
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": 100},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
)
"""What Rasa takes where a project says nothing."""

POLICIES = ({"name": "MemoizationPolicy"}, {"name": "RulePolicy"})
"""Its default ones but TED, which learns from stories: there are only rules here, and without it an answer costs less."""

WITH_RASA = 'source "$0"; cd "$1"; shift; exec "$VENV/bin/rasa" "$@"'


def command(folder: Path, *words: str) -> list[str]:
    """Rasa's own command line in a folder, with the environment of the intent service."""
    return ["bash", "-c", WITH_RASA, str(SERVICE / "lib.sh"), str(folder), *words]


def is_trained() -> bool:
    """Whether the model of the present files is there."""
    return (_folder(_files()) / "models" / MODEL).exists()


def trained() -> Path:
    """The folder of the project with its model. Raises `NotPrepared`."""
    if not (SERVICE / ".venv").is_dir():
        raise NotPrepared("the environment of the intent service is not set up: run `make setup`")
    files = _files()
    folder = _folder(files)
    if not (folder / "models" / MODEL).exists():
        shutil.rmtree(VAR / "peer", ignore_errors=True)
        _train(folder, files)
    return folder


def training_seconds(folder: Path) -> float:
    """How long its training took."""
    return float((folder / TOOK).read_text())


def _folder(files: dict[str, str]) -> Path:
    return VAR / "peer" / hashlib.sha256("".join(f"{name}\n{text}\n" for name, text in sorted(files.items())).encode()).hexdigest()[:12]


def _train(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    messages = sum(len(texts) for texts in words.learnt().values())
    sys.stderr.write(f"training the peer on {messages} messages: some minutes, once\n")
    begun = time.monotonic()
    with (folder / "training.log").open("wb") as log:
        ended = subprocess.run(command(folder, "train", "--fixed-model-name", MODEL.partition(".")[0]), stdout=log, stderr=log, check=False)
    if ended.returncode or not (folder / "models" / MODEL).exists():
        raise NotPrepared(f"the peer could not be trained: {(folder / 'training.log').read_text(errors='replace')[-1500:]}")
    (folder / TOOK).write_text(str(round(time.monotonic() - begun)))


def _files() -> dict[str, str]:
    """Every file of the project, by name."""
    learnt, answers = words.learnt(), words.answers()
    examples = [{"text": text, "intent": topic} for topic, texts in learnt.items() for text in texts]
    responses = {f"utter_{topic}": [{"text": answers[topic]}] for topic in learnt} | {UNKNOWN: [{"text": "Sorry, I did not get that."}]}
    rules = [_rule(topic, f"utter_{topic}") for topic in learnt] + [_rule("nlu_fallback", UNKNOWN)]
    store = {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "tracker.db"}}
    config = {"recipe": "default.v1", "assistant_id": "peer", "language": "en", "pipeline": list(PIPELINE), "policies": list(POLICIES)}
    return {
        "config.yml": yaml.safe_dump(config, sort_keys=False),
        "domain.yml": yaml.safe_dump({"version": "3.1", "intents": list(learnt), "responses": responses}, allow_unicode=True),
        "data/rules.yml": yaml.safe_dump({"version": "3.1", "rules": rules}, sort_keys=False),
        "data/messages.json": json.dumps({"rasa_nlu_data": {"common_examples": examples}}),
        "endpoints.yml": yaml.safe_dump(store),
        "credentials.yml": "rest:\n",
    }


def _rule(intent: str, action: str) -> dict[str, object]:
    return {"rule": intent, "steps": [{"intent": intent}, {"action": action}]}
