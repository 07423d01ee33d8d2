"""What a draft means for other files: found by the whole content check, beside everything else, and told with a link."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Iterator
from html import unescape

import pytest

from bot.desk.checks.across import Across, across, whole
from bot.desk.checks.across_aside import LookingAcross
from bot.desk.drafting import drafts
from bot.desk.state import Desk
from bot.rehearsal.house import House
from content.editorial.edition import Texts, text_of
from content.editorial.problems import Problem
from escalation.record.store import Tx
from tests.console.conftest import Open

pytestmark = pytest.mark.slow

SLEEP = "guidance/wellbeing/sleep.yml"
PRIVACY = "guidance/rights_and_help/confidentiality.yml"
UK = "helplines/uk.yml"
NOTHING: Texts = {}


@pytest.fixture(scope="module")
def before() -> list[Problem]:
    """What is wrong with the shipped files already."""
    return whole(NOTHING)


@pytest.fixture
def looking() -> Iterator[LookingAcross]:
    made = LookingAcross()
    yield made
    made.end()


def text(key: str) -> str:
    return text_of(NOTHING, key) or pytest.fail(f"there is no {key}")


def others(found: Across) -> dict[str, str]:
    return {one.file.as_posix(): one.what for one in found.others}


def test_a_script_that_is_taken_out_is_missed_wherever_a_button_leads_to_it(before: list[Problem]) -> None:
    found = others(across(NOTHING, before, SLEEP, None))
    assert "goes to sleep, which has no script yet" in found["guidance/wellbeing/anxiety.yml"]
    assert "guidance/online_safety/screen_time.yml" in found


def test_a_step_with_another_name_is_missed_in_its_translation(before: list[Problem]) -> None:
    found = across(NOTHING, before, PRIVACY, text(PRIVACY).replace("ash_delete", "ash_gone"))
    assert set(others(found)) == {PRIVACY.replace(".yml", ".pl.yml")}, "and counts that only stand elsewhere now are nothing new"
    assert any("there is no 'ash_delete' in English" in one.what for one in found.others)


def test_a_helpline_with_another_id_is_missed_by_those_who_name_it(before: list[Problem]) -> None:
    found = across(NOTHING, before, UK, text(UK).replace("id: samaritans\n", "id: samaritan\n"))
    assert any(key.startswith("crisis/") for key in others(found))
    assert all(one.severity == "error" for one in found.others if "samaritans" in one.what)


def test_what_the_form_says_beside_its_fields_is_not_said_again(before: list[Problem]) -> None:
    wrong = text(SLEEP).replace("go: habits", "go: topic:nothing_there").replace("Not sleeping makes", "Don't worry, not sleeping makes")
    assert across(NOTHING, before, SLEEP, wrong) == Across()


def test_what_was_wrong_before_is_not_new_although_it_stands_elsewhere(before: list[Problem]) -> None:
    assert before, "the shipped drafts have findings of their own"
    assert across(NOTHING, before, UK, f"# a note\n# of two lines\n{text(UK)}") == Across()


@pytest.mark.parametrize("typed", ["steps: [", "", "topic: sleep\n"])
def test_a_half_written_file_says_nothing_of_others(before: list[Problem], typed: str) -> None:
    assert across(NOTHING, before, SLEEP, typed) == Across(unreadable=True)


async def test_the_look_holds_nothing_up_is_kept_and_only_the_latest_counts(looking: LookingAcross) -> None:
    gaps, began = [], time.process_time()

    async def ticks() -> None:
        while True:
            at = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - at)

    ticking = asyncio.create_task(ticks())
    first = asyncio.create_task(looking.look("d", 0, NOTHING, SLEEP, f"{text(SLEEP)}# a note\n"))
    await asyncio.sleep(0.05)
    old = asyncio.create_task(looking.look("d", 0, NOTHING, SLEEP, "steps: ["))
    await asyncio.sleep(0)
    found = await looking.look("d", 0, NOTHING, SLEEP, None)
    ticking.cancel()
    assert await first == Across() and await old is None and found is not None and found.others
    assert time.process_time() - began < sum(gaps) / 2, "it is computed in another process"
    assert await looking.look("d", 0, NOTHING, SLEEP, None) == found
    assert await looking.look("d", 0, NOTHING, SLEEP, text(SLEEP)) == Across()
    assert looking.looked == 2


def worker_of(looking: LookingAcross) -> int:
    """The process, once it is there."""
    while looking._worker is None or looking._worker[0].pid is None:
        time.sleep(0.01)
    return looking._worker[0].pid


async def test_a_process_that_dies_is_said_and_begun_anew(looking: LookingAcross) -> None:
    asked = asyncio.create_task(looking.look("d", 0, NOTHING, SLEEP, None))
    os.kill(await asyncio.to_thread(worker_of, looking), signal.SIGKILL)
    with pytest.raises(RuntimeError, match="ended before"):
        await asked
    assert (await looking.look("d", 0, NOTHING, SLEEP, "steps: [")) == Across(unreadable=True)


async def test_a_process_that_nobody_asks_ends() -> None:
    looking = LookingAcross(idle=0.2)
    await looking.look("d", 0, NOTHING, SLEEP, "steps: [")
    assert looking._worker is not None
    worker = looking._worker[0]
    await asyncio.to_thread(worker.join, 60)
    assert worker.exitcode == 0 and looking._worker is None


def begun(house: House, key: str, *, retire: bool = False) -> str:
    kit = house.staff("Kit").id

    def begin(tx: Tx) -> str:
        draft = drafts.open_draft(tx, key, kit, house.clock())
        return drafts.retire(tx, draft.id, draft.revision, kit, house.clock()).id if retire else draft.id

    return house.record.write(begin)


async def test_the_pages_of_a_draft_tell_what_is_new_with_a_link_to_each_file(browser: Open, staffed: House, desk: Desk) -> None:
    kit = await browser("Kit")
    draft_id = begun(staffed, SLEEP, retire=True)
    at = f"/desk/drafts/{draft_id}/across"
    assert f'hx-get="/staff{at}"' in (await kit.get(f"/desk/files/{SLEEP}")).text.replace('hx-get="/desk', 'hx-get="/staff/desk')
    page = re.sub(r"\s+", " ", unescape((await kit.get(at)).text))
    desk.across.end()
    assert "things are new because of this draft" in page
    assert "“It keeps me awake” goes to sleep, which has no script yet" in page
    assert re.search(r'href="[^"]*/desk/files/guidance/wellbeing/anxiety\.yml">[^<]+</a>, “Worry”, line \d+', page)
    assert "For you to judge" in page


@pytest.mark.parametrize("key", [SLEEP, "helplines/devon.yml", "risk_phrases/home_abuse.yml"])
async def test_each_kind_of_editor_asks_for_it(browser: Open, staffed: House, key: str) -> None:
    kit = await browser("Kit")
    page = await kit.get(f"/desk/drafts/{begun(staffed, key)}/edit")
    if page.status_code in (302, 303):
        page = await kit.get(page.headers["location"].removeprefix("/staff"))
    assert 'hx-trigger="load, kept"' in page.text
