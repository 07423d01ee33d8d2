"""Sending to Telegram: long texts in parts, the app's speed limits, and what its refusals mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels import Outgoing, TryLater, Undeliverable
from bot.channels.apps import TELEGRAM
from bot.channels.pacing import Begun, Turns
from bot.channels.telegram_asking import Told, asked
from bot.channels.texts import split

CHAT_BURST, CHAT_EVERY = 8, 1.0
ALL_BURST, ALL_EVERY = 3, 1 / 25
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass
class Sender:
    """Sends bubbles through one bot.

    One chat that Telegram slows down never holds up another: only that chat's messages wait.
    """

    bot: Bot
    told: Told = field(default_factory=Told)
    _turns: Turns = field(default_factory=lambda: Turns((CHAT_EVERY, CHAT_BURST), (ALL_EVERY, ALL_BURST)))
    _begun: Begun = field(default_factory=Begun)

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        """Wait until a bubble may go there, ahead of sending it. Raises `TryLater` where that is far off."""
        await self._turns.take(address, urgent=urgent)

    async def send(self, address: str, outgoing: Outgoing) -> str:
        """Send one bubble, in parts if it is long; returns their ids with commas between. Raises `Undeliverable` or `TryLater`.

        Which parts have gone is remembered, so that a retry goes on where it stopped.
        """
        parts, bubble = split(outgoing.text, TELEGRAM.longest), (address, outgoing)
        if not parts:
            raise Undeliverable("empty")
        gone = self._begun.take(bubble)
        for part in parts[len(gone) :]:
            last = len(gone) == len(parts) - 1
            try:
                gone = (*gone, await self._part(address, part, outgoing.buttons if last else (), outgoing.protected))
            except TryLater:
                self._begun.keep(bubble, gone)
                raise
        return ",".join(gone)

    async def taken(self, address: str, outgoing: Outgoing, after: str) -> str | None:
        """The id of a bubble that Telegram has, though nobody noted so; `None` where it doesn't say. It says nothing of groups, nor of what
        went in parts. Never raises."""
        parts = split(outgoing.text, TELEGRAM.longest)
        if len(parts) != 1 or address.startswith("-"):
            return None
        return await asked(
            self.bot,
            self._turns,
            address,
            self.told,
            after,
            lambda id: self.bot.edit_message_text(
                parts[0], address, id, reply_markup=_markup(outgoing.buttons), link_preview_options=_NO_PREVIEW
            ),
        )

    async def typing(self, address: str) -> None:
        """Show that somebody is writing, unless messages wait for their turn: a sign never holds up a message. Never raises."""
        if not self._turns.takes_at_once(address):
            return
        try:
            await self.bot.send_chat_action(address, ChatAction.TYPING)
        except RetryAfter as error:
            self._turns.hold(address, asked_to_wait(error))
        except TelegramError:
            return

    async def delete(self, address: str, ids: str) -> None:
        """Delete a bubble by what `send` returned. One that is gone already counts. Raises `Undeliverable` or `TryLater`."""
        for id in ids.split(","):
            try:
                await self.bot.delete_message(address, int(id))
            except BadRequest as error:
                if "not found" not in error.message.lower():
                    raise Undeliverable("refused") from None
            except TelegramError as error:
                raise meaning(error) from None

    async def _part(self, address: str, text: str, buttons: tuple[tuple[str, str], ...], protected: bool) -> str:
        await self._turns.wait(address)
        try:
            return await self._post(address, text, buttons, protected)
        except BadRequest as error:
            if buttons and _about_buttons(error):
                # Words without their buttons are better than no words.
                return await self._part(address, text, (), protected)
            raise Undeliverable("refused") from None
        except RetryAfter as error:
            seconds = asked_to_wait(error)
            self._turns.hold(address, seconds)
            raise TryLater(seconds) from None
        except TelegramError as error:
            raise meaning(error) from None

    async def _post(self, address: str, text: str, buttons: tuple[tuple[str, str], ...], protected: bool) -> str:
        sent = await self.bot.send_message(
            address,
            text,
            reply_markup=_markup(buttons),
            link_preview_options=_NO_PREVIEW,
            protect_content=protected or None,
        )
        id = str(sent.message_id)
        if not address.startswith("-"):
            self.told.learn((id,))
        return id


def _markup(buttons: tuple[tuple[str, str], ...]) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=token)] for label, token in buttons]) if buttons else None


def meaning(error: TelegramError) -> Undeliverable | TryLater:
    """What an error of the Bot API means for one message."""
    if isinstance(error, Forbidden | ChatMigrated):
        return Undeliverable("gone")
    if isinstance(error, BadRequest):
        return Undeliverable("refused")
    if isinstance(error, RetryAfter):
        return TryLater(asked_to_wait(error))
    return TryLater(60 if isinstance(error, InvalidToken) else 5)


def _about_buttons(error: BadRequest) -> bool:
    return any(word in error.message.lower() for word in ("button", "keyboard", "markup"))


def asked_to_wait(error: RetryAfter) -> float:
    """The seconds that Telegram asks to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
