"""What every part of the escalation needs to know of the service it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from content.editorial.earlier import Earlier
from content.editorial.library import Library
from content.editorial.opening import Opening
from escalation.app_templates import AppTemplates
from escalation.apps import App
from escalation.ending.ending_policy import EndingPolicy
from escalation.policy import Policy
from escalation.record.retention.policy import RetentionPolicy
from escalation.work.staff_policy import StaffPolicy


@dataclass(frozen=True)
class Service:
    """The organisation's words, policy, name and time zone. `outside_alerts`: whether Apprise addresses are set."""

    library: Library
    policy: Policy
    organisation: str
    bot_name: str
    zone: ZoneInfo
    area: str = "uk"
    outside_alerts: bool = False
    out_of_hours: str = ""
    """What staff call the organisation's out-of-hours contact; empty where none is set."""
    talks_on_telegram: bool = True
    """Whether staff can hold conversations on Telegram; without it they only get alerts there."""
    app_links: tuple[str, ...] = ()
    """Addresses that open a chat in one of them, for the start page."""
    app_templates: AppTemplates = field(default_factory=AppTemplates)
    """Which of our words an app has approved, for what is said when it takes no others."""
    contact: str = ""
    """How parents, partners and professionals reach the organisation, as the bot tells them; empty where none is set."""
    web_chat: str = ""
    apps: Mapping[str, App] = field(default_factory=dict)
    """The apps by which young people come, by channel."""
    only_signed: bool = False
    """Whether guidance is said only while it is signed off and its review not overdue, as in production."""
    edition: int = 0
    """How many versions of files had been published when the words were read."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """By the name of its file (`sleep`, `sleep.pl`), the version in force of each script that was published; the others are as shipped."""
    replaced: Mapping[str, tuple[Earlier, ...]] = field(default_factory=dict)
    """By topic, the scripts that were replaced within the last day, the oldest first."""
    staff_policy: StaffPolicy = field(kw_only=True)
    """The form, duties and sharing without agreement, as the organisation set them."""
    opening: Opening = field(kw_only=True)
    """When an adult can be reached, by level and area, and the languages that staff may speak."""
    ending: EndingPolicy = field(kw_only=True)
    """Check-ins, the hours offered for them, and after which cases an adult is asked how they are."""
    retention: RetentionPolicy = field(kw_only=True)
    """How long what is kept."""

    def app(self, channel: str) -> App:
        """What is known of the app behind a channel."""
        return self.apps.get(channel) or App(channel, channel)

    def speaking(self, language: str, now: datetime) -> Service:
        """The same service in a young person's language; in English where there are no words in it that may be said."""
        return replace(self, library=self.library.speaking(language, self._signed_on(now)))

    def languages(self, now: datetime) -> tuple[str, ...]:
        """The languages that a young person can choose today."""
        return self.library.languages(self._signed_on(now))

    def _signed_on(self, now: datetime) -> date | None:
        return now.astimezone(self.zone).date() if self.only_signed else None
