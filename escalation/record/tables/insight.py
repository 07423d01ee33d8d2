"""What is counted of how the service is used: how many, never whose."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class InsightCount(Table):
    """One count of one month. Nothing is kept of the day, so that two counts cannot be joined to one person."""

    __tablename__ = "insight_counts"
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    month: Mapped[date] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(20))
    which: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
