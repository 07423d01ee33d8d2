"""The figures tell how old what waits is, and nothing about anybody; each of them is explained to whoever runs the service."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from bot.figures import stored
from bot.heartbeat import Heartbeat
from bot.metrics import MeasuredReader
from bot.rehearsal.house import House, YoungPerson
from bot.web import web_app
from bot.wiring import Program
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import DueRow, InboxRow, OutboxRow
from nlu.understanding import Reading
from tests.operations.conftest import browsing
from tests.operations.test_updates import CALL
from tests.operations.test_updates import update as telegram_update
from tests.test_docs import ROOT

DISCLOSURE = "my stepdad hits me when he is drunk"
CHANNELS = frozenset({"telegram"})


async def figures(program: Program) -> dict[str, float]:
    """Every sample, as `name{label}`."""
    text = (await program.metrics.text()).decode()
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value for sample in samples}


def test_nothing_waits_at_the_beginning(house: House) -> None:
    found = house.record.read(lambda tx: stored(tx, CHANNELS, house.clock()))
    assert (found.unhandled, found.outbox, found.timer, found.waiting, found.broken) == (0, {"urgent": 0, "other": 0}, 0, 0, 0)


async def test_a_message_grows_old_until_it_is_handled(program: Program) -> None:
    async with browsing(web_app(program)) as client:
        await client.post("/telegram/webhook", json=telegram_update(1, "hello"), headers=CALL)
        await program.lanes.idle()
    assert (await figures(program))["breakwater_oldest_unhandled_message_seconds"] == 0
    assert (await figures(program))["breakwater_turns_total[handled]"] == 1
    assert (await figures(program))["breakwater_app_contact_seconds[telegram]"] < 60
    early = program.metrics.now() - timedelta(seconds=90)
    program.record.write(lambda tx: tx.session.execute(update(InboxRow).values(handled_at=None, received_at=early)))
    assert 90 <= (await figures(program))["breakwater_oldest_unhandled_message_seconds"] < 150


async def test_a_message_that_was_tried_is_late_since_it_was_written(staffed: House) -> None:
    await YoungPerson(staffed).says(DISCLOSURE)
    now = staffed.clock()

    def delay(tx: Tx) -> None:
        first, second, *others = tx.session.query(OutboxRow).order_by(OutboxRow.seq)
        for row, urgent, age in ((first, True, 300), (second, False, 60)):
            row.channel, row.state, row.urgent, row.attempts = "telegram", "pending", urgent, 1
            row.created_at, row.not_before = now - timedelta(seconds=age), now + timedelta(hours=1)
        for row in others:
            row.state = "sent"

    staffed.record.write(delay)
    found = staffed.record.read(lambda tx: stored(tx, CHANNELS, now))
    assert found.outbox == {"urgent": 300, "other": 60}


def test_what_is_due_and_does_not_run_is_late(staffed: House) -> None:
    due = staffed.clock() - timedelta(seconds=45)
    row = DueRow(id=new_id(), kind="step", due_at=due, detail={}, created_at=due)
    staffed.record.write(lambda tx: tx.session.add(row))
    assert staffed.record.read(lambda tx: stored(tx, CHANNELS, staffed.clock())).timer == 45


async def test_intents_are_counted_by_whether_they_came(program: Program) -> None:
    class Moody:
        async def read(self, text: str) -> Reading | None:
            if text == "broken":
                raise RuntimeError(text)
            return Reading("safety", 0.9) if text == "fine" else None

    program.metrics.reader = MeasuredReader(Moody())
    await program.metrics.reader.read("fine")
    await program.metrics.reader.read("silent")
    with pytest.raises(RuntimeError):
        await program.metrics.reader.read("broken")
    found = await figures(program)
    assert found["breakwater_intent_seconds_count[answered]"] == 1
    assert found["breakwater_intent_seconds_count[failed]"] == 2


@pytest.mark.rule("S72")
async def test_no_figure_names_anybody(program: Program) -> None:
    async with browsing(web_app(program)) as client:
        await client.post("/telegram/webhook", json=telegram_update(1, "planted-words", chat=987654321), headers=CALL)
        await program.lanes.idle()
        text = (await client.get("/metrics", headers={"host": "127.0.0.1"})).text
    assert "breakwater_turns_total" in text
    assert not re.search("planted|987654321|telegram-token", text)
    labels = set(re.findall(r"(\w+)=\"", text))
    assert labels == {"result", "le", "urgency", "what", "app"}


async def test_with_the_record_away_the_figures_say_so(program: Program) -> None:
    program.record.write(lambda tx: tx.session.execute(update(InboxRow).values(handled_at=None)))
    with program.record.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    found = await figures(program)
    assert found["breakwater_record_up"] == 0
    assert "breakwater_oldest_unhandled_message_seconds" not in found
    assert "breakwater_clock_seconds" in found


async def test_every_figure_is_explained_with_what_to_do(program: Program) -> None:
    program.metrics.heart = Heartbeat("beat")
    names = {name.partition("[")[0] for name in await figures(program)}
    bare = {re.sub("_(bucket|sum|count|created)$", "", name) for name in names}
    told = set(re.findall(r"^\| `(breakwater_\w+)", (ROOT / "docs" / "operations.md").read_text(), re.M))
    assert told == bare
