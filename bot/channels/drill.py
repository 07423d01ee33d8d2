"""Where drills write from: it takes every answer and shows it to nobody."""

from __future__ import annotations

from bot.channels import Outgoing
from escalation.record.people import DRILL


class DrillChannel:
    """An app without people."""

    name = DRILL

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing to disconnect from."""

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        """Take one bubble."""
        return "drill"
