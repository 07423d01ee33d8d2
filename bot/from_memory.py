"""The emergency text where nothing can be stored: said from memory, once for each event."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bot.channels import Channel, Incoming, Outgoing, Paced, TryLater
from escalation.context import Service

log = logging.getLogger(__name__)

Reply = Callable[[str, Outgoing], Awaitable[object]]
"""Sends one bubble to an address at once, without any storage."""
WAITED_FOR = 0.5
"""Seconds that it is waited for before it goes on beside: an app takes so much in a second, and many may need it at once."""

_REMEMBERED = 10_000

Event = tuple[str, str]
"""A channel, and its app's id of an event."""


class FromMemory:
    """Says it through each channel that has a way."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._replies: dict[str, Reply] = {}
        self._said: OrderedDict[Event, int] = OrderedDict()
        self._being_said: dict[Event, asyncio.Task[None]] = {}

    def answer_through(self, channel: str, reply: Reply) -> None:
        """How to reach an address of this channel."""
        self._replies[channel] = reply

    async def answer(self, incoming: Incoming) -> None:
        """Have it said, unless it was for this event. It is not waited for long: what else they wrote is looked at meanwhile."""
        event, reply = (incoming.channel, incoming.external_id), self._replies.get(incoming.channel)
        if reply is None:
            return
        saying = self._being_said.get(event)
        if saying is None:
            saying = self._being_said[event] = asyncio.create_task(self._say(event, reply, incoming.address), name="from memory")
            saying.add_done_callback(lambda _: self._being_said.pop(event, None))
        await asyncio.wait({saying}, timeout=WAITED_FOR)

    async def _say(self, event: Event, reply: Reply, address: str) -> None:
        """What the app does not take now is said when the event comes again, from where it stopped."""
        texts = self.service.library.message("conversation.outage").say
        for text in texts[self._said.get(event, 0) :]:
            try:
                await reply(address, Outgoing(text))
            except TryLater:
                return
            except Exception as error:
                log.error("the emergency text could not be sent either: %s", type(error).__name__)
            self._said[event] = self._said.get(event, 0) + 1
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)


async def at_once(channel: Channel, address: str, outgoing: Outgoing) -> None:
    """Deliver it ahead of all that may wait. Raises what `Channel.deliver` raises."""
    if isinstance(channel, Paced):
        await channel.turn(address, urgent=True)
    await channel.deliver(address, outgoing)
