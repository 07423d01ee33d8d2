"""A Bot API server on loopback and the people who use it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.telegram.bot_api import BotApi
from tests.telegram.users import User

_ids = itertools.count(880_001)


@pytest.fixture
def api() -> Iterator[BotApi]:
    server = BotApi().start()
    yield server
    server.stop()


@pytest.fixture
def user(api: BotApi) -> Callable[[str], User]:
    """Makes somebody with an account of their own."""

    def make(name: str) -> User:
        return User(api, next(_ids), name, f"{name.lower()}_handle")

    return make
