"""The way of a draft through the real app: written, judged, published, scheduled, put back, taken out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from bot.desk import drafts, jobs, workflow
from bot.desk.drafts import Draft
from bot.desk.state import Desk
from bot.rehearsal.house import House
from content.editorial.problems import Problem
from content.editorial.reading import parsed
from escalation.record import audit, published
from escalation.record.store import Tx
from tests.console.conftest import Browser, Open
from tests.desk.conftest import Checks

KEY = "guidance/relationships/consent.yml"
PATH = f"/desk/files/{KEY}"
PHRASES = "risk_phrases/home_abuse.yml"


def write(house: House, name: str, words: str = "Consent means a clear yes", key: str = KEY) -> Draft:
    """Somebody changes a file and saves it."""
    by = house.staff(name).id

    def save(tx: Tx) -> Draft:
        draft = drafts.open_draft(tx, key, by, house.clock())
        return drafts.save(tx, draft.id, draft.text + f"# {words}\n", draft.revision, by, house.clock())

    return house.record.write(save)


def draft_of(house: House, draft: Draft) -> Draft:
    return house.record.read(lambda tx: drafts.find(tx, draft.id))


def in_force(house: House, key: str = KEY) -> str:
    return house.record.read(lambda tx: drafts.in_force(tx, key))


async def step(someone: Browser, draft: Draft, name: str, **fields: str) -> int:
    return (await someone.post(f"/desk/drafts/{draft.id}/{name}", **fields)).status_code


async def the_panel_says(house: House, draft: Draft, verdict: str = "fits") -> None:
    house.record.write(lambda tx: workflow.panel_judged(tx, draft.id, "The Tuesday group", verdict, "", draft.digest, house.clock()))


def main_buttons(html: str) -> int:
    return len(re.findall(r'class="(?:button )?main"', html.partition("<main")[2].partition("</main>")[0]))


async def test_a_draft_goes_from_editor_to_lead_to_panel_to_live_and_is_signed_by_those_who_said_so(
    browser: Open, staffed: House, desk: Desk
) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft = write(staffed, "Kit")
    assert await step(kit, draft, "send", note="clearer for 13-year-olds") == 303
    assert "What consent means" in (await jo.get("/desk/drafts")).text
    assert await step(jo, draft, "judge", verdict="fits", looked=draft.digest, words="good") == 303
    assert await step(kit, draft, "panel") == 303
    await the_panel_says(staffed, draft)
    assert "said that this very text fits" in (await kit.get(PATH)).text
    assert await step(kit, draft, "publish", looked=draft.digest, note="clearer") == 303
    await desk.publishing.idle()
    said = parsed(in_force(staffed))
    today = staffed.clock().date()
    assert said["status"] == "signed_off"
    assert said["sign_off"] == {
        "editor": {"name": "Kit", "on": today},
        "safeguarding_lead": {"name": "Jo", "on": today},
        "youth_panel": {"name": "The Tuesday group", "on": today},
    }
    [version] = staffed.record.read(lambda tx: published.versions(tx, KEY))
    assert (version.by, version.note) == ("Kit", "clearer")
    assert staffed.record.read(audit.first_broken) is None


async def test_the_page_says_since_when_it_is_live(browser: Open, staffed: House, desk: Desk) -> None:
    kit = await browser("Kit")
    draft = write(staffed, "Kit")
    await step(kit, draft, "publish", looked=draft.digest)
    assert "The checks run" in (await kit.get(f"{PATH}/way")).text
    await desk.publishing.idle()
    assert "It goes live in a moment" in (await kit.get(f"{PATH}/way")).text
    desk.use(1)
    page = (await kit.get(PATH)).text
    assert f"Live since {staffed.clock():%H:%M:%S}" in page
    assert "hx-trigger" not in page
    assert parsed(in_force(staffed))["status"] == "draft", "nobody signed it"


@pytest.mark.parametrize("name", ["Kit", "Jo"])
async def test_nobody_judges_what_they_wrote(browser: Open, staffed: House, name: str) -> None:
    someone = await browser(name)
    draft = write(staffed, name)
    await step(someone, draft, "send")
    assert await step(someone, draft, "judge", verdict="fits", looked=draft.digest) in (403, 409)
    assert draft_of(staffed, draft).state == "with_lead"


async def test_a_verdict_does_not_count_for_a_text_that_was_changed_afterwards(browser: Open, staffed: House) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft = write(staffed, "Kit")
    await step(kit, draft, "send")
    await step(jo, draft, "judge", verdict="fits", looked=draft.digest)
    later = write(staffed, "Noa", "and one word more")
    assert later.state == "draft"
    assert await step(kit, later, "panel") == 409
    assert "This was about an earlier text" in (await kit.get(PATH)).text


async def test_a_lead_who_reads_an_older_text_does_not_judge_the_newer_one(browser: Open, staffed: House) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft = write(staffed, "Kit")
    later = write(staffed, "Kit", "something else")
    await step(kit, later, "send")
    answer = await jo.post(f"/desk/drafts/{draft.id}/judge", verdict="fits", looked=draft.digest)
    assert answer.status_code == 409
    assert "It was changed since you read it" in answer.text


async def test_a_lead_says_what_has_to_change(browser: Open, staffed: House) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft = write(staffed, "Kit")
    await step(kit, draft, "send")
    assert await step(jo, draft, "judge", verdict="change", looked=draft.digest) == 409
    assert await step(jo, draft, "judge", verdict="change", looked=draft.digest, words="<script>say 'partner'</script>") == 303
    page = (await kit.get(PATH)).text
    assert "&lt;script&gt;say" in page
    assert draft_of(staffed, draft).state == "draft"


async def test_what_the_checks_refuse_stays_a_draft_with_the_reasons(browser: Open, staffed: House, desk: Desk, checks: Checks) -> None:
    kit = await browser("Kit")
    draft, before = write(staffed, "Kit"), in_force(staffed)
    lost = "3 sentences are not noticed any more:\n“he hits me”"
    checks.found = (Problem(Path(KEY), 12, lost, "put the phrase back"),)
    await step(kit, draft, "publish", looked=draft.digest)
    await desk.publishing.idle()
    page = (await kit.get(PATH)).text
    assert "It was not published." in page
    assert "“he hits me”" in page
    assert "Put the phrase back" in page
    assert ">guidance/relationships/consent.yml</code>, line 12" in page
    assert (in_force(staffed), draft_of(staffed, draft).state) == (before, "draft")
    write(staffed, "Kit", "put right")
    assert "It was not published." not in (await kit.get(PATH)).text


async def test_in_production_nothing_goes_out_that_was_not_judged(browser: Open, staffed: House, desk: Desk) -> None:
    desk.production = True
    kit = await browser("Kit")
    draft = write(staffed, "Kit")
    answer = await kit.post(f"/desk/drafts/{draft.id}/publish", looked=draft.digest)
    assert answer.status_code == 409
    assert "Safeguarding lead and youth panel have to say first" in answer.text
    assert "That is not possible here" in (await kit.get(PATH)).text


async def test_what_young_people_never_read_needs_the_lead_alone(browser: Open, staffed: House) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft = write(staffed, "Kit", key=PHRASES)
    await step(kit, draft, "send")
    await step(jo, draft, "judge", verdict="fits", looked=draft.digest)
    assert draft_of(staffed, draft).state == "approved"
    assert "Youth panel" not in (await kit.get(f"/desk/files/{PHRASES}")).text


async def test_an_approved_draft_is_published_at_the_time_that_was_set(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft = write(staffed, "Kit", key=PHRASES)
    await step(kit, draft, "send")
    await step(jo, draft, "judge", verdict="fits", looked=draft.digest)
    at = (staffed.clock() + timedelta(hours=2)).astimezone(staffed.service.zone)
    assert await step(kit, draft, "schedule", at="no time at all") == 422
    assert await step(kit, draft, "schedule", at=f"{at - timedelta(hours=3):%Y-%m-%dT%H:%M}") == 409
    assert await step(kit, draft, "schedule", at=f"{at:%Y-%m-%dT%H:%M}") == 303
    await staffed.wait(hours=1, minutes=50)
    await desk.publishing.idle()
    assert draft_of(staffed, draft).state == "scheduled"
    await staffed.wait(minutes=20)
    await desk.publishing.idle()
    assert draft_of(staffed, draft).state == "published"
    assert in_force(staffed, PHRASES) == draft.text


async def test_a_draft_that_is_changed_after_it_was_scheduled_is_not_published_then(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft = write(staffed, "Kit", key=PHRASES)
    await step(kit, draft, "send")
    await step(jo, draft, "judge", verdict="fits", looked=draft.digest)
    await step(kit, draft, "schedule", at=f"{staffed.clock() + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    write(staffed, "Noa", "more", key=PHRASES)
    await staffed.wait(hours=3)
    await desk.publishing.idle()
    assert draft_of(staffed, draft).state == "draft"


async def test_what_another_process_left_half_done_is_begun_again(app: FastAPI, staffed: House, desk: Desk) -> None:
    draft = write(staffed, "Kit")
    staffed.record.write(lambda tx: jobs.ask(tx, draft.id, staffed.staff("Kit").id, staffed.clock()))
    staffed.record.write(lambda tx: jobs.claim(tx, staffed.clock()))
    await desk.publishing.idle()
    assert draft_of(staffed, draft).state == "draft"
    staffed.clock.move(minutes=6)
    await desk.publishing.idle()
    assert draft_of(staffed, draft).state == "published"


async def test_a_version_that_somebody_else_published_is_brought_together_with_the_draft(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    draft, shipped = write(staffed, "Kit", "at the end"), in_force(staffed)
    theirs = shipped.replace('title: "What consent means"', 'title: "What a yes means"')
    staffed.record.write(lambda tx: published.add(tx, KEY, theirs, staffed.clock(), by=staffed.staff("Jo").id, note="title"))
    page = (await kit.get(PATH)).text
    assert "Bring both together" in page
    assert main_buttons(page) == 1
    assert await step(jo, draft, "publish", looked=draft.digest) == 303
    await desk.publishing.idle()
    assert "Could not be published" in (await kit.get("/desk/drafts")).text
    assert "fits together by itself" in (await kit.get(f"{PATH}/together")).text
    assert (await kit.post(f"{PATH}/together", revision=str(draft.revision), base="1")).status_code == 303
    assert draft_of(staffed, draft).text == theirs + "# at the end\n"


async def test_where_both_changed_the_same_place_it_is_asked_what_is_to_stand_there(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    shipped, by = in_force(staffed), staffed.staff("Kit").id
    mine, theirs = (shipped.replace("What consent means", words) for words in ("What a yes is", "Yes and no"))
    draft = staffed.record.write(lambda tx: drafts.open_draft(tx, KEY, by, staffed.clock()))
    staffed.record.write(lambda tx: drafts.save(tx, draft.id, mine, 0, by, staffed.clock()))
    staffed.record.write(lambda tx: published.add(tx, KEY, theirs, staffed.clock(), by=None, note=""))
    page = (await kit.get(f"{PATH}/together")).text
    assert "In 1 place both were changed" in page
    assert "What a yes is" in page
    assert (await kit.post(f"{PATH}/together", revision="1", base="1")).status_code == 422
    assert (await kit.post(f"{PATH}/together", revision="1", base="1", **{"clash-0001": "theirs"})).status_code == 303
    assert draft_of(staffed, draft).text == theirs


async def test_an_earlier_version_comes_back_as_a_draft_or_at_once_by_a_lead(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    shipped = in_force(staffed)
    staffed.record.write(lambda tx: published.add(tx, KEY, shipped + "# worse\n", staffed.clock(), by=None, note="worse"))
    assert (await kit.post(f"{PATH}/back-now", version="0", base="1")).status_code == 403
    assert (await kit.post(f"{PATH}/back", version="0")).status_code == 303
    [draft] = staffed.record.read(drafts.all_open)
    assert (draft.text, draft.note) == (shipped, "back to the shipped version")
    assert (await jo.post(f"{PATH}/back-now", version="0", base="1")).status_code == 303
    assert in_force(staffed) == shipped
    assert (await jo.post(f"{PATH}/back-now", version="7", base="2")).status_code == 404


async def test_going_back_overwrites_nothing_that_somebody_writes(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    draft = write(staffed, "Noa")
    assert (await kit.post(f"{PATH}/back", version="0")).status_code == 409
    assert draft_of(staffed, draft).text == draft.text


async def test_a_file_is_taken_out_when_a_lead_has_said_so(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    key = "guidance/relationships/age_gap.yml"
    assert (await kit.post(f"/desk/files/{key}/retire")).status_code == 303
    [draft] = staffed.record.read(drafts.all_open)
    await step(kit, draft, "send")
    await step(jo, draft, "judge", verdict="fits", looked=draft.digest)
    assert draft_of(staffed, draft).state == "approved"
    await step(kit, draft, "publish", looked=draft.digest)
    await desk.publishing.idle()
    assert staffed.record.read(lambda tx: published.texts(tx)[key]) is None
    assert "Taken out" in (await kit.get(f"/desk/files/{key}")).text


async def test_each_state_has_exactly_one_main_button(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    assert main_buttons((await kit.get(PATH)).text) == 1
    draft = write(staffed, "Kit")
    assert main_buttons((await kit.get(PATH)).text) == 1
    await step(kit, draft, "send")
    assert [main_buttons((await one.get(PATH)).text) for one in (kit, jo)] == [1, 1]
    await step(jo, draft, "judge", verdict="fits", looked=draft.digest)
    assert main_buttons((await kit.get(PATH)).text) == 1
    await step(kit, draft, "panel")
    assert main_buttons((await kit.get(PATH)).text) == 1
    await the_panel_says(staffed, draft)
    assert main_buttons((await kit.get(PATH)).text) == 1
    await step(kit, draft, "schedule", at=f"{staffed.clock() + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    assert main_buttons((await kit.get(PATH)).text) == 1


async def test_two_versions_are_compared_word_by_word(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    shipped = in_force(staffed)
    staffed.record.write(
        lambda tx: published.add(tx, KEY, shipped.replace("What consent means", "What consent is"), staffed.clock(), by=None, note="")
    )
    page = (await kit.get(f"{PATH}/compare?left=0&right=1")).text
    assert "<del>means</del>" in page
    assert "<ins>is</ins>" in page
    assert "Both say the same" in (await kit.get(f"{PATH}/compare?left=1&right=1")).text


@pytest.mark.parametrize(
    "path", ["/desk/files/guidance/nothing/here.yml", "/desk/files/../../etc/passwd", "/desk/files/policy/x.yml/compare"]
)
async def test_what_is_no_file_is_not_found(browser: Open, path: str) -> None:
    assert (await (await browser("Kit")).get(path)).status_code == 404


async def test_a_draft_that_is_not_there_is_not_found(browser: Open) -> None:
    kit = await browser("Kit")
    for name in ("send", "panel", "take-back", "drop"):
        assert (await kit.post(f"/desk/drafts/{'0' * 32}/{name}")).status_code == 404
