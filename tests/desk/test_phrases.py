"""Risk phrases on the desk: a list to search, a form for each, tried as it is typed, and put back without touching the rest."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.desk.checks.own_examples import own_problems
from bot.desk.drafting import drafts
from bot.desk.editing.forms import Given
from bot.desk.editing.opened import Library
from bot.desk.phrases.groups import data_of, with_phrase, without_phrase
from bot.desk.phrases.messages import Example, Messages, Reread, labelled
from bot.desk.phrases.noticed import Book, change, readable
from bot.desk.phrases.views import A_PAGE, Wanted, listed
from bot.desk.state import Desk
from bot.rehearsal.house import House
from content.editorial.edition import Texts, laid_out, texts_below
from content.editorial.library import CONTENT
from content.editorial.reading import parsed
from nlu.normalise import normalise
from nlu.risk.stream import Forms
from nlu.understanding import Level
from tests.console.conftest import Browser, Open
from tests.desk.test_editing import begins, fields_of

KEY = "risk_phrases/suicide.yml"
TEXT = (CONTENT / KEY).read_text(encoding="utf-8")
FILES = {key: text for key, text in texts_below(CONTENT).items() if data_of(key, text)}
PHRASE = "want to unalive"
SAID = (
    Example("i feel rubbish on a sunday", Level.NONE, ""),
    Example("i feel so low and rubbish lately", Level.WORRY, ""),
    Example("i just want to unalive", Level.URGENT, "suicide"),
)


async def read(forms: Forms, texts: Texts) -> Messages:
    return Messages(SAID, [{word.form for word in forms.read(normalise(one.text).text)} for one in SAID])


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.in_force({})


@pytest.fixture(autouse=True)
def _few_messages(desk: Desk, library: Library) -> None:
    desk.library, desk.messages = library, Reread(read)


async def opens(browser: Browser, group: str = "suicide_thoughts", phrase: str = PHRASE, key: str = KEY) -> tuple[str, dict[str, str]]:
    """The address of a draft's phrases, and what the form of one of them holds."""
    address = (await begins(browser, key)).removesuffix("edit") + "phrases"
    answer = await browser.get(asked(f"{address}/one", group=group, phrase=phrase))
    assert answer.status_code == 200, answer.text
    return address, fields_of(answer.text)


def asked(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"


def stored(house: House, address: str) -> str:
    return house.record.read(lambda tx: drafts.find(tx, address.split("/")[3])).text


def lines_that_differ(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def given(**more: str) -> Given:
    return {"group": "suicide_thoughts", "was": PHRASE, "phrase": PHRASE, **more}


@pytest.mark.parametrize("key", sorted(FILES))
def test_every_file_of_phrases_but_the_shared_words_has_a_list(key: str) -> None:
    assert sum(len(group["phrases"]) for group in parsed(FILES[key])["groups"]) > 5
    assert {"risk_phrases/words.yml", "risk_phrases/context.yml"}.isdisjoint(FILES)


async def test_opening_a_phrase_and_saving_it_changes_nothing(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    assert (await kit.post(f"{address}/one", **form, do="save")).status_code == 303
    assert stored(staffed, address) == TEXT


async def test_a_changed_phrase_changes_its_own_line_and_no_other(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    await kit.post(f"{address}/one", **form | {"phrase": "want to (unalive|be gone)", "do": "save"})
    assert lines_that_differ(TEXT, stored(staffed, address)) == (["      - want to unalive"], ["      - want to (unalive|be gone)"])


async def test_a_phrase_is_added_at_the_end_of_its_group_and_taken_out_again(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit, phrase="")
    await kit.post(f"{address}/one", **form | {"phrase": "off to narnia ~ forever", "do": "save"})
    assert lines_that_differ(TEXT, stored(staffed, address)) == ([], ["      - off to narnia ~ forever"])
    form = fields_of((await kit.get(asked(f"{address}/one", group="suicide_thoughts", phrase="off to narnia ~ forever"))).text)
    await kit.post(f"{address}/one", **form, do="remove")
    assert stored(staffed, address) == TEXT


async def test_what_phrases_share_is_changed_with_any_of_them(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    await kit.post(f"{address}/one", **form | {"kind": "immediate", "within": "5", "joke": "", "do": "save"})
    [group, *_] = parsed(stored(staffed, address))["groups"]
    assert (group["level"], group["within"], "joke" in group) == ("immediate", 5, False)


async def test_phrases_with_a_meaning_of_their_own_come_last_under_an_id_that_nobody_has(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit, group="", phrase="")
    more = {
        "phrase": "said goodbye to everyone",
        "why": "says goodbye to everyone",
        "kind": "concern",
        "must_match": "i said goodbye to everyone",
    }
    assert (await kit.post(f"{address}/one", **form | more | {"do": "save"})).status_code == 303
    last = parsed(stored(staffed, address))["groups"][-1]
    assert last == {
        "id": "suicide_2",
        "level": "concern",
        "why": "says goodbye to everyone",
        "phrases": ["said goodbye to everyone"],
        "must_match": ["i said goodbye to everyone"],
    }
    assert stored(staffed, address).startswith(TEXT)
    assert "It is not finished" in (await kit.get(asked(address, kind="concern", q="goodbye to everyone"))).text


@pytest.mark.parametrize(("typed", "said"), [("", "Write the phrase, or take it out."), ("i not wake up", "has that phrase already")])
async def test_an_empty_or_doubled_phrase_is_refused_and_the_form_stays(browser: Open, staffed: House, typed: str, said: str) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    answer = await kit.post(f"{address}/one", **form | {"phrase": typed, "why": "says something else", "do": "save"})
    assert answer.status_code == 422
    assert said in answer.text
    assert fields_of(answer.text)["why"] == "says something else"
    assert stored(staffed, address) == TEXT


async def test_the_list_finds_phrases_by_their_words_meaning_and_examples(browser: Open) -> None:
    kit = await browser("Kit")
    address, _ = await opens(kit)
    for words in ("unalive", "everyone would be better off without me"):
        found = (await kit.get(asked(address, q=words))).text
        assert PHRASE in unescape(found)
        assert "means beside them" not in found
    assert "Nothing fits" in (await kit.get(asked(address, q="zebra"))).text


def test_a_long_list_comes_in_pages_and_each_phrase_stands_on_one(book: Book) -> None:
    data = data_of(KEY, TEXT)
    assert data is not None
    first = listed(data, Wanted(), 1, book)
    every = [
        phrase for number in range(1, first.pages + 1) for one in listed(data, Wanted(), number, book).groups for phrase in one.phrases
    ]
    assert first.pages == -(-first.all // A_PAGE) == 3
    assert every == [phrase for group in data["groups"] for phrase in group["phrases"]]
    assert [one.wrong for one in first.groups] == ["", ""]


async def test_its_examples_are_tried_as_it_is_typed(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    typed = form | {"phrase": "want to (unalive|nap)", "must_not_match": "i want to nap\nkms this homework"}
    looked = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", (await kit.post(f"{address}/look", **typed)).text))
    assert "1 of 6 does not go as it should." in looked
    assert "i want to nap found, and must not be" in looked
    assert "kms this homework left alone" in looked
    assert stored(staffed, address) == TEXT


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("phrase", "want to (unalive", "A bracket is not closed; add the )."),
        ("phrase", "<nobody> wants", "There is no list"),
        ("phrase", "really", "add a telling word"),
        ("why", "", "Fill this in."),
        ("must_match", "only one", "At least two."),
        ("within", "many", "integer"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(browser: Open, name: str, typed: str, said: str) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    looked = unescape((await kit.post(f"{address}/look", **form | {name: typed})).text)
    beside = re.search(rf'id="p-{name}".*?</div>', looked, re.DOTALL)
    assert beside
    assert said in beside[0]


async def test_it_says_which_training_messages_it_newly_finds_and_which_no_more(browser: Open) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    found = unescape((await kit.post(f"{address}/search", **form | {"phrase": "feel (rubbish|low)"})).text)
    assert "2 newly found" in found
    assert "<strong>1 is harmless</strong>" in found
    assert found.index("rubbish on a sunday") < found.index("low and rubbish")
    assert "1 not found any more" in found
    assert "i just want to unalive" in found
    assert "finds the same messages" in (await kit.post(f"{address}/search", **form)).text


def test_looking_by_words_finds_what_reading_every_message_finds(book: Book) -> None:
    group = readable(parsed(TEXT)["groups"][0])
    some = list(labelled(CONTENT))[::40]
    by_words = Messages(some, [{word.form for word in book.forms.read(normalise(one.text).text)} for one in some])
    everywhere = Messages(some, [{word for runs in book.runs(group) for part in runs for run in part for word in run}] * len(some))
    assert change(book, by_words, None, group) == change(book, everywhere, None, group)


async def test_two_editors_on_one_phrase_see_both_and_overwrite_nothing(browser: Open, staffed: House) -> None:
    kit, noa = await browser("Kit"), await browser("Noa")
    address, mine = await opens(kit)
    _, theirs = await opens(noa)
    await noa.post(f"{address}/one", **theirs | {"why": "Noa's reason", "do": "save"})
    answer = await kit.post(f"{address}/one", **mine | {"why": "Kit's reason", "phrase": "want ~ unalive", "do": "save"})
    assert answer.status_code == 409
    assert "Noa changed these phrases too." in answer.text
    assert "Noa's reason" in unescape(answer.text)
    form = fields_of(answer.text)
    assert (form["why"], form["phrase"]) == ("Kit's reason", "want ~ unalive")
    await kit.post(f"{address}/one", **form | {"why": "both reasons", "do": "save"})
    [group, *_] = parsed(stored(staffed, address))["groups"]
    assert (group["why"], "want ~ unalive" in group["phrases"], PHRASE in group["phrases"]) == ("both reasons", True, False)


async def test_two_editors_on_different_meanings_are_both_kept(browser: Open, staffed: House) -> None:
    kit, noa = await browser("Kit"), await browser("Noa")
    address, mine = await opens(kit)
    _, theirs = await opens(noa, "means_to_hand", "save up ~ tablets")
    await noa.post(f"{address}/one", **theirs | {"phrase": "save up ~ pills", "do": "save"})
    assert (await kit.post(f"{address}/one", **mine | {"phrase": "want ~ unalive", "do": "save"})).status_code == 303
    assert "- save up ~ pills" in stored(staffed, address)
    assert "- want ~ unalive" in stored(staffed, address)


def test_with_its_last_phrase_a_group_goes() -> None:
    data = parsed("category: missing\nnote: x\ngroups:\n- {id: a, phrases: [one]}\n- {id: b, phrases: [two]}\n")
    assert [group["id"] for group in without_phrase(data, "a", "one")["groups"]] == ["b"]


def test_a_mark_stays_the_mark_that_the_program_knows() -> None:
    data = parsed((CONTENT / "risk_phrases/flags.yml").read_text(encoding="utf-8"))
    typed = {"group": "withdraws", "was": "i was joking", "phrase": "i was joking", "kind": "urgent"}
    assert with_phrase(data, typed) == data


async def test_what_is_no_list_any_more_is_edited_as_text(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address, form = await opens(kit)
    edit = address.removesuffix("phrases") + "edit"
    await kit.post(f"{edit}/text", text="groups: [", revision=form["revision"])
    assert "The text itself" in (await kit.get(edit)).text
    assert (await kit.get(address)).status_code == 409


def test_phrases_that_miss_an_example_of_their_own_are_not_published() -> None:
    def found(changed: str) -> list[str]:
        with laid_out({KEY: changed}) as folder:
            return [f"{one.line}: {one.what}" for one in own_problems(Path(folder), KEY)]

    [line] = [number for number, text in enumerate(TEXT.splitlines(), 1) if "must_match: [i want to die," in text]
    missed = "“nothing like it” is to be found by the phrases “says that they want to die, or think about ending their life”, and is not"
    assert found(TEXT.replace("must_match: [i want to die,", "must_match: [nothing like it,", 1)) == [f"{line}: {missed}"]
    [harmed] = found(TEXT.replace("must_not_match: [i would never kill myself,", "must_not_match: [i want to unalive,", 1))
    assert "“i want to unalive” is to be left alone" in harmed
    assert found(TEXT) == []
