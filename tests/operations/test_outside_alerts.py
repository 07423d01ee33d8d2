"""Alerts beyond Telegram: what really arrives at an address that Apprise knows, and what is kept where it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from bot.channels import Outgoing, TryLater
from bot.channels.apprise import OutsideAlerts

NEUTRAL = Outgoing("Somebody is waiting. Please look at the console.")


class Receiver(HTTPServer):
    """A web address of the organisation's own, which takes JSON."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.bodies: list[str] = []
        self.answer = 200

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/"


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


async def test_an_alert_arrives_with_its_neutral_words_and_nothing_else_of_ours(receiver: Receiver) -> None:
    assert await OutsideAlerts([receiver.address]).deliver("", NEUTRAL) == "sent"
    [body] = receiver.bodies
    assert json.loads(body)["message"] == NEUTRAL.text
    assert json.loads(body)["title"] == ""


async def test_an_address_that_does_not_take_it_is_tried_again(receiver: Receiver) -> None:
    receiver.answer = 500
    with pytest.raises(TryLater):
        await OutsideAlerts([receiver.address]).deliver("", NEUTRAL)


def test_an_address_that_is_not_understood_is_said_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="BREAKWATER_ALERT_URLS: 1 of 1") as told:
        OutsideAlerts(["nothing://sesame@example"])
    assert "sesame" not in str(told.value)
