"""Reading the judging data: labelled messages, conversations, and who their writers are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.understanding import Level

CONVERSATIONS = "conversations.yml"
WRITERS = "writers.yml"


@dataclass(frozen=True)
class Writer:
    """An invented writer: how they write and who they are, for comparing how well each is understood."""

    id: str
    age: int
    gender: str
    style: str
    lgbtq: bool = False


@dataclass(frozen=True)
class Message:
    """One labelled message. `id` is its writer and its place among the writer's messages."""

    id: str
    text: str
    topic: str
    level: Level
    categories: tuple[str, ...]
    subject: str
    writer: Writer
    kind: str = ""
    """The file it stands in: `disclosures`, `topics`, `ordinary`."""


@dataclass(frozen=True)
class Conversation:
    """What one person said over time; `level` is what it comes to together."""

    id: str
    level: Level
    categories: tuple[str, ...]
    says: tuple[str, ...]


@dataclass(frozen=True)
class Judging:
    """Everything that judges, as read from one folder."""

    messages: tuple[Message, ...]
    conversations: tuple[Conversation, ...]


def read_judging(folder: Path) -> Judging:
    """Read every file below `folder`. Raises `ValueError` for messages of a writer whom no `writers.yml` describes."""
    writers: dict[str, Writer] = {}
    talks: list[Conversation] = []
    for path in sorted(folder.rglob(WRITERS)):
        writers.update({id: _writer(id, told) for id, told in _load(path).items()})
    for path in sorted(folder.rglob(CONVERSATIONS)):
        talks += [_conversation(entry) for entry in _load(path)["conversations"]]
    files = [path for path in sorted(folder.rglob("*.yml")) if path.name not in (CONVERSATIONS, WRITERS)]
    return Judging(tuple(_messages(files, writers)), tuple(talks))


def _messages(files: list[Path], writers: dict[str, Writer]) -> Iterator[Message]:
    count = dict.fromkeys(writers, 0)
    for path in files:
        for group in _load(path)["nlu"]:
            labels = group["metadata"]
            writer = writers.get(labels["writer"])
            if writer is None:
                raise ValueError(f"{path}: describe the writer {labels['writer']} in a {WRITERS} beside it")
            for line in group["examples"].splitlines():
                if text := line.strip().removeprefix("- ").strip():
                    count[writer.id] += 1
                    level, categories = Level.of(labels["level"]), tuple(labels.get("categories") or ())
                    yield Message(
                        f"{writer.id}-{count[writer.id]}", text, group["intent"], level, categories, labels["subject"], writer, path.stem
                    )


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _writer(id: str, told: dict[str, Any]) -> Writer:
    return Writer(id, int(told["age"]), told["gender"], told["style"], bool(told.get("lgbtq")))


def _conversation(entry: dict[str, Any]) -> Conversation:
    says = tuple(each if isinstance(each, str) else each["says"] for each in entry["messages"])
    return Conversation(entry["id"], Level.of(entry["level"]), tuple(entry["categories"]), says)
