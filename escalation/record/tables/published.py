"""What is published: every version of every content file that was put in the place of the shipped one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class PublishedRow(Table):
    """One version of one file. Never changed: the newest version of a key is in force, and without a text it is retired.

    Numbers are given one by one, so that the highest tells whether there is anything new. `withdraws`: the version before was taken
    out of use at once, and nobody finishes it.
    """

    __tablename__ = "published"
    __table_args__ = (UniqueConstraint("key", "version"),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text())
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(String(200))
    withdraws: Mapped[bool] = mapped_column(default=False, server_default=false())
