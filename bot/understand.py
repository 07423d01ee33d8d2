"""`breakwater understand`: what is understood of each message, one JSON object a line, in order."""

from __future__ import annotations

import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TextIO

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.intent_service import running
from bot.settings import Settings, SettingsError
from content.editorial.library import CONTENT
from nlu.client import IntentClient
from nlu.noticing import Noticing, whole_of
from nlu.understanding import Evidence, Reading, Understanding

PATIENT = 30.0
"""Seconds to wait for one answer: here a whole answer is worth more than a quick one."""


class Line(BaseModel):
    """One line of input. `history` holds earlier texts of the same person, oldest first."""

    model_config = ConfigDict(extra="ignore")
    id: str | int
    text: str
    history: list[str] = []
    age_band: str = "unknown"


@dataclass
class Understand:
    """Phrases, and the intent service where it is used."""

    noticing: Noticing
    client: IntentClient | None

    async def line(self, line: Line) -> dict[str, Any]:
        earlier = [self.noticing.understand(text, await self._read(text), (), line.age_band).risk.signs for text in line.history]
        reading, whole = await self._read(line.text), await self._read(whole_of(line.history, line.text) or "")
        return _answer(line.id, self.noticing.understand(line.text, reading, earlier, line.age_band, standing=True, whole=whole))

    async def _read(self, text: str) -> Reading | None:
        return await self.client.read(text) if self.client is not None and text.strip() else None


async def understand(source: TextIO, target: TextIO, settings: Settings, lexicon_only: bool) -> None:
    """Read `source` to its end. Raises `SettingsError` for a line that is not what it should be, naming it."""
    async with AsyncExitStack() as stack:
        client = None
        if not lexicon_only:
            if not await stack.enter_async_context(running(settings.nlu_url)):
                raise SettingsError("the intent service did not start: run `make setup`, or use --lexicon-only")
            client = IntentClient(settings.nlu_url, PATIENT)
            stack.push_async_callback(client.close)
        reader = Understand(Noticing.load(CONTENT), client)
        for number, text in enumerate(source, start=1):
            if text.strip():
                answer = await reader.line(_parse(number, text))
                target.write(json.dumps(answer, ensure_ascii=False) + "\n")
                target.flush()
        if client is not None and client.failures:
            sys.stderr.write("the intent service stopped answering: the last lines come from the phrases alone\n")


def _parse(number: int, text: str) -> Line:
    try:
        return Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the line"
        raise SettingsError(f"line {number}: {place}: {first['msg']}") from None


def _answer(id: str | int, understood: Understanding) -> dict[str, Any]:
    risk = understood.risk
    return {
        "id": id,
        "topic": understood.topic,
        "confidence": round(understood.confidence, 4),
        "risk": {
            "level": risk.level.id,
            "categories": list(risk.categories),
            "subject": risk.subject,
            "evidence": [_evidence(item) for item in risk.evidence],
        },
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    shown: dict[str, Any] = {"start": item.start, "end": item.end, "source": item.source, "why": item.why}
    if item.message is not None:
        shown["message"] = item.message
    return shown
