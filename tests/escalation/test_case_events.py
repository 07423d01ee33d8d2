"""What can happen to a case, one event after the other: what it changes, whom it tells, and what its history says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House
from escalation import cases
from escalation.agreements import Wording, agreed
from escalation.case import CaseView, NotPossible, Stage
from escalation.cases import Noticed
from escalation.consent import Scope
from escalation.record import history, people
from escalation.record.store import Tx
from escalation.record.tables import AgreementRow, CaseRow, DueRow, Person
from nlu.understanding import Level

T = TypeVar("T")

WORDING = Wording("consent.confirm_chat", "1", "Shall I send it?")
BULLIED = Noticed(Level.CONCERN, ("bullying",), "self", frozenset({"says_13_15"}), "message-1")
HURT = Noticed(Level.URGENT, ("bullying", "home_abuse"), "self", frozenset({"sexual_activity"}), "message-2")
DYING = Noticed(Level.IMMEDIATE, ("suicide",), "self", frozenset(), "message-3")


class Story:
    """One young person's case, event after event, each a minute after the one before."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.someone_id = self._does(lambda tx: people.find_or_create(tx, "webchat", "young-1", house.clock())[0].id)

    def offered(self, noticed: Noticed = BULLIED) -> CaseRow:
        return self._does(lambda tx: cases.offer(tx, self.someone(tx), noticed, self.house.clock()))

    def in_danger(self, noticed: Noticed = DYING) -> CaseRow:
        return self._does(lambda tx: cases.raise_immediate(tx, self.house.service, self.someone(tx), noticed, self.house.clock()))

    def says_yes(self, scope: Scope = Scope.CHAT, summary: str | None = None) -> CaseRow:
        return self._changes(lambda tx, case: cases.agree(tx, self.house.service, case, scope, WORDING, summary, self.house.clock()))

    def says_no(self) -> CaseRow:
        return self._changes(lambda tx, case: cases.refuse(tx, self.house.service, case, WORDING, self.house.clock()))

    def changes_their_mind(self) -> CaseRow:
        return self._changes(lambda tx, case: cases.withdraw(tx, self.house.service, case, WORDING, self.house.clock()))

    def is_picked_up(self) -> CaseRow:
        self.house.pick_up("Sam", self.case().id)
        return self.case()

    def case(self) -> CaseRow:
        found = self.house.record.read(lambda tx: cases.latest_case(tx, self.someone_id))
        assert found is not None
        return found

    def seen(self) -> CaseView:
        return self.house.record.read(lambda tx: cases.view(tx, tx.session.get_one(CaseRow, self.case().id), self.house.clock()))

    def past(self) -> list[tuple[str, str]]:
        """What happened, and who did it."""
        return [(one.event, one.actor) for one in self.house.record.read(lambda tx: history.entries(tx, self.case()))]

    def alerts(self, name: str) -> int:
        return len(self.house.alerts(name))

    def flagged_for(self) -> list[str]:
        """The reasons for which the lead was asked to look."""
        return [one.detail["reason"] for one in self.house.record.read(lambda tx: history.entries(tx, self.case(), "flagged"))]

    def someone(self, tx: Tx) -> Person:
        return people.person(tx, self.someone_id)

    def comes_to_its_follow_up(self) -> CaseRow:
        """It was offered, agreed to, picked up and closed with something to come."""
        self.offered()
        self.says_yes()
        self.is_picked_up()
        sam = self.house.staff("Sam")
        return self.happens(lambda tx, case: cases.move(tx, case, Stage.FOLLOW_UP, "closed", self.house.clock(), sam))

    def happens(self, what: Callable[[Tx, CaseRow], object]) -> CaseRow:
        return self._changes(what)

    def _changes(self, what: Callable[[Tx, CaseRow], object]) -> CaseRow:
        case_id = self.case().id
        self._does(lambda tx: what(tx, cases.locked(tx, case_id)))
        return self.case()

    def _does(self, what: Callable[[Tx], T]) -> T:
        done = self.house.record.write(what)
        self.house.clock.move(minutes=1)
        return done


@pytest.fixture
def story(staffed: House) -> Story:
    return Story(staffed)


@pytest.mark.rule("S01")
def test_an_offer_opens_a_case_of_which_nobody_is_told(story: Story) -> None:
    now = story.house.clock()
    case = story.offered()
    assert (case.stage, case.level, case.basis) == (Stage.OFFERED, Level.CONCERN, "agreement")
    assert (case.categories, case.flags, case.subject, case.raised_by) == (["bullying"], ["says_13_15"], "self", "message-1")
    assert (case.opened_at, case.waiting_since, case.undecided, case.drill, case.hidden_from) == (now, None, False, False, [])
    assert story.past() == [("offered", "bot")]
    assert [story.alerts(name) for name in ("Sam", "Alex", "Jo")] == [0, 0, 0]


def test_what_is_noticed_later_belongs_to_the_same_case_and_only_ever_adds(story: Story) -> None:
    first = story.offered()
    again = story.offered(HURT)
    assert again.id == first.id
    assert (again.level, again.categories, again.flags) == (Level.URGENT, ["bullying", "home_abuse"], ["says_13_15", "sexual_activity"])
    assert again.raised_by == "message-2"
    assert story.past() == [("offered", "bot"), ("stepped_up", "bot")]
    lighter = story.offered(replace(BULLIED, raised_by=None))
    assert (lighter.level, lighter.raised_by) == (Level.URGENT, "message-2")
    assert story.past() == [("offered", "bot"), ("stepped_up", "bot")], "nothing new was noticed"
    [stepped] = story.house.record.read(lambda tx: history.entries(tx, again, "stepped_up"))
    assert stepped.detail == {"level": "urgent"}


@pytest.mark.parametrize(
    "news",
    [
        replace(BULLIED, level=Level.URGENT),
        replace(BULLIED, categories=("missing",)),
        replace(BULLIED, flags=frozenset({"sexual_activity"})),
    ],
    ids=["graver", "another harm", "another flag"],
)
def test_anything_new_is_noted_by_itself(story: Story, news: Noticed) -> None:
    story.offered()
    story.offered(news)
    assert story.past() == [("offered", "bot"), ("stepped_up", "bot")]


def test_after_a_no_something_new_is_offered_again(story: Story) -> None:
    story.offered()
    assert story.says_no().stage == Stage.REFUSED
    assert story.offered(HURT).stage == Stage.OFFERED
    assert [event for event, _ in story.past()] == ["offered", "refused", "stepped_up", "offered"]


@pytest.mark.rule("S80")
def test_a_no_is_recorded_and_flags_the_lead_only_where_it_was_urgent(story: Story) -> None:
    story.offered()
    story.says_no()
    assert story.past()[-1] == ("refused", "young_person")
    assert story.alerts("Jo") == 0
    story.offered(HURT)
    story.says_no()
    assert story.alerts("Jo") == 1
    assert story.flagged_for() == ["refused_urgent"]


@pytest.mark.rule("S80")
def test_a_no_to_more_leaves_the_conversation_and_is_recorded_as_theirs(story: Story) -> None:
    story.offered()
    story.says_yes(Scope.WANTS_TO_TALK)
    story.is_picked_up()
    assert story.says_no().stage == Stage.LIVE
    assert story.past()[-1] == ("refused", "young_person")


@pytest.mark.rule("S80")
def test_a_no_while_a_life_is_at_risk_asks_the_lead_nothing_who_was_alerted_already(story: Story) -> None:
    story.in_danger()
    alerted = story.alerts("Jo")
    assert story.says_no().stage == Stage.WAITING
    assert story.past()[-1] == ("refused", "young_person")
    assert (story.alerts("Jo"), story.flagged_for()) == (alerted, [])


def test_a_yes_begins_the_wait_with_its_scope_its_end_and_the_summary_as_corrected(story: Story) -> None:
    story.offered()
    now = story.house.clock()
    case = story.says_yes(Scope.SUMMARY, "they are mean to me")
    assert (case.stage, case.waiting_since) == (Stage.WAITING, now)
    assert story.alerts("Sam") == 1
    assert story.past()[-1] == ("agreed", "young_person")
    entry = story.house.record.read(lambda tx: tx.session.scalars(select(AgreementRow)).one())
    assert (entry.kind, entry.scope, entry.at, entry.expires_at) == ("given", "summary", now, now + timedelta(days=30))

    def summary(tx: Tx) -> str:
        assert case.summary_sealed is not None
        return tx.vault.open_for(story.someone(tx), "cases.summary", case.id, case.summary_sealed)

    assert story.house.record.read(summary) == "they are mean to me"
    assert story.says_yes(Scope.CHAT).summary_sealed is None, "the newest yes holds, and it has no summary"


def test_a_second_yes_while_somebody_is_on_the_way_starts_nothing_anew(story: Story) -> None:
    story.offered()
    since = story.says_yes(Scope.WANTS_TO_TALK).waiting_since
    again = story.says_yes(Scope.CHAT)
    assert (again.stage, again.waiting_since) == (Stage.WAITING, since)
    assert story.alerts("Sam") == 1
    assert story.house.record.read(lambda tx: agreed(tx, again, story.house.clock()).scope) is Scope.CHAT
    assert story.past()[-1] == ("agreed", "young_person")


def test_a_yes_while_an_adult_has_the_conversation_leaves_it_with_them(story: Story) -> None:
    story.offered()
    story.says_yes(Scope.WANTS_TO_TALK)
    story.is_picked_up()
    case = story.says_yes(Scope.CHAT)
    assert case.stage == Stage.LIVE
    assert case.worker_id == story.house.staff("Sam").id


@pytest.mark.rule("S02")
@pytest.mark.parametrize("before", ["nothing", "offered", "refused", "waits"])
def test_a_life_at_risk_alerts_at_once_whatever_was_said_before(story: Story, before: str) -> None:
    if before != "nothing":
        story.offered()
    if before == "refused":
        story.says_no()
    if before == "waits":
        story.says_yes()
    asked = story.alerts("Sam")
    case = story.in_danger()
    assert (case.stage, case.basis, case.raised_by, case.level) == (Stage.WAITING, "immediate", "message-3", Level.IMMEDIATE)
    assert story.alerts("Sam") == asked + 1
    assert story.alerts("Jo") == 1, "for a life at risk the lead is alerted in the same moment"
    assert story.past()[-1] == ("immediate", "bot")
    assert case.waiting_since is not None


def test_the_same_danger_again_while_it_waits_alerts_nobody_twice(story: Story) -> None:
    story.in_danger()
    story.in_danger(replace(DYING, raised_by="message-4"))
    assert (story.alerts("Sam"), story.alerts("Jo")) == (1, 1)
    assert story.case().raised_by == "message-4"
    assert [event for event, _ in story.past()] == ["immediate"]


@pytest.mark.rule("S83")
async def test_danger_from_somebody_trusted_in_a_case_that_waits_already_is_for_the_leads_alone(story: Story) -> None:
    story.in_danger()
    story.in_danger(replace(DYING, flags=frozenset({"position_of_trust"})))
    assert (story.alerts("Sam"), story.alerts("Jo")) == (1, 2)
    await story.house.wait(minutes=30)
    assert story.alerts("Sam") == 1
    assert story.alerts("Jo") > 2


def test_danger_in_a_conversation_is_for_the_adult_who_has_it(story: Story) -> None:
    story.offered()
    story.says_yes()
    story.is_picked_up()
    sam, jo = story.alerts("Sam"), story.alerts("Jo")
    case = story.in_danger()
    assert (case.stage, case.basis) == (Stage.LIVE, "immediate")
    assert (story.alerts("Sam"), story.alerts("Jo")) == (sam + 1, jo)
    assert story.past()[-1] == ("immediate", "bot")


@pytest.mark.rule("S07")
def test_a_changed_mind_before_anybody_came_stops_what_was_to_come(story: Story) -> None:
    story.offered()
    story.says_yes()
    case = story.changes_their_mind()
    assert (case.stage, case.closed_at) == (Stage.REFUSED, None)
    assert story.past()[-1] == ("withdrawn", "young_person")
    open_rows = select(DueRow).where(DueRow.case_id == case.id, DueRow.done_at.is_(None))
    assert story.house.record.read(lambda tx: list(tx.session.scalars(open_rows))) == []
    assert story.alerts("Jo") == 0


@pytest.mark.rule("S07")
def test_a_changed_mind_in_a_conversation_ends_it_and_the_adult_is_told(story: Story) -> None:
    story.offered(HURT)
    story.says_yes()
    story.is_picked_up()
    sam, jo = story.alerts("Sam"), story.alerts("Jo")
    now = story.house.clock()
    case = story.changes_their_mind()
    assert (case.stage, case.closed_at, case.outcome) == (Stage.CLOSED, now, "withdrawn")
    assert (story.alerts("Sam"), story.alerts("Jo")) == (sam + 1, jo + 1), "what was urgent is flagged to the lead"
    assert "changed their mind" in story.house.alerts("Sam")[-1]
    assert story.flagged_for() == ["withdrawn_urgent"]


@pytest.mark.rule("S78")
def test_an_alert_for_a_life_at_risk_is_not_called_back(story: Story) -> None:
    story.in_danger()
    jo = story.alerts("Jo")
    assert story.changes_their_mind().stage == Stage.WAITING
    assert story.past()[-1] == ("withdrawn", "young_person")
    story.is_picked_up()
    paused = story.changes_their_mind()
    assert (paused.stage, paused.closed_at) == (Stage.PAUSED, None)
    assert story.alerts("Jo") == jo, "they know already"


def test_the_dialogue_knows_of_a_case_what_it_needs_and_no_more(story: Story) -> None:
    case = story.offered(HURT)
    assert story.seen() == CaseView(case.id, Stage.OFFERED, Level.URGENT, ("bullying", "home_abuse"), "self", "agreement")
    story.says_yes()
    promised = story.seen().promised_at
    story.is_picked_up()
    live = story.seen()
    assert live.agreed and live.worker is not None
    assert (live.worker.first_name, live.promised_at) == ("Sam", promised)
    assert promised is not None


@pytest.mark.rule("S82")
def test_somebody_they_said_no_to_is_hidden_for_good(story: Story) -> None:
    story.offered()
    sam, alex = story.house.staff("Sam").id, story.house.staff("Alex").id
    story.happens(lambda tx, case: cases.not_this_person(tx, case, sam, story.house.clock()))
    case = story.happens(lambda tx, case: cases.not_this_person(tx, case, alex, story.house.clock()))
    assert case.hidden_from == [sam, alex]
    assert story.seen().hidden_from == (sam, alex)
    assert story.past()[-2:] == [("hidden_from_one", "young_person")] * 2


@pytest.mark.rule("S56")
def test_that_is_not_what_i_meant_reaches_whoever_has_the_conversation_and_changes_nothing_by_itself(story: Story) -> None:
    story.offered()
    meant = lambda tx, case: cases.not_what_i_meant(tx, story.house.service, case, story.house.clock())  # noqa: E731
    assert story.happens(meant).stage == Stage.OFFERED
    assert story.past()[-1] == ("not_what_i_meant", "young_person")
    assert story.alerts("Sam") == 0
    story.says_yes()
    sam = story.alerts("Sam")
    assert story.happens(meant).stage == Stage.WAITING
    assert story.alerts("Sam") == sam, "nobody has the conversation yet"
    story.is_picked_up()
    sam = story.alerts("Sam")
    assert story.happens(meant).stage == Stage.LIVE
    assert story.alerts("Sam") == sam + 1


def test_a_case_that_is_handed_back_waits_anew_and_nobody_has_it(story: Story) -> None:
    story.offered()
    story.says_yes()
    story.is_picked_up()
    now, service = story.house.clock(), story.house.service
    sam = story.house.staff("Sam")
    case = story.happens(lambda tx, case: cases.wait_again(tx, service, case, "handed_back", now, sam))
    assert (case.stage, case.waiting_since, case.worker_id, case.picked_up_at, case.picked_up_on) == (Stage.WAITING, now, None, None, None)
    [back] = story.house.record.read(lambda tx: history.entries(tx, case, "handed_back"))
    assert (back.actor, back.staff_id) == ("staff", sam.id)
    story.happens(lambda tx, case: cases.wait_again(tx, service, case, "gone_quiet", story.house.clock()))
    assert story.past()[-1] == ("gone_quiet", "system")


def test_a_member_of_staff_moves_a_case_on_and_the_history_says_who(story: Story) -> None:
    story.offered()
    story.says_yes()
    story.is_picked_up()
    sam, now = story.house.staff("Sam"), story.house.clock()
    case = story.happens(lambda tx, case: cases.move(tx, case, Stage.CLOSING, "closing_begun", now, sam, {"why": "done"}))
    assert case.stage == Stage.CLOSING
    [moved] = story.house.record.read(lambda tx: history.entries(tx, case, "closing_begun"))
    assert (moved.actor, moved.staff_id, moved.detail) == ("staff", sam.id, {"why": "done"})
    with pytest.raises(NotPossible, match="cannot become offered"):
        story.happens(lambda tx, case: cases.move(tx, case, Stage.OFFERED, "offered", now, sam))


@pytest.mark.rule("S01")
def test_a_follow_up_is_over_when_something_new_is_said_and_the_new_is_a_case_of_its_own(story: Story) -> None:
    first = story.comes_to_its_follow_up()
    second = story.offered(HURT)
    assert second.id != first.id
    assert story.past() == [("offered", "bot")]
    over = story.house.record.read(lambda tx: tx.session.get_one(CaseRow, first.id))
    assert over.stage == Stage.CLOSED
    ended = story.house.record.read(lambda tx: history.entries(tx, over))[-1]
    assert (ended.event, ended.actor) == ("something_new", "bot")
    story.happens(lambda tx, case: cases.follow_up_over(tx, case, "stopped", story.house.clock()))
    assert story.case().stage == Stage.OFFERED, "only a follow-up can be over"


@pytest.mark.rule("S02")
def test_a_life_at_risk_after_the_end_is_a_new_case_and_the_check_in_is_over(story: Story) -> None:
    first = story.comes_to_its_follow_up()
    now = story.house.clock()
    assert story.in_danger().id != first.id
    [over] = story.house.record.read(lambda tx: history.entries(tx, first, "something_new"))
    assert (over.at, over.actor) == (now, "bot")


def test_there_is_one_open_case_at_most_and_the_newest_is_the_last_one(story: Story) -> None:
    newest = story.house.record.read
    assert newest(lambda tx: cases.open_case(tx, story.someone_id)) is None
    case = story.offered()
    assert newest(lambda tx: cases.open_case(tx, story.someone_id)) is not None
    jo = story.house.staff("Jo")
    story.happens(lambda tx, case: cases.move(tx, case, Stage.CLOSED, "closed", story.house.clock(), jo))
    assert newest(lambda tx: cases.open_case(tx, story.someone_id)) is None
    assert story.case().id == case.id
    assert newest(lambda tx: cases.latest_case(tx, "nobody")) is None


def test_a_case_that_is_not_there_is_told_in_words(story: Story) -> None:
    with pytest.raises(NotPossible, match=r"^there is no such case$"):
        story.house.record.write(lambda tx: cases.locked(tx, "nothing"))
