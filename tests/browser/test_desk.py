"""The desk in a real browser: from a changed sentence to a chat that says it, timed; and each page for everybody who uses it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk import drafts, jobs, workflow
from bot.desk.drafts import Draft
from bot.desk.publishing import Publishing
from bot.desk.room import room
from bot.desk.state import Desk
from bot.rehearsal.house import Clock, House
from content.editorial.problems import Problem
from escalation.context import Service
from escalation.record import published
from escalation.record.store import Record, Tx
from nlu.noticing import Noticing
from tests.browser.axe import COLOURS, violations
from tests.browser.console_site import Site, served
from tests.browser.running import Program, YoungPerson, laptop, phone, signed_in
from tests.conftest import KEY
from tests.console.conftest import can_sign_in

pytestmark = pytest.mark.browser

SCRIPT = "guidance/relationships/consent.yml"
NEW_WORDS = "Consent is a clear yes, and you can take it back."
LIVE_WITHIN = 5.0
"""Seconds from the end of the checks to a chat that says the new words."""
CHECKED_WITHIN = 240_000
"""Milliseconds for the checks themselves on a busy machine."""


def test_a_changed_sentence_is_judged_published_and_said_in_a_live_chat_within_seconds(chromium: Browser, own_program: Program) -> None:
    kit, jo = (signed_in(laptop(chromium), own_program, name) for name in ("Kit", "Jo"))
    kit.goto(f"{own_program.url}/staff/desk?q=what+consent+means&kind=guidance")
    kit.get_by_role("link", name="What consent means", exact=True).click()
    kit.get_by_role("button", name="Change it").click()
    kit.goto(f"{kit.url}?card=start")
    kit.get_by_label("What is said, Bubble 1").fill(NEW_WORDS)
    expect(kit.locator("#kept")).to_contain_text("Saved", timeout=15_000)
    kit.goto(f"{own_program.url}/staff/desk/files/{SCRIPT}")
    kit.get_by_role("button", name="Send it to the safeguarding lead").click()
    jo.goto(f"{own_program.url}/staff/desk/drafts")
    jo.get_by_role("link", name="What consent means").click()
    expect(jo.get_by_role("link", name="Read what it changes")).to_be_visible()
    jo.get_by_role("button", name="It fits").click()

    young = YoungPerson(phone(chromium), own_program.url)
    young.starts()
    kit.reload()
    kit.get_by_text("Publish it without sign-off").click()
    kit.get_by_role("button", name="Publish it as not signed off").click()
    expect(kit.get_by_text("The checks run")).to_be_visible()
    expect(kit.get_by_text(re.compile("It goes live in a moment|Live since"))).to_be_visible(timeout=CHECKED_WITHIN)
    checked = time.monotonic()
    expect(kit.get_by_text("Live since")).to_be_visible(timeout=LIVE_WITHIN * 1000)
    young.says("consent")
    young.sees("Consent is a clear yes")
    assert time.monotonic() - checked <= LIVE_WITHIN
