"""The master keys that an installation had: never a key itself, only by what it is recognised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class MasterKey(Table):
    """One master key. An installation that never changed its key has no row: its key has the number 0.

    While one key is changed for the next, the next one's row holds it wrapped by the one before (`handed_on`), and the one
    before wrapped by it (`handed_back`), so that whoever has either opens everything. Both are gone once the old one is forgotten.
    """

    __tablename__ = "master_keys"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(16), unique=True)
    since: Mapped[datetime]
    handed_on: Mapped[bytes | None]
    handed_back: Mapped[bytes | None]
    done_at: Mapped[datetime | None]
