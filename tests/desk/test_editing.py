"""A draft in its form: what is typed is checked, kept, brought together with a colleague's, and never lost."""

from __future__ import annotations

import re
from html import unescape

import pytest

from bot.desk.drafting import drafts
from bot.rehearsal.house import House
from content.editorial.library import CONTENT
from content.editorial.reading import parsed
from tests.console.conftest import Browser, Open

pytestmark = pytest.mark.usefixtures("read_once")
KEY = "guidance/relationships/consent.yml"
SHIPPED = (CONTENT / KEY).read_text(encoding="utf-8")


async def begins(browser: Browser, key: str = KEY) -> str:
    """Begin a draft; the address of its form."""
    answer = await browser.post(f"/desk/files/{key}/draft")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/staff")


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form on a page, the buttons aside."""
    form = page[page.index('id="editing"') :]
    form = form[: form.index("</form>")]
    found: dict[str, str] = {}
    for kind, attributes, inside in re.findall(r"<(textarea|select)\b([^>]*)>\n?(.*?)</\1>", form, re.DOTALL):
        name = re.search(r'name="([^"]+)"', attributes)
        chosen = re.search(r'value="([^"]*)" selected', inside) if kind == "select" else None
        assert name
        found[name[1]] = unescape((chosen[1] if chosen else "") if kind == "select" else inside)
    for attributes in re.findall(r"<input\b([^>]*)>", form):
        name, value = re.search(r'name="([^"]+)"', attributes), re.search(r'value="([^"]*)"', attributes)
        if name and ("checkbox" not in attributes or re.search(r"\bchecked\b", attributes)):
            text = unescape(value[1]) if value else ""
            found[name[1]] = f"{found[name[1]]}\n{text}" if name[1] in found else text
    return found


async def opens(browser: Browser, address: str, card: str) -> dict[str, str]:
    answer = await browser.get(f"{address}?card={card}")
    assert answer.status_code == 200, answer.text
    return fields_of(answer.text)


def stored(house: House, address: str) -> drafts.Draft:
    return house.record.read(lambda tx: drafts.find(tx, address.split("/")[3]))


@pytest.mark.parametrize("key", [KEY, "messages/consent.yml", "messages/own_view.yml", "crisis/bullying.yml", "canned_replies/closing.yml"])
async def test_opening_and_saving_every_part_changes_nothing(browser: Open, staffed: House, key: str) -> None:
    kit = await browser("Kit")
    address = await begins(kit, key)
    page = (await kit.get(address)).text
    cards = {unescape(card) for card in re.findall(r'name="do" value="go:([^"]*)"', page)}
    for card in cards:
        form = await opens(kit, address, card)
        assert (await kit.post(address, **form | {"do": "save"})).status_code == 303
    assert stored(staffed, address).text == (CONTENT / key).read_text(encoding="utf-8")
    assert stored(staffed, address).revision == 0


async def test_a_changed_bubble_changes_its_own_line_and_no_other(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    form = await opens(kit, address, "say_no")
    await kit.post(address, **form | {"say-0": "You never need a reason. “No” is enough.", "do": "save"})
    before, after = SHIPPED.splitlines(), stored(staffed, address).text.splitlines()
    assert [line for line in after if line not in before] == ["    - You never need a reason. “No” is enough."]
    assert len(before) == len(after)


async def test_bubbles_buttons_and_steps_come_go_and_move_without_a_script(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    for do, card in (("add:easy", "start"), ("add:buttons", "start"), ("down:say:0", "start"), ("remove:under_13:2", "start")):
        assert (await kit.post(address, **await opens(kit, address, card) | {"do": do})).status_code == 303
    start = parsed(stored(staffed, address).text)["steps"]["start"]
    assert start["easy"][-1] == "" and start["buttons"][-1] == {"label": "", "go": ""} and len(start["under_13"]) == 2
    assert start["say"][0].startswith("It's for kissing")
    added = await kit.post(address, **await opens(kit, address, "say_no") | {"do": "add:card"})
    assert "card=step_" in added.headers["location"] and "at=say-0" in added.headers["location"]
    await kit.post(address, **await opens(kit, address, "quiet") | {"do": "remove:card"})
    await kit.post(address, **await opens(kit, address, "say_no") | {"do": "up:card"})
    names = list(parsed(stored(staffed, address).text)["steps"])
    assert names[:2] == ["say_no", "start"] and "quiet" not in names
    page = (await kit.get(f"{address}?card=say_no")).text
    assert "There is no such step any more. Choose where it leads." in page


async def test_buttons_follow_a_step_that_gets_another_name(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    await kit.post(address, **await opens(kit, address, "say_no") | {"name": "Saying NO", "do": "save"})
    steps = parsed(stored(staffed, address).text)["steps"]
    assert list(steps)[1] == "saying_no" and steps["start"]["buttons"][0]["go"] == "saying_no"


async def test_problems_stand_beside_the_field_they_are_about_and_the_draft_is_kept_all_the_same(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    wrong = {"say-0": "", "say-1": "He committed suicide. Ring 0800 999 1234.", "b0-label": "x" * 40, "b1-go": "nowhere"}
    await kit.post(address, **await opens(kit, address, "say_no") | wrong | {"do": "save"})
    page = (await kit.get(f"{address}?card=say_no")).text

    def beside(name: str) -> str:
        return page[page.index(f'id="p-{name}"') :].split("</div>")[0]

    assert "Write something here, or take it out." in beside("say-0")
    assert "suicide is not a crime" in beside("say-1") and "is in no directory" in beside("say-1")
    assert "At most 32 characters." in beside("b0-label")
    assert "There is no such step any more." in beside("b1-go")
    assert 'value="nowhere" selected' in page


async def test_words_are_measured_and_shown_while_they_are_typed_and_nothing_is_stored(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    form = await opens(kit, address, "say_no")
    typed = {"say-0": "Say no whenever you want to say no, and mean it, and go home safely now.", "easy-0": "Just no.", "look-easy": "yes"}
    looked = (await kit.post(f"{address}/look", **form | typed)).text
    assert re.search(r'id="m-say-0"[^>]*>16 words · reading age \d+<', looked)
    assert '<div dir="auto">Just no.</div>' in looked and "You don't need a reason" not in looked
    assert stored(staffed, address).text == SHIPPED


async def test_two_editors_in_two_steps_keep_both_their_changes(browser: Open, staffed: House) -> None:
    kit, noa = await browser("Kit"), await browser("Noa")
    address = await begins(kit)
    hers, his = await opens(noa, address, "law"), await opens(kit, address, "say_no")
    await noa.post(address, **hers | {"say-0": "Noa wrote this.", "do": "save"})
    kept = await kit.client.post(
        f"/staff{address}", data={**his, "csrf": kit.csrf, "say-0": "Kit wrote this."}, headers={"hx-request": "true"}
    )
    assert "Noa changed other parts meanwhile; both are kept" in kept.text
    assert "Noa wrote this." in stored(staffed, address).text and "Kit wrote this." in stored(staffed, address).text


async def test_two_editors_in_one_step_see_both_and_nothing_is_overwritten(browser: Open, staffed: House) -> None:
    kit, noa = await browser("Kit"), await browser("Noa")
    address = await begins(kit)
    hers, his = await opens(noa, address, "say_no"), await opens(kit, address, "say_no")
    await noa.post(address, **hers | {"say-0": "Noa wrote <this>.", "do": "save"})
    clash = await kit.post(address, **his | {"say-0": "Kit wrote this.", "do": "save"})
    assert clash.status_code == 409
    shown = re.sub(r"</?mark>", "", clash.text)
    assert "Kit wrote this." in shown and "Noa wrote &lt;this&gt;." in shown and "Noa changed this too" in shown
    assert "Kit wrote this." not in stored(staffed, address).text

    again = fields_of(clash.text.replace('class="clash"', 'id="editing"'))
    both = await kit.post(f"{address}/together", **again)
    assert "Noa wrote &lt;this&gt;." in both.text and fields_of(both.text)["say-0"] == "Kit wrote this."
    assert "Kit wrote this." not in stored(staffed, address).text
    await kit.post(address, **again | {"do": "save"})
    assert "Kit wrote this." in stored(staffed, address).text


async def test_a_step_that_was_taken_out_meanwhile_can_be_kept(browser: Open, staffed: House) -> None:
    kit, noa = await browser("Kit"), await browser("Noa")
    address = await begins(kit)
    his = await opens(kit, address, "ask")
    await noa.post(address, **await opens(noa, address, "ask") | {"do": "remove:card"})
    clash = await kit.post(address, **his | {"say-0": "Kit wrote this.", "do": "save"})
    assert clash.status_code == 409 and "Kit wrote this." in clash.text
    await kit.post(address, **fields_of(clash.text.replace('class="clash"', 'id="editing"')) | {"do": "save"})
    step = parsed(stored(staffed, address).text)["steps"]["ask"]
    assert step["say"][0] == "Kit wrote this." and step["buttons"][0]["go"] == "quiet"


async def test_script_in_every_field_is_shown_as_text(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    evil = "</textarea><script>alert(1)</script>"
    for key, card in (
        (KEY, "start"),
        (KEY, ""),
        ("messages/call_back.yml", "number"),
        ("crisis/fgm.yml", "myself.concern"),
        ("canned_replies/closing.yml", "0"),
    ):
        address = await begins(kit, key)
        form = await opens(kit, address, card)
        typed = {name: evil for name in form if name not in ("csrf", "revision", "card", "base", "name") and not name.startswith("look-")}
        await kit.post(address, **form | typed | {"do": "save"})
        for page in (
            await kit.get(f"{address}?card={card}"),
            await kit.get(f"{address}?text=yes"),
            await kit.post(f"{address}/look", **form | typed),
        ):
            assert page.status_code == 200 and "<script>alert" not in page.text


async def test_a_very_long_field_is_kept_and_judged(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    await kit.post(address, **await opens(kit, address, "start") | {"say-0": "word " * 1990, "do": "save"})
    assert len(parsed(stored(staffed, address).text)["steps"]["start"]["say"][0]) > 9_000
    assert "1990 words" in (await kit.get(f"{address}?card=start")).text


async def test_the_text_itself_is_kept_with_its_errors_by_line(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    broken = SHIPPED.replace("steps:\n", "steps:\n  - [\n", 1)
    await kit.post(f"{address}/text", revision="0", text=broken.replace("\n", "\r\n"))
    assert stored(staffed, address).text == broken
    page = (await kit.get(address)).text
    assert "The text itself" in page and re.search(r"Line \d+: this is not valid YAML", page) and "Back to the form" not in page
    await kit.post(f"{address}/text", revision="1", text=SHIPPED.replace("title:", "titel:"))
    assert "“titel” is no part of this" in (await kit.get(f"{address}?text=yes")).text
    assert "“titel” is no part of this" in (await kit.get(f"{address}?card=")).text


async def test_two_editors_of_one_text_see_what_differs(browser: Open, staffed: House) -> None:
    kit, noa = await browser("Kit"), await browser("Noa")
    address = await begins(kit, "policy/short_words.yml")
    await noa.post(f"{address}/text", revision="0", text="a: [noa]\n")
    clash = await kit.post(f"{address}/text", revision="0", text="a: [kit]\n")
    assert clash.status_code == 409 and "Noa changed this too" in clash.text
    assert stored(staffed, address).text == "a: [noa]\n"


async def test_a_draft_that_is_gone_and_a_step_that_never_was_say_so(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    assert (await kit.get("/desk/drafts/nothing/edit")).status_code == 404
    page = await kit.get(f"{address}?card=no_such_step")
    assert page.status_code == 200 and 'name="card" id="card" value="start"' in page.text
    assert (await kit.post(f"{address[:-5]}/drop")).status_code == 303
    assert (await kit.post(address, card="start", revision="0", do="save")).status_code == 409
