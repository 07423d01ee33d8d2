"""Versions of a file: compared, brought together with a draft, put back, taken out."""

from __future__ import annotations

from bot.desk.drafting import drafts
from bot.desk.drafting.stopping import stopped
from bot.desk.state import Desk
from bot.rehearsal.house import House
from content.editorial.reading import parsed
from escalation.record import published
from tests.console.conftest import Open
from tests.desk.writing import KEY, PATH, draft_of, in_force, main_buttons, step, write
from tests.published import CHECK


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
    for address in ("back", "back-now"):
        refused = await jo.post(f"{PATH}/{address}", version="65477430826778714112", base="2")
        assert refused.status_code == 422, "a number that no version can have"


async def test_a_lead_stops_a_script_at_once_in_every_language_and_nobody_else_can(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    key = "guidance/rights_and_help/how_to_tell_someone.yml"
    assert (await kit.post(f"/desk/files/{key}/stop-now")).status_code == 403
    assert "Stop it at once" not in (await kit.get(f"/desk/files/{key}")).text
    assert "Stop it at once" in (await jo.get(f"/desk/files/{key}")).text
    assert (await jo.post(f"/desk/files/{key}/stop-now")).status_code == 303
    texts = staffed.record.read(published.texts)
    assert sorted(texts) == [key.replace(".yml", ".pl.yml"), key]
    assert {parsed(text or "")["status"] for text in texts.values()} == {"retired"}
    desk.use(2)
    assert "Young people are told none of it now." in (await kit.get(f"/desk/files/{key}")).text
    assert (await jo.post(f"/desk/files/{key}/stop-now")).status_code == 409
    assert (await jo.post("/desk/files/messages/emergency.yml/stop-now")).status_code == 404, "these words are needed"


def test_a_script_that_was_stopped_still_fits_everything_that_leads_to_it(staffed: House) -> None:
    changes = staffed.record.read(lambda tx: stopped(tx, KEY))
    assert [one for one in CHECK({one.key: one.text for one in changes}) if one.severity == "error"] == []


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
