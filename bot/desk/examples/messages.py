"""The training messages of one file, and changing one of them; every other line of the file stays as it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import yaml
from pydantic import ValidationError

from content.editorial.edition import kind_of
from content.editorial.examples_check import ExampleFile
from content.editorial.reading import parsed

WRITER = "desk"
"""Who wrote what is added or changed here. Evaluation splits by writer, so it is never put under one of the others."""

LONGEST = 500
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ITEM = re.compile(r"\s*- ")


class Wrong(Exception):
    """What was typed is no training message; the words say why."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a message is about and what it tells of, by the ids of the taxonomy; the main category comes first."""

    topic: str
    level: str
    categories: tuple[str, ...]
    subject: str
    writer: str = WRITER


@dataclass(frozen=True, slots=True)
class Message:
    """A training message. `line` is where it stands in the file, from 0."""

    text: str
    labels: Labels
    line: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Messages that share their labels; it stands from the line `start` to before the line `end`."""

    labels: Labels
    start: int
    end: int
    messages: tuple[Message, ...]


def is_examples(key: str) -> bool:
    """Whether the file with this key holds training messages."""
    return kind_of(key) == "intents"


def messages_of(text: str) -> list[Message] | None:
    """The messages in a file, in their order; `None` where it cannot be read as one."""
    try:
        return [one for group in _groups(text) for one in group.messages]
    except (yaml.YAMLError, ValidationError, ValueError, RecursionError):
        return None


def with_message(text: str, said: str, labels: Labels) -> str:
    """The file with one more message, beside those of the desk that share its labels. Raises `Wrong`."""
    said = " ".join(said.split())
    _refuse_wrong(said, labels, messages_of(text) or [])
    lines, groups = text.splitlines(keepends=True), _groups(text)
    labels = replace(labels, writer=WRITER)
    if beside := next((group for group in reversed(groups) if group.labels == labels), None):
        last = beside.messages[-1].line
        indent = _ITEM.match(lines[last])
        lines.insert(last + 1, f"{indent[0] if indent else '    - '}{said}\n")
        return "".join(lines)
    return text.rstrip("\n") + "\n" + _written(said, labels)


def without_message(text: str, said: str) -> str:
    """The file without a message; without its group, where it was the last one in it. Raises `KeyError`."""
    group, message = next(((group, one) for group in _groups(text) for one in group.messages if one.text == said), (None, None))
    if group is None or message is None:
        raise KeyError(said)
    lines = text.splitlines(keepends=True)
    start, end = (group.start, group.end) if len(group.messages) == 1 else (message.line, message.line + 1)
    return "".join([*lines[:start], *lines[end:]])


def with_changed(text: str, was: str, said: str, labels: Labels) -> str:
    """The file with another message in the place of one, or other labels for it. Raises `Wrong` and `KeyError`.

    Whoever wrote it before did not write it so: it stands among those of the desk from then on.
    """
    before = next((one for one in messages_of(text) or () if one.text == was), None)
    if before is not None and (" ".join(said.split()), labels) == (was, replace(before.labels, writer=labels.writer)):
        return text
    return with_message(without_message(text, was), said, labels)


def _refuse_wrong(said: str, labels: Labels, there: Sequence[Message]) -> None:
    if not said:
        raise Wrong("Write the message, as a young person would type it.")
    if len(said) > LONGEST:
        raise Wrong(f"At most {LONGEST} characters.")
    if "[" in said or "]" in said:
        raise Wrong("Leave square brackets out: the training would read them as marks of its own.")
    if any(one.text.casefold() == said.casefold() for one in there):
        raise Wrong("This message is in this file already.")
    if labels.level == "none" and labels.categories:
        raise Wrong("A message without a sign of harm is about no kind of harm: choose “None”, or another level.")
    if labels.level not in ("none", "worry") and not labels.categories:
        raise Wrong("Choose the kind of harm that it tells of.")


@lru_cache(maxsize=8)
def _groups(text: str) -> list[_Group]:
    file, root = ExampleFile.model_validate(parsed(text)), yaml.compose(text, Loader=_SAFE)
    assert root is not None
    nodes = next(value for key, value in root.value if key.value == "nlu").value
    lines = text.splitlines()
    starts = [node.start_mark.line for node in nodes] + [len(lines)]
    found = []
    for number, (group, node) in enumerate(zip(file.nlu, nodes, strict=True)):
        at = next(value for key, value in node.value if key.value == "examples").start_mark.line + 1
        said = group.metadata
        labels = Labels(group.intent, said.level, said.categories, said.subject, said.writer)
        end = starts[number + 1]
        items = ((line, _ITEM.sub("", lines[line], count=1).strip()) for line in range(at, end) if _ITEM.match(lines[line]))
        messages = tuple(Message(words, labels, line) for line, words in items)
        if len(messages) != len([line for line in group.examples.splitlines() if line.startswith("- ")]):
            raise ValueError("its messages do not stand line by line")
        found.append(_Group(labels, starts[number], end, messages))
    return found


def _written(said: str, labels: Labels) -> str:
    about = f", categories: [{', '.join(labels.categories)}]" if labels.categories else ""
    metadata = f"{{level: {labels.level}{about}, subject: {labels.subject}, writer: {labels.writer}}}"
    return f"- intent: {labels.topic}\n  metadata: {metadata}\n  examples: |\n    - {said}\n"
