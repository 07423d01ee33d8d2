"""What every test may use: the shipped words and phrases, a fresh record, and a whole service on a clock of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from content.editorial import library
from content.editorial.library import Library
from content.editorial.reading import read_file
from escalation.context import Service
from escalation.policy import Policy
from escalation.record.schema import upgrade
from escalation.record.store import Record
from nlu.noticing import Noticing
from tests.house import Clock, House, YoungPerson

KEY = bytes(range(32))


@pytest.fixture(scope="session")
def words() -> Library:
    return library.load()


@pytest.fixture(scope="session")
def noticing() -> Noticing:
    return Noticing.load()


@pytest.fixture(scope="session")
def service(words: Library) -> Service:
    policy = read_file(library.CONTENT / "policy" / "escalation.yml", Policy)
    return Service(words, policy, "Harbour Youth", "Breakwater", ZoneInfo("Europe/London"), web_chat="http://chat.test/")


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
