"""What came after the first day: ends, check-ins, feedback, concerns, call-backs, swaps"""

import sqlalchemy as sa
from alembic import op

import escalation.record.times

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("noted_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "call_backs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["done_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("call_backs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_backs_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_backs_person_id"), ["person_id"], unique=False)

    op.create_table(
        "check_ins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("agreed_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("answered_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_ins_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_ins_person_id"), ["person_id"], unique=False)

    op.create_table(
        "concerns",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("about_staff_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decision_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["about_staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concerns_person_id"), ["person_id"], unique=False)

    op.create_table(
        "debriefs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("answered_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("debriefs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_debriefs_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_debriefs_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "feedback",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("listened", sa.Integer(), nullable=True),
        sa.Column("helped", sa.Integer(), nullable=True),
        sa.Column("again", sa.Integer(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id"),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_person_id"), ["person_id"], unique=False)

    op.create_table(
        "shift_swaps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("from_staff_id", sa.String(length=32), nullable=False),
        sa.Column("to_staff_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"],
            ["rota.id"],
        ),
        sa.ForeignKeyConstraint(
            ["to_staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("shift_swaps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_swaps_shift_id"), ["shift_id"], unique=False)

    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recipient_role", sa.String(length=10), nullable=False, server_default=sa.text("'worker'")))

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contexts", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("wants_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("plan_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("feeling_before", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("feeling_after", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("held_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=10), nullable=False, server_default=sa.text("'en'")))
        batch_op.add_column(sa.Column("safe_from", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("safe_until", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("code_word", sa.String(length=64), nullable=True))

    for table in ("inbox", "outbox"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("aside", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owned_up_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("rota", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_rota_series_id"), ["series_id"], unique=False)

    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=False, server_default=sa.text("'3'")))
        batch_op.add_column(sa.Column("languages", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("away_until", escalation.record.times.UtcDateTime(timezone=True), nullable=True))

    # With its reference in the same statement, SQLite need not copy a table on which others depend.
    for column in ("watcher_id", "transfer_to", "asked_for"):
        op.execute(f"ALTER TABLE cases ADD COLUMN {column} VARCHAR(32) REFERENCES staff (id)")
