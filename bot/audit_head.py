"""The head of the audit chain, kept elsewhere each night: who could rewrite the whole chain could not rewrite that too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import apprise

from bot.settings import SettingsError
from escalation.record import audit
from escalation.record.store import Record, RecordUnavailable

log = logging.getLogger(__name__)

AT = "00:05"
"""When it is sent, in the organisation's time zone."""


class AuditHead:
    """Sends to a file, to which a line is added, or to Apprise addresses. Raises `SettingsError` for an address nobody understands."""

    def __init__(self, record: Record, where: str, organisation: str, now: Callable[[], datetime]) -> None:
        self._record, self._organisation, self._now = record, organisation, now
        self._file = Path(where) if where.startswith("/") else None
        self._apprise = apprise.Apprise()
        if self._file is None and not all(self._apprise.add(url) for url in where.split()):
            # An address may hold a password, so it is not repeated here.
            raise SettingsError("BREAKWATER_AUDIT_HEAD_TO: give a file that begins with /, or addresses that Apprise understands")

    async def send(self) -> None:
        """Send it now. What goes wrong is logged: it is tried again the next night."""
        try:
            line = f"{self._now():%Y-%m-%dT%H:%M:%SZ} {await self._record.aread(audit.head)}"
            if not await asyncio.to_thread(self._deliver, line):
                log.error("the head of the audit chain was not taken by where it is sent")
        except (RecordUnavailable, OSError) as error:
            log.error("the head of the audit chain was not sent: %s", type(error).__name__)

    def _deliver(self, line: str) -> bool:
        if self._file is None:
            return bool(self._apprise.notify(body=f"{self._organisation}, head of the audit chain: {line}"))
        with self._file.open("a", encoding="ascii") as file:
            file.write(line + "\n")
        return True
