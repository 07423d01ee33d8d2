"""The settings of a broken installation, as far as they can be read, and the check of them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot import demo, secret_files
from bot.doctor.installation import Installation
from bot.doctor.verdict import Verdict, attention, broken, listed, ok
from bot.settings import Settings, setting_names

ENV_FILE = Path(".env")


def readable() -> tuple[Settings, tuple[str, ...]]:
    """The settings, and a line for each that is missing or malformed; the default stands in the place of such a one."""
    instead: dict[str, Any] = {}
    problems: list[str] = []
    while True:
        try:
            settings = Settings(**instead)
        except ValidationError as error:
            for one in error.errors():
                problems += [line for line in (_line(one),) if line not in problems]
                instead |= _without(one, instead)
        else:
            asked = given().get("BREAKWATER_MODE", settings.mode)
            whole = settings.model_copy(update={"mode": asked}) if asked in ("demo", "production") else settings
            return (demo.with_key(whole) if (demo.VAR / "demo.key").exists() else whole), tuple(problems)


def given() -> dict[str, str]:
    """Every `BREAKWATER_…` of the environment, of `.env` and of files of secrets; what counts first covers the others."""
    every = {**secret_files.given(), **dotenv_values(ENV_FILE), **os.environ}
    return {name: value for name, value in every.items() if name.startswith("BREAKWATER_") and value is not None}


def check_settings(one: Installation) -> Verdict:
    """Whether every setting can be used, and none is misspelt."""
    if one.problems:
        return broken(" ".join(one.problems), "Correct it in .env or in the environment; `breakwater settings` prints each with its help.")
    if strangers := sorted(set(given()) - set(setting_names())):
        return attention(f"No setting is called {listed(strangers)}.", "Check the spelling against `breakwater settings`, or take it out.")
    if one.settings.mode == "demo":
        return attention(
            "This is a demo: made-up staff, and words that nobody signed off.",
            "Set BREAKWATER_MODE=production before real young people use it.",
        )
    return ok("Every setting can be used. Production mode.")


def check_organisation(one: Installation) -> Verdict:
    """Whether young people read whose service this is, and others learn how to reach it."""
    missing = [
        what
        for what, given in (("name", _named(one.settings)), ("contact for parents and professionals", one.settings.contact))
        if not given
    ]
    if missing:
        todo = "Set BREAKWATER_ORGANISATION and BREAKWATER_CONTACT, or type them on the console's set-up page."
        return attention(f"The organisation has no {' and no '.join(missing)} yet.", todo)
    return ok(f"{one.settings.organisation}, reached at {one.settings.contact}; the bot is called {one.settings.bot_name}.")


def _named(settings: Settings) -> bool:
    return bool(settings.organisation) and settings.organisation != Settings.model_fields["organisation"].default


def _line(error: ErrorDetails) -> str:
    name = f"BREAKWATER_{str(error['loc'][0]).upper()}: " if error["loc"] else ""
    message = error["msg"].removeprefix("Value error, ")
    told = message if message.startswith("BREAKWATER_") else name + message
    return f"{told[:1].upper()}{told[1:].rstrip('.')}."


def _without(error: ErrorDetails, instead: Mapping[str, Any]) -> dict[str, Any]:
    """What to put in the place of settings that cannot be used: of those that do not go together, all that the message names.

    What only production asks for is no reason to lose a setting.
    """
    if error["loc"]:
        names = [str(error["loc"][0])]
    elif "mode" not in instead:
        return {"mode": "demo"}
    else:
        names = [name.lower() for name in re.findall(r"BREAKWATER_([A-Z_]+)", error["msg"])]
    fields = Settings.model_fields
    return {name: fields[name].get_default(call_default_factory=True) for name in names if name in fields}
