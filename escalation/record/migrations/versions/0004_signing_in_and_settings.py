"""Signing in: passkeys, the organisation's own sign-in, and what kind of browser a session belongs to"""

import sqlalchemy as sa
from alembic import op

import escalation.record.times

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _signing_in()
    _drafts()
    _finding_cases()
    _published()
    _erasures()
    _looking_at_years()


def _signing_in() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("added_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential"),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "sign_in_challenges",
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("browser"),
    )

    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("single_sign_on", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_staff_single_sign_on"), ["single_sign_on"], unique=True)

    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("browser", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("proved_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True))


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "staff_id"),
    )


def _finding_cases() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("code", sa.String(length=9), nullable=True))
        batch_op.create_index(batch_op.f("ix_people_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_area"), ["area"], unique=False)

    when = escalation.record.times.UtcDateTime(timezone=True)
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed_at", when, nullable=False, server_default="1970-01-01 00:00:00"))
        batch_op.add_column(sa.Column("referred_at", when, nullable=True))
    op.execute("UPDATE cases SET changed_at = coalesce((SELECT max(at) FROM case_events WHERE case_id = cases.id), opened_at)")
    op.execute("UPDATE cases SET referred_at = closed_at WHERE outcome = 'referred'")
    held, referred = sa.text("held_at IS NOT NULL"), sa.text("referred_at IS NOT NULL")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_changed", ["changed_at", "id"], unique=False)
        batch_op.create_index("ix_cases_stage_changed", ["stage", "changed_at", "id"], unique=False)
        batch_op.create_index("ix_cases_worker_changed", ["worker_id", "changed_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_watcher_id"), ["watcher_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index("ix_cases_held", ["changed_at", "id"], unique=False, sqlite_where=held, postgresql_where=held)
        batch_op.create_index("ix_cases_referred", ["changed_at", "id"], unique=False, sqlite_where=referred, postgresql_where=referred)

    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index("ix_case_events_staff", ["staff_id", "event", "case_id"], unique=False)
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_case", ["case_id", "seq"], unique=False)

    found_by = op.create_table(
        "case_categories",
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("category", "case_id"),
    )
    with op.batch_alter_table("case_categories", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_categories_case_id"), ["case_id"], unique=False)
    cases = sa.table("cases", sa.column("id", sa.String()), sa.column("categories", sa.JSON()))
    rows = op.get_bind().execute(sa.select(cases)).mappings().all()
    op.bulk_insert(found_by, [{"category": one, "case_id": row["id"]} for row in rows for one in dict.fromkeys(row["categories"])])


def _published() -> None:
    op.create_table(
        "published",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("key", "version"),
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def _looking_at_years() -> None:
    waiting, broken = sa.text("handled_at IS NULL"), sa.text("broken_at IS NOT NULL")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_waiting", ["received_at"], unique=False, sqlite_where=waiting, postgresql_where=waiting)
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index("ix_case_events_case", ["case_id", "event", "at"], unique=False)
        batch_op.drop_index(batch_op.f("ix_case_events_case_id"))
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promises_made_at"), ["made_at"], unique=False)
        batch_op.create_index("ix_promises_broken", ["broken_at"], unique=False, sqlite_where=broken, postgresql_where=broken)
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_at"), ["at"], unique=False)
    with op.batch_alter_table("debriefs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_debriefs_asked_at"), ["asked_at"], unique=False)
