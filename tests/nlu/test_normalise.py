"""Message and phrase are read the same way, and everything read knows where it came from."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.normalise import normalise
from nlu.spellings import SPELLINGS


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("s u i c i d e", "suicide"),
        ("k.i.l.l", "kill"),
        ("I wanna k1ll mys3lf", "i want to kill myself"),
        ("s3lf h@rm", "self harm"),
        ("un-alive", "unalive"),
        ("sewer slide", "suicide"),
        ("s/h", "self harm"),
        ("le$bean", "lesbian"),
        ("seggs", "sex"),
        ("k*ll", "kill"),
        ("рlеаsе", "please"),  # Cyrillic look-alikes
        ("ｈｅｌｐ", "help"),
        ("𝓲 𝔀𝓪𝓷𝓽 𝓽𝓸 𝓭𝓲𝓮", "i want to die"),
        ("ki​ll", "kill"),  # a zero-width space inside
        ("don’t", "do not"),
        ("he dosnt like skool becuase", "he does not like school because"),
        ("soooo", "so"),
        ("goooood", "good"),
        ("heeelp", "help"),
        ("gr8 2nite", "great tonight"),
        ("comin", "coming"),
        ("🔪", "knife"),
        ("hahahaha", "lol"),
    ],
)
def test_tricks_and_spellings_become_plain_english(typed: str, read: str) -> None:
    assert normalise(typed).text == read


@pytest.mark.parametrize("typed", ["14", "im 14", "yr9", "7pm", "cousin", "good", "see you", "ill", "were", "id", "£50", "1st"])
def test_what_is_plain_already_keeps_its_meaning(typed: str) -> None:
    assert normalise(typed).text == typed.replace("im", "i am")


def test_a_span_leads_back_to_what_was_typed() -> None:
    typed = "🙂 I  w4nt t0 d1e 😭"
    read = normalise(typed)
    start = read.text.index("want to die")
    first, last = read.span(start, start + len("want to die"))
    assert typed[first:last] == "w4nt t0 d1e"


def test_a_combining_mark_belongs_to_its_letter() -> None:
    read = normalise("xé di\u0301e")
    start = read.text.index("die")
    assert read.span(start, start + 3) == (3, 7)


@pytest.mark.parametrize("span", [(0, 0), (2, 1), (-1, 2), (0, 99)])
def test_a_span_outside_the_text_is_an_error(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no text from"):
        normalise("hello").span(*span)


@given(st.text(max_size=200))
def test_every_code_point_read_comes_from_somewhere_in_order(typed: str) -> None:
    read = normalise(typed)
    assert len(read.text) == len(read.offsets) == len(read.ends)
    assert all(0 <= start < end <= len(typed) for start, end in zip(read.offsets, read.ends, strict=True))
    assert list(read.offsets) == sorted(read.offsets)


@given(st.lists(st.sampled_from(sorted(SPELLINGS)), max_size=12))
def test_reading_what_was_read_changes_nothing(words: list[str]) -> None:
    once = normalise(" ".join(words)).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    "typed", ["a\u0301" * 100_000, "e" + "\u0301" * 10_000, "a" * 100_000, "a " * 50_000, "a." * 50_000, "l0l" * 33_000, "'" * 100_000]
)
def test_reading_takes_time_in_proportion_to_the_length(typed: str) -> None:
    began = time.process_time()
    normalise(typed)
    assert time.process_time() - began < 5
