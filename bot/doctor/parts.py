"""The parts of the program where several processes share them: whether each has one."""

from __future__ import annotations

from bot.beside import ROLE
from bot.doctor.installation import Installation
from bot.doctor.verdict import Verdict, attention, broken, listed, ok
from bot.leasing import CALENDAR, POLLING, SENDING
from bot.roles import Role
from bot.settings import Settings
from escalation.record import leases


def check_parts(one: Installation) -> Verdict:
    """Whether every part of the work is done by some process, and what only one may do by one."""
    if one.file is not None:
        return ok("One process does everything, as it has to be with a database in a file.")
    standing = one.read(leases.standing)
    if not any(name.startswith(ROLE) for name in standing):
        return attention("No process of the program is at this database.", "Start it with `breakwater serve`.")
    if gone := [role for role in Role if f"{ROLE}{role}" not in standing]:
        return broken(f"No process does {listed([str(role) for role in gone])}.", f"Start one with `breakwater serve --role {gone[0]}`.")
    if free := [name for name in _held_by_one(one.settings) if name not in standing]:
        return broken(
            f"Nobody holds {listed(free)}.", "If that lasts for more than ten seconds, look at the log of the processes with that part."
        )
    return ok("Every part of the work has its process.")


def _held_by_one(settings: Settings) -> list[str]:
    """What one process has to hold at any time."""
    names = [CALENDAR]
    if settings.telegram_token is not None:
        names.append(f"{SENDING}telegram")
        if not settings.telegram_webhook_url:
            names.append(f"{POLLING}telegram")
    if settings.whatsapp_token is not None:
        names.append(f"{SENDING}whatsapp")
    return names
