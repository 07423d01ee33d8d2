"""How often something was tried that must not be tried often, so that it holds for every process and after a restart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class Tries(Table):
    """So many tries in one stretch of time; `id` is a keyed digest of what was tried, by whom, and of the stretch."""

    __tablename__ = "tries"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    until: Mapped[datetime]
