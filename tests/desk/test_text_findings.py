"""A file that is edited as text: what its form would say is said by line, while it is typed."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest

from bot.content_check import actions
from bot.desk.drafting import drafts
from bot.desk.editing.findings import Known
from bot.desk.editing.text_findings import found_in_text
from bot.rehearsal.house import House
from content.editorial.edition import text_of
from content.editorial.library import CONTENT
from content.editorial.shelf import read_shelf
from tests.console.conftest import Open
from tests.desk.test_editing import begins, fields_of

pytestmark = pytest.mark.usefixtures("read_once")
CONSENT = "guidance/relationships/consent.yml"


@pytest.fixture(scope="module")
def known() -> Known:
    shelf, _ = read_shelf(CONTENT)
    assert shelf
    return Known(shelf, actions(), date(2026, 11, 22))


def said(known: Known, key: str, old: str, new: str) -> list[str]:
    text = text_of({}, key)
    assert text
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    return [f"{one.line - line:+}: {one.what}" for one in found_in_text(key, text.replace(old, new, 1), known, {})]


@pytest.mark.parametrize(
    ("key", "old", "new", "expected"),
    [
        (CONSENT, "Consent means", "He committed suicide.", "+0: “committed suicide”: suicide is not a crime"),
        (CONSENT, "go: say_no", "go: nowhere", "+0: There is no such step any more."),
        (CONSENT, "title:", "titel:", "+0: “titel” is no part of this."),
        (CONSENT, "steps:", "steps: [", "valid YAML"),
        ("messages/consent.pl.yml", "{adult}", "{adut}", ": the fields of say are not those of the English"),
        ("risk_phrases/suicide.yml", "want to unalive", "want to (unalive", "bracket is not closed"),
        ("risk_phrases/suicide.yml", "must_match: [i want to die,", "must_match: [hello,", "+0: “hello” is to be found by the phrases"),
        ("risk_phrases/suicide.yml", "level: urgent", "levle: urgent", "levle is not a known field"),
        ("policy/sharing.yml", "note:", "noet:", "noet is not a known field"),
    ],
)
def test_what_is_wrong_is_said_by_line(known: Known, key: str, old: str, new: str, expected: str) -> None:
    found = said(known, key, old, new)
    assert any(expected in one for one in found), found


@pytest.mark.parametrize("key", [CONSENT, "messages/consent.pl.yml", "crisis/bullying.yml", "risk_phrases/missing.yml", "policy/rota.yml"])
def test_of_what_is_in_force_nothing_is_wrong(known: Known, key: str) -> None:
    assert found_in_text(key, text_of({}, key) or "", known, {}) == []


async def test_words_are_looked_at_while_the_text_is_typed_and_nothing_is_stored(browser: Open, staffed: House) -> None:
    kit = await browser("Kit")
    address = await begins(kit)
    form = fields_of((await kit.get(f"{address}?text=yes")).text)
    typed = form["text"].replace("Consent means", "Children who committed suicide", 1)
    looked = unescape((await kit.post(f"{address}/text/look", text=typed)).text)
    assert "Line 16: “committed suicide”: suicide is not a crime" in looked
    assert staffed.record.read(lambda tx: drafts.find(tx, address.split("/")[3])).revision == 0
    kept = await kit.post(f"{address}/text", text=typed, revision=form["revision"])
    assert kept.status_code == 303
    assert "committed suicide" in unescape((await kit.get(f"{address}?text=yes")).text)
