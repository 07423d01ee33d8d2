"""Training messages on the desk: a list for each topic, one message at a time, under a writer of the desk's own."""

from __future__ import annotations

from html import unescape
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.checks.gates import check_changes
from bot.desk.drafting import drafts
from bot.desk.examples.messages import WRITER, Labels, Wrong, messages_of, with_changed, with_message, without_message
from bot.desk.examples.views import A_PAGE, Wanted, listed
from bot.desk.state import Desk
from bot.rehearsal.house import House
from content.editorial.edition import text_of, texts_below
from content.editorial.library import CONTENT
from tests.console.conftest import Browser, Open
from tests.desk.test_editing import begins
from tests.desk.writing import in_force, step

pytestmark = pytest.mark.usefixtures("read_once")
KEY = "intents/consent.yml"
HARM = "intents/disclosures/missing.yml"
FILES = {key: text for key, text in texts_below(CONTENT).items() if key.startswith("intents/")}
TEXT = FILES[KEY]
CALM = Labels("consent", "none", (), "self")
THEIRS = "can ah say aye the noo and naw later"


def texts(file: str) -> list[str]:
    return [one.text for one in messages_of(file) or ()]


async def opens(browser: Browser, key: str = KEY) -> str:
    return (await begins(browser, key)).removesuffix("edit") + "examples"


async def saves(browser: Browser, address: str, **fields: str) -> int:
    usual = {"topic": "consent", "level": "none", "subject": "self", "category": "", "was": "", "do": "save"}
    return (await browser.post(f"{address}/one", **usual | fields)).status_code


def stored(house: House, address: str) -> str:
    return house.record.read(lambda tx: drafts.find(tx, address.split("/")[3])).text


@pytest.mark.parametrize("key", sorted(FILES)[::9])
def test_each_message_of_a_file_stands_in_its_list_with_its_labels(key: str) -> None:
    found = messages_of(FILES[key])
    assert found
    lines = FILES[key].splitlines()
    assert all(lines[one.line].strip() == f"- {one.text}" for one in found)
    assert len(found) == sum(line.startswith("    - ") for line in lines)
    assert all(one.labels.writer.startswith("w") for one in found)


def test_what_is_added_stands_under_the_desk_s_own_writer_and_changes_no_other_line() -> None:
    once = with_message(TEXT, "can i say  no tho", CALM)
    twice = with_message(once, "and what about tomorrow", CALM)
    assert twice.removeprefix(TEXT) == (
        "- intent: consent\n  metadata: {level: none, subject: self, writer: desk}\n  examples: |\n"
        "    - can i say no tho\n    - and what about tomorrow\n"
    )


def test_a_message_that_is_changed_is_nobody_else_s_any_more() -> None:
    changed = with_changed(TEXT, THEIRS, "can i say aye now and naw later", CALM)
    assert THEIRS not in texts(changed)
    [new] = [one for one in messages_of(changed) or () if one.text == "can i say aye now and naw later"]
    assert new.labels.writer == WRITER
    [same] = [one for one in messages_of(TEXT) or () if one.text == THEIRS]
    assert with_changed(TEXT, THEIRS, THEIRS, same.labels) == TEXT


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_taking_out_what_was_added_gives_the_identical_file(data: st.DataObject) -> None:
    said = " ".join(
        data.draw(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="[]"), min_size=1)).split()
    )
    labels = data.draw(st.sampled_from([CALM, Labels("consent", "concern", ("relationship_abuse", "sexual_abuse"), "other")]))
    added = with_message(TEXT, said, labels)
    assert [one.labels for one in messages_of(added) or () if one.text == said] == [labels]
    assert without_message(added, said) == TEXT


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ("", CALM),
        ("x" * 501, CALM),
        ("see [this](place)", CALM),
        (THEIRS.upper(), CALM),
        ("a harmless one", Labels("consent", "none", ("bullying",), "self")),
        ("a harmful one", Labels("consent", "urgent", (), "self")),
    ],
)
def test_what_is_no_training_message_is_refused(said: str, labels: Labels) -> None:
    with pytest.raises(Wrong):
        with_message(TEXT, said, labels)


def test_the_list_comes_in_pages_and_what_was_written_here_comes_first() -> None:
    there = messages_of(with_message(TEXT, "a new one", CALM)) or []
    first = listed(there, Wanted(), 1)
    assert first.messages[0].text == "a new one"
    assert (len(first.messages), first.pages) == (A_PAGE, -(-len(there) // A_PAGE))
    assert [one.text for one in listed(there, Wanted("NEW one", "none", ours=True), 1).messages] == ["a new one"]
    assert listed(there, Wanted("zebra crossing"), 9).found == 0


async def test_an_editor_adds_changes_and_takes_out_messages_in_a_draft(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await opens(kit)
    assert await saves(kit, address, said="is a nod a yes") == 303
    assert "is a nod a yes" in (await kit.get(f"{address}?{urlencode({'ours': 'yes'})}")).text
    assert await saves(kit, address, was="is a nod a yes", said="is nodding a yes", level="worry") == 303
    [ours] = [one for one in messages_of(stored(staffed, address)) or () if one.labels.writer == WRITER]
    assert (ours.text, ours.labels.level) == ("is nodding a yes", "worry")
    assert await saves(kit, address, was="is nodding a yes", do="remove") == 303
    assert stored(staffed, address) == TEXT
    assert in_force(staffed, KEY) == TEXT


async def test_further_kinds_of_harm_of_a_message_stay_when_its_words_change(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await opens(kit, HARM)
    message = next(one for one in messages_of(FILES[HARM]) or () if len(one.labels.categories) > 1)
    form = unescape((await kit.get(f"{address}/one?{urlencode({'text': message.text})}")).text)
    further = " ".join(message.labels.categories[1:])
    assert f'name="further" value="{further}"' in form
    labels = {"topic": message.labels.topic, "level": message.labels.level, "subject": message.labels.subject}
    await saves(
        kit, address, was=message.text, said="gone, and nobody knows", category=message.labels.categories[0], further=further, **labels
    )
    [new] = [one for one in messages_of(stored(staffed, address)) or () if one.labels.writer == WRITER]
    assert new.labels.categories == message.labels.categories


async def test_a_wrong_message_comes_back_with_what_was_typed(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await opens(kit)
    answer = await kit.post(
        f"{address}/one", topic="consent", level="urgent", subject="self", category="", was="", said="he wont stop", do="save"
    )
    assert answer.status_code == 422
    assert "Choose the kind of harm" in answer.text
    assert "he wont stop" in answer.text
    assert await saves(kit, address, topic="weather") == 422
    assert stored(staffed, address) == TEXT


async def test_two_editors_on_one_message_lose_nothing(browser: Open, staffed: House) -> None:
    kit, noa = await browser("Kit"), await browser("Noa")
    address = await opens(kit)
    assert await saves(noa, address, was=THEIRS, said="noa's words") == 303
    assert await saves(kit, address, was=THEIRS, said="kit's words") == 409
    assert await saves(kit, address, said="kit's words") == 303
    assert {"noa's words", "kit's words"} <= set(texts(stored(staffed, address)))


async def test_the_files_are_listed_with_their_drafts_and_lead_to_their_way(browser: Open) -> None:
    kit = await browser("Kit")
    await opens(kit)
    page = (await kit.get("/desk/examples")).text
    assert page.count("Draft</span>") == 1
    assert "/desk/files/intents/disclosures/suicide.yml" in page
    assert "intents/" not in (await kit.get("/desk")).text


async def test_published_messages_are_in_force_after_a_lead_has_said_that_they_fit(browser: Open, staffed: House, desk: Desk) -> None:
    kit, jo = await browser("Kit"), await browser("Jo")
    address = await opens(kit)
    await saves(kit, address, said="is a nod a yes")
    draft = staffed.record.read(lambda tx: drafts.find(tx, address.split("/")[3]))
    assert await step(kit, draft, "send") == 303
    assert await step(jo, draft, "judge", looked=draft.digest, verdict="fits") == 303
    assert await step(kit, draft, "publish", looked=draft.digest) == 303
    await desk.publishing.idle()
    assert "is a nod a yes" in texts(in_force(staffed, KEY))
    desk.use(1)
    assert "The bot learns it with the next" in (await kit.get(f"/desk/files/{KEY}")).text


def test_a_message_that_another_file_has_too_is_not_published() -> None:
    elsewhere = texts(FILES["intents/boundaries.yml"])[0]
    changed = (
        TEXT.rstrip("\n")
        + f"\n- intent: consent\n  metadata: {{level: none, subject: self, writer: desk}}\n  examples: |\n    - {elsewhere}\n"
    )
    [found] = check_changes({KEY: changed}, [KEY])
    assert (found.file.as_posix(), "also in boundaries.yml" in found.what) == (KEY, True)
    assert check_changes({KEY: with_message(text_of({}, KEY) or "", "is a nod a yes", CALM)}, [KEY]) == []
