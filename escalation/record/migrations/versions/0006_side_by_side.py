"""Many processes at one record: who holds what, and, on PostgreSQL, the tables of the queue of turns"""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager

import escalation.record.times

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _leases()
    _turns()
    # For a page that asks what was lately sent, in a conversation however long.
    op.create_index("ix_outbox_sent", "outbox", ["person_id", "sent_at"])


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("until", escalation.record.times.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _turns() -> None:
    """As Procrastinate 3.10 has them. A later one brings changes of its own, which then go into a migration of their own."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
