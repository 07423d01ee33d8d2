"""Phrases, model and history make one risk, and a lead's policy decides how."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.risk.merge import merge, youngest
from nlu.risk.policy import load_policy
from nlu.understanding import Evidence, Level, Risk, RiskScores
from tests.nlu.shipped import copy_of_content

POLICY = load_policy()
ALARM = POLICY.model.phrases_none.immediate
"""From this score on the model alone raises the alarm without asking."""
TEXT = "hi. something happened"
HIT = Risk(Level.URGENT, ("home_abuse",), "self", (Evidence(4, 13, "lexicon", "says so", Level.URGENT, "home_abuse"),))


def scores(worry: float = 0, concern: float = 0, urgent: float = 0, immediate: float = 0, **categories: float) -> RiskScores:
    at_least = {"worry": worry, "concern": concern, "urgent": urgent, "immediate": immediate}
    return RiskScores(at_least, categories, {"self": 0.9, "other": 0.05, "general": 0.05})


def test_without_the_model_the_phrases_stand_alone() -> None:
    assert merge(TEXT, HIT, None, "unknown", POLICY) == HIT


def test_the_model_alone_can_raise_and_says_in_plain_words_why() -> None:
    risk = merge(TEXT, Risk(), scores(0.9, 0.8, 0.7, 0.1, neglect=0.8), "13_15", POLICY)
    assert (risk.level, risk.categories, risk.subject) == (Level.URGENT, ("neglect",), "self")
    assert risk.evidence[0].why == "reads like messages in which young people tell of going without food, warmth or care"
    assert TEXT[risk.evidence[0].start : risk.evidence[0].end] == TEXT


@pytest.mark.rule("S51")
def test_no_likelihood_is_told() -> None:
    risk = merge(TEXT, Risk(), scores(0.9, 0.8, neglect=0.8), "13_15", POLICY)
    assert not any(character.isdigit() or character == "%" for item in risk.evidence for character in item.why)


def test_immediate_needs_a_surer_model_than_urgent_does() -> None:
    risk = merge(TEXT, Risk(), scores(0.9, 0.8, 0.3, ALARM - 0.01, suicide=0.9), "13_15", POLICY)
    assert risk.level is Level.URGENT


@pytest.mark.rule("S22")
def test_an_unknown_age_is_read_as_carefully_as_a_childs() -> None:
    grave = scores(0.9, 0.9, 0.9, ALARM * 1.05, bullying=0.9)
    levels = {band: merge(TEXT, Risk(), grave, band, POLICY).level for band in ("under_13", "13_15", "unknown", "18_25")}
    assert levels == {"under_13": Level.IMMEDIATE, "13_15": Level.IMMEDIATE, "unknown": Level.IMMEDIATE, "18_25": Level.URGENT}


@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT, Level.IMMEDIATE])
def test_phrases_that_the_model_is_sure_mean_nothing_are_still_a_worry(level: Level) -> None:
    seen = Risk(level, ("home_abuse",), "self", HIT.evidence)
    assert merge(TEXT, seen, scores(worry=0.01, concern=0.01), "unknown", POLICY).level is Level.WORRY


def test_beside_grave_phrases_a_little_doubt_of_the_model_changes_nothing() -> None:
    assert merge(TEXT, HIT, scores(0.5, 0.2, 0.11), "unknown", POLICY).level is Level.URGENT
    immediate = Risk(Level.IMMEDIATE, ("suicide",), "self", HIT.evidence)
    assert merge(TEXT, immediate, scores(0.5, 0.2, 0.1, 0.05), "unknown", POLICY).level is Level.IMMEDIATE


def test_a_flag_raises_nothing_where_the_model_reads_no_harm_but_always_under_13() -> None:
    told = Risk(flags=frozenset({"position_of_trust", "sexual_activity"}))
    assert merge(TEXT, told, scores(concern=0.01), "16_17", POLICY).level is Level.NONE
    assert merge(TEXT, told, scores(concern=0.4), "16_17", POLICY).level is Level.CONCERN
    assert merge(TEXT, told, scores(concern=0.01), "under_13", POLICY).level is Level.URGENT


def test_the_model_points_at_the_sentence_in_which_something_was_seen() -> None:
    risk = merge(TEXT, HIT, scores(1, 1, 1, 1, home_abuse=1), "unknown", POLICY)
    model = next(item for item in risk.evidence if item.source == "model")
    assert TEXT[model.start : model.end] == "something happened"


@pytest.mark.rule("S20")
def test_sexual_activity_under_13_is_raised_whatever_else_is_said() -> None:
    told = Risk(flags=frozenset({"sexual_activity", "says_under_13"}))
    assert merge(TEXT, told, None, "unknown", POLICY).level is Level.URGENT
    assert merge(TEXT, Risk(flags=frozenset({"sexual_activity"})), None, "16_17", POLICY).level is Level.NONE


@pytest.mark.rule("S13")
def test_a_person_in_a_position_of_trust_is_at_least_a_concern() -> None:
    assert merge(TEXT, Risk(flags=frozenset({"position_of_trust"})), None, "18_25", POLICY).level is Level.CONCERN


@pytest.mark.rule("S28")
@pytest.mark.parametrize(
    ("chosen", "said", "band"),
    [
        ("16_17", "says_under_13", "under_13"),
        ("under_13", "says_16_17", "under_13"),
        ("18_25", "says_13_15", "13_15"),
        ("unknown", "says_under_13", "under_13"),
        ("unknown", "nothing", "unknown"),
    ],
)
def test_an_age_in_free_text_lowers_the_band_and_never_raises_it(chosen: str, said: str, band: str) -> None:
    assert youngest(chosen, frozenset({said})) == band


def test_a_lead_can_tighten_a_threshold(tmp_path: Path) -> None:
    content = copy_of_content(tmp_path)
    path = content / "policy" / "risk.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("concern: 0.34", "concern: 0.1"), encoding="utf-8")
    unsure = scores(0.9, 0.2, bullying=0.9)
    assert merge(TEXT, Risk(), unsure, "unknown", POLICY).level is Level.WORRY
    assert merge(TEXT, Risk(), unsure, "unknown", load_policy(content)).level is Level.CONCERN
