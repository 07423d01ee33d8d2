"""Leaving other people's names out of a text: however they are written, and what a human still has to look at."""

from __future__ import annotations

import pytest

from escalation.sharing.redacting import names_in, perhaps_names, redact, still_there


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("kayleighs mum", "[another person]’s mum"),
        ("KAYLEIGH'S and Kayleigh-Brown", "[another person]’s and [another person]"),
        ("kay\u200bleigh, Kayleigh  Brown", "[another person], [another person]"),
        ("@kayleigh_b99", "@[another person]_b99"),
        ("zoë and Zoe and zoe\u0308", "[another person] and [another person] and [another person]"),
        ("o’neil oneil O'Neil's", "[another person] [another person] [another person]’s"),
        ("brownies with Mr Smith", "brownies with Mr Smith"),
        ("Mr Singh, and singh", "[another person], and [another person]"),
    ],
)
def test_a_name_is_left_out_however_it_is_written(text: str, clean: str) -> None:
    assert redact(text, names_in("Kayleigh Brown\nZoë, O'Neil; Mr Singh")).text == clean


def test_a_name_inside_another_word_is_shown_to_whoever_makes_it() -> None:
    names = names_in("Ann")
    assert still_there(redact("Ann was planning it.", names).text, names) == ["planning"]


def test_likely_names_are_words_with_a_capital_inside_a_sentence() -> None:
    text = "He hit her. Then Kayleigh rang Zoë’s mum on Monday, and I saw DANGER."
    assert perhaps_names([text], ["Zoë"]) == ["Kayleigh"]
