"""The labelled training messages, by the words in them, to see at once which of them a phrase could find."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from content.editorial.edition import Texts, laid_out
from content.editorial.examples_check import ExampleFile
from content.editorial.reading import parsed
from nlu.normalise import normalise
from nlu.risk.stream import Forms
from nlu.understanding import Level

NICE = 10
Runs = Sequence[Sequence[Sequence[str]]]
"""The parts of a phrase; each has runs of words, one of which has to stand in a message."""


@dataclass(frozen=True, slots=True)
class Example:
    """A training message with its labels; `category` is the main one, empty where it tells of no harm."""

    text: str
    level: Level
    category: str

    @property
    def harmful(self) -> bool:
        """Whether it tells of harm: an adult should be offered."""
        return self.level >= Level.CONCERN


class Messages:
    """All of them, found by their words in common forms."""

    def __init__(self, messages: Sequence[Example], words: Sequence[Iterable[str]]) -> None:
        """`words` has those of each message."""
        self._messages = messages
        self._having: dict[str, set[int]] = defaultdict(set)
        for number, said in enumerate(words):
            for word in said:
                self._having[word].add(number)

    def __len__(self) -> int:
        return len(self._messages)

    def __getitem__(self, number: int) -> Example:
        return self._messages[number]

    def having(self, phrases: Iterable[Runs]) -> set[int]:
        """The numbers of the messages in which a run of each part of one of these phrases may stand."""
        found: set[int] = set()
        for parts in phrases:
            places = [set().union(*map(self._with_all, runs)) for runs in parts]
            found |= set.intersection(*places) if places else set()
        return found

    def listed(self, numbers: Iterable[int]) -> tuple[Example, ...]:
        """These messages, the harmless ones first, then by how much harm they tell of."""
        return tuple(sorted((self._messages[number] for number in numbers), key=lambda one: (one.level, one.text)))

    def _with_all(self, run: Sequence[str]) -> set[int]:
        return set.intersection(*(self._having.get(word, set()) for word in run))


def labelled(folder: Path) -> Iterator[Example]:
    """Every message in `intents/` below a folder of content."""
    for path in sorted((folder / "intents").rglob("*.yml")):
        for group in ExampleFile.model_validate(parsed(path.read_text(encoding="utf-8"))).nlu:
            level, category = Level.of(group.metadata.level), (*group.metadata.categories, "")[0]
            for line in group.examples.splitlines():
                if line.startswith("- "):
                    yield Example(line[2:].strip(), level, category)


def read(forms: Forms, texts: Texts) -> Messages:
    """The messages of an edition. Takes about ten seconds of computing. Raises `ContentError` and what reading them raises."""
    with laid_out(texts) as folder:
        messages = list(labelled(folder))
    return Messages(messages, [{word.form for word in forms.read(normalise(one.text).text)} for one in messages])


async def read_aside(forms: Forms, texts: Texts) -> Messages:
    """As `read`, in a process of its own, behind everything else."""
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=os.nice, initargs=(NICE,)) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, read, forms, texts)


class Reread:
    """The messages, read when they are first asked for, and again when they or the words that phrases share have changed."""

    def __init__(self, reading: Callable[[Forms, Texts], Awaitable[Messages]] = read_aside) -> None:
        self._reading = reading
        self._one_at_a_time = asyncio.Lock()
        self._read: tuple[Forms, Texts, Messages] | None = None

    async def messages(self, forms: Forms, texts: Texts) -> Messages:
        """Those of an edition, by their words in these forms."""
        published = {key: text for key, text in texts.items() if key.startswith("intents/")}
        async with self._one_at_a_time:
            if self._read is None or self._read[:2] != (forms, published):
                self._read = forms, published, await self._reading(forms, published)
            return self._read[2]
