"""The apps a young person can write from: one protocol, one file each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from starlette.routing import Route

from escalation.app_templates import Approved
from escalation.apps import App
from escalation.context import Service

Kind = Literal["text", "button", "edited", "media", "started", "left", "command", "unsupported"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a young person did, as their app tells it.

    `external_id` is the app's own id of the event, by which a second delivery is recognised. `text` holds the words,
    the caption of a `media`, the token of a `button`, or the name of a `command`. `message_ref` is the app's id of the
    message that was written or edited, `reply_to` that of the bot's message which it answers. `media` names what came
    (photo, voice, ...); the thing itself is never fetched. `written`: when, in seconds since 1970, for an app that delivers in any order.
    """

    channel: str
    address: str
    external_id: str
    kind: Kind
    text: str = ""
    media: str | None = None
    message_ref: str | None = None
    reply_to: str | None = None
    written: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One bubble: its words, and the buttons under it as (label, token).

    `protected`: the app is asked not to let it be copied or passed on, as fits words that belong to somebody else.
    `approved`: the words are these of a template, the only ones that the app takes now. `language`: in which they are.
    """

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    protected: bool = False
    approved: Approved | None = None
    language: str = "en"


class Undeliverable(Exception):
    """The app will never take this message (blocked, deleted, no such chat). Trying again is useless."""


class OnlyApproved(Exception):
    """The app takes no words of ours from us for this person now, as too much time has passed since they last wrote."""


class NotApproved(Exception):
    """The app does not know this template, or does not allow it any more."""


class TryLater(Exception):
    """The app did not take the message now. `seconds` is how long to wait before the next try."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


Take = Callable[[Incoming], Awaitable[None]]
"""What a channel calls for each event. When it returns, the event is stored and may be acknowledged.
It raises `NotStored` otherwise, after which the event must be delivered again."""


class NotStored(Exception):
    """The event could not be stored; it must not be acknowledged to the app."""


class Channel(Protocol):
    """A messaging app. Constructed with a `Take`; it starts and stops with the process."""

    name: str

    async def start(self) -> None:
        """Connect, and begin to hand events to `take`."""

    async def stop(self) -> None:
        """Stop taking events, and disconnect."""

    async def deliver(self, address: str, outgoing: Outgoing) -> str:
        """Send one bubble and return the app's id of it. Raises `Undeliverable` or `TryLater`."""
        ...


@runtime_checkable
class Served(Protocol):
    """A channel that its app calls."""

    @property
    def routes(self) -> list[Route]:
        """What it answers to. Each route knows its app by a check of its own."""


@runtime_checkable
class Worded(Protocol):
    """A channel that says a few words by itself."""

    def use(self, service: Service) -> None:
        """Go on with another edition of them."""


@runtime_checkable
class Watched(Protocol):
    """A channel whose app may be away."""

    name: str
    app: App
    heard_at: float | None

    def in_touch(self, seconds: float) -> bool:
        """Whether the app was heard of in the last so many seconds, as far as it is not simply quiet."""
        ...


@runtime_checkable
class Brought(Protocol):
    """A channel to which its app brings what comes in, and may bring it elsewhere."""

    def troubles(self) -> Iterator[str]:
        """What keeps it from coming, in words for whoever runs the program."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A messaging app with speed limits, to which the channel keeps."""

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        """Wait until the app's limits let a bubble go there, which is delivered at once then. Raises `TryLater` where that is far off.

        `urgent`: ahead of all bubbles that are not.
        """


Fate = Undeliverable | TryLater | OnlyApproved | NotApproved


@runtime_checkable
class Reporting(Protocol):
    """A messaging app that says only later what became of the bubbles it took."""

    report: Callable[[Mapping[str, Fate | None]], Awaitable[None]]
    """Called with the ids that `deliver` returned; `None` means that it is on their phone. Raises `RecordUnavailable`."""


@runtime_checkable
class Asking(Channel, Protocol):
    """A messaging app that can be asked whether it took a bubble that nobody noted."""

    def newest(self) -> str:
        """The newest id that the app told us, to be kept with a bubble before it goes out."""
        ...

    def learn(self, ids: Iterable[str]) -> None:
        """The app told these ids, of bubbles that are noted, before this process sent."""

    async def taken(self, address: str, outgoing: Outgoing, after: str) -> str | None:
        """The id of a bubble that was cut off on its way, where the app has it; `None` where it has not, or does not say. Never raises.

        `after`: the newest id when it went out.
        """
        ...


@runtime_checkable
class Signing(Channel, Protocol):
    """A messaging app that can show that somebody is writing."""

    async def typing(self, address: str) -> None:
        """Show it for a few seconds, or until the next bubble. Never raises: a sign that does not come is no loss."""


@runtime_checkable
class Deleting(Channel, Protocol):
    """A messaging app that lets a bot delete what it said."""

    async def delete(self, address: str, external_id: str) -> None:
        """Delete a bubble by the id that `deliver` returned; one that is gone already counts. Raises `Undeliverable` or `TryLater`."""
