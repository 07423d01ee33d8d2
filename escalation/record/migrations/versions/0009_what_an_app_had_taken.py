"""A bubble knows the newest id of its app when it went out, so that the app can be asked for it after a crash"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("after_id", sa.String(20), nullable=True))
