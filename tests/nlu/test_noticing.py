"""The one door: spans, bounds, and what is understood with and without the intent service."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.noticing import Noticing, whole_of
from nlu.understanding import Level, Reading, RiskScores


@pytest.mark.parametrize(
    ("typed", "evidence"),
    [
        ("hi 🙂 i w4nt t0 d1e", "w4nt t0 d1e"),
        ("ｉ ｗａｎｔ ｔｏ ｄｉｅ ok", "ｗａｎｔ ｔｏ ｄｉｅ"),
        ("well. chcę umrzeć!", "chcę umrzeć"),
        ("my dad’s hitting me", "dad’s hitting me"),
    ],
)
def test_evidence_points_at_what_was_typed(noticing: Noticing, typed: str, evidence: str) -> None:
    assert evidence in [typed[item.start : item.end] for item in noticing.check(typed).evidence]


def test_a_reason_comes_with_every_piece_of_evidence_and_quotes_nobody(noticing: Noticing) -> None:
    for item in noticing.check("my dad hits me and i want to die").evidence:
        assert item.why
        assert item.source == "lexicon"
        assert "dad hits me" not in item.why


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300))
def test_any_text_is_read_and_its_evidence_lies_in_it(noticing: Noticing, typed: str) -> None:
    risk = noticing.check(typed)
    assert all(0 <= item.start < item.end <= len(typed) for item in (*risk.evidence, *risk.signs))


@pytest.mark.parametrize("typed", ["", " ", "\n", "\u200b", "...", "🙂", "\ud800"])
def test_nothing_is_nothing(noticing: Noticing, typed: str) -> None:
    assert noticing.check(typed).level is Level.NONE


@pytest.mark.parametrize("filler", ["blah ", "he hit me ", "not ", "me me me i ", "a", "e\u0301", "?! "])
def test_a_very_long_text_is_read_to_its_last_word_in_bounded_time(noticing: Noticing, filler: str) -> None:
    padding = filler * (50_000 // len(filler))
    typed = f"{padding}. i took an overdose. {padding}"
    began = time.process_time()
    risk = noticing.check(typed)
    assert time.process_time() - began < 20
    assert risk.level is Level.IMMEDIATE
    assert "overdose" in "".join(typed[item.start : item.end] for item in risk.evidence)


def test_ten_thousand_combining_marks_hide_nothing(noticing: Noticing) -> None:
    assert noticing.check("i want to d" + "\u0301" * 10_000 + "ie").level is Level.URGENT


def test_without_the_intent_service_the_topic_is_unknown_and_the_risk_is_there(noticing: Noticing) -> None:
    understood = noticing.understand("i want to die", None)
    assert (understood.topic, understood.confidence, understood.risk.level) == (None, 0.0, Level.URGENT)


def test_topic_and_ranking_are_the_intent_services(noticing: Noticing) -> None:
    understood = noticing.understand("hello", Reading("greet", 0.9, (("greet", 0.9),)))
    assert (understood.topic, understood.confidence, understood.ranking) == ("greet", 0.9, (("greet", 0.9),))


def test_signs_of_earlier_messages_add_up(noticing: Noticing) -> None:
    earlier = [noticing.check(text).signs for text in ("he bought me new trainers", "ive been bunking school loads")]
    now = "i got home really late"
    assert noticing.check(now).level < Level.CONCERN
    understood = noticing.understand(now, None, earlier)
    assert understood.risk.level is Level.CONCERN
    assert {item.message for item in understood.risk.evidence if item.source == "history"} == {0, 1}


def test_a_model_reading_raises_what_no_phrase_says(noticing: Noticing) -> None:
    scores = RiskScores({"worry": 0.99, "concern": 0.95, "urgent": 0.1, "immediate": 0.0}, {"neglect": 0.9}, {"self": 0.9})
    risk = noticing.understand("tea was mustard", Reading("family_conflict", 0.5, scores=scores)).risk
    assert (risk.level, risk.categories[0], risk.evidence[0].source) == (Level.CONCERN, "neglect", "model")


def test_the_matcher_keeps_no_words_of_messages(noticing: Noticing) -> None:
    noticing.check("zyxxyfoo my dad hits me")
    assert "zyxxyfoo" not in noticing._lexicon._segments._vocab.strings


def test_a_conversation_without_any_sign_is_not_read_as_a_whole(noticing: Noticing) -> None:
    calm, bought = noticing.check("what games do you know"), noticing.check("he bought me new trainers")
    assert not noticing.hangs_on_the_whole(calm, [calm.signs] * 5)
    assert not noticing.hangs_on_the_whole(calm, [bought.signs] * 5), "this message adds none"
    assert noticing.hangs_on_the_whole(bought, [calm.signs] * 5)


def test_a_whole_has_a_line_for_each_of_the_latest_eight_messages() -> None:
    said = [f"message {number}\nwith a break" for number in range(10)]
    lines = (whole_of(said[:9], said[9]) or "").split("\n")
    assert lines == [f"message {number} with a break" for number in range(2, 10)]


def test_three_messages_are_no_whole_yet() -> None:
    assert whole_of(["one", "two"], "three") is None
    assert whole_of(["one", "two", "three"], "four") == "one\ntwo\nthree\nfour"
