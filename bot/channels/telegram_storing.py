"""Storing what Telegram hands out at once: each chat's updates in their order, and none passed over that is not stored."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from bot.channels.telegram_updates import Read, is_id

FULL = 100
"""Telegram hands out so many updates at most: while one of them is not stored, those behind them do not come."""
GIVEN_UP_AFTER = 20
"""So often one that is never stored may hold up everybody behind a full batch."""
_log = logging.getLogger(__name__)


class Storing:
    """`read` tells what an update asks for; `act` does that, and tells whether it may be acknowledged."""

    def __init__(self, read: Callable[[Mapping[str, Any]], Read], act: Callable[[Read], Awaitable[bool]]) -> None:
        self._read, self._act = read, act
        self._refused: Counter[int] = Counter()

    async def all_of(self, raws: list[Any]) -> tuple[int, bool]:
        """Store what was fetched at once; returns the next offset, and whether all of it was stored.

        The offset never passes an update that is not stored, unless that is refused again and again while others are stored and it
        would silence everybody. The others of the batch are handed on all the same: while storing fails, what they say may be an
        emergency that is answered from memory.
        """
        updates = [raw for raw in raws if isinstance(raw, dict) and is_id(raw.get("update_id"))]
        if not updates:
            # What came before is confirmed now. Telegram may begin again at lower numbers after a quiet week.
            return 0, not raws
        lanes: dict[str, list[tuple[int, Read]]] = defaultdict(list)
        for raw in updates:
            one = self._read(raw)
            lanes[one.incoming.address if one.incoming else ""].append((raw["update_id"], one))
        left = dict(zip(lanes, await asyncio.gather(*map(self._lane, lanes.values())), strict=True))
        waiting = [id for lane in left.values() for id in lane]
        if not waiting:
            self._refused.clear()
        elif len(raws) >= FULL and any(address and len(left[address]) < len(lane) for address, lane in lanes.items()):
            waiting = self._still_waited_for(waiting)
        if waiting:
            return min(waiting), False
        return max(raw["update_id"] for raw in updates) + 1, True

    async def _lane(self, updates: Iterable[tuple[int, Read]]) -> list[int]:
        """Act on one chat's updates in order; returns the ids of those that were not stored."""
        return [id for id, one in updates if not await self._act(one)]

    def _still_waited_for(self, waiting: list[int]) -> list[int]:
        """Those of them that are not given up: what they say was looked at each time, and answered from memory."""
        self._refused.update(waiting)
        found = [id for id in waiting if self._refused[id] < GIVEN_UP_AFTER]
        if len(found) < len(waiting):
            _log.error("%d updates are never stored and hold up all behind them: they are given up", len(waiting) - len(found))
        return found
