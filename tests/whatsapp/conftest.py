"""A Cloud API server on loopback, and somebody who uses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.whatsapp.cloud_api import CloudApi
from tests.whatsapp.users import User


@pytest.fixture
def api() -> Iterator[CloudApi]:
    server = CloudApi().start()
    yield server
    server.stop()


@pytest.fixture
def mia(api: CloudApi) -> User:
    return User(api)
