"""Runs every conversation of `content/dialogues/`; the README there says how they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bot.rehearsal.conversation import FOLDER, Conversation
from bot.rehearsal.house import House

CORE = ("offer_and_refusal", "immediate", "withdrawal")
"""The files that the fast core plays too."""


def conversations() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yml")):
        for number, data in enumerate(yaml.safe_load_all(path.read_text()), start=1):
            if data:
                marks = [pytest.mark.rule(rule) for rule in data.get("rules", ())]
                marks += () if path.stem in CORE else (pytest.mark.slow,)
                yield pytest.param(data, id=f"{path.stem}-{number}-{data['name']}", marks=marks)


@pytest.mark.parametrize("data", list(conversations()))
async def test_conversation(house: House, data: dict[str, Any]) -> None:
    await Conversation(house, data).run()
