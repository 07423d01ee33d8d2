"""What one process alone does for the others, and until when it may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class LeaseRow(Table):
    """The right of one process (`holder`) to do something (`name`), or a sign that it was done, by the database's clock."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(60))
    until: Mapped[datetime]
