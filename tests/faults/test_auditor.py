"""The auditor: what stays overdue is found and logged without words, and the heartbeat stops for as long as it does."""

from __future__ import annotations

import logging
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from bot.heartbeat import Heartbeat
from bot.rehearsal.house import House
from escalation.record import messages, people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import DueRow, OutboxRow
from tests.faults.app import App, sending
from tests.faults.waiting import until


class Beats:
    """A heartbeat that counts."""

    def __init__(self, house: House) -> None:
        self.count = 0
        house.ticking.auditor.beat = self.beat
        house.ticking.auditor.channels = frozenset({"telegram"})

    async def beat(self) -> None:
        self.count += 1


async def test_with_nothing_overdue_the_heart_beats(staffed: House) -> None:
    beats = Beats(staffed)
    await staffed.ticking.audit()
    assert beats.count == 1


async def test_a_row_that_cannot_run_stops_the_heart_until_it_is_mended(staffed: House, caplog: pytest.LogCaptureFixture) -> None:
    beats, due_id = Beats(staffed), new_id()

    def broken(tx: Tx) -> None:
        tx.session.add(DueRow(id=due_id, kind="nothing_we_know", due_at=staffed.clock(), detail={}, created_at=staffed.clock()))

    staffed.record.write(broken)
    await staffed.ticking.run_due()
    with caplog.at_level(logging.ERROR):
        await staffed.ticking.audit()
    assert beats.count == 0, "it was put off, and still is not done"
    assert "1 due rows" in caplog.text
    staffed.record.write(lambda tx: tx.session.delete(tx.session.get_one(DueRow, due_id)))
    await staffed.ticking.audit()
    assert beats.count == 1


async def test_what_is_due_and_nobody_runs_stops_the_heart(staffed: House) -> None:
    beats = Beats(staffed)
    late = staffed.clock() - timedelta(minutes=2)
    row = DueRow(id=new_id(), kind="chain_step", due_at=late, detail={}, created_at=late)
    staffed.record.write(lambda tx: tx.session.add(row))
    await staffed.ticking.audit()
    assert beats.count == 0


async def test_an_urgent_message_that_does_not_go_out_stops_the_heart_and_its_sender_is_woken(
    staffed: House, caplog: pytest.LogCaptureFixture
) -> None:
    beats, app = Beats(staffed), App(away=True)

    def write(tx: Tx) -> None:
        someone, _ = people.find_or_create(tx, "telegram", "young-1", staffed.clock())
        messages.say(tx, someone, "zwetschge", staffed.clock(), urgent=True)

    staffed.record.write(write)
    async with sending(staffed, app):
        await until(lambda: app.tries >= 1)
        await staffed.ticking.audit()
        assert beats.count == 1, "a moment is fine"
        staffed.clock.move(minutes=2)
        with caplog.at_level(logging.ERROR):
            await staffed.ticking.audit()
        assert beats.count == 1
        assert "1 urgent messages" in caplog.text
        assert "zwetschge" not in caplog.text
        app.away = False
        await app.shows("young-1", 1)
        await until(lambda: staffed.record.read(lambda tx: tx.session.scalars(select(OutboxRow.state)).all()) == ["sent"])
        await staffed.ticking.audit()
    assert beats.count == 2


async def test_a_message_for_a_page_that_was_closed_stops_nothing(staffed: House) -> None:
    beats = Beats(staffed)

    def write(tx: Tx) -> None:
        someone, _ = people.find_or_create(tx, "webchat", "young-1", staffed.clock())
        messages.say(tx, someone, "hello", staffed.clock(), urgent=True)

    staffed.record.write(write)
    staffed.clock.move(hours=2)
    await staffed.ticking.audit()
    assert beats.count == 1


async def test_a_message_that_nobody_answers_stops_the_heart(staffed: House) -> None:
    beats = Beats(staffed)
    await staffed.arrives("telegram", "young-1", "text", "hello")
    staffed.clock.move(minutes=2)
    await staffed.ticking.audit()
    assert beats.count == 0
    await staffed.settle()
    await staffed.ticking.audit()
    assert beats.count == 1


async def test_the_heartbeat_touches_its_file_at_most_so_often(tmp_path: Path) -> None:
    path = tmp_path / "beat"
    heart = Heartbeat(str(path))
    await heart.beat()
    assert path.exists()
    path.unlink()
    await heart.beat()
    assert not path.exists(), "not every five seconds"
    await Heartbeat(str(path), every=0).beat()
    assert path.exists()


async def test_the_heartbeat_calls_its_address_and_an_address_that_is_away_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    called: list[str] = []

    class Watcher(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Watcher)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/secret-path"
    await Heartbeat(address).beat()
    assert called == ["/secret-path"]
    server.shutdown()
    server.server_close()
    await Heartbeat(address).beat()
    assert "the heartbeat could not be given" in caplog.text
    assert "secret-path" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))


async def test_a_row_that_names_what_is_not_there_is_put_off_and_holds_up_no_other(staffed: House) -> None:
    now, good = staffed.clock(), new_id()

    def arm(tx: Tx) -> None:
        first = DueRow(id=new_id(), kind="check_in", due_at=now - timedelta(seconds=1), detail={"check_in": "gone"}, created_at=now)
        tx.session.add_all((first, DueRow(id=good, kind="hold_review", due_at=now, detail={"case": "gone"}, created_at=now)))

    staffed.record.write(arm)
    await staffed.ticking.run_due()
    assert staffed.record.read(lambda tx: tx.session.get_one(DueRow, good).done_at) == now
    await staffed.ticking.audit()
    assert staffed.ticking.auditor.overdue == {"due rows": 1}
