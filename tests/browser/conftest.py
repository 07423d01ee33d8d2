"""A real Chromium and a real program for the browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from escalation.context import Service
from nlu.noticing import Noticing
from tests.browser.a_shift import Shift, begun
from tests.browser.running import Program, YoungPerson, phone, running

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Ended after each file: while Playwright runs, no asynchronous test can run in this process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, service: Service, noticing: Noticing) -> Iterator[Shift]:
    """The console alone, in the middle of a night; shared by the tests of one file, which name it before `chromium`."""
    yield from begun(tmp_path_factory.mktemp("shift"), empty_database, service, noticing)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Shared by the tests of one file: starting it takes as long as a test."""
    yield from running(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def own_program(tmp_path: Path) -> Iterator[Program]:
    """For a test that stops it, or that needs an empty queue."""
    yield from running(tmp_path)


@pytest.fixture
def young(chromium: Browser, program: Program) -> Iterator[YoungPerson]:
    context = phone(chromium)
    yield YoungPerson(context, program.url)
    context.close()
