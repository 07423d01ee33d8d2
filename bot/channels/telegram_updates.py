"""Reading Telegram's updates: what each one is, and what it asks of the channel. Nothing here talks to Telegram."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update
from telegram.constants import ChatType

from bot.channels import Incoming, Kind
from bot.channels.apps import TELEGRAM
from bot.channels.texts import clean

NAME = TELEGRAM.name
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")
"""The kinds of update that are asked for; Telegram keeps the others to itself."""

MEDIA = (
    "photo",
    "video",
    "video_note",
    "voice",
    "audio",
    "animation",
    "sticker",
    "document",
    "venue",
    "location",
    "contact",
    "poll",
    "dice",
    "story",
    "game",
    "paid_media",
    "checklist",
)
"""Things that are no words. Their order matters where Telegram sets two: an animation is also a document."""

LARGEST_ID = 2**63
"""Telegram's own ids have at most 52 bits."""

_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?")
_DEEP_LINK = re.compile(r"/start(?:@\w+)?(?:\s+[\w-]{1,64})?")


@dataclass(frozen=True, slots=True)
class Read:
    """What one update asks for: something to store, a tap to answer, a group to tell, a channel to leave.

    `ignored` says why there is nothing to store. `unreadable` names the error where the update was not understood as
    a whole; what could be saved of it is in `incoming` all the same.
    """

    incoming: Incoming | None = None
    tap: str | None = None
    group: int | None = None
    leave: int | None = None
    ignored: str | None = None
    unreadable: str | None = None


def read(raw: Mapping[str, Any]) -> Read:
    """Read one update as it came from the Bot API. Never raises: a field nobody knows must not stop the messages behind it."""
    try:
        update = Update.de_json(dict(raw), None)
        return _read(update, raw)
    except Exception as error:
        return _salvage(raw, type(error).__name__)


def kind_of(raw: Mapping[str, Any]) -> str:
    """The name of an update's kind, such as `message`."""
    return next((key for key in raw if key != "update_id"), "empty")


def _read(update: Update, raw: Mapping[str, Any]) -> Read:
    if update.callback_query:
        return _tap(update.update_id, update.callback_query)
    if message := update.message or update.edited_message:
        said = _said(_part(raw, "message") or _part(raw, "edited_message"))
        return _message(update.update_id, message, said, edited=update.message is None)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    if update.channel_post:
        return _elsewhere(update.channel_post.chat)
    return Read(ignored="unknown")


def _message(update_id: int, message: Message, words: str, *, edited: bool) -> Read:
    if message.chat.type != ChatType.PRIVATE:
        return _elsewhere(message.chat)
    if message.from_user and message.from_user.is_bot:
        return Read(ignored="bot")
    media = next((name for name in MEDIA if getattr(message, name)), None)
    kind, text = ("edited", words) if edited else _kind(message, words, media)
    if kind is None or (edited and not words):
        return Read(ignored="service")
    reply_to = _number(message.reply_to_message.message_id) if message.reply_to_message else None
    return Read(
        Incoming(NAME, _number(message.chat.id), str(update_id), kind, text, media, _number(message.message_id), reply_to),
    )


def _kind(message: Message, words: str, media: str | None) -> tuple[Kind | None, str]:
    if media:
        return "media", words
    if words:
        return _words(words)
    # Fields that the library does not know are a kind of message newer than it; a service message has none.
    return ("unsupported", "") if message.api_kwargs else (None, "")


def _words(words: str) -> tuple[Kind, str]:
    """Words, or a command. A slash before a sentence ("/srs i mean it") is no command: the sentence must be read."""
    if _DEEP_LINK.fullmatch(words.strip()):
        return "started", ""
    if command := _COMMAND.fullmatch(words.strip()):
        return "command", command.group(1).lower()
    return "text", words


def _tap(update_id: int, query: CallbackQuery) -> Read:
    chat = query.message.chat if query.message else None
    if chat is None or chat.type != ChatType.PRIVATE:
        return Read(tap=query.id, ignored="tap_elsewhere")
    return Read(Incoming(NAME, _number(chat.id), str(update_id), "button", clean(query.data or "")), tap=query.id)


def _membership(update_id: int, change: ChatMemberUpdated) -> Read:
    status = change.new_chat_member.status
    if change.chat.type == ChatType.PRIVATE:
        left = status == ChatMember.BANNED
        return Read(Incoming(NAME, _number(change.chat.id), str(update_id), "left")) if left else Read(ignored="membership")
    if status in (ChatMember.LEFT, ChatMember.BANNED):
        return Read(ignored="membership")
    return _elsewhere(change.chat)


def _elsewhere(chat: Chat) -> Read:
    """Groups are told once that this bot talks one to one; channels are left."""
    _number(chat.id)
    if chat.type == ChatType.CHANNEL:
        return Read(leave=chat.id, ignored="channel")
    return Read(group=chat.id, ignored="group")


def _number(id: object) -> str:
    """An id as we keep it. Raises `TypeError` for one that is no number: it could never be stored, and all behind it would wait."""
    if not is_id(id):
        raise TypeError
    return str(id)


def is_id(id: object) -> bool:
    """Whether this may be the number of a chat, a message or an update."""
    return type(id) is int and abs(id) < LARGEST_ID


def _salvage(raw: Mapping[str, Any], error: str) -> Read:
    """Save the words of an update that cannot be read as a whole, so that they are looked at for risk like any others."""
    edited = "edited_message" in raw
    message = _part(raw, "edited_message" if edited else "message")
    chat = _part(message, "chat")
    if chat.get("type") != ChatType.PRIVATE or not is_id(chat.get("id")) or _part(message, "from").get("is_bot"):
        return Read(ignored="unreadable", unreadable=error)
    words = _said(message)
    media = next((name for name in MEDIA if message.get(name)), None)
    ref = str(message["message_id"]) if is_id(message.get("message_id")) else None
    kind: Kind = "edited" if edited else "media" if media else "text" if words else "unsupported"
    incoming = Incoming(NAME, str(chat["id"]), str(raw["update_id"]), kind, words, media=media, message_ref=ref)
    return Read(incoming, unreadable=error)


def _said(message: Mapping[str, Any]) -> str:
    """The words of a message, wherever they stand: what a poll asks may be what somebody cannot say otherwise.

    Of places and contacts only the kind is kept (S30). What was quoted from this chat was read when it was said, or the bot said it.
    """
    there = _part(message, "external_reply")
    quoted = [_part(message, "quote").get("text"), *_asked(there)] if there else []
    words = [message.get("text"), message.get("caption"), *_asked(message), *quoted]
    return clean("\n".join(one for one in words if isinstance(one, str) and one))


def _asked(message: Mapping[str, Any]) -> Iterator[object]:
    """What a poll or a list of tasks says."""
    poll, tasks = _part(message, "poll"), _part(message, "checklist")
    yield from (poll.get("question"), poll.get("description"), *_texts(poll.get("options")), poll.get("explanation"))
    yield from (tasks.get("title"), *_texts(tasks.get("tasks")))


def _texts(parts: object) -> list[object]:
    return [one.get("text") for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    return part if isinstance(part, dict) else {}
