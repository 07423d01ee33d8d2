"""What a process of the program does. One does everything, unless it is told its roles: several may then work side by side on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import make_url

from bot.settings import Settings, SettingsError


class Role(StrEnum):
    """One part of the work."""

    RECEIVE = "receive"
    """Takes what young people write: the apps' calls or polling, and the web chat."""
    TURNS = "turns"
    """Understands it and decides on the answer."""
    SEND = "send"
    """Sends what was written through the apps, and alerts."""
    CONSOLE = "console"
    """Serves staff and the youth panel."""
    CALENDAR = "calendar"
    """Does what is due, and looks after everything."""


ALL = frozenset(Role)


def chosen(settings: Settings, asked: Collection[Role]) -> frozenset[Role]:
    """The roles of this process. Raises `SettingsError`."""
    roles = frozenset(asked) or ALL
    if roles != ALL and make_url(settings.database_url).get_backend_name() == "sqlite":
        raise SettingsError("several processes need PostgreSQL: leave --role out, or set BREAKWATER_DATABASE_URL to postgresql+psycopg://…")
    return roles
