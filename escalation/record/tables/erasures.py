"""What somebody asked to be erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class Erasure(Table):
    """A keyed digest of something that somebody asked to be erased, cleared, or left behind: by it an older back-up's copy is recognised, and nobody."""

    __tablename__ = "erasures"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
