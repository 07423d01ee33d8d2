"""What each channel says of its app. `docs/channels.md` shows it as a table; the contract tests hold each channel to it."""

from __future__ import annotations

from datetime import timedelta

from escalation.apps import App

TELEGRAM = App(
    "telegram",
    "Telegram",
    minimum_age=16,
    links_to="t.me",
    keeps_a_copy=True,
    longest=4096,
    deletes_for=timedelta(hours=48),
    edits=True,
    media=True,
    leaving=True,
    typing=True,
)
WHATSAPP = App(
    "whatsapp",
    "WhatsApp",
    minimum_age=13,
    links_to="wa.me",
    keeps_a_copy=True,
    longest=4096,
    buttons=3,
    label=20,
    listed=10,
    free_for=timedelta(hours=24),
    edits=True,
    media=True,
    typing=True,
)
WEB_CHAT = App("webchat", "Web chat", own_page=True, quick_exit=True, typing=True)
TERMINAL = App("terminal", "Terminal", public=False)

APPS = {app.name: app for app in (TELEGRAM, WHATSAPP, WEB_CHAT, TERMINAL)}
