"""Planted words are driven through every way in, at DEBUG and with what is outside broken, and no log line holds any."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot import logs
from bot.web import web_app
from bot.wiring import Program
from tests.operations.conftest import TELEGRAM_TOKEN, WEBHOOK_SECRET, browsing
from tests.operations.test_updates import CALL, update
from tests.webchat.visiting import new_id

PLANTED = "planted-7f3a"
CHAT = 990_011_223


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The log at DEBUG, as it would be written; whatever else writes in this process is left out."""
    stream, levels = io.StringIO(), {name: logging.getLogger(name).level for name in ("", *logs.SPEAKING)}
    root = logging.getLogger()
    before = list(root.handlers)
    root.handlers[:] = [handler for handler in before if handler.__class__.__module__.startswith("_pytest")]
    logs.set_up(logging.DEBUG, stream)
    logs.dropped.clear()
    yield stream
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.rule("S72")
async def test_no_line_holds_what_was_planted_on_any_way_in(program: Program, written: io.StringIO) -> None:
    async with browsing(web_app(program)) as client:
        text = f"{PLANTED} my stepdad hits me"
        for number, message in enumerate((text, f"/{PLANTED}", f"/start {PLANTED}"), start=1):
            await client.post("/telegram/webhook", json=update(number, message, CHAT), headers=CALL)
        odd = update(9, text, CHAT)
        odd["message"]["entities"] = [{"type": "bold"}]
        await client.post("/telegram/webhook", json=odd, headers=CALL)
        await client.post("/telegram/webhook", content=PLANTED, headers=CALL)
        session = (await client.post("/chat/open", json={"id": new_id()})).json()["session"]
        client.headers["Authorization"] = f"Bearer {session}"
        await client.post("/chat/send", json={"id": new_id(), "text": text})
        await client.post("/chat/press", json={"id": new_id(), "token": PLANTED})
        await client.post("/chat/return", json={"id": new_id(), "code": PLANTED})
        await client.post("/chat/send", content=PLANTED, headers={"content-type": "application/json"})
        await client.get(f"/chat/copy/{PLANTED}")
        await client.post("/staff/sign-in", data={"name": PLANTED, "password": PLANTED})
        await client.get(f"/staff/invite/{PLANTED}")
        await program.lanes.idle()
        with program.record.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE inbox")
        assert (await client.post("/telegram/webhook", json=update(10, text, CHAT), headers=CALL)).status_code == 503
        await client.post("/chat/send", json={"id": new_id(), "text": text})
    found = written.getvalue()
    assert "an event could not be stored" in found, "it has to log something for this test to mean anything"
    assert not [part for part in (PLANTED, TELEGRAM_TOKEN, WEBHOOK_SECRET, str(CHAT), "stepdad") if part in found]
    assert {name for line in lines(written) for name in line} <= logs.FIELDS
    assert not logs.dropped, "our own lines use allowed fields only"


def test_a_library_is_heard_without_its_words(written: io.StringIO) -> None:
    logging.getLogger("some.library").error("payload %s", PLANTED)
    [line] = lines(written)
    assert (line["logger"], line["level"]) == ("some.library", "error")
    assert line["place"].startswith("test_logs.py:")
    assert PLANTED not in written.getvalue()


def test_an_error_is_told_by_kind_and_place(written: io.StringIO) -> None:
    try:
        raise ValueError(PLANTED)
    except ValueError:
        logging.getLogger("bot.somewhere").exception("a part failed")
    [line] = lines(written)
    assert (line["event"], line["error"]) == ("a part failed", "ValueError")
    assert line["place"].startswith("test_logs.py:")
    assert line["timestamp"].endswith("Z")
    assert PLANTED not in written.getvalue()


def test_a_field_that_is_not_allowed_is_dropped_and_counted(written: io.StringIO) -> None:
    logging.getLogger("bot.somewhere").warning("a line", extra={"text": PLANTED})
    assert PLANTED not in written.getvalue()
    assert logs.dropped == {"text": 1}
