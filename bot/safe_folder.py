"""The folder in which a running service keeps its back-ups and the list of erasures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from escalation.record import erasures
from escalation.record.backup import erased_list, making
from escalation.record.backup.sealed_file import BackupError
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.store import Record, RecordUnavailable

log = logging.getLogger(__name__)


class SafeFolder:
    """What goes wrong is logged: nothing else waits for it, and `breakwater doctor` sees by the files that one is missing."""

    def __init__(self, record: Record, folder: Path, keep: timedelta, now: Callable[[], datetime]) -> None:
        self._record, self._folder, self._keep, self._now = record, folder, keep, now

    def note_erasures(self) -> None:
        """Bring the list of erasures up to this moment, so that they outlive the record's own disk."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            erased_list.write(self._folder, self._record.vault.masters, self._record.read(erasures.known), self._now())
        except (BackupError, RecordUnavailable, OSError) as error:
            log.error("the list of erasures was not written: %s", type(error).__name__)

    def back_up(self, policy: RetentionPolicy) -> None:
        """Make a back-up, look whether it is whole, and delete those that were kept long enough."""
        now = self._now()
        path = self._folder / f"{now:%Y-%m-%dT%H%M%SZ}{making.ENDING}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = making.make(self._record, path, policy, now)
            making.keep_newest(self._folder, now - self._keep)
        except (BackupError, RecordUnavailable, OSError) as error:
            log.error("no back-up was made: %s", error if isinstance(error, BackupError) else type(error).__name__)
            return
        if made.contents.broken is not None:
            log.error("the back-up is made, and its audit chain is broken at entry %s", made.contents.broken)
