"""Whether there is a back-up to go back to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.doctor.installation import Installation
from bot.doctor.verdict import Verdict, attention, broken, ok
from escalation.record.backup import making, postgres

OLD, MISSING = timedelta(hours=26), timedelta(days=3)
"""A nightly back-up may take a while; after three days without one too much would be lost."""


def check_backup(one: Installation) -> Verdict:
    """Whether the newest back-up in the folder is of last night. What is in it is looked at when it is made."""
    if one.file is None and (missing := postgres.missing_tools()):
        return broken(f"The record is on PostgreSQL, and {missing[0]} is not here: no back-up can be made.", postgres.GET_TOOLS)
    if one.settings.backup_folder is None:
        return attention(
            "No folder for back-ups is set: a lost disk would lose every case.",
            "Set BREAKWATER_BACKUP_FOLDER, on another disk, and BREAKWATER_BACKUP_AT.",
        )
    found = making.in_folder(Path(one.settings.backup_folder))
    if not found:
        return broken(
            "There is no back-up yet.",
            "Set BREAKWATER_BACKUP_AT, or run `breakwater backup make` into the folder; the log says why one failed.",
        )
    made_at, path = found[-1]
    told = f"The newest back-up, {path.name}, was made on {made_at.astimezone(ZoneInfo(one.settings.time_zone)):%d %B %Y at %H:%M}"
    todo = "See that BREAKWATER_BACKUP_AT is set and the program runs at that time; the log says why one failed."
    if one.now - made_at > OLD:
        return (broken if one.now - made_at > MISSING else attention)(f"{told}.", todo)
    return ok(f"{told}; `breakwater backup check` rehearses a restore.")
