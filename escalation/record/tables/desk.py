"""The editor's desk: drafts of content files, what was said of them, and publishing them and other changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table

_OPEN = text("state NOT IN ('published', 'dropped')")


class DraftRow(Table):
    """A content file on its way to being published; one open draft of a key at most. With `retire` the file is to be taken out.

    `base` is the published version it was made from, `revision` counts its saves.
    """

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_open", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    base: Mapped[int]
    text: Mapped[str] = mapped_column(Text())
    revision: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    retire: Mapped[bool] = mapped_column(default=False)
    started_by: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]
    publish_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(200), default="")


class DraftReview(Table):
    """What the safeguarding lead or a youth panel said of a draft, and of which text, by its digest. Never changed."""

    __tablename__ = "draft_review"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id"), index=True)
    step: Mapped[str] = mapped_column(String(10))
    verdict: Mapped[str] = mapped_column(String(10))
    by: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text())
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class PublishJob(Table):
    """One try to publish a draft, or changes of settings: who asked for which text, how far it is, and what came of it.

    `claimed_at`: when somebody last began the checks, so that what a dead process left is begun again.
    """

    __tablename__ = "publish_job"
    __table_args__ = (Index("ix_publish_job_open", "ended_at", "asked_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("draft.id"), index=True)
    digest: Mapped[str | None] = mapped_column(String(64))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON(), default=list)
    note: Mapped[str] = mapped_column(String(200), default="")
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(String(10))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON(), default=list)
    number: Mapped[int | None]
