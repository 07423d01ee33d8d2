"""The youth panel: rounds in which young people read drafts, say what they think of each step, and sign off as a group."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Table


class PanelRound(Table):
    """One round of one group. `token` is the SHA-256 of what stands in the link; who has the link may take part until it ends."""

    __tablename__ = "panel_round"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    group_name: Mapped[str] = mapped_column(String(80))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    opened_by: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    signed_off_at: Mapped[datetime | None]


class PanelItem(Table):
    """A draft that a round reads, with the digest of the text that it is shown."""

    __tablename__ = "panel_item"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("panel_round.id"), index=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))


class PanelVoice(Table):
    """A member's device in a round; `token` is the SHA-256 of its cookie. Who it is, nobody asks: a nickname, or none."""

    __tablename__ = "panel_voice"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("panel_round.id"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    nickname_sealed: Mapped[bytes | None]
    joined_at: Mapped[datetime]


class PanelReaction(Table):
    """What one device said of one step. `kind`: sounds_like_us, clear or cringe; `value`: yes or no."""

    __tablename__ = "panel_reaction"
    __table_args__ = (UniqueConstraint("item_id", "step", "voice_id", "kind"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("panel_item.id"), index=True)
    step: Mapped[str] = mapped_column(String(120))
    voice_id: Mapped[str] = mapped_column(ForeignKey("panel_voice.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]


class PanelComment(Table):
    """Words on a step, or on the whole where `step` is empty. `level` is how worrying they read; a lead looks at those that do."""

    __tablename__ = "panel_comment"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("panel_item.id"), index=True)
    step: Mapped[str] = mapped_column(String(120))
    voice_id: Mapped[str] = mapped_column(ForeignKey("panel_voice.id"), index=True)
    words_sealed: Mapped[bytes]
    level: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    looked_by: Mapped[str | None] = mapped_column(String(32))
