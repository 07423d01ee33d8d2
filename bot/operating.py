"""What the console may ask of the program: a look at everything, settings kept in `.env`, a drill."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

from dotenv import dotenv_values, set_key
from pydantic import SecretStr, ValidationError

from bot.settings import Settings
from escalation.checkup import Checkup
from escalation.context import Service
from escalation.operating import Kept, NotTaken

MAY_BE_KEPT = ("organisation", "bot_name", "area", "contact", "telegram_token", "out_of_hours_url", "out_of_hours_name")
"""Settings that the console may write; the others decide who can get in, and are set on the server alone."""

LONGEST = 1000
_SECRET = ("telegram_token", "out_of_hours_url")


class Operator:
    """`Operating` for one program. `env_file` is where its settings are kept beside the environment; `in_force()` gives its words and policy."""

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], datetime],
        send_drill: Callable[[], Awaitable[None]],
        *,
        setting_up: bool = False,
        env_file: Path | None = None,
        in_force: Callable[[], Service | None] = lambda: None,
    ) -> None:
        self.setting_up = setting_up
        self._settings = settings
        self._now = now
        self._send_drill = send_drill
        self._in_force = in_force
        self._env_file = (env_file or Path(".env")).absolute()

    def look(self, only: Collection[str] = ()) -> Checkup:
        from bot.doctor.examining import examine  # looks through every app's own library: not loaded before somebody asks
        from bot.doctor.installation import Installation

        return examine(Installation(self._settings, self._now(), in_force=self._in_force()), only)

    def bot_name(self, token: str) -> str:
        from bot.doctor import telegram

        try:
            return telegram.bot_name(token, self._settings.telegram_base_url)
        except telegram.TokenRefused:
            raise NotTaken(
                "Telegram does not know this token: copy it once more from @BotFather, the number and the colon with it"
            ) from None
        except telegram.TelegramAway:
            raise NotTaken("Telegram does not answer just now: look at the server's network, then try again") from None

    def keep(self, values: Mapping[str, str]) -> Kept:
        self._check(values)
        given = {f"BREAKWATER_{name.upper()}": value for name, value in values.items()}
        if any(name in os.environ for name in given) or not self._can_be_written():
            return Kept(False, tuple(f"{name}={_quoted(value)}" for name, value in given.items()))
        for name, value in given.items():
            set_key(self._env_file, name, value, quote_mode="always", follow_symlinks=True)
        return Kept(True, tuple(given))

    def set_to(self, name: str) -> str:
        if name in _SECRET or name not in MAY_BE_KEPT:
            raise KeyError(name)
        return self._kept().get(name, self._now_set(name))

    def not_in_force(self) -> tuple[str, ...]:
        return tuple(f"BREAKWATER_{name.upper()}" for name, value in self._kept().items() if value != self._now_set(name))

    async def send_drill(self) -> None:
        await self._send_drill()

    def _check(self, values: Mapping[str, str]) -> None:
        from bot.channels.apprise import not_understood

        for name, value in values.items():
            if name not in MAY_BE_KEPT:
                raise KeyError(name)
            if not value.isprintable() or len(value) > LONGEST or "${" in value:
                raise NotTaken(f"write it in one line of at most {LONGEST} characters, without ${{")
        urls = values.get("out_of_hours_url", "").split()
        if wrong := not_understood(urls):
            raise NotTaken(
                f"{wrong} of {len(urls)} addresses are not understood: write them as Apprise does, such as mailto://user:password@example.org"
            )
        try:
            Settings(_env_file=None, **{**self._settings.model_dump(), **values})
        except ValidationError as error:
            raise NotTaken(error.errors()[0]["msg"].removeprefix("Value error, ")) from None

    def _can_be_written(self) -> bool:
        """Makes the file, for its owner alone, where it is not there yet."""
        try:
            self._env_file.touch(mode=0o600)
        except OSError:
            return False
        return os.access(self._env_file, os.W_OK) and os.access(self._env_file.parent, os.W_OK)

    def _kept(self) -> dict[str, str]:
        """What `.env` holds of what may be kept here, as far as the environment does not say otherwise."""
        names = {f"BREAKWATER_{name.upper()}": name for name in MAY_BE_KEPT}
        found = dotenv_values(self._env_file, interpolate=False)
        return {names[key]: value for key, value in found.items() if key in names and value is not None and key not in os.environ}

    def _now_set(self, name: str) -> str:
        value = getattr(self._settings, name)
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")


def _quoted(value: str) -> str:
    """As a line of `.env` has it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
