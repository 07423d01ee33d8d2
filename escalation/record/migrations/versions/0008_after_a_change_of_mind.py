"""What was noticed after a change of mind is told apart from what went out before, where a life was at risk"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("cases", sa.Column("withheld", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
