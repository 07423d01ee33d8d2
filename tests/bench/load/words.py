"""What people write in the bench, to us and to the peer alike: harmless training messages about topics that have a script."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache

import yaml

from content.editorial import library
from content.editorial.library import CONTENT

NO_HARM = "none"
TALK = "conversation"
"""The theme of scripts about the chat itself: somebody who asks for no more messages would fall silent."""
LEARNT = 9
"""Messages of each topic that the peer is trained on: some seven hundred in all, which take it under five minutes on two idle cores."""


@cache
def by_topic() -> dict[str, tuple[str, ...]]:
    """The harmless training messages of each topic that has a script, in an order that is always the same."""
    scripts = library.load().scripts
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((CONTENT / "intents").glob("*.yml")):
        for group in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader).get("nlu", ()):
            if group["intent"] in scripts and group.get("metadata", {}).get("level") == NO_HARM:
                found[group["intent"]] += [line[2:].strip() for line in group["examples"].splitlines() if line.startswith("- ")]
    for topic, texts in found.items():
        random.Random(topic).shuffle(texts)
    return {topic: tuple(texts) for topic, texts in sorted(found.items())}


def learnt() -> dict[str, tuple[str, ...]]:
    """What the peer is trained on."""
    return {topic: texts[:LEARNT] for topic, texts in by_topic().items()}


@cache
def said() -> tuple[str, ...]:
    """What people write: none of it is what the peer has learnt."""
    about_the_chat = set(library.load().themes[TALK])
    texts = [text for topic, some in by_topic().items() if topic not in about_the_chat for text in some[LEARNT : 10 * LEARNT]]
    random.Random(0).shuffle(texts)
    return tuple(texts)


def answers() -> dict[str, str]:
    """What our script of each topic says first, as one text."""
    return {topic: " ".join(script.steps["start"].say) for topic, script in library.load().scripts.items()}
