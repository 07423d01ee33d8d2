"""Sending to WhatsApp through pywa's client: long texts in parts, buttons and lists, templates, and what refusals mean."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import httpx
from pywa.types.callback import Button, Section, SectionList, SectionRow
from pywa.types.templates import QuickReplyButton, TemplateLanguage
from pywa_async.client import WhatsApp
from pywa_async.errors import WhatsAppError

from bot.channels import Fate, NotApproved, OnlyApproved, Outgoing, TryLater, Undeliverable
from bot.channels.apps import WHATSAPP
from bot.channels.pacing import Begun, Turns
from bot.channels.texts import split
from bot.channels.whatsapp_updates import digest

CHAT_BURST, CHAT_EVERY = 40, 6.0
ALL_BURST, ALL_EVERY = 10, 1 / 60
LONGEST_WITH_BUTTONS = 1024
ROW, BELOW_ROW = 24, 72
"""Characters of a choice in a list, and of the line below it."""

TOKEN_REFUSED = (0, 3, 10, 190, *range(200, 300), 131005)
TOO_FAST = {4: 60.0, 80007: 60.0, 130429: 2.0, 131048: 300.0, 131056: 12.0, 131064: 300.0}
"""Limits, and the seconds after which to try again: of the app, of the number, of one chat."""
AWAY = (1, 2, 368, 131000, 131016, 131031, 131037, 131042, 131045, 131057, 133004, 133010, 135000)
"""It is away, or something is wrong with our account or number there: nobody is out of reach for that."""
WINDOW_CLOSED = 131047
TEMPLATE_REFUSED = range(132000, 132100)
ABOUT_PARAMETERS = (100, 131008, 131009, 131051)
TOKEN_PAUSE, AWAY_PAUSE = 60.0, 5.0

_log = logging.getLogger(__name__)

Keyboard = tuple[Button, ...] | SectionList


@dataclass
class Sender:
    """Sends bubbles from one number. `opener`: the words on the button that opens a list, in a language.

    `token_refused` is whether WhatsApp turned our token down when it was last asked.
    """

    client: WhatsApp
    opener: Callable[[str], str]
    token_refused: bool = False
    _turns: Turns = field(default_factory=lambda: Turns((CHAT_EVERY, CHAT_BURST), (ALL_EVERY, ALL_BURST)))
    _begun: Begun = field(default_factory=Begun)

    async def turn(self, address: str, *, urgent: bool = False) -> None:
        """Wait until a bubble may go there, ahead of sending it. Raises `TryLater` where that is far off."""
        await self._turns.take(address, urgent=urgent)

    async def send(self, address: str, outgoing: Outgoing) -> str:
        """Send one bubble, in parts if it is long; returns the id of the last, of which WhatsApp may still say that it did not arrive.

        Raises `Undeliverable`, `TryLater`, `OnlyApproved` or `NotApproved`.
        """
        if outgoing.approved is not None:
            return await self._template(address, outgoing)
        parts, bubble = self._parts(outgoing), (address, outgoing)
        if not parts:
            raise Undeliverable("empty")
        gone = self._begun.take(bubble)
        for text, keyboard in parts[len(gone) :]:
            try:
                gone = (*gone, await self._part(address, text, keyboard))
            except TryLater:
                self._begun.keep(bubble, gone)
                raise
        return gone[-1]

    async def typing(self, address: str, message_id: str) -> None:
        """Show that somebody is writing an answer to this message, unless messages wait for their turn. Never raises."""
        if not self._turns.takes_at_once(address):
            return
        try:
            await self.client.indicate_typing(message_id)
        except (WhatsAppError, httpx.HTTPError, ValueError, KeyError, TypeError):
            return

    def _parts(self, outgoing: Outgoing) -> list[tuple[str, Keyboard | None]]:
        """Texts, the last of them with the choices; choices beyond ten come with texts of their own."""
        texts = split(outgoing.text, WHATSAPP.longest)
        if not texts or not outgoing.buttons:
            return [(text, None) for text in texts]
        opener = self.opener(outgoing.language)
        texts = [*texts[:-1], *split(texts[-1], LONGEST_WITH_BUTTONS)]
        keyboards = list(_keyboards(outgoing.buttons, opener))
        before: list[tuple[str, Keyboard | None]] = [(text, None) for text in texts[:-1]]
        return [*before, (texts[-1], keyboards[0]), *((opener, keyboard) for keyboard in keyboards[1:])]

    async def _part(self, address: str, text: str, keyboard: Keyboard | None) -> str:
        await self._turns.wait(address)
        try:
            return await self._asked(address, self.client.send_message(address, text, buttons=keyboard))
        except Undeliverable as refused:
            if keyboard is None or refused.args != ("parameters",):
                raise
        # Words without their buttons are better than no words.
        return await self._part(address, text, None)

    async def _template(self, address: str, outgoing: Outgoing) -> str:
        assert outgoing.approved is not None
        await self._turns.wait(address)
        labels = enumerate(outgoing.buttons)
        params = [QuickReplyButton.params(callback_data=token, index=index) for index, (_, token) in labels]
        language = TemplateLanguage(outgoing.approved.language)
        return await self._asked(address, self.client.send_template(address, outgoing.approved.name, language, params))

    async def _asked(self, address: str, call: Awaitable[object]) -> str:
        try:
            sent = await call
        except WhatsAppError as error:
            self.token_refused = error.code in TOKEN_REFUSED
            fate = meaning((error.code,), error.status_code)
            if isinstance(fate, TryLater):
                fate = TryLater(max(fate.seconds, _asked_to_wait(error)))
            if isinstance(fate, TryLater) and error.code in TOO_FAST:
                self._turns.hold(address, fate.seconds)
            raise fate from None
        except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
            _log.info("WhatsApp did not answer as it should (%s)", type(error).__name__)
            raise TryLater(AWAY_PAUSE) from None
        self.token_refused = False
        return digest(str(getattr(sent, "id", "")))


def meaning(codes: Iterable[int], status: int | None = None) -> Fate:
    """What WhatsApp's error codes mean for one message. `status`: of the HTTP answer, where there was one."""
    known = set(codes)
    if WINDOW_CLOSED in known:
        return OnlyApproved()
    if known & set(TEMPLATE_REFUSED):
        _log.error("WhatsApp does not take a template (%s): look at content/policy/app_templates.yml", _listed(known))
        return NotApproved()
    if known & set(TOKEN_REFUSED):
        _log.error("WhatsApp refuses the token (%s): check BREAKWATER_WHATSAPP_TOKEN", _listed(known))
        return TryLater(TOKEN_PAUSE)
    if limits := [TOO_FAST[code] for code in known if code in TOO_FAST]:
        return TryLater(max(limits))
    if known & set(AWAY) or status == httpx.codes.TOO_MANY_REQUESTS or (status or 0) >= 500:
        return TryLater(AWAY_PAUSE)
    return Undeliverable("parameters" if known & set(ABOUT_PARAMETERS) else "refused")


def _keyboards(buttons: tuple[tuple[str, str], ...], opener: str) -> Iterable[Keyboard]:
    """Three short buttons as such; else lists of ten, each with a line below that says what was cut off."""
    labels = [label for label, _ in buttons]
    if len(labels) <= WHATSAPP.buttons and max(map(len, labels)) <= WHATSAPP.label and len(set(labels)) == len(labels):
        yield tuple(Button(label, token) for label, token in buttons)
        return
    for start in range(0, len(buttons), WHATSAPP.listed):
        rows = [_row(label, token) for label, token in buttons[start : start + WHATSAPP.listed]]
        yield SectionList(opener, [Section(opener, rows)])


def _row(label: str, token: str) -> SectionRow:
    if len(label) <= ROW:
        return SectionRow(label, token)
    return SectionRow(f"{label[: ROW - 1].rstrip()}…", token, label[:BELOW_ROW])


def _asked_to_wait(error: WhatsAppError) -> float:
    header = error.raw_response.headers.get("retry-after", "") if error.raw_response is not None else ""
    return float(header) if header.isascii() and header.isdigit() else 0.0


def _listed(codes: set[int]) -> str:
    return ", ".join(str(code) for code in sorted(codes))
