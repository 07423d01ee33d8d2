"""Are the training messages in `intents/` well-formed, labelled with known ids, and each there once?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, read_file, read_yaml
from content.editorial.schema import Entry, Words
from content.editorial.taxonomy import Taxonomy

_NO_LINE = 1


class Labels(Entry):
    """What a group of messages says about itself."""

    level: Words
    categories: tuple[str, ...] = ()
    subject: Words
    writer: Words


class Group(Entry):
    """Messages that share their labels."""

    intent: Words
    metadata: Labels
    examples: Words


class ExampleFile(Entry):
    """One file of Rasa's training format, as we use it."""

    version: Words
    nlu: tuple[Group, ...] = Field(min_length=1)


def example_problems(folder: Path, taxonomy: Taxonomy, least: int) -> Iterator[Problem]:
    """Faults in the training messages below `folder`; each topic needs `least` of them."""
    count: Counter[str] = Counter()
    first: dict[str, tuple[str, Path, int]] = {}
    for path in sorted(folder.rglob("*.yml")):
        try:
            file, lines = _read(path)
        except ContentError as error:
            yield from from_error(error)
            continue
        for group, line in zip(file.nlu, lines, strict=True):
            yield from _labels(path, line, group, taxonomy)
            for offset, text in _messages(group):
                count[group.intent] += 1
                yield from _repeated(first, text, group, path, line + offset)
    for topic in taxonomy.theme_of:
        if count[topic] < least:
            path = folder / f"{topic}.yml"
            yield Problem(path, _NO_LINE, f"{topic} has {count[topic]} training messages", f"write more: at least {least}")


def _read(path: Path) -> tuple[ExampleFile, list[int]]:
    file = read_file(path, ExampleFile)
    lines = read_yaml(path)[1]
    return file, [lines[("nlu", index, "examples")] for index in range(len(file.nlu))]


def _messages(group: Group) -> Iterator[tuple[int, str]]:
    for offset, line in enumerate(group.examples.splitlines(), start=1):
        if text := line.removeprefix("- ").strip():
            yield offset, text


def _labels(path: Path, line: int, group: Group, taxonomy: Taxonomy) -> Iterator[Problem]:
    labels = group.metadata
    known: list[tuple[str, str, Any]] = [
        ("intent", group.intent, taxonomy.theme_of),
        ("level", labels.level, taxonomy.levels),
        ("subject", labels.subject, taxonomy.subjects),
    ]
    known += [("category", category, taxonomy.risk_categories) for category in labels.categories]
    for kind, id, ids in known:
        if id not in ids:
            yield Problem(path, line, f"there is no {kind} {id!r}", "use an id of taxonomy.yml")
    if labels.level == "none" and labels.categories:
        yield Problem(path, line, "level none has risk categories", "take them out, or raise the level")
    if labels.level not in ("none", "worry") and not labels.categories:
        yield Problem(path, line, f"level {labels.level} has no risk category", "add the main one first")


def _repeated(first: dict[str, tuple[str, Path, int]], text: str, group: Group, path: Path, line: int) -> Iterator[Problem]:
    key = " ".join(text.casefold().split())
    label = f"{group.intent}, {group.metadata.level}"
    if key not in first:
        first[key] = (label, path, line)
        return
    other, where, at = first[key]
    what = f"this message is also in {where.name}:{at}"
    if other == label:
        yield Problem(path, line, what, "take one of them out")
    else:
        yield Problem(path, line, f"{what}, labelled {other} there and {label} here", "decide on one label and take the other out")
