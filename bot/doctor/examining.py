"""The list of checks, and one look at all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.doctor import around, backup, database, parts, people, settings, telegram, whatsapp, words
from bot.doctor.installation import Installation
from bot.doctor.verdict import CannotLook, Verdict, broken, unknown
from escalation.checkup import Checkup, Finding

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it is called on the command line and on the page, and how it looks."""

    name: str
    group: str
    title: str
    look: Callable[[Installation], Verdict]


CHECKS = (
    Check("settings", "Settings and key", "Settings", settings.check_settings),
    Check("organisation", "Settings and key", "Organisation", settings.check_organisation),
    Check("data_key", "Settings and key", "Data key", database.check_data_key),
    Check("address", "Settings and key", "Public address", around.check_address),
    Check("database", "The record", "Database", database.check_database),
    Check("migrations", "The record", "Tables", database.check_migrations),
    Check("writable", "The record", "Storing", database.check_writable),
    Check("integrity", "The record", "Whole", database.check_integrity),
    Check("audit", "The record", "Audit chain", database.check_audit),
    Check("disk", "The record", "Disk space", database.check_disk),
    Check("backup", "The record", "Back-up", backup.check_backup),
    Check("program", "The program", "Program", around.check_program),
    Check("parts", "The program", "Parts", parts.check_parts),
    Check("intents", "The program", "Intent service", around.check_intents),
    Check("telegram", "The program", "Telegram", telegram.check_telegram),
    Check("whatsapp", "The program", "WhatsApp", whatsapp.check_whatsapp),
    Check("clock", "The program", "Clock", around.check_clock),
    Check("heartbeat", "The program", "Heartbeat", around.check_heartbeat),
    Check("team", "People", "Staff", people.check_team),
    Check("rota", "People", "Rota", people.check_rota),
    Check("alerts", "People", "Alerts", people.check_alerts),
    Check("out_of_hours", "People", "Out of hours", people.check_out_of_hours),
    Check("drill", "People", "Drill", people.check_drill),
    Check("content", "The words", "Content", words.check_content),
    Check("signed", "The words", "Signed off", words.check_signed),
    Check("helplines", "The words", "Helplines", words.check_helplines),
    Check("retention", "The words", "Retention", words.check_retention),
)
NAMES = tuple(check.name for check in CHECKS)


def examine(one: Installation, only: Collection[str] = ()) -> Checkup:
    """Look at everything, or at the checks named, at the same time. Never raises; each wait for a network has an end."""
    chosen = [check for check in CHECKS if not only or check.name in only]
    try:
        with ThreadPoolExecutor(AT_ONCE, "doctor") as threads:
            return Checkup(one.now, tuple(threads.map(lambda check: _finding(check, one), chosen)))
    finally:
        one.close()


def _finding(check: Check, one: Installation) -> Finding:
    try:
        found = check.look(one)
    except CannotLook as error:
        found = unknown(str(error), "Mend what is broken first, then look again.")
    except Exception as error:
        # A check that fails must not hide what the others found; its message may hold data.
        found = broken(
            f"This could not be looked at ({type(error).__name__}).", "Tell the makers of this program, with the name of the check."
        )
    return Finding(check.name, check.group, check.title, found.state, found.what, found.todo)
