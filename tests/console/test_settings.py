"""The settings pages: what an organisation decides is looked at before it holds, checked with everything, and can be taken back."""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from pathlib import Path

import httpx
import pytest
import yaml
from fastapi import FastAPI

from bot.desk.drafting.publishing import Publishing
from bot.rehearsal.house import House
from content.editorial.edition import Texts, text_of
from content.editorial.problems import Problem
from escalation.publishing import Change, Progress, Publisher
from escalation.record import published
from tests.console.conftest import Browser, Open
from tests.published import CHECK

TIMES = "policy/escalation.yml"


@pytest.fixture(autouse=True)
def quick(app: FastAPI, staffed: House) -> None:
    """Nothing is wrong with the rest of the content; where that is what is tested, `thorough` looks at all of it."""
    app.state.console.publisher = Publisher(staffed.record, lambda _: [], staffed.clock)


@pytest.fixture
def thorough(app: FastAPI, staffed: House) -> None:
    app.state.console.publisher = Publisher(staffed.record, CHECK, staffed.clock)


def said(answer: httpx.Response) -> str:
    """The page's text, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def field(answer: httpx.Response, name: str) -> str:
    """What stands in a field of the page."""
    tag = re.search(rf'<input[^>]* name="{re.escape(name)}"[^>]*>', answer.text)
    assert tag, f"no field {name}"
    value = re.search(r'value="([^"]*)"', tag[0])
    return html.unescape(value[1]) if value else ""


def base(answer: httpx.Response, name: str) -> str:
    """The version that the form of this policy or area was made from."""
    found = re.search(rf'action="[^"]*/{name}#[^"]*".*?name="base" value="(\d+)"', answer.text, re.S)
    assert found
    return found[1]


async def puts_in_force(browser: Browser, path: str, base: str, found: str = "", **typed: str) -> httpx.Response:
    """Look at a change, and put it in force as it was shown; the checks that run beside everything else find `found`."""
    looked = await browser.post(path, base=base, do="look", **typed)
    assert "not in force yet" in said(looked), said(looked)
    return await sends(browser, path, found, base=base, do="publish", looked=field(looked, "looked"), **typed)


async def sends(browser: Browser, path: str, found: str = "", **fields: str) -> httpx.Response:
    """Send a form, and wait until the checks that run beside everything else have ended."""
    answer = await browser.post(path, **fields)
    house = browser.house

    def gate(texts: Texts, keys: Collection[str], *, before: Texts | None, on_progress: Progress) -> list[Problem]:
        return [Problem(Path(next(iter(keys))), 1, found, "put it right")] if found else []

    await Publishing(house.record, lambda _: [], house.clock, lambda: house.service, production=False, gate=gate).idle()
    return answer


def in_force(house: House, key: str) -> str:
    return text_of(house.record.read(published.texts), key) or ""


def published_elsewhere(house: House, key: str, old: str, new: str) -> None:
    """A colleague was faster."""
    jo = house.staff("Jo")
    change = Change(key, in_force(house, key).replace(old, new, 1), house.record.read(lambda tx: published.version_of(tx, key)))
    Publisher(house.record, lambda _: [], house.clock).publish([change], by=jo.id, note="as we agreed")


async def test_a_changed_time_is_looked_at_then_put_in_force_and_taken_back(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    page = await jo.get("/settings/times")
    assert field(page, "promises.concern.minutes") == "15"
    looked = await jo.post("/settings/times/escalation", base="0", do="look", why="more staff", **{"promises.concern.minutes": "12"})
    assert looked.status_code == 200
    assert "1 change, not in force yet" in said(looked)
    assert "How soon an adult is promised: Concern: Without real times, 15 → 12" in said(looked)
    assert "a young person is told that an adult will be there within 12 minutes" in said(looked)
    assert "Now: 15" in said(looked)
    assert staffed.record.read(published.number) == 0, "looking changes nothing"

    done = await puts_in_force(jo, "/settings/times/escalation", "0", why="more staff", **{"promises.concern.minutes": "12"})
    assert done.status_code == 303
    page = await jo.get("/settings/times?saved=escalation")
    assert "It is in force: version 1." in said(page)
    assert "Jo more staff (How soon an adult is promised: Concern: Without real times, 15 → 12)" in said(page)
    shipped = text_of({}, TIMES) or ""
    assert in_force(staffed, TIMES) == shipped.replace("minutes: 15", "minutes: 12"), "comments and layout stay"

    back = await sends(jo, "/settings/times/escalation/back", version="0", base="1")
    assert back.status_code == 303
    assert in_force(staffed, TIMES) == shipped
    assert "Version 2 , in force" in said(await jo.get("/settings/times"))


async def test_what_cannot_be_is_said_beside_the_field_and_what_was_typed_stays(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    typed = {"promises.concern.minutes": "2", "quiet.urgent.remind": "3", "why": "quicker"}
    answer = await jo.post("/settings/times/escalation", base="0", do="publish", **typed)
    assert answer.status_code == 422
    assert 'id="escalation-promises-concern-minutes-wrong">Least, minutes and most go up in this order.' in answer.text
    assert 'aria-describedby="escalation-promises-concern-minutes-was escalation-promises-concern-minutes-wrong"' in answer.text
    assert {name: field(answer, name) for name in typed} == typed
    assert staffed.record.read(published.number) == 0


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("escalation", {"real_times.days": "0"}, "Write 1 or more."),
        ("escalation", {"pause_minutes": "soon"}, "Write a number."),
        ("escalation", {"real_times.days": "2.5"}, "Write a whole number."),
        ("ending", {"check_in_days": "1, 2, 3, 4, 5"}, "Write 4 at most."),
        ("ending", {"safe_hours": "9 to 5"}, "write it like 16:00-19:00"),
        ("rota", {"hours.0.week.sunday": "in the evening"}, "write it like 09:00 to 17:00"),
        ("rota", {"closures": "Christmas"}, "write it like 2026-12-25 to 2026-12-26: Christmas"),
        ("rota", {"closures": "2026-13-01: Never"}, "write a day in full"),
    ],
)
async def test_each_value_has_its_limits(browser: Open, name: str, typed: dict[str, str], says: str) -> None:
    answer = await (await browser("Jo")).post(f"/settings/times/{name}", base="0", do="look", **typed)
    assert answer.status_code == 422
    assert says.lower() in said(answer).lower()


async def test_nothing_is_put_in_force_that_was_not_looked_at(browser: Open, staffed: House) -> None:
    """As when somebody types one more number and presses Enter."""
    jo = await browser("Jo")
    looked = await jo.post("/settings/times/escalation", base="0", do="look", **{"promises.concern.minutes": "12"})
    more = {"promises.concern.minutes": "12", "promises.urgent.minutes": "9"}
    answer = await jo.post("/settings/times/escalation", base="0", do="publish", looked=field(looked, "looked"), **more)
    assert "2 changes, not in force yet" in said(answer)
    assert staffed.record.read(published.number) == 0


async def test_a_change_waits_for_the_written_conversations_and_the_page_says_so(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    looked = await jo.post("/settings/times/escalation", base="0", do="look", **{"promises.concern.minutes": "12"})
    typed = {"promises.concern.minutes": "12", "looked": field(looked, "looked")}
    answer = await jo.post("/settings/times/escalation", base="0", do="publish", **typed)
    assert answer.status_code == 303
    page = await jo.get(answer.headers["location"].removeprefix("/staff").partition("#")[0])
    assert "The checks run." in said(page)
    assert "It is in force" not in said(page)
    assert staffed.record.read(published.number) == 0
    asked = await jo.get(f"/settings/checking?key={TIMES}")
    assert (asked.status_code, "hx-refresh" in asked.headers) == (204, False)
    await sends(jo, "/settings/times/ending", base="0", do="look")
    assert (await jo.get(f"/settings/checking?key={TIMES}")).headers["hx-refresh"] == "true"
    assert "It is in force: version 1." in said(await jo.get("/settings/times?saved=escalation"))


async def test_what_the_written_conversations_refuse_is_not_put_in_force_and_what_was_typed_stays(browser: Open, staffed: House) -> None:
    jo, robin = await browser("Jo"), await browser("Robin")
    lost = "the conversation “A life at risk” does not go as it is written down any more"
    typed = {"promises.concern.minutes": "12"}
    answer = await puts_in_force(jo, "/settings/times/escalation", "0", lost, **typed)
    assert answer.status_code == 303
    page = await jo.get("/settings/times?saved=escalation")
    assert "It was not put in force" in said(page)
    assert lost in said(page)
    assert "It is in force" not in said(page)
    assert field(page, "promises.concern.minutes") == "12"
    assert staffed.record.read(published.number) == 0
    assert lost not in said(await robin.get("/settings/times")), "it is nobody else's try"
    staffed.clock.move(hours=2)
    assert lost not in said(await jo.get("/settings/times"))


async def test_a_helpline_that_the_written_conversations_refuse_comes_back_as_it_was_typed(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    found = "a conversation says another number"
    assert (await sends(jo, "/settings/helplines/torbay/new", found, base="0", do="save", **CONTACT)).status_code == 303
    page = await jo.get("/settings/helplines/torbay?saved=yes")
    assert "a conversation says another number" in said(page)
    assert field(page, "call") == CONTACT["call"]
    assert staffed.record.read(published.number) == 0


async def test_opening_hours_are_set_day_by_day(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    week = {"every_day": "16:00 to 22:00", "saturday": "10:00 to 12:00, 14:00 to 22:00", "sunday": "closed"}
    typed = {f"hours.0.week.{day}": hours for day, hours in week.items()}
    typed |= {"hours.0.bank_holidays": "closed", "closures": "2026-12-25 to 2026-12-26: Christmas"}
    assert (await puts_in_force(jo, "/settings/times/rota", "0", **typed)).status_code == 303
    hours = yaml.safe_load(in_force(staffed, "policy/rota.yml"))
    assert hours["hours"][0]["week"] == {
        "every_day": ["16:00 to 22:00"],
        "saturday": ["10:00 to 12:00", "14:00 to 22:00"],
        "sunday": [],
    }
    assert hours["hours"][0]["bank_holidays"] == []
    assert [one["why"] for one in hours["closures"]] == ["Christmas"]
    page = await jo.get("/settings/times")
    assert field(page, "hours.0.week.sunday") == "closed"
    assert "2026-12-25 to 2026-12-26: Christmas" in said(page)


async def test_the_second_of_two_sees_what_the_first_changed_and_undoes_nothing(browser: Open, staffed: House) -> None:
    robin = await browser("Robin")
    page = await robin.get("/settings/times")
    published_elsewhere(staffed, TIMES, "{minutes: 15,", "{minutes: 14,")
    whole = {name: field(page, name) for name in ("promises.concern.minutes", "promises.urgent.minutes")}
    typed = whole | {"promises.urgent.minutes": "9"}
    answer = await robin.post("/settings/times/escalation", base=base(page, "times/escalation"), do="publish", **typed)
    assert answer.status_code == 409
    assert "Jo changed this while you were at it (as we agreed). Nothing was overwritten" in said(answer)
    assert field(answer, "promises.urgent.minutes") == "9"
    assert field(answer, "promises.concern.minutes") == "14", "what the other changed is not undone"
    fields = {name: field(answer, name) for name in typed}
    done = await puts_in_force(robin, "/settings/times/escalation", base(answer, "times/escalation"), **fields)
    assert done.status_code == 303
    promises = yaml.safe_load(in_force(staffed, TIMES))["promises"]
    assert (promises["concern"]["minutes"], promises["urgent"]["minutes"]) == (14, 9)


@pytest.mark.usefixtures("thorough")
async def test_nothing_is_put_in_force_that_the_other_content_contradicts(browser: Open, staffed: House) -> None:
    published_elsewhere(staffed, "messages/call_back.yml", "group: call_back", "group: call_back\nodd: 1")
    answer = await puts_in_force(await browser("Jo"), "/settings/times/ending", "0", answer_days="3")
    assert answer.status_code == 422
    assert "It was not put in force, since it does not fit the other content" in said(answer)
    assert "messages/call_back.yml, line" in said(answer)
    assert field(answer, "answer_days") == "3"


@pytest.mark.rule("S70")
async def test_periods_are_confirmed_by_name_and_day(browser: Open, staffed: House) -> None:
    robin = await browser("Robin")
    assert "Nobody has confirmed them yet." in said(await robin.get("/settings/retention"))
    typed = {"confirmed.by": "Ann Lee, data protection officer", "confirmed.on": "2026-11-20", "chat.days": "180"}
    assert (await puts_in_force(robin, "/settings/retention", "0", **typed)).status_code == 303
    page = await robin.get("/settings/retention?saved=retention")
    assert "Confirmed by Ann Lee, data protection officer on 20 November 2026." in said(page)
    assert field(page, "chat.days") == "180"
    assert "Confirmed by Ann Lee" in said(await robin.get("/settings"))
    too_long = await robin.post("/settings/retention", base="1", do="look", **{"cases.with_adult.years": "500"})
    assert "Write 100 or less." in said(too_long)


async def test_a_lead_sees_the_periods_and_cannot_change_them(browser: Open) -> None:
    page = await (await browser("Jo")).get("/settings/retention")
    assert 'fieldset class="plain" disabled' in page.text
    assert "Look at the changes" not in said(page)


CONTACT = {
    "name": "Torbay children's services",
    "does": "Help when you are not safe at home.",
    "call": "01803 208100",
    "hours": "office hours",
    "source": "told by the duty team on the telephone",
    "checked_on": "2026-11-20",
}


async def test_a_helpline_is_added_confirmed_changed_and_taken_out(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    key = "helplines/torbay.yml"
    assert "No contact yet" in said(await jo.get("/settings/helplines/torbay"))
    assert (await sends(jo, "/settings/helplines/torbay/new", base="0", do="save", **CONTACT)).status_code == 303
    page = await jo.get("/settings/helplines/torbay?saved=yes")
    assert "To confirm" in said(page)

    id = yaml.safe_load(in_force(staffed, key))["contacts"][0]["id"]
    assert id == "torbay_children_s_services"
    assert (
        await sends(jo, f"/settings/helplines/torbay/{id}", base="1", do="save", confirmed="yes", how="by telephone", **CONTACT)
    ).status_code == 303
    entry = yaml.safe_load(in_force(staffed, key))["contacts"][0]
    assert entry["confirmed_by_organisation"] is True
    assert (entry["confirmed_by"], str(entry["confirmed_on"]), entry["confirmed_how"]) == ("Jo", "2026-11-23", "by telephone")
    assert str(entry["checked_on"]) == "2026-11-23"
    assert "All confirmed" in said(await jo.get("/settings"))

    other = CONTACT | {"source": "their website"}
    await sends(jo, f"/settings/helplines/torbay/{id}", base="2", do="save", **other)
    entry = yaml.safe_load(in_force(staffed, key))["contacts"][0]
    assert (entry["confirmed_by"], entry["confirmed_how"]) == ("Jo", "by telephone"), "the number is still the confirmed one"
    await sends(jo, f"/settings/helplines/torbay/{id}", base="3", do="save", **(other | {"call": "01803 208559"}))
    entry = yaml.safe_load(in_force(staffed, key))["contacts"][0]
    assert (entry["confirmed_by_organisation"], entry.get("confirmed_by")) == (False, None)

    assert (await sends(jo, f"/settings/helplines/torbay/{id}", base="4", do="remove")).status_code == 303
    assert in_force(staffed, key) == text_of({}, key)


async def test_a_contact_that_nobody_could_reach_is_refused_beside_its_field(browser: Open) -> None:
    jo = await browser("Jo")
    answer = await jo.post("/settings/helplines/torbay/new", base="0", do="save", **(CONTACT | {"call": "", "min_age": "x", "does": ""}))
    assert answer.status_code == 422
    assert 'id="new-does-wrong">Fill this in.' in answer.text
    assert 'id="new-min_age-wrong">Write an age in years, or leave it empty.' in answer.text
    answer = await jo.post("/settings/helplines/torbay/new", base="0", do="save", **(CONTACT | {"call": ""}))
    assert "A contact needs at least one of call, text, web" in said(answer)


async def test_a_confirmation_without_the_way_it_was_asked_is_none(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    answer = await jo.post("/settings/helplines/torbay/new", base="0", do="save", confirmed="yes", **CONTACT)
    assert answer.status_code == 422
    assert 'id="new-how-wrong">Choose how you asked them.' in answer.text
    assert field(answer, "call") == CONTACT["call"]
    assert in_force(staffed, "helplines/torbay.yml") == text_of({}, "helplines/torbay.yml")


async def test_an_editor_sees_numbers_and_who_confirmed_them_and_changes_none(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    await sends(jo, "/settings/helplines/torbay/new", base="0", do="save", confirmed="yes", how="by telephone", **CONTACT)
    kit = await browser("Kit")
    page = said(await kit.get("/settings/helplines/torbay"))
    assert "01803 208100" in page and "Confirmed by Jo, by telephone, on 23 November 2026" in page
    assert "Add a contact" not in page
    assert (await kit.post("/settings/helplines/torbay/new", base="1", do="save", **CONTACT)).status_code == 403
    assert (await kit.get("/settings")).status_code == 403


async def test_whoever_edits_sees_what_is_to_be_confirmed_and_what_was_confirmed_too_long_ago(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    assert "in production the service does not start before each is confirmed" in said(await jo.get("/settings/helplines/uk"))
    assert "In production nobody is given one of these before it is confirmed" in said(await jo.get("/settings/helplines/devon"))
    await sends(jo, "/settings/helplines/torbay/new", base="0", do="save", confirmed="yes", how="in person", **CONTACT)
    assert "days ago" not in said(await jo.get("/settings/helplines/torbay"))
    staffed.clock.move(days=184)
    page = said(await (await browser("Jo")).get("/settings/helplines/torbay"))
    assert "1 was looked up more than 183 days ago. They are still given." in page


async def test_two_at_one_directory_overwrite_nothing(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    published_elsewhere(staffed, "helplines/torbay.yml", "title: Torbay", "title: Torbay and around")
    answer = await sends(jo, "/settings/helplines/torbay/new", base="0", do="save", **CONTACT)
    assert answer.status_code == 409
    assert "Jo changed this page while you were at it (as we agreed)" in said(answer)
    assert field(answer, "call") == CONTACT["call"]
    assert base(answer, "helplines/torbay/new") == "1"


@pytest.mark.usefixtures("thorough")
async def test_a_number_that_cannot_be_dialled_and_a_helpline_that_scripts_name_are_kept_as_they_are(browser: Open, staffed: House) -> None:
    jo = await browser("Jo")
    answer = await jo.post("/settings/helplines/torbay/new", base="0", do="save", **(CONTACT | {"call": "01 23"}))
    assert answer.status_code == 422
    assert "is not a number in the UK" in said(answer)
    assert field(answer, "call") == "01 23"
    answer = await jo.post("/settings/helplines/uk/childline", base="0", do="remove")
    assert answer.status_code == 422
    assert "there is no helpline 'childline'" in said(answer)
    assert staffed.record.read(published.number) == 0


@pytest.mark.parametrize(
    "path", ["/settings/helplines/atlantis", "/settings/helplines/uk/nobody", "/settings/times/risk", "/settings/times/escalation/back"]
)
async def test_an_address_that_names_nothing_says_so(browser: Open, path: str) -> None:
    jo = await browser("Jo")
    sent = {"version": "7"} if path.endswith("back") else {}
    answer = await jo.post(path, base="0", **sent) if "atlantis" not in path else await jo.get(path)
    assert answer.status_code == 404


async def test_script_in_a_field_is_shown_as_text(browser: Open) -> None:
    jo = await browser("Jo")
    bad = "<script>alert(1)</script>"
    for answer in (
        await jo.post("/settings/times/rota", base="0", do="look", closures=bad, why=bad),
        await jo.post("/settings/helplines/torbay/new", base="0", do="save", **(CONTACT | {"name": bad, "call": ""})),
    ):
        assert answer.status_code == 422
        assert bad not in answer.text


async def test_a_worker_sees_no_settings(browser: Open) -> None:
    sam = await browser("Sam")
    assert [(await sam.get(path)).status_code for path in ("/settings", "/settings/times", "/settings/retention")] == [403, 403, 403]
