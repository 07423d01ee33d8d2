"""An intent service on loopback that misbehaves in the way it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from nlu.understanding import Reading

Manner = Literal[
    "slow", "drips", "nonsense", "not_json", "wrong_shape", "wrong_types", "huge", "error", "hangs_up", "hangs_up_half_way", "well"
]

GOOD: dict[str, Any] = {
    "intent": {"name": "menu", "confidence": 0.99},
    "intent_ranking": [{"name": "menu", "confidence": 0.99}],
    "risk": {"at_least": {"worry": 0.0, "concern": 0.0, "urgent": 0.0, "immediate": 0.0}, "categories": {}, "subject": {"self": 1.0}},
}
BODIES: dict[Manner, bytes] = {
    "well": json.dumps(GOOD).encode(),
    "nonsense": b"\x00\xff\xfe{{{{",
    "not_json": b"<html><h1>It works!</h1></html>",
    "wrong_shape": json.dumps([1, 2, {"intent": None}]).encode(),
    "wrong_types": json.dumps({"intent": {"name": ["menu"], "confidence": "very"}, "risk": {"at_least": 3}}).encode(),
    "huge": json.dumps(GOOD | {"text": "x" * 5_000_000}).encode(),
    "error": b"{}",
    "hangs_up_half_way": json.dumps(GOOD).encode()[:40],
}


@dataclass
class IntentService:
    """What answers at `url`, in this `manner`. `calls` counts requests."""

    manner: Manner
    url: str = ""
    calls: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await _read_request(reader)
                self.calls += 1
                await self._respond(writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _respond(self, writer: asyncio.StreamWriter) -> None:
        if self.manner == "hangs_up":
            raise ConnectionError
        if self.manner == "slow":
            await asyncio.sleep(30)
        body = BODIES[self.manner if self.manner in BODIES else "well"]
        status = "500 Internal Server Error" if self.manner == "error" else "200 OK"
        length = 1000 if self.manner == "hangs_up_half_way" else len(body)
        writer.write(f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n".encode())
        for byte in body if self.manner == "drips" else ():
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.3)
        if self.manner != "drips":
            writer.write(body)
        await writer.drain()
        if self.manner == "hangs_up_half_way":
            raise ConnectionError


@asynccontextmanager
async def intent_service(manner: Manner) -> AsyncIterator[IntentService]:
    service = IntentService(manner)
    server = await asyncio.start_server(service.answer, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        server.close()


async def _read_request(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next((int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length")), 0)
    await reader.readexactly(length)


class Hanging:
    """One that is asked without any network, and answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def read(self, text: str) -> Reading | None:
        self.asked.set()
        await self.go_on.wait()
        return None
