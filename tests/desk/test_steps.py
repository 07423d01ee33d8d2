"""The way of a draft through the real app: written, judged, published, scheduled, put back, taken out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from bot.desk.drafting import jobs
from bot.desk.state import Desk
from bot.rehearsal.house import House
from content.editorial.problems import Problem
from content.editorial.reading import parsed
from escalation import publish_jobs
from escalation.record import audit, published
from tests.console.conftest import Open
from tests.desk.conftest import Checks
from tests.desk.writing import KEY, PATH, PHRASES, draft_of, in_force, main_buttons, step, the_panel_says, write


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


async def test_a_time_that_was_set_in_summer_is_kept_as_in_winter(browser: Open, staffed: House, desk: Desk) -> None:
    staffed.clock.at = datetime(2027, 6, 7, 9, tzinfo=UTC)
    await test_an_approved_draft_is_published_at_the_time_that_was_set(browser, staffed, desk)


async def test_who_wrote_it_who_approved_it_and_who_set_the_time_hear_that_it_was_not_published_then(
    browser: Open, staffed: House, desk: Desk, checks: Checks
) -> None:
    kit, noa, jo = await browser("Kit"), await browser("Noa"), await browser("Jo")
    draft = write(staffed, "Kit", key=PHRASES)
    await step(kit, draft, "send")
    await step(jo, draft, "judge", verdict="fits", looked=draft.digest)
    await step(noa, draft, "schedule", at=f"{staffed.clock() + timedelta(minutes=9):%Y-%m-%dT%H:%M}")
    before = {name: len(staffed.alerts(name)) for name in ("Kit", "Noa", "Jo", "Mia")}
    checks.found = (Problem(Path(PHRASES), 12, "“he hits me” is not noticed any more", "put the phrase back"),)
    await staffed.wait(minutes=10)
    await desk.publishing.idle()
    new = {name: staffed.alerts(name)[before[name] :] for name in before}
    [said] = new["Kit"]
    assert "Something that was to be published now was not" in said
    assert "abuse" not in said.lower(), "it may show on a locked phone"
    assert (new["Noa"], new["Jo"], new["Mia"]) == ([said], [said], [])
    for one in (kit, noa, jo):
        page = (await one.get("/desk")).text
        assert "Could not be published" in page.partition('role="search"')[0]
    assert "Could not be published" not in (await (await browser("Mia")).get("/desk")).text.partition('role="search"')[0]


async def test_a_draft_that_somebody_publishes_now_and_that_is_refused_alerts_nobody(
    browser: Open, staffed: House, desk: Desk, checks: Checks
) -> None:
    kit = await browser("Kit")
    draft = write(staffed, "Kit")
    checks.found = (Problem(Path(KEY), 1, "wrong", "put it right"),)
    await step(kit, draft, "publish", looked=draft.digest)
    await desk.publishing.idle()
    assert staffed.alerts("Kit") == [], "they look at the page"


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
    staffed.record.write(lambda tx: publish_jobs.claim(tx, staffed.clock()))
    await desk.publishing.idle()
    assert draft_of(staffed, draft).state == "draft"
    staffed.clock.move(minutes=11)
    await desk.publishing.idle()
    assert draft_of(staffed, draft).state == "published"


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


@pytest.mark.parametrize(
    "path", ["/desk/files/guidance/nothing/here.yml", "/desk/files/../../etc/passwd", "/desk/files/policy/x.yml/compare"]
)
async def test_what_is_no_file_is_not_found(browser: Open, path: str) -> None:
    assert (await (await browser("Kit")).get(path)).status_code == 404


async def test_a_draft_that_is_not_there_is_not_found(browser: Open) -> None:
    kit = await browser("Kit")
    for name in ("send", "panel", "take-back", "drop"):
        assert (await kit.post(f"/desk/drafts/{'0' * 32}/{name}")).status_code == 404
