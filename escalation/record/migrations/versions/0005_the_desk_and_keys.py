"""The editor's desk: drafts of content files, what was said of them, and publishing them"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

import escalation.record.times

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _desk()
    _panel()
    _keys()
    _tries()
    _moving()
    _arriving()
    _long_conversations()


def _desk() -> None:
    when = escalation.record.times.UtcDateTime(timezone=True)
    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("retire", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.String(length=32), nullable=False),
        sa.Column("started_at", when, nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=False),
        sa.Column("changed_at", when, nullable=False),
        sa.Column("publish_at", when, nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    still_open = sa.text("state NOT IN ('published', 'dropped')")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index("ix_draft_open", ["key"], unique=True, sqlite_where=still_open, postgresql_where=still_open)

    op.create_table(
        "draft_review",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("draft_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_review_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "publish_job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", when, nullable=False),
        sa.Column("claimed_at", when, nullable=True),
        sa.Column("ended_at", when, nullable=True),
        sa.Column("result", sa.String(length=10), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("publish_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publish_job_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index("ix_publish_job_open", ["ended_at", "asked_at"], unique=False)
    with op.batch_alter_table("published", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdraws", sa.Boolean(), nullable=False, server_default=sa.false()))


def _panel() -> None:
    when = escalation.record.times.UtcDateTime(timezone=True)
    op.create_table(
        "panel_round",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("group_name", sa.String(length=80), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_at", when, nullable=False),
        sa.Column("expires_at", when, nullable=False),
        sa.Column("closed_at", when, nullable=True),
        sa.Column("signed_off_at", when, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "panel_item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("round_id", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["panel_round.id"]),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("panel_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_item_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panel_item_draft_id"), ["draft_id"], unique=False)
    op.create_table(
        "panel_voice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("round_id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("nickname_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("joined_at", when, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["panel_round.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    with op.batch_alter_table("panel_voice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_voice_round_id"), ["round_id"], unique=False)
    _said(when)


def _said(when: sa.types.TypeEngine[datetime]) -> None:
    op.create_table(
        "panel_reaction",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("voice_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=3), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["panel_item.id"]),
        sa.ForeignKeyConstraint(["voice_id"], ["panel_voice.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "step", "voice_id", "kind"),
    )
    with op.batch_alter_table("panel_reaction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_reaction_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panel_reaction_voice_id"), ["voice_id"], unique=False)
    op.create_table(
        "panel_comment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("voice_id", sa.String(length=32), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.Column("looked_at", when, nullable=True),
        sa.Column("looked_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["panel_item.id"]),
        sa.ForeignKeyConstraint(["voice_id"], ["panel_voice.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("panel_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_comment_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panel_comment_voice_id"), ["voice_id"], unique=False)


def _keys() -> None:
    when = escalation.record.times.UtcDateTime(timezone=True)
    op.create_table(
        "master_keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("since", when, nullable=False),
        sa.Column("handed_on", sa.LargeBinary(), nullable=True),
        sa.Column("handed_back", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", when, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("name"),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key_number", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("key_since", when, nullable=True))
        batch_op.add_column(sa.Column("former_key_wrapped", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("former_keys", sa.JSON(), nullable=False, server_default="[]"))


def _tries() -> None:
    op.create_table(
        "tries",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("until", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _moving() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("move_code", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("move_until", escalation.record.times.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_people_move_code"), ["move_code"], unique=True)


def _arriving() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("arrived_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_outbox_external_id"), ["external_id"], unique=False)


def _long_conversations() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_person", ["person_id", "seq"], unique=False)
        batch_op.create_index("ix_inbox_received", ["person_id", "received_at"], unique=False)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_state", ["person_id", "state", "seq"], unique=False)
        batch_op.create_index("ix_outbox_created", ["person_id", "created_at"], unique=False)
