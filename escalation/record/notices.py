"""Signals between the processes of one record on PostgreSQL: sent in the transaction that changes something, heard once it is committed.

A notice holds the sender's name and topics, which carry ids only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from escalation.record.store import Record

log = logging.getLogger(__name__)

CHANNEL = "breakwater"
LARGEST = 7000
"""Letters in one notice; PostgreSQL takes 8000 bytes."""
SILENCE = 5.0
"""Seconds without a notice after which the connection is tried, and that it has to answer."""
STANDS_STILL = 4.0
"""Seconds after which a transaction of the serving program in which nothing happens is ended: its process is stopped, or cut off."""
PAUSE = 0.5
"""Seconds between tries to connect."""


def send(session: Session, sender: str, topics: Sequence[str]) -> None:
    """Tell the other processes of these topics when this transaction is committed, and never otherwise."""
    for notice in _notices(sender, topics):
        session.execute(select(func.pg_notify(CHANNEL, notice)))


def _notices(sender: str, topics: Sequence[str]) -> Iterator[str]:
    notice = sender
    for topic in topics:
        if len(notice) + len(topic) > LARGEST:
            yield notice
            notice = sender
        notice = f"{notice} {topic}"
    yield notice


class Hearing:
    """Publishes here what other processes did. After each time without a connection every listener is called: anything may have happened."""

    def __init__(self, record: Record) -> None:
        self._record = record

    async def run(self) -> None:
        """Hear until cancelled, whatever becomes of the connection."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(autocommit=True, **connecting(self._record)) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._record.signals.everything()
                    await self._hear(connection)
            except Exception as error:
                log.warning("other processes are not heard until the database answers again (%s)", type(error).__name__)
            await asyncio.sleep(PAUSE)

    async def _hear(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async for notice in connection.notifies(timeout=SILENCE):
                self._published(notice.payload)
            async with asyncio.timeout(SILENCE):
                await connection.execute("SELECT 1")

    def _published(self, notice: str) -> None:
        sender, *topics = notice.split(" ")
        if sender != self._record.name:
            for topic in topics:
                self._record.signals.publish(topic)


def connecting(record: Record) -> dict[str, Any]:
    """What a connection of this record is made with, in psycopg's own words."""
    _, parameters = record.engine.dialect.create_connect_args(record.engine.url)
    ours = {name: value for name, value in parameters.items() if name != "context"}
    return {**ours, **known_as(record.engine.url, record.name, record.stands_still)}


def known_as(url: URL, name: str, stands_still: float) -> dict[str, str]:
    """How a process is known at the database, and for how long one that stands still keeps others waiting for what it has locked."""
    known = {"application_name": name} if name else {}
    if not stands_still:
        return known
    given = url.query.get("options", "")
    options = given if isinstance(given, str) else " ".join(given)
    return {**known, "options": f"-c idle_in_transaction_session_timeout={stands_still * 1000:.0f} {options}".strip()}
