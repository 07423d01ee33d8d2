"""Phrases and clues alone on the training messages: what the shipped files must keep up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from content.editorial.library import CONTENT
from nlu.noticing import Noticing
from nlu.understanding import Level


def messages() -> Iterator[tuple[str, Level]]:
    for path in sorted((CONTENT / "intents").rglob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            level = Level.of((group.get("metadata") or {}).get("level", "none"))
            yield from ((line.strip().removeprefix("- "), level) for line in group["examples"].splitlines())


@pytest.fixture(scope="module")
def judged(noticing: Noticing) -> list[tuple[Level, Level]]:
    return [(level, noticing.check(text).level) for text, level in messages()]


def test_six_in_ten_disclosures_are_noticed(judged: list[tuple[Level, Level]]) -> None:
    found = [noticed >= Level.CONCERN for level, noticed in judged if level >= Level.CONCERN]
    assert sum(found) / len(found) >= 0.6


def test_of_harmless_messages_at_most_one_in_a_hundred_is_raised(judged: list[tuple[Level, Level]]) -> None:
    raised = [noticed >= Level.CONCERN for level, noticed in judged if level is Level.NONE]
    assert sum(raised) / len(raised) <= 0.01


def test_hardly_any_harmless_message_sets_off_the_emergency(judged: list[tuple[Level, Level]]) -> None:
    alarms = [noticed is Level.IMMEDIATE for level, noticed in judged if level is Level.NONE]
    assert sum(alarms) / len(alarms) <= 0.002
