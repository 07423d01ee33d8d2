"""What every test may use: the shipped words and phrases, a fresh record, and a whole service on a clock of its own."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot.channels.apps import APPS
from bot.garbage import loading
from bot.intent_service import SERVICE
from bot.rehearsal.house import Clock, House, YoungPerson
from content.editorial import library
from content.editorial.library import Library
from content.editorial.opening import Opening
from content.editorial.reading import read_file
from escalation.context import Service
from escalation.ending.ending_policy import EndingPolicy
from escalation.policy import Policy
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.retention.veil import Veil
from escalation.record.schema import upgrade
from escalation.record.store import Record
from escalation.work import staff_policy
from nlu.noticing import Noticing

KEY = bytes(range(32))
MEMORY = "/dev/shm"  # noqa: S108 - below it each user has a folder of their own, which pytest makes and checks
ENOUGH = 6_000_000_000
"""Bytes, for the folders of all tests that run at once and of those that failed."""
MARKED_BY_FOLDER = {"nlu_service": "service", "browser": "browser"} | dict.fromkeys(
    (
        "telegram",
        "whatsapp",
        "channels",
        "operations",
        "webchat",
        "retention",
        "content",
        "console",
        "desk",
        "evaluate",
        "insight",
        "faults",
        "trials",
    ),
    "slow",
)


def pytest_configure() -> None:
    """The folders of tests lie in memory where there is room: no power fails here, and each commit would wait for the disk."""
    with suppress(OSError):
        if (there := os.statvfs(MEMORY)).f_bavail * there.f_frsize > ENOUGH and not there.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Folders whose tests are left out are not even read."""
    marker = MARKED_BY_FOLDER.get(collection_path.name)
    return True if marker and f"not {marker}" in config.getoption("markexpr") else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays: it is not searched for garbage, neither now nor while tests run."""
    with loading():
        done = yield
    gc.freeze()
    return done


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a slow kind carry its marker by the folder they are in."""
    for item in items:
        if marker := MARKED_BY_FOLDER.get(item.path.parent.name):
            item.add_marker(marker)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How several processes share the tests."""
    from tests.sharing import Sharing  # only where xdist is in use

    return Sharing(config, log)


@pytest.fixture(scope="session")
def nlu_service_url() -> Iterator[str]:
    """The trained intent service, really running."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(["bash", str(SERVICE / "run.sh"), str(port)], stdin=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while not _answers(url):
        assert process.poll() is None, "the intent service ended at its start: run `make setup`"
        assert time.monotonic() < deadline, "the intent service does not answer"
        time.sleep(0.25)
    yield url
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        return bool(httpx.get(f"{url}/status", timeout=2).json().get("model_file"))
    except (httpx.HTTPError, ValueError):
        return False


@pytest.fixture(scope="session")
def words() -> Library:
    return library.load()


@pytest.fixture(scope="session")
def noticing() -> Noticing:
    loaded = Noticing.load()
    # As the program does at its start: to look through all phrases for what is not needed any more takes part of a second.
    gc.freeze()
    return loaded


@pytest.fixture(scope="session")
def service(words: Library) -> Service:
    policy = read_file(library.CONTENT / "policy" / "escalation.yml", Policy)
    return Service(
        words,
        policy,
        "Harbour Youth",
        "Breakwater",
        ZoneInfo("Europe/London"),
        web_chat="http://chat.test/",
        apps=APPS,
        staff_policy=staff_policy.load(library.CONTENT / "policy"),
        opening=read_file(library.CONTENT / "policy" / "rota.yml", Opening),
        ending=read_file(library.CONTENT / "policy" / "ending.yml", EndingPolicy),
        retention=read_file(library.CONTENT / "policy" / "retention.yml", RetentionPolicy),
    )


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the newest schema, made once by the migrations and copied for each test."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(empty_database: Path, tmp_path: Path) -> str:
    shutil.copy(empty_database, tmp_path / "breakwater.db")
    return f"sqlite:///{tmp_path / 'breakwater.db'}"


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    opened = Record(database_url, KEY)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(record: Record, service: Service, noticing: Noticing, clock: Clock) -> House:
    record.veil = Veil(service.retention, clock)
    return House(record, service, noticing, clock)


@pytest.fixture
def staffed(house: House) -> House:
    """Sam is on duty, Alex is back-up, Jo is the safeguarding lead."""
    for name, role in (("Sam", "worker"), ("Alex", "worker"), ("Jo", "lead")):
        house.hire(name, role)
    house.on_duty("Sam")
    house.on_duty("Alex", backup=True)
    return house


@pytest.fixture
def young(house: House) -> YoungPerson:
    return YoungPerson(house)
