"""The record, from the first day"""

import sqlalchemy as sa
from alembic import op

import escalation.record.times

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "audit_end",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "keys",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("data_key_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("age_band", sa.String(length=10), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=True),
        sa.Column("easy_read", sa.Boolean(), nullable=False),
        sa.Column("return_code", sa.String(length=64), nullable=True),
        sa.Column("last_seen_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("away_since", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("unreachable_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("return_code"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("first_name", sa.String(length=40), nullable=False),
        sa.Column("job", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("telegram", sa.String(length=64), nullable=True),
        sa.Column("telegram_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_used", sa.Integer(), nullable=True),
        sa.Column("invite", sa.String(length=64), nullable=True),
        sa.Column("invite_until", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("vetted_until", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("trained_until", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("invite"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("telegram"),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "pseudonym"),
    )
    with op.batch_alter_table("addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_addresses_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("raised_by", sa.String(length=32), nullable=True),
        sa.Column("summary_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.Column("hidden_from", sa.JSON(), nullable=False),
        sa.Column("opened_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("worker_id", sa.String(length=32), nullable=True),
        sa.Column("picked_up_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("picked_up_on", sa.String(length=20), nullable=True),
        sa.Column("closed_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("undecided", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_cases_stage", ["stage", "level"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_undecided"), ["undecided"], unique=False)

    op.create_table(
        "conversations",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "rota",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("backup", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rota_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index("ix_rota_times", ["starts_at", "ends_at"], unique=False)

    op.create_table(
        "staff_sessions",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("passed_totp", sa.Boolean(), nullable=False),
        sa.Column("created_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("token"),
    )
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_sessions_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "staff_updates",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("received_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "external_id"),
    )
    op.create_table(
        "agreements",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=True),
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("wording_id", sa.String(length=80), nullable=False),
        sa.Column("wording_version", sa.String(length=20), nullable=False),
        sa.Column("wording_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=True),
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
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreements_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreements_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=12), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_events_case_id"), ["case_id"], unique=False)

    op.create_table(
        "due",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("due_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("created_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
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
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_due_open", ["done_at", "due_at"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("message_ref", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("understood_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("received_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("handled_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["addresses.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("channel", "external_id"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_message_ref"), ["message_ref"], unique=False)
        batch_op.create_index("ix_inbox_unhandled", ["person_id", "handled_at", "seq"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("address_id", sa.String(length=32), nullable=True),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("speaker", sa.String(length=10), nullable=False),
        sa.Column("speaker_staff_id", sa.String(length=32), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["addresses.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["speaker_staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_pending", ["channel", "state", "seq"], unique=False)
        batch_op.create_index("ix_outbox_person", ["person_id", "seq"], unique=False)

    op.create_table(
        "promises",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("made_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kept_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
        sa.Column("broken_at", escalation.record.times.UtcDateTime(timezone=True), nullable=True),
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
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promises_case_id"), ["case_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promises_case_id"))

    op.drop_table("promises")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_person")
        batch_op.drop_index("ix_outbox_pending")

    op.drop_table("outbox")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_unhandled")
        batch_op.drop_index(batch_op.f("ix_inbox_message_ref"))

    op.drop_table("inbox")
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index("ix_due_open")
        batch_op.drop_index(batch_op.f("ix_due_case_id"))

    op.drop_table("due")
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_events_case_id"))

    op.drop_table("case_events")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_person_id"))
        batch_op.drop_index(batch_op.f("ix_agreements_case_id"))

    op.drop_table("agreements")
    op.drop_table("staff_updates")
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_sessions_staff_id"))

    op.drop_table("staff_sessions")
    with op.batch_alter_table("rota", schema=None) as batch_op:
        batch_op.drop_index("ix_rota_times")
        batch_op.drop_index(batch_op.f("ix_rota_staff_id"))

    op.drop_table("rota")
    op.drop_table("conversations")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_undecided"))
        batch_op.drop_index("ix_cases_stage")
        batch_op.drop_index(batch_op.f("ix_cases_person_id"))

    op.drop_table("cases")
    with op.batch_alter_table("addresses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_addresses_person_id"))

    op.drop_table("addresses")
    op.drop_table("staff")
    op.drop_table("people")
    op.drop_table("keys")
    op.drop_table("audit_end")
    op.drop_table("audit")
