"""Whether changed training messages are well-formed, labelled with known ids, and each there once among all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from bot.desk.examples.messages import is_examples
from content.editorial.examples_check import example_problems
from content.editorial.problems import Problem
from content.editorial.reading import read_file
from content.editorial.rules import Wording
from content.editorial.taxonomy import Taxonomy


def taught_problems(folder: Path, keys: Collection[str]) -> Iterator[Problem]:
    """What is wrong with the training messages below `folder`; nothing where no file of them was changed. Takes some seconds."""
    if not any(map(is_examples, keys)):
        return
    taxonomy = read_file(folder / "taxonomy.yml", Taxonomy)
    least = read_file(folder / "policy" / "wording.yml", Wording).limits.examples
    for one in example_problems(folder / "intents", taxonomy, least):
        yield replace(one, file=one.file.relative_to(folder))
