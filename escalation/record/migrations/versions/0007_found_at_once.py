"""What belongs to a place, a person or a case, and what is over, is found at once, however much is stored; how old somebody was then"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

OF_A_CASE = sa.text("case_id IS NOT NULL")


def upgrade() -> None:
    # Whoever destroys a row looks for those that refer to it: without these, through everything that was ever said.
    op.create_index("ix_inbox_address", "inbox", ["address_id"])
    op.create_index("ix_outbox_address", "outbox", ["address_id"])
    op.create_index("ix_outbox_case", "outbox", ["case_id"], sqlite_where=OF_A_CASE, postgresql_where=OF_A_CASE)
    op.create_index("ix_due_person_id", "due", ["person_id"])
    op.create_index("ix_promises_person_id", "promises", ["person_id"])
    op.create_index("ix_concerns_case_id", "concerns", ["case_id"])
    # What is past its time is looked for each hour.
    op.create_index("ix_inbox_age", "inbox", ["received_at"])
    op.create_index("ix_outbox_age", "outbox", ["created_at"])
    op.create_index("ix_addresses_last_used_at", "addresses", ["last_used_at"])
    # What somebody told of as a child is kept as a child's case once they are older.
    op.add_column("cases", sa.Column("age_band", sa.String(length=10), nullable=True))
