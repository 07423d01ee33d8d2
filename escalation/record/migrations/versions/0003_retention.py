"""Retention: when a case or a concern is over, when a hold is reviewed, what was destroyed; and what is counted each month"""

import sqlalchemy as sa
from alembic import op

import escalation.record.times

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "destructions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("how_many", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("destructions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_destructions_run_id"), ["run_id"], unique=False)

    op.create_table(
        "insight_counts",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("which", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("insight_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insight_counts_month"), ["month"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hold_review_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("expires_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_cases_expires_at"), ["expires_at"], unique=False)

    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index("ix_case_events_event", ["event", "at"], unique=False)

    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expires_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tact", sa.String(length=10), nullable=True))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turned_down", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
