"""Five words bring a young person back to their chat; nothing earlier shows until they carry on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from rapidfuzz.distance import OSA
from starlette.applications import Starlette

from bot.carrying_out.turns import carry_out
from bot.dialogue.events import CarriedOn, CodeAsked, Event
from bot.return_code import new_code, normalise_code, words
from escalation.record.store import Tx
from escalation.record.tables import Person
from tests.webchat.visiting import Browser, Host, web_app

KNOWN = "lantern-pebble-otter-crumble-maple"


@pytest.fixture
async def code(host: Host, browser: Browser) -> str:
    """The code that the first browser's chat was given, after something private was said there."""
    await browser.open()
    await browser.says("something private")
    _event(host, CodeAsked("consent.return_code"))
    shown = next(text for text in await browser.reads() if text.startswith("Your code is"))
    host.time += timedelta(minutes=5)
    return shown.rpartition(" ")[2]


@pytest.fixture
def elsewhere(app: Starlette) -> Browser:
    return Browser(app)


@pytest.mark.parametrize(
    "slip",
    [
        lambda code: code,
        lambda code: code.upper(),
        lambda code: code.replace("-", "   "),
        lambda code: code.replace("-", " – "),
        lambda code: code.replace("-", ""),
        lambda code: code[1:],
        lambda code: f"  {code[0]}{code}. ",
    ],
    ids=["as it is", "capitals", "spaces", "long dashes", "run together", "a letter missing", "a letter twice"],
)
async def test_the_code_opens_the_chat_also_with_small_slips(code: str, elsewhere: Browser, host: Host, slip: Callable[[str], str]) -> None:
    host.record.write(_give_known_code)
    assert (await elsewhere.returns(slip(KNOWN))).status_code == 200
    assert len(host.people()) == 1
    assert host.taken[-1].kind == "started"


@pytest.mark.rule("S77")
async def test_nothing_earlier_shows_until_they_carry_on(code: str, elsewhere: Browser, host: Host) -> None:
    await elsewhere.returns(code)
    host.say("Hi again. Would you like to carry on?", buttons=(("Carry on", "2:do:carry_on"),))
    feed = await elsewhere.feed()
    assert [item["text"] for item in feed["items"]] == ["Hi again. Would you like to carry on?"]
    assert feed["kept_back"]
    await elsewhere.presses("2:do:carry_on")
    _event(host, CarriedOn())
    assert "something private" in await elsewhere.reads()
    assert not (await elsewhere.feed())["kept_back"]


@pytest.mark.rule("S77")
async def test_after_a_pause_the_same_browser_shows_nothing_earlier_either(host: Host, browser: Browser) -> None:
    await browser.open()
    await browser.says("something private")
    host.time += timedelta(hours=2)
    await browser.open(resume=True)
    assert await browser.reads() == []
    assert [taken.kind for taken in host.taken] == ["started", "text", "started"]


@pytest.mark.rule("S77")
async def test_a_page_that_was_closed_meanwhile_shows_nothing_earlier_however_short_it_was(host: Host, browser: Browser) -> None:
    await browser.open()
    await browser.says("something private")
    await browser.open(resume=True, ask=True)
    assert await browser.reads() == []
    assert [taken.kind for taken in host.taken] == ["started", "text", "started"]


async def test_a_page_loaded_again_at_once_goes_on(host: Host, browser: Browser) -> None:
    await browser.open()
    await browser.says("hello")
    await browser.open(resume=True)
    assert await browser.reads() == ["hello"]
    assert len(host.people()) == 1


async def test_opened_anew_without_a_code_nothing_earlier_shows(host: Host, browser: Browser) -> None:
    await browser.open()
    await browser.says("something private")
    await browser.open()
    assert await browser.reads() == []
    assert len(host.people()) == 2


async def test_the_first_page_still_works_after_the_code_was_used_elsewhere(code: str, browser: Browser, elsewhere: Browser) -> None:
    await elsewhere.returns(code)
    assert (await browser.says("still me")).status_code == 202
    assert "still me" in await elsewhere.reads()


async def test_every_wrong_code_gets_the_same_answer(code: str, elsewhere: Browser, host: Host) -> None:
    others = "-".join(word for word in words() if word not in code.split("-"))
    wrong = ["-".join(others.split("-")[:5]), "not a code", "", "otter " * 30, "🙂"]
    answers = [await elsewhere.returns(text) for text in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert all("session" not in answer.json() for answer in answers)


async def test_a_sixth_try_has_to_wait_even_with_the_right_code(code: str, elsewhere: Browser) -> None:
    await elsewhere.open()
    for _ in range(5):
        await elsewhere.returns("wrong wrong wrong wrong wrong")
    answer = await elsewhere.returns(code)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60


async def test_fresh_sessions_do_not_buy_more_tries_for_ever(code: str, app: Starlette) -> None:
    statuses = []
    for _ in range(40):
        fresh = Browser(app)
        fresh.keeps(new_code().replace("-", "").ljust(43, "x")[:43])
        statuses.append((await fresh.returns("wrong wrong wrong wrong wrong")).status_code)
    assert statuses.count(404) == 30
    assert statuses[-1] == 429


async def test_the_record_keeps_no_code(code: str, host: Host) -> None:
    assert host.people()[0].return_code not in (None, code)


def test_the_words_are_many_distinct_and_far_apart() -> None:
    chosen = words()
    assert len(chosen) == len(set(chosen)) >= 1024
    assert all(word.isascii() and word.isalpha() and word.islower() and 4 <= len(word) <= 9 for word in chosen)
    near = [(a, b) for i, a in enumerate(chosen) for b in chosen[i + 1 :] if abs(len(a) - len(b)) < 2 and OSA.distance(a, b) < 2]
    assert near == []


def test_codes_differ_and_read_back() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(normalise_code(code) == code for code in codes)


def test_a_word_between_two_of_the_list_is_not_guessed() -> None:
    assert normalise_code("zzzzz otter maple pebble lantern") is None


def test_one_slip_never_leads_to_another_word_and_seldom_nowhere() -> None:
    rest = "-otter-maple-pebble-crumble"
    found = [(word, normalise_code(word[:i] + word[i + 1 :] + rest)) for word in words() for i in range(len(word))]
    assert [pair for pair in found if pair[1] not in (pair[0] + rest, None)] == []
    assert sum(code is None for _, code in found) / len(found) < 0.1


def _give_known_code(tx: Tx) -> None:
    tx.session.query(Person).one().return_code = tx.vault.pseudonym("return_code", KNOWN)


def _event(host: Host, event: Event) -> None:
    """The host does what an event of the dialogue says."""

    def do(tx: Tx) -> None:
        carry_out(tx, host.service, tx.session.query(Person).one(), [event], host.now())

    host.record.write(do)


async def test_tries_of_a_code_are_counted_across_a_restart(code: str, app: Starlette, host: Host) -> None:
    for _ in range(30):
        fresh = Browser(app)
        fresh.keeps(new_code().replace("-", "").ljust(43, "x")[:43])
        await fresh.returns("wrong wrong wrong wrong wrong")
    assert (await Browser(web_app(host)).returns("wrong wrong wrong wrong wrong")).status_code == 429
