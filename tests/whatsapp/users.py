"""People in the app, as a test sees them: what they do becomes calls of the webhook, and what we say can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.telegram.users import until
from tests.whatsapp.cloud_api import CloudApi, Sent


@dataclass
class User:
    """Somebody with a number, in a chat with ours."""

    api: CloudApi
    number: str = "447700900123"
    seen: int = field(default=0)

    def says(self, text: str, **more: Any) -> str:
        """Write; returns the id of the message."""
        return self.sends("text", body=text, **more)

    def sends(self, type: str, **content: Any) -> str:
        return self.message(type=type, **{type: content})

    def sends_photo(self, caption: str = "") -> str:
        return self.sends("image", id="1234", mime_type="image/jpeg", sha256="x", **({"caption": caption} if caption else {}))

    def edits(self, id: str, text: str) -> str:
        return self.sends("edit", original_message_id=id, message={"type": "text", "text": {"body": text}})

    def deletes(self, id: str) -> str:
        return self.sends("revoke", original_message_id=id)

    def taps(self, label: str) -> str:
        """Tap the newest button or choice with this label."""
        for message in reversed(self.bubbles):
            for shown, token in message.buttons:
                if shown == label:
                    return self.taps_token(token, message)
        raise AssertionError(f"no button {label!r} in {[m.buttons for m in self.bubbles]}")

    def taps_token(self, token: str, below: Sent) -> str:
        context = {"from": "15550783881", "id": below.id}
        if below.data["type"] == "template":
            return self.message(type="button", button={"payload": token, "text": "…"}, context=context)
        kind = "button_reply" if below.data["interactive"]["type"] == "button" else "list_reply"
        return self.message(type="interactive", interactive={"type": kind, kind: {"id": token, "title": "…"}}, context=context)

    def message(self, **content: Any) -> str:
        self.api.heard[self.number] = self.api.now()
        raw = self.raw(**content)
        self.api.happens(contacts=[self.contact], messages=[raw])
        return str(raw["id"])

    @property
    def contact(self) -> dict[str, Any]:
        return {"profile": {"name": "Mia"}, "wa_id": self.number, "user_id": "GB.1234567890"}

    def raw(self, **content: Any) -> dict[str, Any]:
        stamp = str(int(self.api.now().timestamp()))
        return {"from": self.number, "id": self.api.new_id(self.number), "timestamp": stamp, **content}

    def blocks(self) -> None:
        self.api.blocked.add(self.number)

    @property
    def bubbles(self) -> list[Sent]:
        """What we have said here, in order."""
        return self.api.to(self.number)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.bubbles]

    async def hears(self, words: str, within: float = 15) -> Sent:
        """Wait for a new bubble that holds these words; what came up to it counts as read."""
        found: list[Sent] = []

        def there() -> bool:
            found[:] = [message for message in self.bubbles if message.seq > self.seen and words.lower() in message.text.lower()]
            return bool(found)

        await until(there, within, lambda: f"did not hear {words!r}, but {self.texts}")
        self.seen = found[0].seq
        return found[0]
