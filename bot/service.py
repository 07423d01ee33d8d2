"""The organisation's words and policy, as content and settings hold them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.channels.apps import APPS
from bot.settings import Settings, SettingsError
from content.editorial import library
from content.editorial.edition import laid_out
from content.editorial.facts import unconfirmed
from content.editorial.helplines import only_confirmed
from content.editorial.helplines import unconfirmed as unconfirmed_helplines
from content.editorial.opening import Opening
from content.editorial.reading import read_file
from content.editorial.release import held, reason_to_hold
from content.editorial.schema import Reviewed
from escalation.app_templates import AppTemplates
from escalation.apps import App
from escalation.context import Service
from escalation.ending.ending_policy import EndingPolicy
from escalation.policy import Policy
from escalation.record import published
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.store import Record
from escalation.work import staff_policy

log = logging.getLogger(__name__)


def service_in_force(settings: Settings, record: Record) -> Service:
    """`read_service` with what is published."""
    with laid_out(record.read(published.texts)) as folder:
        return read_service(settings, folder)


def load_service(settings: Settings, folder: Path = library.CONTENT) -> Service:
    """`read_service`, for talking to young people: in production it refuses words of the bot's own that nobody signed off, periods and
    helplines that nobody confirmed, leaves out the helplines of other areas that nobody confirmed, and says which guidance is not given."""
    service = read_service(settings, folder)
    if settings.mode == "production":
        today = datetime.now(UTC).date()
        if missing := owed(service.library, service.retention, service.area, today):
            raise SettingsError(
                "production mode cannot start yet; `breakwater serve --set-up` opens the console alone:\n" + "\n".join(missing)
            )
        note_what_editors_owe(service.library, today)
        return replace(service, library=only_confirmed(service.library, service.area))
    return service


def read_service(settings: Settings, folder: Path = library.CONTENT) -> Service:
    """The organisation's words and policy, from the content files below `folder`.

    Raises `ContentError`, and `SettingsError` for an area without a directory.
    """
    words = library.load(folder)
    if settings.area not in words.directories:
        raise SettingsError(f"BREAKWATER_AREA: there is no area {settings.area!r}: choose one of {', '.join(sorted(words.directories))}")
    return Service(
        library=words,
        policy=read_file(folder / "policy" / "escalation.yml", Policy),
        organisation=settings.organisation,
        bot_name=settings.bot_name,
        zone=ZoneInfo(settings.time_zone),
        area=settings.area,
        outside_alerts=bool(settings.alert_urls.get_secret_value().split()),
        out_of_hours=settings.out_of_hours_name if settings.out_of_hours_url.get_secret_value().split() else "",
        talks_on_telegram=settings.talks_on_telegram,
        web_chat=settings.public_url or f"http://{settings.listen}/",
        apps=_switched_on(settings),
        app_links=tuple(settings.app_links.split()),
        app_templates=read_file(folder / "policy" / "app_templates.yml", AppTemplates),
        contact=settings.contact,
        only_signed=settings.mode == "production",
        staff_policy=staff_policy.load(folder / "policy"),
        opening=read_file(folder / "policy" / "rota.yml", Opening),
        ending=read_file(folder / "policy" / "ending.yml", EndingPolicy),
        retention=read_file(folder / "policy" / "retention.yml", RetentionPolicy),
    )


def _switched_on(settings: Settings) -> dict[str, App]:
    off = {"telegram": settings.telegram_token is None, "whatsapp": settings.whatsapp_token is None}
    return {name: app for name, app in APPS.items() if not off.get(name)}


def owed(words: library.Library, retention: RetentionPolicy, area: str, today: date) -> list[str]:
    """A line for whatever keeps this content from being used in production, by an organisation of this area.

    How long ago a helpline was confirmed is no part of it: that is told, and stops nobody who is being answered.
    """
    return [*_unconfirmed_periods(retention), *unconfirmed_helplines(words, area), *held(words.own_words, today)]


def _unconfirmed_periods(retention: RetentionPolicy) -> Iterator[str]:
    if not retention.confirmed:
        yield (
            "production mode needs retention periods that somebody confirmed: compare content/policy/retention.yml with your own schedule, "
            "and fill in `confirmed`, by whom and on which day"
        )


def note_what_editors_owe(words: library.Library, today: date) -> None:
    """Log a warning for each file of guidance that is not said in production, and for facts in the others that nobody confirmed."""
    files: dict[str, Reviewed] = {f"guidance/{topic}": script for topic, script in words.scripts.items()}
    files |= {f"{one.path.parent.name}/{one.path.name}": one.entry for theirs in words.siblings.values() for one in theirs}
    for line in held(files, today):
        log.warning("not served: %s", line)
    for facts in unconfirmed(script for script in words.scripts.values() if not reason_to_hold(script, today)):
        log.warning("served unconfirmed: guidance/%s: %s", facts.topic, facts)
