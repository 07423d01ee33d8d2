"""What our words may and must say about people, privacy and each new use of data."""

from __future__ import annotations

import re

import pytest

from content.editorial.library import Library
from content.editorial.schema import Bubbles

OUR_WORDS_FOR_PEOPLE_WHO_HARM = re.compile(
    r"\b(?:abusers?|perpetrators?|offenders?|predators?|paedophiles?|pedophiles?|groomers?|rapists?|attackers?|abductors?|monsters?|creeps?)\b",
    re.I,
)
NOTICES = {
    "conversation.age_question": "right words and law",
    "conversation.area_question": "find help near you",
    "consent.return_code_offer": "Anyone with the code can open the chat",
    "call_back.number": "for this call only",
    "code_word.intro": "I keep it scrambled",
    "concern.write": "would read it",
    "own_view.copy_link": "anyone who opens it could read it",
    "own_view.copy_here": "could read it",
}
"""Where something new is asked of a young person: what it is for, or who can see it, in the same turn."""
BANDS = ("under_13", "13_15", "16_17", "18_25")


def all_bubbles(words: Library) -> list[tuple[str, Bubbles]]:
    """Everything that may be said to a young person, by place."""
    found: list[tuple[str, Bubbles]] = [(id, message) for id, message in words.messages.items() if not id.startswith("staff.")]
    found += [(f"{topic}/{name}", step) for topic, script in words.scripts.items() for name, step in script.steps.items()]
    for category, file in words.crisis.items():
        for who in (file.myself, file.someone_else):
            found += [(category, response) for response in (who.concern, who.urgent, who.immediate) if response]
    return found


@pytest.mark.rule("S47")
def test_the_bot_has_no_word_of_its_own_for_people_who_harm(words: Library) -> None:
    said = [
        (place, text)
        for place, bubbles in all_bubbles(words)
        for variant in (bubbles.say, bubbles.easy, bubbles.under_13, bubbles.from_13, bubbles.from_16, bubbles.from_18)
        for text in variant
    ]
    assert len(said) > 1000
    assert [(place, text) for place, text in said if OUR_WORDS_FOR_PEOPLE_WHO_HARM.search(text)] == []


@pytest.mark.rule("S47")
def test_what_a_summary_suggests_names_nobody(words: Library) -> None:
    for file in words.crisis.values():
        for suggested in (file.plain, file.plain_other):
            assert not re.search(r"\b(?:boyfriend|girlfriend|stepdad|dad|mum|teacher)\b", suggested), file.category


@pytest.mark.rule("S33")
def test_what_is_private_is_written_for_each_age_band(words: Library) -> None:
    privacy = words.message("own_view.privacy")
    for variant in (privacy.under_13, privacy.from_13, privacy.from_16, privacy.from_18):
        text = " ".join(variant)
        assert "badly hurt" in text or "clear it" in text
    copied = words.message("apps.keeps_copy")
    for variant in (copied.under_13, copied.from_13, copied.from_16, copied.from_18):
        assert "keeps its own copy of what we write" in " ".join(variant)
    assert len({privacy.chosen(band, easy_read=False) for band in BANDS}) == len(BANDS)


@pytest.mark.rule("S32")
@pytest.mark.parametrize(("id", "notice"), NOTICES.items())
def test_each_new_use_of_data_comes_with_a_notice(words: Library, id: str, notice: str) -> None:
    assert notice in " ".join(words.message(id).say)
