"""`python -m bot.permissions` prints `docs/permissions.md`: every route of the staff web app, and which roles it is open to."""

from __future__ import annotations

import sys

from bot.desk.routes import ALL as DESK
from escalation.console.app import ROUTERS
from escalation.console.permission_table import table


def document() -> str:
    """The whole document."""
    return table((*ROUTERS, *DESK))


if __name__ == "__main__":
    sys.stdout.write(document())
