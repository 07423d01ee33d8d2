"""People in the app, as a test sees them: what they do becomes updates, and what the bot says can be read."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.bot_api import BOT, BotApi, Sent

_query_ids = itertools.count(1)


@dataclass
class User:
    """Somebody with an account, in a private chat with the bot."""

    api: BotApi
    id: int
    first_name: str
    username: str
    seen: int = field(default=0)

    @property
    def account(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, "username": self.username}

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.first_name, "username": self.username}

    def message(self, **content: Any) -> dict[str, Any]:
        self.api.known.add(self.id)
        return {"message_id": next(self.api.ids), "date": int(time.time()), "chat": self.chat, "from": self.account, **content}

    def says(self, text: str, **more: Any) -> int:
        """Write; returns the id of the message."""
        return self.sends(text=text, **more)

    def sends(self, **content: Any) -> int:
        message = self.message(**content)
        self.api.happens(message=message)
        return int(message["message_id"])

    def sends_photo(self, caption: str | None = None) -> int:
        sizes = [{"file_id": f"photo-{self.id}-{size}", "file_unique_id": f"u{size}", "width": size, "height": size} for size in (90, 800)]
        return self.sends(photo=sizes, **({"caption": caption} if caption else {}))

    def edits(self, message_id: int, **content: Any) -> None:
        self.api.happens(edited_message={**self.message(**content), "message_id": message_id, "edit_date": int(time.time())})

    def taps(self, label: str) -> None:
        """Tap the newest button with this label."""
        for message in reversed(self.bubbles):
            for shown, token in message.buttons:
                if shown == label:
                    self.taps_token(token, message.id)
                    return
        raise AssertionError(f"no button {label!r} in {[m.buttons for m in self.bubbles]}")

    def taps_token(self, token: str, message_id: int = 1) -> None:
        query = f"q{next(_query_ids)}"
        self.api.queries.add(query)
        message = {"message_id": message_id, "date": int(time.time()), "chat": self.chat, "from": BOT, "text": "…"}
        self.api.happens(
            callback_query={"id": query, "from": self.account, "chat_instance": "1", "data": token, "message": message},
        )

    def starts(self) -> None:
        self.says("/start", entities=[{"type": "bot_command", "offset": 0, "length": 6}])

    def blocks(self) -> None:
        self.api.blocked.add(self.id)
        self._membership("member", "kicked")

    def unblocks(self) -> None:
        self.api.blocked.discard(self.id)
        self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> None:
        self.api.happens(my_chat_member=membership(self.chat, self.account, old, new))

    @property
    def bubbles(self) -> list[Sent]:
        """What the bot has said here, in order."""
        return self.api.to(self.id)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.bubbles]

    async def hears(self, words: str, within: float = 10) -> Sent:
        """Wait for a new bubble that holds these words; what came up to it counts as read."""
        found: list[Sent] = []

        def there() -> bool:
            found[:] = [message for message in self.bubbles if message.id > self.seen and words.lower() in message.text.lower()]
            return bool(found)

        await until(there, within, lambda: f"{self.first_name} did not hear {words!r}, but {self.texts}")
        self.seen = found[0].id
        return found[0]


@dataclass
class Group:
    """A group, supergroup or channel that the bot is in."""

    api: BotApi
    id: int
    type: str = "group"

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": self.type, "title": "Year 9"}

    def adds_bot(self, by: User) -> None:
        self.api.known.add(self.id)
        status = "administrator" if self.type == "channel" else "member"
        self.api.happens(my_chat_member=membership(self.chat, by.account, "left", status))

    def hears_from(self, user: User, text: str) -> None:
        self.api.known.add(self.id)
        self.api.happens(message={**user.message(text=text), "chat": self.chat})

    def posts(self, text: str) -> None:
        self.api.known.add(self.id)
        self.api.happens(channel_post={"message_id": next(self.api.ids), "date": int(time.time()), "chat": self.chat, "text": text})


def membership(chat: dict[str, Any], by: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    def member(status: str) -> dict[str, Any]:
        more: dict[str, Any] = {"until_date": 0} if status == "kicked" else {}
        if status == "administrator":
            rights = "be_edited manage_chat delete_messages manage_video_chats restrict_members promote_members change_info invite_users"
            stories = "post_stories edit_stories delete_stories"
            more = {"is_anonymous": False, **{f"can_{name}": False for name in f"{rights} {stories}".split()}}
        return {"user": BOT, "status": status, **more}

    return {"chat": chat, "from": by, "date": int(time.time()), "old_chat_member": member(old), "new_chat_member": member(new)}


async def until(condition: Callable[[], bool], within: float = 10, otherwise: Callable[[], str] = lambda: "it never happened") -> None:
    """Wait for something to be so."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(otherwise())
        await asyncio.sleep(0.01)
