"""What every part of the escalation needs to know of the service it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from content.editorial.library import Library
from escalation.policy import Policy


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
    web_chat: str = ""
    only_signed: bool = False
    """Whether guidance is said only while it is signed off and its review not overdue, as in production."""
