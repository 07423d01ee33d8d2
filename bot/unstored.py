"""What could not be stored, so that nothing of the same address overtakes it when the record is back."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.channels import Incoming

WAITED_FOR = 15.0
"""Seconds after its last try for which an event is waited for. An app that delivers again does so sooner; one that gave up holds up nothing."""

_REMEMBERED = 10_000


class Unstored:
    """The oldest event of each address that the record did not take while it was away."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._oldest: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()

    def would_be_overtaken_by(self, incoming: Incoming) -> bool:
        """Whether an older event of this address has to be stored first."""
        oldest = self._waits(incoming)
        return oldest is not None and oldest != incoming.external_id

    def missed(self, incoming: Incoming) -> None:
        """This event was not stored."""
        if self._waits(incoming) in (None, incoming.external_id):
            self._oldest[incoming.channel, incoming.address] = incoming.external_id, self._now()
        if len(self._oldest) > _REMEMBERED:
            self._oldest.popitem(last=False)

    def stored(self, incoming: Incoming) -> None:
        """This event was stored."""
        if self._waits(incoming) == incoming.external_id:
            del self._oldest[incoming.channel, incoming.address]

    def _waits(self, incoming: Incoming) -> str | None:
        external_id, tried_at = self._oldest.get((incoming.channel, incoming.address), (None, 0.0))
        return external_id if self._now() - tried_at < WAITED_FOR else None
