"""Training from the desk: begun by a lead or an administrator, one at a time, told truthfully however it ends.

What trains is a small program of these tests' own, in the place of the real one; it waits for a file before each step.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from bot.desk.examples.messages import Labels, with_message
from bot.desk.state import Desk
from bot.desk.training.runs import Busy, Run, Trainings, digest_of, examples_of
from bot.desk.training.whole import put_in_service
from bot.rehearsal.house import House
from content.editorial.edition import Texts, text_of
from escalation.record.tables import AuditRow
from tests.console.conftest import Open

KEY = "intents/consent.yml"
CHANGED: Texts = {KEY: with_message(text_of({}, KEY) or "", "is a nod a yes", Labels("consent", "none", (), "self"))}
PROGRAM = """
import json, os, pathlib, sys, time
run, ways = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[1])
assert (run / "content" / "intents" / "consent.yml").read_text()
assert not [name for name in os.environ if name.startswith("BREAKWATER_")]
(ways / "pid").write_text(str(os.getpid()))
(ways / "nice").write_text(str(os.nice(0)))
for number in range(9):
    while not (ways / str(number)).exists():
        time.sleep(0.01)
    line = (ways / str(number)).read_text()
    if not line:
        break
    print(line, flush=True)
"""


class Ways:
    """What the stand-in program is to tell next, and the runs that it is started for."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.model = folder / "ways", folder / "intents.tar.gz"
        self.folder.mkdir()
        self.model.write_bytes(b"the model of the set-up")
        program = folder / "trains.py"
        program.write_text(PROGRAM, encoding="utf-8")
        self._runs, self._command = folder / "runs", (sys.executable, str(program), str(self.folder))
        self.trainings = self.started_anew()
        self._told = 0

    def started_anew(self) -> Trainings:
        """The program after a restart: nothing is known but what lies in the folder."""
        return Trainings(self._runs, self.model, "http://127.0.0.1:9", self._command)

    def tells(self, **said: object) -> None:
        fresh = self.folder / "fresh"
        fresh.write_text(json.dumps(said) if said else "", encoding="utf-8")
        fresh.rename(self.folder / str(self._told))
        self._told += 1

    def ends(self, **said: object) -> Run:
        self.tells(**said)
        self.tells()
        return self.until(lambda run: bool(run.end))

    def until(self, holds: Callable[[Run], bool]) -> Run:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            run = self.trainings.latest()
            if run and holds(run):
                return run
            time.sleep(0.01)
        raise AssertionError(self.trainings.latest())

    def kill(self) -> None:
        pid = self.folder / "pid"
        while not pid.exists() or not pid.read_text():
            time.sleep(0.01)
        os.kill(int(pid.read_text()), signal.SIGKILL)


@pytest.fixture
def ways(tmp_path: Path) -> Iterator[Ways]:
    made = Ways(tmp_path)
    yield made
    made.tells()
    made.until(lambda run: bool(run.end))


@pytest.fixture
def _training(desk: Desk, ways: Ways, staffed: House) -> None:
    desk.training = ways.trainings
    ways.trainings.start({}, staffed.staff("Jo").id, staffed.clock())


def test_it_runs_behind_everything_else_with_the_published_messages_and_without_secrets(ways: Ways, house: House) -> None:
    os.environ["BREAKWATER_TEST_SECRET"] = "x"
    try:
        ways.trainings.start(CHANGED, "jo", house.clock())
    finally:
        del os.environ["BREAKWATER_TEST_SECRET"]
    ways.tells(step="training")
    run = ways.until(lambda run: run.step == "training")
    assert (run.by, run.at, run.end) == ("jo", house.clock(), "")
    assert int((ways.folder / "nice").read_text()) >= 10
    assert "is a nod a yes" in (run.folder / "content" / KEY).read_text(encoding="utf-8")


def test_one_at_a_time_also_after_the_program_was_started_anew(ways: Ways, house: House) -> None:
    ways.trainings.start({}, "jo", house.clock())
    for trainings in (ways.trainings, ways.started_anew()):
        with pytest.raises(Busy):
            trainings.start({}, "jo", house.clock())
    again = ways.started_anew().latest()
    assert again
    assert again.end == ""
    assert ways.ends(end="failed", why=["no room"]).why == ("no room",)


def test_a_training_that_was_killed_was_broken_off(ways: Ways, house: House) -> None:
    ways.trainings.start({}, "jo", house.clock())
    ways.kill()
    assert ways.until(lambda run: bool(run.end)).end == "broken_off"


def test_a_model_is_known_to_serve_only_while_its_file_does(ways: Ways, house: House) -> None:
    assert ways.trainings.serving() is None
    ways.trainings.start(CHANGED, "jo", house.clock())
    ways.model.write_bytes(b"a new model")
    ways.ends(end="in_service", model=digest_of(ways.model))
    serving = ways.trainings.serving()
    assert serving
    assert serving.examples == examples_of(CHANGED) != examples_of({})
    ways.model.write_bytes(b"that of another set-up")
    assert ways.trainings.serving() is None


@pytest.mark.parametrize(
    ("service", "why"), [("http://intents.internal:5005", "runs on another machine"), ("http://127.0.0.1:9", "did not take it")]
)
def test_where_the_new_model_cannot_be_taken_the_old_one_stays_and_a_human_is_asked(tmp_path: Path, service: str, why: str) -> None:
    serving, fresh = tmp_path / "intents.tar.gz", tmp_path / "fresh_model"
    serving.write_bytes(b"old")
    fresh.write_bytes(b"new")
    ended = put_in_service(fresh, {"model": str(serving), "service": service})
    assert ended["end"] == "ready"
    assert why in str(ended["why"])
    assert serving.read_bytes() == b"old"


def test_where_no_file_may_be_put_in_place_a_human_is_asked(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh_model"
    fresh.write_bytes(b"new")
    ended = put_in_service(fresh, {"model": str(tmp_path / "nowhere" / "intents.tar.gz"), "service": "http://127.0.0.1:9"})
    assert ended["end"] == "ready"
    assert "may not put a model in its place" in str(ended["why"])


@pytest.mark.usefixtures("_training")
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"end": "in_service"}, "Its model serves."),
        ({"end": "ready", "why": ["The intent service runs on another machine."]}, "runs on another machine. Whoever runs the server"),
        ({"end": "refused", "why": ["urgent: 0.900, but must be ≥ 0.93"]}, "urgent: 0.900, but must be ≥ 0.93"),
        ({"end": "failed", "why": ["The training itself failed."]}, "It failed, and the old model goes on serving."),
        ({}, "It was broken off"),
    ],
)
async def test_the_page_says_how_it_ended(browser: Open, ways: Ways, said: dict[str, object], shown: str) -> None:
    jo = await browser("Jo")
    assert "A training runs" in (await jo.get("/desk/training/state")).text
    if said:
        ways.ends(**said)
    else:
        ways.kill()
        ways.until(lambda run: bool(run.end))
    page = unescape((await jo.get("/desk/training")).text)
    assert shown in page
    assert "Begun by Jo" in page
    assert "Train it now" in page


async def test_a_lead_begins_one_and_it_is_noted(browser: Open, desk: Desk, ways: Ways, staffed: House) -> None:
    desk.training = ways.trainings
    jo = await browser("Jo")
    assert "None was started here yet." in (await jo.get("/desk/training")).text
    assert (await jo.post("/desk/training")).status_code == 303
    assert "Train it now" not in (await jo.get("/desk/training")).text
    assert (await jo.post("/desk/training")).status_code == 409
    noted = staffed.record.read(lambda tx: tx.session.query(AuditRow).filter_by(action="training_begun").count())
    assert noted == 1


@pytest.mark.parametrize(("name", "may_see", "may_begin"), [("Kit", True, False), ("Robin", True, True), ("Sam", False, False)])
async def test_editors_watch_administrators_begin_and_workers_do_neither(
    browser: Open, desk: Desk, ways: Ways, name: str, may_see: bool, may_begin: bool
) -> None:
    desk.training = ways.trainings
    someone = await browser(name)
    page = await someone.get("/desk/training")
    assert (page.status_code == 200, "Train it now" in page.text) == (may_see, may_begin)
    assert ((await someone.post("/desk/training")).status_code == 303) is may_begin
    if not may_begin:
        ways.trainings.start({}, "jo", desk.clock())
