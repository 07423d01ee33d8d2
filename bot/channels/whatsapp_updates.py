"""Reading what WhatsApp's Cloud API calls us with: messages, and what became of ours. Nothing here talks to WhatsApp.

One call may hold many messages and a thousand statuses, of several numbers. pywa's own types read the first of them and raise where
a field is missing, so that this is read here, field by field: what nobody knows must not stop what stands beside it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels import Incoming, Kind
from bot.channels.apps import WHATSAPP
from bot.channels.texts import clean

NAME = WHATSAPP.name
MEDIA = {
    "image": "photo",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
}
"""Things that are no words, as other channels call them."""

LONGEST_TIME = 11
"""Digits of a time in seconds; more are none."""

NOTHING_SAID = ("reaction", "system")
"""A heart on a bubble; a changed number, from which somebody begins anew."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A bubble of ours that did not arrive, with the codes of the reasons."""

    external_id: str
    codes: tuple[int, ...]


@dataclass
class Call:
    """What one call holds. `arrived`: bubbles of ours that are on their phone. `ignored` counts by kind what there is nothing to store of,
    `unreadable` what was not understood."""

    incoming: list[Incoming] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


def read(body: Mapping[str, Any], phone_id: str) -> Call:
    """Read one call, for our number `phone_id`; what is for another one is no concern of ours. Never raises.

    Messages are in the order in which they were written, as far as WhatsApp's clock tells: it delivers in any, also over several calls.
    """
    call, messages = Call(), []
    for value in _values(body):
        if _part(value, "metadata").get("phone_number_id") != phone_id:
            call.ignored["other_number"] += 1
            continue
        messages += [(one, value) for one in _list(value, "messages")]
        for status in _list(value, "statuses"):
            _status(call, status)
    for raw, value in sorted(messages, key=lambda pair: _seconds(pair[0])):
        _message(call, raw, value)
    return call


def digest(id: str) -> str:
    """WhatsApp's id of a message as it may be kept: the id itself holds the number of whoever it was sent to (S61)."""
    return hashlib.sha256(id.encode("utf-8", "replace")).hexdigest()


def _values(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in _list(body, "entry"):
        for change in _list(entry, "changes"):
            if change.get("field") == "messages":
                yield _part(change, "value")


def _message(call: Call, raw: Mapping[str, Any], value: Mapping[str, Any]) -> None:
    if "group_id" in raw:
        call.ignored["group"] += 1
    elif (kind := raw.get("type")) in NOTHING_SAID:
        call.ignored[str(kind)] += 1
    elif not (address := _address(raw, value)) or not _text(raw, "id"):
        call.unreadable += 1
    else:
        call.incoming.append(_incoming(raw, address))


def _incoming(raw: Mapping[str, Any], address: str) -> Incoming:
    kind, text, media = _content(raw, _text(raw, "type"))
    changed = _part(raw, "edit") or _part(raw, "revoke")
    ref = _text(changed, "original_message_id") or _text(raw, "id")
    answered = _text(_part(raw, "context"), "id")
    tapped = kind in ("button", "started")
    return Incoming(
        NAME,
        address,
        digest(_text(raw, "id")),
        kind,
        text,
        media,
        message_ref=None if tapped else ref,
        reply_to=digest(answered) if answered else None,
        written=_seconds(raw) or None,
    )


def _content(raw: Mapping[str, Any], type: str) -> tuple[Kind, str, str | None]:
    """What a message is: its kind, its words or token, and its media."""
    if type in MEDIA:
        part = _part(raw, type)
        return "media", _text(part, "caption"), "voice" if part.get("voice") else MEDIA[type]
    if type == "text":
        return "text", _text(_part(raw, "text"), "body"), None
    if type == "edit":
        message = _part(_part(raw, "edit"), "message")
        _, words, media = _content(message, _text(message, "type"))
        return "edited", words, media
    if type == "revoke":
        # What was said stays said (S15); that they took it back is a version without words.
        return "edited", "", None
    return _choice(raw, type)


def _choice(raw: Mapping[str, Any], type: str) -> tuple[Kind, str, str | None]:
    if type == "button":
        return "button", _text(_part(raw, "button"), "payload"), None
    if type == "request_welcome":
        return "started", "", None
    chosen = _part(raw, "interactive")
    reply = _part(chosen, "button_reply") or _part(chosen, "list_reply")
    return ("button", _text(reply, "id"), None) if reply else ("unsupported", "", None)


def _status(call: Call, raw: Mapping[str, Any]) -> None:
    """Whether one of ours is on their phone. That they read it is nobody's business beyond that."""
    state, id = _text(raw, "status"), _text(raw, "id")
    if id and state in ("delivered", "read"):
        call.arrived.append(digest(id))
        return
    if not id or state != "failed":
        call.ignored[f"status_{state}" if state in ("sent", "delivered", "read", "played", "deleted") else "status"] += 1
        return
    codes = [error.get("code") for error in _list(raw, "errors")]
    call.failed.append(Failure(digest(id), tuple(code for code in codes if isinstance(code, int))))


def _address(raw: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    """Their number; for people with a user name, who show none, the id that WhatsApp made for us."""
    contacts = _list(value, "contacts")
    contact = contacts[0] if len(contacts) == 1 else {}
    known = (_text(raw, "from"), _text(contact, "wa_id"), _text(raw, "from_user_id"), _text(contact, "user_id"))
    return next((one for one in known if one), "")


def _seconds(raw: Mapping[str, Any]) -> int:
    stamp = raw.get("timestamp")
    digits = str(stamp) if isinstance(stamp, str | int) else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_TIME else 0


def _list(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = data.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    return part if isinstance(part, dict) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    """A text as it can be stored, ids too: one that could not be would come again for days."""
    text = data.get(name)
    return clean(text) if isinstance(text, str) else ""
