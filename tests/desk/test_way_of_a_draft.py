"""In whatever order people act, no text gets out that a safeguarding lead has not judged exactly so, and nobody approves what they wrote."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.desk.drafting import drafts, jobs, workflow
from bot.desk.drafting.drafts import Draft, Overtaken
from bot.desk.drafting.publishing import Publishing
from bot.rehearsal.house import Clock, House
from bot.ticking import Ticking
from content.editorial.reading import parsed
from escalation.case import NotPossible
from escalation.context import Service
from escalation.record import published
from escalation.record.store import Record, Tx
from nlu.noticing import Noticing
from tests.conftest import KEY as DATA_KEY

KEY = "guidance/relationships/made_up.yml"
STAFF = {"Kit": "editor", "Noa": "editor", "Jo": "lead", "Mia": "lead"}
FORGED = "status: signed_off\nsign_off: {editor: {name: Kit, on: 2026-01-01}, safeguarding_lead: {name: Jo, on: 2026-01-01}, youth_panel: {name: Us, on: 2026-01-01}}\n"
TEXTS = (
    "title: one\nstatus: draft\n",
    "title: two\nstatus: draft\nsign_off: {}\n",
    f"title: three\n{FORGED}",
    "title: four\nstatus: in_review\n",
)
people, writers, leads = st.sampled_from(list(STAFF)), st.sampled_from(list(STAFF)), st.sampled_from(["Jo", "Mia", "Kit"])
verdicts = st.sampled_from(["fits", "fits", "change"])


class Way(RuleBasedStateMachine):
    """One file, four people and a panel; beside it, what everybody truly said."""

    empty: ClassVar[Path]
    service: ClassVar[Service]
    noticing: ClassVar[Noticing]
    production: ClassVar[bool]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.folder / "record.db")
        self.clock = Clock()
        self.record = Record(f"sqlite:///{self.folder / 'record.db'}", DATA_KEY)
        self.house = House(self.record, self.service, self.noticing, self.clock)
        self.ids = {name: self.house.hire(name, role).id for name, role in STAFF.items()}
        self.publishing = Publishing(self.record, lambda texts: [], self.clock, lambda: self.service, production=self.production)
        self.ticking = Ticking(self.record, self.service, lambda who, at_once: None, self.clock)
        self.by_lead: dict[str, tuple[str, str]] = {}
        self.by_panel: dict[str, str] = {}
        self.writer: dict[str, str] = {}
        self.seen = 0

    def teardown(self) -> None:
        if hasattr(self, "record"):
            self.record.close()
            shutil.rmtree(self.folder)

    @rule(who=writers, number=st.integers(0, len(TEXTS) - 1), behind=st.booleans())
    def saves(self, who: str, number: int, behind: bool) -> None:
        draft = self.does(lambda tx: drafts.open_draft(tx, KEY, self.ids[who], self.clock()))
        before = draft.text
        with suppress(Overtaken):
            revision = draft.revision - behind
            saved = self.does(lambda tx: drafts.save(tx, draft.id, TEXTS[number], revision, self.ids[who], self.clock()))
            if saved.text != before:
                self.writer[saved.text] = who

    @rule(who=people)
    def sends_to_the_lead(self, who: str) -> None:
        self.tries(lambda tx, draft: workflow.send_to_lead(tx, draft.id, self.ids[who], self.clock()))

    @rule(who=leads, verdict=verdicts)
    def judges(self, who: str, verdict: str) -> None:
        def judge(tx: Tx, draft: Draft) -> None:
            workflow.judge(tx, draft.id, self.ids[who], verdict, "say it shorter", self.clock())
            self.by_lead[draft.text] = (who, verdict)

        self.tries(judge)

    @rule(who=people)
    def sends_to_the_panel(self, who: str) -> None:
        self.tries(lambda tx, draft: workflow.send_to_panel(tx, draft.id, self.ids[who], self.clock()))

    @rule(verdict=verdicts, number=st.none() | st.integers(0, len(TEXTS) - 1))
    def the_panel_says(self, verdict: str, number: int | None) -> None:
        def say(tx: Tx, draft: Draft) -> None:
            text = draft.text if number is None else TEXTS[number]
            workflow.panel_judged(tx, draft.id, "The Tuesday group", verdict, "", drafts.digest_of(text), self.clock())
            self.by_panel[text] = verdict

        self.tries(say)

    @rule(who=people)
    def takes_back(self, who: str) -> None:
        self.tries(lambda tx, draft: workflow.take_back(tx, draft.id, self.ids[who], self.clock()))

    @rule(who=people)
    def drops(self, who: str) -> None:
        self.tries(lambda tx, draft: workflow.drop(tx, draft.id, self.ids[who], self.clock()))
        self.forget()

    @rule(who=people, hours=st.integers(0, 3))
    def schedules(self, who: str, hours: int) -> None:
        at = self.clock() + timedelta(hours=hours)
        self.tries(lambda tx, draft: workflow.schedule(tx, draft.id, at, self.ids[who], self.clock()))

    @rule(who=people)
    def asks_to_publish(self, who: str) -> None:
        self.tries(lambda tx, draft: jobs.ask(tx, draft.id, self.ids[who], self.clock()))

    @rule()
    def time_passes(self) -> None:
        self.clock.move(hours=2)
        asyncio.run(self.ticking.run_due())

    @rule()
    def what_is_asked_for_is_published(self) -> None:
        asyncio.run(self.publishing.idle())
        if self.open() is None:
            self.forget()

    @rule(
        who=writers,
        lead=st.sampled_from(["Jo", "Mia"]),
        number=st.integers(0, len(TEXTS) - 1),
        other=people,
        what=st.sampled_from(["saves", "change", "panel_change", "takes_back", "nothing"]),
        when=st.integers(1, 5),
    )
    def one_goes_the_whole_way_and_somebody_interferes(self, who: str, lead: str, number: int, other: str, what: str, when: int) -> None:
        interfering: dict[str, Callable[[], None]] = {
            "saves": lambda: self.saves(other, (number + 1) % len(TEXTS), False),
            "change": lambda: self.judges(lead, "change"),
            "panel_change": lambda: self.the_panel_says("change", None),
            "takes_back": lambda: self.takes_back(other),
            "nothing": lambda: None,
        }
        steps: list[Callable[[], None]] = [
            lambda: self.saves(who, number, False),
            lambda: self.sends_to_the_lead(who),
            lambda: self.judges(lead, "fits"),
            lambda: self.sends_to_the_panel(who),
            lambda: self.the_panel_says("fits", None),
            lambda: self.asks_to_publish(who),
            self.what_is_asked_for_is_published,
        ]
        for step in [*steps[:when], interfering[what], *steps[when:]]:
            step()

    @rule()
    def somebody_else_publishes_another_version(self) -> None:
        self.does(
            lambda tx: published.add(tx, KEY, f"title: other {self.clock():%d %H %M}\nstatus: draft\n", self.clock(), by=None, note="")
        )
        self.seen += 1

    @invariant()
    def only_what_was_judged_is_published(self) -> None:
        if not hasattr(self, "record"):
            return
        new = self.does(lambda tx: published.versions(tx, KEY))[: -self.seen or None]
        for version in new:
            said = parsed(self.does(lambda tx, version=version: published.text_at(tx, KEY, version.version)) or "")
            self.is_what_it_says(said)
        self.seen += len(new)

    def is_what_it_says(self, said: dict[str, Any]) -> None:
        text = next(one for one in TEXTS if one.startswith(f"title: {said['title']}\n"))
        lead, verdict = self.by_lead.get(text, ("", ""))
        judged = verdict == "fits" and lead != self.writer.get(text) and self.by_panel.get(text) == "fits"
        assert STAFF.get(lead) != "editor"
        if not judged:
            assert not self.production
            assert said["status"] == "draft"
            assert not said.get("sign_off")
            return
        assert said["status"] == "signed_off"
        assert {role: sign["name"] for role, sign in said["sign_off"].items()} == {
            "editor": self.writer[text],
            "safeguarding_lead": lead,
            "youth_panel": "The Tuesday group",
        }

    def forget(self) -> None:
        """Another draft begins: what was said of the last one does not count for it, and is kept for the look at what was published."""
        if self.open() is None:
            self.only_what_was_judged_is_published()
            self.by_lead, self.by_panel, self.writer = {}, {}, {}

    def open(self) -> Draft | None:
        return self.record.write(lambda tx: drafts.of_key(tx, KEY))

    def tries(self, work: Any) -> None:
        """Somebody does something with the open draft, if there is one and it is possible."""
        draft = self.open()
        if draft is not None:
            with suppress(NotPossible):
                self.does(lambda tx: work(tx, draft))

    def does(self, work: Any) -> Any:
        return self.record.write(work)


@pytest.mark.parametrize("production", [True, False])
def test_in_whatever_order_people_act(empty_database: Path, service: Service, noticing: Noticing, production: bool) -> None:
    Way.empty, Way.service, Way.noticing, Way.production = empty_database, service, noticing, production
    run_state_machine_as_test(Way, settings=settings(max_examples=12, stateful_step_count=30, deadline=None))
