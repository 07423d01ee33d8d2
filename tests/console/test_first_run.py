"""Health and setting up in the console: the way in, what each step does, and what is never given away."""

from __future__ import annotations

import re
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dotenv import dotenv_values
from fastapi import FastAPI
from sqlalchemy import func, select

from bot.rehearsal.house import House
from escalation.console.app import ConsoleSettings, create
from escalation.console.state import Console
from escalation.record.tables import AuditRow, Shift, Staff
from escalation.rota import gaps
from escalation.staff.first_run import OPEN_FOR, FirstRun
from tests.console.conftest import Browser, Open, can_sign_in, operator, token_in
from tests.published import CHECK
from tests.telegram.bot_api import TOKEN, BotApi


@pytest.fixture
def link(house: House) -> FirstRun:
    return FirstRun(house.clock() + OPEN_FOR)


@pytest.fixture
async def newcomer(house: House, link: FirstRun) -> AsyncIterator[Browser]:
    """Somebody at the console of a fresh installation."""
    fresh = create(house.record, house.service, ConsoleSettings(), house.clock, check=CHECK, operating=operator(house), first_run=link)
    browser = Browser(fresh, house)
    yield browser
    await browser.client.aclose()


@pytest.fixture
def api() -> Iterator[BotApi]:
    server = BotApi().start()
    yield server
    server.stop()


def env_file(house: House) -> Path:
    return Path(house.record.url.removeprefix("sqlite:///")).with_name(".env")


def with_bot(app: FastAPI, house: House, api: BotApi) -> None:
    console: Console = app.state.console
    console.operating = operator(house, telegram_base_url=api.base_url)


async def test_the_way_in_makes_one_administrator_and_closes_behind_them(newcomer: Browser, link: FirstRun, house: House) -> None:
    begin = f"/first-run/begin/{link.token}"
    assert "Your full name" in (await newcomer.get(begin)).text
    invite = (await newcomer.post(begin, name="Ada Price")).headers["location"]
    assert re.fullmatch(r"/staff/invite/\S+", invite)
    assert house.staff("Ada Price").role == "admin"
    assert "The account of <strong>Ada Price</strong> was begun" in (await newcomer.get(begin)).text
    again = (await newcomer.post(begin)).headers["location"]
    assert again != invite and (await newcomer.get(invite.removeprefix("/staff"))).status_code == 404, "the first link is dead"
    house.record.write(lambda tx: setattr(tx.session.scalars(select(Staff)).one(), "invite", None))
    assert (await newcomer.get(begin)).status_code == 404
    assert (await newcomer.post(begin, name="Somebody Else")).status_code == 404


async def test_the_way_in_needs_the_right_token_in_its_time(newcomer: Browser, link: FirstRun, house: House) -> None:
    assert (await newcomer.post("/first-run/begin/wrong", name="Mallory")).status_code == 404
    assert (await newcomer.post("/first-run/begin/ungültig", name="Mallory")).status_code == 404
    house.clock.move(hours=25)
    assert (await newcomer.post(f"/first-run/begin/{link.token}", name="Late")).status_code == 404
    assert house.record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(Staff))) == 0


async def test_where_staff_are_there_is_no_way_in(staffed: House, link: FirstRun) -> None:
    app = create(staffed.record, staffed.service, ConsoleSettings(), staffed.clock, check=CHECK, first_run=link)
    assert (await Browser(app, staffed).get(f"/first-run/begin/{link.token}")).status_code == 404


async def test_health_says_what_is_and_what_to_do(browser: Open) -> None:
    jo = await browser("Jo")
    assert 'hx-get="/staff/health?looked=yes"' in (await jo.get("/health")).text, "the page is there before the look, and asks for it"
    text = (await jo.get("/health?looked=yes")).text
    assert "Everything works" in text and "things need somebody" in text
    assert "Set BREAKWATER_OUT_OF_HOURS_URL." in text
    assert "<code>breakwater drill</code>" in text


async def test_a_console_without_its_program_says_so(staffed: House) -> None:
    staffed.hire("Robin", "admin")
    can_sign_in(staffed, "Robin")
    alone = create(staffed.record, staffed.service, ConsoleSettings(), staffed.clock, check=CHECK)
    answer = await (await Browser(alone, staffed).signs_in("Robin")).get("/health")
    assert answer.status_code == 503 and "breakwater doctor" in answer.text


async def test_the_organisation_is_kept_for_the_next_start(browser: Open, staffed: House) -> None:
    env_file(staffed).write_text("# ours\nBREAKWATER_MODE=demo\n")
    robin = await browser("Robin")
    named = {"organisation": "St Aidan's Youth Trust", "bot_name": "Harbour", "area": "norfolk", "contact": "020 7946 0000"}
    answer = await robin.post("/first-run/organisation", **named)
    assert "in force once the program is started again" in answer.text
    kept = dotenv_values(env_file(staffed))
    assert kept == {"BREAKWATER_MODE": "demo"} | {f"BREAKWATER_{name.upper()}": value for name, value in named.items()}
    assert env_file(staffed).read_text().startswith("# ours\n")
    assert "BREAKWATER_ORGANISATION" in (await robin.get("/health?looked=yes")).text
    assert (
        staffed.record.read(lambda tx: tx.session.scalar(select(AuditRow.action).order_by(AuditRow.seq.desc()).limit(1))) == "settings_kept"
    )


@pytest.mark.parametrize(
    "odd", [{"organisation": "two\nlines"}, {"contact": "${BREAKWATER_DATA_KEY}"}, {"area": "atlantis"}, {"organisation": "x" * 1001}]
)
async def test_what_cannot_be_a_setting_is_refused_and_nothing_is_written(browser: Open, staffed: House, odd: dict[str, str]) -> None:
    good = {"organisation": "Harbour Youth", "bot_name": "Harbour", "area": "norfolk", "contact": ""}
    assert (await (await browser("Robin")).post("/first-run/organisation", **good | odd)).status_code == 422
    assert not env_file(staffed).exists()


async def test_settings_that_cannot_be_written_are_shown_to_be_put_by_hand(
    browser: Open, staffed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BREAKWATER_OUT_OF_HOURS_NAME", "the old one")
    answer = await (await browser("Robin")).post("/first-run/out-of-hours", address="json://127.0.0.1/alert", name="Night desk")
    assert "BREAKWATER_OUT_OF_HOURS_URL=&#39;json://127.0.0.1/alert&#39;\nBREAKWATER_OUT_OF_HOURS_NAME=&#39;Night desk&#39;" in answer.text
    assert not env_file(staffed).exists()


async def test_an_address_that_cannot_be_alerted_is_refused(browser: Open, staffed: House) -> None:
    answer = await (await browser("Robin")).post("/first-run/out-of-hours", address="tea://pot", name="Night desk")
    assert answer.status_code == 422 and "1 of 1 addresses are not understood" in answer.text


async def test_a_token_is_tried_and_kept_only_once_its_bot_was_seen(app: FastAPI, browser: Open, staffed: House, api: BotApi) -> None:
    with_bot(app, staffed, api)
    robin = await browser("Robin")
    refused = await robin.post("/first-run/telegram", token="4242:wrong")
    assert refused.status_code == 422 and "Telegram does not know this token" in refused.text
    assert "This is the token of <strong>@breakwater_test_bot</strong>" in (await robin.post("/first-run/telegram", token=TOKEN)).text
    assert not env_file(staffed).exists()
    await robin.post("/first-run/telegram", token=TOKEN, known="@breakwater_test_bot")
    assert dotenv_values(env_file(staffed)) == {"BREAKWATER_TELEGRAM_TOKEN": TOKEN}
    assert stat.S_IMODE(env_file(staffed).stat().st_mode) == 0o600
    assert TOKEN not in (await robin.get("/first-run")).text + (await robin.get("/health?looked=yes")).text


async def test_people_come_with_their_dates_and_a_link(browser: Open, staffed: House) -> None:
    robin = await browser("Robin")
    dates = {"vetted_until": "2027-11-30", "trained_until": "2027-11-30"}
    page = (await robin.post("/first-run/people", name="Noor Malik", role="worker", telegram_id="99", **dates)).text
    assert "Pass on this link to Noor Malik" in page and re.search(r"/staff/invite/\S{40,}<", page)
    noor = staffed.staff("Noor Malik")
    assert noor.telegram and noor.vetted_until and noor.vetted_until.date().isoformat() == "2027-11-30"
    again = await robin.post("/first-run/people", name="Noor Malik", role="worker", **dates)
    assert again.status_code == 422 and "There is an account for Noor Malik already" in again.text
    assert (await robin.post("/first-run/people", name="Odd", vetted_until="tomorrow")).status_code == 422
    assert staffed.record.read(lambda tx: tx.session.scalar(select(Staff).where(Staff.name == "Odd"))) is None


async def test_the_first_week_is_proposed_and_accepted(browser: Open, staffed: House) -> None:
    staffed.hire("Noor")
    robin = await browser("Robin")
    before = (await robin.get("/first-run")).text
    assert "Put this on the rota" in before and "stay without anybody" in before
    assert (await robin.post("/first-run/rota")).headers["location"] == "/staff/first-run#rota"
    week = [staffed.clock().date() + timedelta(days=number) for number in range(7)]
    left = [gap for day in week for gap in staffed.record.read(lambda tx, day=day: gaps.gaps_on(tx, staffed.service, day))]  # type: ignore[misc]
    assert sum((gap.ends_at - gap.starts_at for gap in left), timedelta()) < timedelta(days=2), "of seven days, open all day and night"
    shifts = staffed.record.read(lambda tx: list(tx.session.scalars(select(Shift))))
    assert any(shift.backup for shift in shifts)


async def test_a_drill_is_sent_and_its_end_is_seen(browser: Open, staffed: House) -> None:
    robin = await browser("Robin")
    await robin.post("/first-run/drill")
    await staffed.settle()
    assert "waits to be picked up" in (await robin.get("/first-run")).text


async def test_every_form_needs_its_token(browser: Open, staffed: House) -> None:
    robin = await browser("Robin")
    robin.csrf = "forged"
    assert (await robin.post("/first-run/drill")).status_code == 403
    assert token_in(await robin.get("/first-run")) != "forged"
