"""Neutral alerts to whatever staff carry (SMS, e-mail, Teams and the like), through Apprise. It only sends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import apprise

from bot.channels import Outgoing, TryLater


def not_understood(urls: Iterable[str]) -> int:
    """How many of these are no addresses for Apprise."""
    return sum(not apprise.Apprise().add(url) for url in urls)


class OutsideAlerts:
    """One message to every configured address; the words name nobody. `setting` is where the addresses stand."""

    def __init__(self, urls: list[str], name: str = "apprise", setting: str = "BREAKWATER_ALERT_URLS") -> None:
        self.name = name
        self._apprise = apprise.Apprise()
        wrong = sum(not self._apprise.add(url) for url in urls)
        if wrong:
            # An address may hold a password, so it is not repeated here.
            raise ValueError(f"{setting}: {wrong} of {len(urls)} addresses are not understood by Apprise; check them")

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing to disconnect from."""

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        """Send to every address. Raises `TryLater` where one of them did not take it."""
        if not await asyncio.to_thread(self._apprise.notify, body=outgoing.text):
            raise TryLater(30)
        return "sent"
