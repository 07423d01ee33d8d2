"""Telling open pages and lanes that something changed. A signal is a topic such as `case:ID`; it carries no words."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Signals:
    """Topics and their listeners, in one process. `publish` may be called from any thread."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Callable[[str], object]]] = defaultdict(list)
        self._lock = Lock()

    def publish(self, topic: str) -> None:
        """Call the listeners of `topic` and of its kind (`case:*` for `case:ID`)."""
        kind = topic.partition(":")[0] + ":*"
        with self._lock:
            listeners = [*self._listeners.get(topic, ()), *self._listeners.get(kind, ())]
        for listener in listeners:
            listener(topic)

    def everything(self) -> None:
        """Call every listener, since anything may have changed unheard: with its topic, or with its kind (`case:*`)."""
        with self._lock:
            listeners = [(topic, listener) for topic, heard in self._listeners.items() for listener in heard]
        for topic, listener in listeners:
            listener(topic)

    @contextmanager
    def listening(self, *topics: str, to: Callable[[str], object]) -> Iterator[None]:
        """Call `to(topic)` for each signal on `topics` until the block ends."""
        with self._lock:
            for topic in topics:
                self._listeners[topic].append(to)
        try:
            yield
        finally:
            with self._lock:
                for topic in topics:
                    self._listeners[topic].remove(to)
                    if not self._listeners[topic]:
                        del self._listeners[topic]

    async def stream(self, *topics: str) -> AsyncIterator[str]:
        """The signals on `topics`, as they come, for a server-sent event stream."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str] = asyncio.Queue()
        with self.listening(*topics, to=lambda topic: loop.call_soon_threadsafe(queue.put_nowait, topic)):
            while True:
                yield await queue.get()


def parted(person_id: str) -> str:
    """The topic of the sign that some place where this person wrote from is theirs no more, or that they are gone."""
    return f"parted:{person_id}"


CAME_TO = "came_to"


def came_to(person_id: str) -> str:
    """The topic of the sign that what somebody else sent, and nobody handled yet, is this person's now."""
    return f"{CAME_TO}:{person_id}"


def said(person_id: str) -> str:
    """The topic of the sign that this person wrote or pressed something."""
    return f"said:{person_id}"
