"""The desk on PostgreSQL, where several programs write at the same moment: nothing is begun, published or claimed twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from bot.desk.drafting import drafts, jobs, workflow
from bot.desk.panel import rounds, voices
from bot.desk.panel.rounds import NewRound, Round
from bot.rehearsal.house import House
from escalation import publish_jobs
from escalation.publishing import Change, Outdated, Publisher
from escalation.record import audit, published
from escalation.record.replaced import replaced
from escalation.record.schema import upgrade
from escalation.record.store import Tx
from escalation.record.tables import PanelReaction
from tests.desk.test_opinions import test_what_young_people_tap_reaches_the_list_when_the_month_is_over
from tests.desk.test_steps import (
    test_a_draft_goes_from_editor_to_lead_to_panel_to_live_and_is_signed_by_those_who_said_so,
    test_an_approved_draft_is_published_at_the_time_that_was_set,
    test_who_wrote_it_who_approved_it_and_who_set_the_time_hear_that_it_was_not_published_then,
)
from tests.desk.test_versions import test_a_lead_stops_a_script_at_once_in_every_language_and_nobody_else_can
from tests.desk.writing import KEY, write
from tests.postgres import Postgres, postgres  # noqa: F401 - a fixture

__all__ = [
    "test_a_draft_goes_from_editor_to_lead_to_panel_to_live_and_is_signed_by_those_who_said_so",
    "test_a_lead_stops_a_script_at_once_in_every_language_and_nobody_else_can",
    "test_an_approved_draft_is_published_at_the_time_that_was_set",
    "test_what_young_people_tap_reaches_the_list_when_the_month_is_over",
    "test_who_wrote_it_who_approved_it_and_who_set_the_time_hear_that_it_was_not_published_then",
]
pytestmark = pytest.mark.fault
AT_ONCE = 6

T = TypeVar("T")


@pytest.fixture
def database_url(postgres: Postgres) -> str:  # noqa: F811
    upgrade(url := postgres.new_database())
    return url


@pytest.fixture
def team(house: House) -> House:
    for name, role in (("Kit", "editor"), ("Noa", "editor"), ("Jo", "lead")):
        house.hire(name, role)
    house.record.write(lambda tx: audit.note(tx, "signed_in", house.clock(), staff_id=None))
    return house


def at_once(work: Callable[[int], T]) -> list[T]:
    """The same work by several at the same moment."""
    ready = Barrier(AT_ONCE)

    def one(number: int) -> T:
        ready.wait()
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as people:
        return list(people.map(one, range(AT_ONCE)))


def test_of_several_who_begin_a_draft_of_one_file_at_once_all_get_the_same(team: House) -> None:
    ids = [team.staff(name).id for name in ("Kit", "Noa")]
    found = at_once(lambda number: team.record.write(lambda tx: drafts.open_draft(tx, KEY, ids[number % 2], team.clock())))
    assert len({draft.id for draft in found}) == 1
    assert team.record.read(audit.first_broken) is None


def test_what_is_asked_for_is_claimed_by_one_program_alone(team: House) -> None:
    draft, kit = write(team, "Kit"), team.staff("Kit").id
    team.record.write(lambda tx: jobs.ask(tx, draft.id, kit, team.clock()))
    claimed = at_once(lambda number: team.record.write(lambda tx: publish_jobs.claim(tx, team.clock())))
    assert [job is None for job in claimed].count(False) == 1


def test_of_several_who_publish_one_file_at_once_one_does_and_the_others_see_that_they_were_late(team: House) -> None:
    def put(number: int) -> int:
        publisher = Publisher(team.record, lambda _: [], team.clock)
        try:
            return publisher.publish([Change(KEY, f"title: {number}\n", 0)], by=None, note="")
        except Outdated:
            return 0

    assert sorted(at_once(put)) == [0] * (AT_ONCE - 1) + [1]
    assert team.record.read(lambda tx: len(published.versions(tx, KEY))) == 1


def test_several_files_that_are_published_at_once_have_numbers_of_their_own(team: House) -> None:
    keys = [f"guidance/relationships/made_up_{number}.yml" for number in range(AT_ONCE)]

    def put(number: int) -> int:
        return Publisher(team.record, lambda _: [], team.clock).publish([Change(keys[number], "x: 1\n", 0)], by=None, note="")

    assert at_once(put) == [1] * AT_ONCE
    assert team.record.read(published.number) == AT_ONCE


def test_quick_taps_of_one_phone_come_one_after_the_other(team: House) -> None:
    token = team.record.write(lambda tx: _round(tx, team))
    cookie = team.record.write(lambda tx: voices.join(tx, given_round(tx, team, token).id, "", team.clock()))

    def tap(tx: Tx) -> None:
        found = given_round(tx, team, token)
        voice, item = voices.voice_of(tx, found.id, cookie), found.items[0]
        assert voice
        voices.react(tx, voice, item, item.turns[0].step, "clear", "yes", team.clock())

    at_once(lambda number: team.record.write(tap))
    assert team.record.read(lambda tx: tx.session.scalar(select(func.count()).select_from(PanelReaction))) == 0, "six taps are none"


def _round(tx: Tx, team: House) -> str:
    draft = drafts.open_draft(tx, KEY, team.staff("Kit").id, team.clock())
    kit, jo, now = team.staff("Kit").id, team.staff("Jo").id, team.clock()
    drafts.save(tx, draft.id, f"{draft.text}# clearer\n", draft.revision, kit, now)
    workflow.send_to_lead(tx, draft.id, kit, now)
    workflow.judge(tx, draft.id, jo, "fits", "", now)
    workflow.send_to_panel(tx, draft.id, kit, now)
    return rounds.open_round(tx, NewRound("Consent", "The Tuesday group", [draft.id], now + timedelta(days=2)), kit, now)[1]


def given_round(tx: Tx, team: House, token: str) -> Round:
    found = voices.by_link(tx, token, team.clock())
    assert found
    return found


def test_the_versions_that_somebody_may_still_finish_are_found_here_too(team: House) -> None:
    def put(tx: Tx) -> None:
        text = drafts.in_force(tx, KEY)
        for number in range(2):
            published.add(tx, KEY, f"{text}# {number}\n", team.clock(), by=None, note="")

    team.record.write(put)
    held = team.record.read(lambda tx: replaced(tx, team.clock()))
    assert [one.until for one in held["consent"]] == [0, 1]
