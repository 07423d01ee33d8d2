"""Everything together on WhatsApp: the whole program against a Cloud API server, from the first words to a check-in by template.

The worker writes in the console. The intent service is away, so that what is noticed is noticed by the lexicon alone.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from bot.settings import Settings
from bot.web import web_app
from bot.wiring import Program, build
from escalation.app_templates import AppTemplates
from escalation.case import Stage
from escalation.console import labels
from escalation.ending import check_ins
from escalation.record.store import Tx
from escalation.record.tables import CaseEvent, CaseRow, OutboxRow, Table
from tests.channels.serving import serving
from tests.conftest import KEY
from tests.escalation.talking import does
from tests.telegram.test_end_to_end import RunningClock
from tests.telegram.users import until
from tests.whatsapp.cloud_api import PHONE_ID, SECRET, TOKEN, WINDOW, WORD, CloudApi, Template, webhook_at
from tests.whatsapp.users import User

HELLO = Template("Hi, just saying hello. I hope your week is going OK.", ("Carry on", "Stop these"))
SOMETHING_NEW = Template("Hi again. There is something new for you here. You can look when it suits you.", ("Carry on", "Something new"))


@dataclass
class Town:
    """The program, and everybody who uses it."""

    api: CloudApi
    program: Program
    clock: RunningClock
    house: House
    mia: User

    def case(self) -> CaseRow:
        return self.program.record.read(lambda tx: tx.session.scalars(select(CaseRow)).one())

    def story(self) -> list[str]:
        """What happened in the case, by name."""
        return self.program.record.read(lambda tx: list(tx.session.scalars(select(CaseEvent.event).order_by(CaseEvent.seq))))

    def how_far(self, text: str) -> str:
        """How far something that was said to them has come, as the console says it."""
        said = [line for line in YoungPerson(self.house, "whatsapp", self.mia.number).lines() if line.text == text]
        return labels.delivery(said[0].state, said[0].channel, said[0].problem)

    def use(self, **changes: Any) -> None:
        """Another edition of the policy comes into force."""
        before = self.program.editions.in_force
        self.program.use(replace(before, service=replace(before.service, **changes)))


def settings(api: CloudApi, database_url: str) -> Settings:
    given: dict[str, Any] = {
        "database_url": database_url,
        "data_key": base64.b64encode(KEY).decode(),
        "whatsapp_token": TOKEN,
        "whatsapp_phone_id": PHONE_ID,
        "whatsapp_app_secret": SECRET,
        "whatsapp_verify_token": WORD,
        "whatsapp_base_url": api.url,
        "nlu_url": "http://127.0.0.1:9",
        "organisation": "Harbour Youth",
        "burst_seconds": 0.1,
    }
    return Settings(_env_file=None, **given)


@pytest.fixture
async def town(api: CloudApi, database_url: str) -> AsyncIterator[Town]:
    clock = RunningClock()
    api.now = clock
    program = build(settings(api, database_url), clock)
    house = House(program.record, program.service, program.noticing, clock)
    house.hire("Sam")
    house.on_duty("Sam", 200)
    async with program.running(), serving(web_app(program)) as here:
        api.webhook = webhook_at(here)
        yield Town(api, program, clock, house, User(api))
        api.webhook = ""


def approved(service: Any) -> AppTemplates:
    """The shipped templates, once Meta has approved them."""
    shipped = service.app_templates.templates
    return AppTemplates(templates=tuple(one.model_copy(update={"approved_on": date(2026, 11, 1)}) for one in shipped))


async def tap(mia: User, *labels: str) -> None:
    """Wait until one of these buttons is under the last bubble, and tap it."""

    def shown() -> list[str]:
        return [label for label, _ in mia.bubbles[-1].buttons if label in labels] if mia.bubbles else []

    await until(lambda: bool(shown()), 15, lambda: f"no button {labels} under {mia.texts[-1:]}")
    mia.taps(shown()[0])


async def talks_to_sam(town: Town) -> None:
    mia = town.mia
    mia.says("my stepdad hits me when he is drunk")
    await mia.hears("Thank you for telling me")
    await tap(mia, "Yes")
    await tap(mia, "A short summary")
    await tap(mia, "Send it")
    await mia.hears("I've told Sam")
    assert "stepdad" not in "".join(town.house.alerts("Sam"))
    town.house.pick_up("Sam", town.case().id)
    await mia.hears("Sam is here now")


async def agrees_to_a_check_in_tomorrow(town: Town) -> None:
    house, service, now, mia = town.house, town.house.service, town.clock, town.mia
    case_id = town.case().id
    does(house, "Sam", lambda tx, me: check_ins.offer(tx, service, case_id, me, now()))
    await mia.hears("Sam would like to know how you are")
    await tap(mia, "In 3 days")
    await tap(mia, "16:00 to 19:00")
    await mia.hears("I'll say hello on")
    house.close("Sam", case_id, "plan_made")
    await mia.hears("Sam has ended the chat")


def due(town: Town) -> None:
    """The clock moves into the hours that they chose, on the day that they chose."""
    row = town.program.record.read(lambda tx: check_ins.to_come(tx, tx.session.scalars(select(CaseRow)).one()))
    assert row is not None
    town.clock.at += row.due_at - town.clock()
    town.clock.move(minutes=1)


@pytest.mark.rule("S40")
@pytest.mark.rule("S60")
@pytest.mark.rule("S61")
@pytest.mark.rule("S75")
@pytest.mark.rule("S77")
async def test_from_the_first_words_to_a_check_in_by_template(town: Town) -> None:
    mia, api = town.mia, town.api
    api.templates["breakwater_check_in", "en_GB"] = HELLO
    town.use(app_templates=approved(town.program.service))
    mia.sends_photo()
    await mia.hears("photos")
    await talks_to_sam(town)
    said = len(mia.bubbles)
    mia.says("he does it when mum is at work")
    await until(lambda: not api.calls)
    town.house.worker_says("Sam", town.case().id, "Hi, I'm Sam. I'm glad you wrote.")
    await mia.hears("I'm glad you wrote")
    await until(lambda: town.how_far("Hi, I'm Sam. I'm glad you wrote.") == "Arrived on their phone")
    assert not [text for text in mia.texts[said:] if "I'm a bot" in text]
    await agrees_to_a_check_in_tomorrow(town)

    heard = len(mia.bubbles)
    due(town)
    assert town.clock() - api.heard[mia.number] > WINDOW
    hello = await mia.hears("just saying hello", 20)
    assert hello.data["type"] == "template"
    assert len(mia.bubbles) == heard + 1
    assert not [text for text in mia.texts[heard:] if "stepdad" in text or "Sam" in text]
    mia.taps("Carry on")
    await mia.hears("How are you doing now?")
    await tap(mia, "I'm OK")
    await until(lambda: town.case().stage == Stage.CLOSED)
    assert (api.files_asked_for, set(api.webhook_answers)) == (0, {200})
    assert not number_in_plain(town)


def number_in_plain(town: Town) -> list[str]:
    """Where the record holds the young person's number in plain: nowhere."""
    number, wamid = town.mia.number, base64.b64encode(town.mia.number.encode()).decode()[:10]

    def read(tx: Tx) -> list[str]:
        rows = ((table.name, repr(row)) for table in Table.metadata.sorted_tables for row in tx.session.execute(select(table)))
        return [name for name, row in rows if number in row or wamid in row]

    return town.program.record.read(read)


@pytest.mark.rule("S75")
async def test_without_an_approved_template_nothing_is_sent_and_the_worker_is_told(town: Town) -> None:
    await talks_to_sam(town)
    await agrees_to_a_check_in_tomorrow(town)
    await until(lambda: not waiting(town))
    heard = len(town.mia.bubbles)
    due(town)
    await until(lambda: "check_in_unapproved" in town.story(), 20)
    await asyncio.sleep(0.2)
    assert len(town.mia.bubbles) == heard
    assert "none are approved yet" in town.house.alerts("Sam")[-1]


@pytest.mark.rule("S77")
async def test_what_an_adult_writes_after_a_day_waits_behind_a_template_that_gives_nothing_away(town: Town) -> None:
    town.api.templates["breakwater_hello_again", "en_GB"] = SOMETHING_NEW
    town.use(app_templates=approved(town.program.service))
    await talks_to_sam(town)
    await until(lambda: not waiting(town))
    town.clock.move(hours=25)
    heard = len(town.mia.bubbles)
    for words in ("I asked about your stepdad.", "Write when you can."):
        town.house.worker_says("Sam", town.case().id, words)
    knock = await town.mia.hears("There is something new for you here", 20)
    assert knock.data["type"] == "template"
    assert len(town.mia.bubbles) == heard + 1
    town.mia.taps("Carry on")
    await town.mia.hears("Write when you can.")
    assert town.mia.texts.index("I asked about your stepdad.") < town.mia.texts.index("Write when you can.")


async def test_a_template_that_meta_turned_down_is_told_to_the_worker_and_the_words_wait(town: Town) -> None:
    town.use(app_templates=approved(town.program.service))
    await talks_to_sam(town)
    await until(lambda: not waiting(town))
    town.clock.move(hours=25)
    heard = len(town.mia.bubbles)
    town.house.worker_says("Sam", town.case().id, "Write when you can.")
    await until(lambda: "not_approved" in town.story(), 20)
    assert len(town.mia.bubbles) == heard
    assert "They will see it when they write." in town.house.alerts("Sam")[-1]
    town.mia.says("hi")
    await tap(town.mia, "Carry on")
    await town.mia.hears("Write when you can.")


async def test_somebody_who_blocked_us_is_out_of_reach_though_whatsapp_took_the_message(town: Town) -> None:
    await talks_to_sam(town)
    await until(lambda: not waiting(town))
    town.mia.blocks()
    town.house.worker_says("Sam", town.case().id, "Are you there?")
    problem = select(OutboxRow.problem).where(OutboxRow.speaker == "worker")
    await until(lambda: town.program.record.read(lambda tx: tx.session.scalar(problem)) == "undeliverable")


def waiting(town: Town) -> bool:
    """Whether something is on its way to the young person."""
    rows = select(OutboxRow.id).where(OutboxRow.person_id.is_not(None), OutboxRow.state.in_(("pending", "sending")))
    return town.program.record.read(lambda tx: tx.session.scalar(rows.limit(1))) is not None
