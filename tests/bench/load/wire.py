"""The least of HTTP/1.1 that a load generator needs, over asyncio's own streams: it has to cost far less than what it measures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

END = b"\r\n\r\n"
ROOM = 1 << 22
"""Bytes of one line or head at most."""

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    wait: int = 0

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Wire:
    """A server, and the connections to it that are open and idle, as a reverse proxy keeps them."""

    host: str
    port: int
    _idle: list[Pair] = field(default_factory=list)

    async def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> Answer:
        """One request. On a connection that the server has closed meanwhile it is made again on a new one."""
        data = b"" if body is None else json.dumps(body).encode()
        head = self._head(method, path, {**(headers or {}), "Content-Type": "application/json", "Content-Length": str(len(data))})
        while self._idle:
            pair = self._idle.pop()
            try:
                return await self._answer(pair, head + data)
            except (ConnectionError, asyncio.IncompleteReadError):
                pair[1].close()
        return await self._answer(await self._open(), head + data)

    async def lines(self, path: str, headers: dict[str, str]) -> AsyncIterator[bytes]:
        """The lines of a stream that does not end by itself. Raises `ConnectionError` where it is not given."""
        reader, writer = await self._open()
        try:
            writer.write(self._head("GET", path, headers))
            if (status := _status(await reader.readuntil(END))) != 200:
                raise ConnectionError(f"{path} answered {status}")
            while line := await reader.readline():
                yield line
        finally:
            writer.close()

    def close(self) -> None:
        """Close what is idle."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _open(self) -> Pair:
        return await asyncio.open_connection(self.host, self.port, limit=ROOM)

    def _head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        given = {"Host": f"{self.host}:{self.port}", **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
        return "\r\n".join(lines).encode() + END

    async def _answer(self, pair: Pair, request: bytes) -> Answer:
        reader, writer = pair
        writer.write(request)
        head = await reader.readuntil(END)
        named = _named(head)
        if "chunked" in named.get("transfer-encoding", ""):
            body = await _chunks(reader)
        else:
            body = await reader.readexactly(int(named.get("content-length", 0)))
        if named.get("connection", "") == "close":
            writer.close()
        else:
            self._idle.append(pair)
        return Answer(_status(head), body, int(named.get("retry-after", 0)))


def _status(head: bytes) -> int:
    return int(head[9:12])


def _named(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)
