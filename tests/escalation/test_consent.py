"""What a young person agreed to is all that staff can read: for every order of events, in the ledger and in the record."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.rehearsal.house import Clock, House
from escalation import cases, reading, relay
from escalation.agreements import Wording
from escalation.case import NotPossible, Stage
from escalation.consent import NOTHING, VALID_FOR, Agreement, Kind, Override, Scope, shared
from escalation.context import Service
from escalation.record import messages, people
from escalation.record.store import Record, Tx
from escalation.record.tables import CaseRow, Staff
from nlu.noticing import Noticing
from nlu.understanding import Level
from tests.conftest import KEY

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
STAFF = ("Sam", "Alex", "Jo")
WORDING = Wording("consent.confirm_chat", "1", "Shall I send it?")

entries = st.lists(st.tuples(st.sampled_from(Kind), st.sampled_from(Scope), st.integers(0, 20)), max_size=12)


def ledger_of(days: list[tuple[Kind, Scope, int]]) -> tuple[list[Agreement], datetime]:
    """A ledger of these entries, each so many days after the one before, and the time of the last."""
    at, ledger = START, []
    for kind, scope, later in days:
        at += timedelta(days=later)
        given = kind is Kind.GIVEN
        ledger.append(Agreement(kind, scope if given else None, at, at + VALID_FOR if given else None))
    return ledger, at


@pytest.mark.rule("S01")
@given(entries, st.integers(0, 60))
def test_only_the_last_word_of_a_young_person_counts_and_only_while_it_holds(days: list[tuple[Kind, Scope, int]], later: int) -> None:
    ledger, at = ledger_of(days)
    now = at + timedelta(days=later)
    said = [entry for entry in ledger if entry.kind is not Kind.OVERRIDE]
    seen = shared(ledger, now)
    holds = bool(said) and said[-1].kind is Kind.GIVEN and now < said[-1].at + VALID_FOR
    assert seen.scope == (said[-1].scope if holds else None)
    assert seen.since == (said[-1].at if holds else None)
    assert seen.override == any(entry.kind is Kind.OVERRIDE for entry in ledger)


@pytest.mark.rule("S05")
@pytest.mark.parametrize(
    ("scope", "summary", "chat"), [(Scope.WANTS_TO_TALK, False, False), (Scope.SUMMARY, True, False), (Scope.CHAT, True, True)]
)
def test_each_scope_holds_what_it_says_and_no_more(scope: Scope, summary: bool, chat: bool) -> None:
    seen = shared([Agreement(Kind.GIVEN, scope, START)], START)
    assert (seen.summary, seen.chat) == (summary, chat)


@pytest.mark.rule("S07")
@given(entries)
def test_a_changed_mind_shares_nothing_from_that_moment(days: list[tuple[Kind, Scope, int]]) -> None:
    ledger, at = ledger_of([entry for entry in days if entry[0] is not Kind.OVERRIDE])
    assert shared([*ledger, Agreement(Kind.WITHDRAWN, None, at)], at) == NOTHING


COMPLETE: dict[str, Any] = {
    "reason": "a younger child is in the home",
    "legal_basis": "vital_interests",
    "risk": "ongoing harm",
    "decided_by": "Jo",
    "at": START,
    "told_first": True,
}


@pytest.mark.rule("S03")
@pytest.mark.parametrize("lacking", ["reason", "legal_basis", "risk", "decided_by"])
def test_a_decision_against_the_wish_lacks_nothing_or_does_not_count(lacking: str) -> None:
    assert Override(**COMPLETE).missing() == ()
    assert Override(**{**COMPLETE, lacking: " "}).missing()
    assert Override(**{**COMPLETE, "legal_basis": "because"}).missing() == ("legal_basis",)


@pytest.mark.rule("S04")
def test_who_was_not_told_first_has_a_recorded_reason_why_telling_is_unsafe() -> None:
    assert Override(**{**COMPLETE, "told_first": False}).missing() == ("told_first or unsafe_to_tell",)
    assert Override(**{**COMPLETE, "told_first": False, "unsafe_to_tell": "he reads the phone"}).missing() == ()


class Hands(RuleBasedStateMachine):
    """A young person and three members of staff do anything that can be done, in any order. Each word is written only once."""

    service: ClassVar[Service]
    noticing: ClassVar[Noticing]
    empty: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.folder / "b.db")
        self.house = House(Record(f"sqlite:///{self.folder / 'b.db'}", KEY), self.service, self.noticing, Clock(START))
        for name, role in (("Sam", "worker"), ("Alex", "worker"), ("Jo", "lead")):
            self.house.hire(name, role)
        self.house.on_duty("Sam", 2000)
        self.house.on_duty("Alex", 2000, backup=True)
        self.words: list[tuple[datetime, str]] = []
        self.said: dict[str, list[Agreement]] = {}

    def teardown(self) -> None:
        self.house.record.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begins(self) -> None:
        self.writes()

    @rule()
    def writes(self) -> None:
        self.house.clock.move(minutes=1)
        text = f"word{len(self.words)}."
        self.words.append((self.house.clock(), text))

        def store(tx: Tx) -> str:
            someone, address = people.find_or_create(tx, "telegram", "young", self.house.clock())
            row_id = messages.store(tx, address, someone, text, "text", {"text": text}, None, self.house.clock())
            assert row_id is not None
            self.person_id = someone.id
            return row_id

        self.newest = self.house.record.write(store)

    @rule(level=st.sampled_from([Level.CONCERN, Level.URGENT]))
    def is_offered_an_adult(self, level: Level) -> None:
        noticed = cases.Noticed(level, ("home_abuse",), "self", frozenset(), self.newest)
        self._do(lambda tx, now: cases.offer(tx, people.person(tx, self.person_id), noticed, now))

    @rule()
    def is_in_danger(self) -> None:
        noticed = cases.Noticed(Level.IMMEDIATE, ("suicide",), "self", frozenset(), self.newest)
        self._do(lambda tx, now: cases.raise_immediate(tx, self.service, people.person(tx, self.person_id), noticed, now))

    @rule(scope=st.sampled_from(Scope))
    def agrees(self, scope: Scope) -> None:
        summary = "the summary." if scope is Scope.SUMMARY else None
        self._ledger(Kind.GIVEN, scope, lambda tx, case, now: cases.agree(tx, self.service, case, scope, WORDING, summary, now))

    @rule()
    def says_no(self) -> None:
        self._ledger(Kind.REFUSED, None, lambda tx, case, now: cases.refuse(tx, self.service, case, WORDING, now))

    @rule()
    def changes_their_mind_and_goes_on_writing(self) -> None:
        self._ledger(Kind.WITHDRAWN, None, lambda tx, case, now: cases.withdraw(tx, self.service, case, WORDING, now))
        self.writes()

    @rule(name=st.sampled_from(STAFF))
    def wants_nobody_like(self, name: str) -> None:
        self._on_case(lambda tx, case, now: cases.not_this_person(tx, case, self._staff(tx, name).id, now))

    @rule(name=st.sampled_from(STAFF))
    def somebody_picks_up(self, name: str) -> None:
        self._on_case(lambda tx, case, now: relay.pick_up(tx, self.service, case.id, self._staff(tx, name), "console", now))

    @rule(name=st.sampled_from(STAFF))
    def somebody_hands_back(self, name: str) -> None:
        self._on_case(lambda tx, case, now: relay.hand_back(tx, self.service, case.id, self._staff(tx, name), now))

    @rule(name=st.sampled_from(STAFF))
    def somebody_closes(self, name: str) -> None:
        self._on_case(lambda tx, case, now: relay.close(tx, self.service, case.id, self._staff(tx, name), "guidance_given", "", now))

    @rule(scope=st.sampled_from(Scope), name=st.sampled_from(STAFF), danger=st.booleans())
    def is_handed_over(self, scope: Scope, name: str, danger: bool) -> None:
        """The way most cases go, so that what comes after it is tried often."""
        if danger:
            self.is_in_danger()
        else:
            self.is_offered_an_adult(Level.CONCERN)
            self.agrees(scope)
        self.somebody_picks_up(name)

    @rule(days=st.integers(1, 31))
    def time_passes(self, days: int) -> None:
        self.house.clock.move(days=days)

    @invariant()
    def nobody_reads_more_than_was_agreed(self) -> None:
        self.house.clock.move(seconds=1)
        self.house.record.write(self._compare)

    def _compare(self, tx: Tx) -> None:
        for case in tx.session.query(CaseRow).all():
            for name in STAFF:
                staff = self._staff(tx, name)
                try:
                    seen = reading.read_case(tx, self.service, case.id, staff, self.house.clock())
                except NotPossible:
                    continue
                assert staff.id not in case.hidden_from, f"{name} sees a case that is hidden from them"
                self._no_more_than_allowed(case, staff, seen)

    def _no_more_than_allowed(self, case: CaseRow, staff: Staff, seen: reading.CaseReading) -> None:
        now = self.house.clock()
        ledger = self.said.get(case.id, [Agreement(Kind.REFUSED, None, START)])
        last = ledger[-1]
        scope = last.scope if last.kind is Kind.GIVEN and now < last.at + VALID_FOR else None
        assert not seen.summary or scope in (Scope.SUMMARY, Scope.CHAT)
        if case.basis != "immediate":
            assert seen.raised_by is None or scope is Scope.CHAT
            assert not seen.categories or scope is Scope.CHAT or (staff.role == "lead" and case.undecided)
        begins = START if scope is Scope.CHAT else case.picked_up_at or now
        stopped = [entry.at for entry in ledger if entry.kind is Kind.WITHDRAWN and entry.at >= begins]
        ends = min([case.closed_at or now, *(stopped if case.stage == Stage.PAUSED else ())])
        allowed = {text for at, text in self.words if begins <= at <= ends}
        assert {line.text for line in seen.lines if line.speaker == "young_person"} <= allowed
        assert not seen.lines or staff.role == "lead" or case.worker_id == staff.id

    def _ledger(self, kind: Kind, scope: Scope | None, do: Any) -> None:
        case_id = self._on_case(do)
        if case_id:
            self.said.setdefault(case_id, []).append(Agreement(kind, scope, self.house.clock()))

    def _on_case(self, do: Any) -> str | None:
        """Do it to the open case, if there is one and it can be done."""

        def act(tx: Tx) -> str | None:
            case = cases.open_case(tx, self.person_id)
            if case is None:
                return None
            do(tx, case, self.house.clock())
            return case.id

        try:
            return self.house.record.write(act)
        except NotPossible:
            return None

    def _do(self, do: Any) -> None:
        self.house.clock.move(minutes=1)
        self.house.record.write(lambda tx: do(tx, self.house.clock()))

    def _staff(self, tx: Tx, name: str) -> Staff:
        return tx.session.query(Staff).filter(Staff.name == name).one()


@pytest.mark.rule("S01")
@pytest.mark.rule("S05")
@pytest.mark.rule("S07")
@pytest.mark.rule("S82")
@pytest.mark.parametrize("orders", [10, pytest.param(60, marks=pytest.mark.slow)])
def test_no_order_of_events_lets_anybody_read_more_than_was_agreed(
    service: Service, noticing: Noticing, empty_database: Path, orders: int
) -> None:
    Hands.service, Hands.noticing, Hands.empty = service, noticing, empty_database
    run_state_machine_as_test(Hands, settings=settings(max_examples=orders, stateful_step_count=15, deadline=None, derandomize=True))


@pytest.mark.rule("S05")
def test_what_one_adult_may_see_another_may_not_unless_the_yes_was_for_whoever_is_on_duty() -> None:
    for_sam = Agreement(Kind.GIVEN, Scope.CHAT, START, recipient="sam")
    assert shared([for_sam], START, "sam").chat
    assert shared([for_sam], START, "alex") == NOTHING
    assert shared([Agreement(Kind.GIVEN, Scope.CHAT, START)], START, "alex").chat


@pytest.mark.rule("S07")
def test_a_no_to_the_next_adult_leaves_the_one_they_have_and_a_changed_mind_leaves_nobody() -> None:
    ledger = [Agreement(Kind.GIVEN, Scope.CHAT, START), Agreement(Kind.REFUSED, None, START, recipient="alex")]
    assert shared(ledger, START, "sam").chat
    assert shared(ledger, START, "alex") == NOTHING
    ledger.append(Agreement(Kind.WITHDRAWN, None, START, recipient="alex"))
    assert shared(ledger, START, "sam") == NOTHING
