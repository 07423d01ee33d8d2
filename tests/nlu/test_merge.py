"""Phrases, model and history make one risk, and a lead's policy decides how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nlu.noticing import Noticing
from nlu.risk.accumulate import Accumulated
from nlu.risk.merge import merge, with_history, youngest
from nlu.risk.policy import load_policy
from nlu.understanding import Evidence, Level, Reading, Risk, RiskScores, Sign, Subject
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


@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT, Level.IMMEDIATE])
def test_phrases_of_harm_stay_a_concern_where_the_model_reads_at_least_a_worry(level: Level) -> None:
    seen, worried = replace(HIT, level=level), POLICY.clues.agree_worry
    assert merge(TEXT, seen, scores(worried, 0.01), "unknown", POLICY).level is Level.CONCERN
    assert merge(TEXT, seen, scores(worried - 0.01, 0.01), "unknown", POLICY).level is Level.WORRY
    assert merge(TEXT, replace(HIT, level=Level.WORRY), scores(worried, 0.01), "unknown", POLICY).level is Level.WORRY


@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT, Level.IMMEDIATE])
def test_phrases_of_harm_stay_a_concern_sooner_where_the_model_reads_the_same_harm(level: Level) -> None:
    evidence = replace(HIT.evidence[0], level=level)
    seen = replace(HIT, level=level, evidence=(evidence,))
    same, worried = POLICY.clues.agree_category, POLICY.clues.agree_worry_same
    assert merge(TEXT, seen, scores(worried, 0.01, home_abuse=same), "unknown", POLICY).level is Level.CONCERN
    assert merge(TEXT, seen, scores(worried - 0.01, 0.01, home_abuse=same), "unknown", POLICY).level is Level.WORRY
    assert merge(TEXT, seen, scores(worried, 0.01, home_abuse=same - 0.01, neglect=0.9), "unknown", POLICY).level is Level.WORRY
    doubted = replace(evidence, level=Level.WORRY, doubted=True)
    assert (
        merge(TEXT, Risk(Level.WORRY, ("home_abuse",), "self", (doubted,)), scores(worried, 0.01, home_abuse=same), "unknown", POLICY).level
        < Level.CONCERN
    )


def test_beside_grave_phrases_a_little_doubt_of_the_model_changes_nothing() -> None:
    assert merge(TEXT, HIT, scores(0.5, 0.2, 0.11), "unknown", POLICY).level is Level.URGENT
    immediate = Risk(Level.IMMEDIATE, ("suicide",), "self", HIT.evidence)
    assert merge(TEXT, immediate, scores(0.5, 0.2, 0.1, 0.05), "unknown", POLICY).level is Level.IMMEDIATE


@pytest.mark.rule("S55")
def test_no_model_takes_anything_from_a_phrase_beyond_doubt(noticing: Noticing) -> None:
    nothing = Reading("chitchat", 0.9, scores=scores())
    assert noticing.understand("i took 30 paracetamol do i need a doctor", nothing).risk.level is Level.IMMEDIATE
    assert noticing.understand("ive swallowed a whole box of paracetamol in the pe changing rooms", nothing).risk.level is Level.IMMEDIATE


@pytest.mark.parametrize(
    "text",
    [
        "dad slaps me when i lose at football",
        "stepdad punched me for losing the match",
        "mum hits me with the hairbrush if i get below a b in my mocks",
        "my boyfriend slaps me when hes losing at warzone",
        "can someone come dad is strangling mum",
    ],
)
def test_who_is_hit_over_a_match_or_an_exam_is_offered_an_adult_whatever_clues_and_model_read(noticing: Noticing, text: str) -> None:
    assert noticing.understand(text, Reading("chitchat", 0.9, scores=scores())).risk.level >= Level.CONCERN
    assert noticing.check(text).level >= Level.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "dads belt came out",
        "if i get it wrong my dad gets the cable",
        "only had an apple all day, so proud",
        "41kg this morning only three more to go",
        "200 by midnight or it goes to everyone",
        "barking noises every time i walk in",
        "uncle said he would rather bury me than have people talk",
        "nobody has heard from tyler since saturday",
        "he asked what i wear to bed",
        "bag on the train for fifty quid dont look inside",
        "hammer by my bed and next time ill put him in hospital",
        "3 bars to sleep now",
    ],
)
def test_harm_told_by_what_surrounds_it_is_offered_an_adult_though_the_model_reads_small_talk(noticing: Noticing, text: str) -> None:
    assert noticing.understand(text, Reading("chitchat", 0.9, scores=scores())).risk.level >= Level.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "he took his belt off at the airport",
        "mum got the wooden spoon when i made the cake",
        "lifted 43kg today two more to go",
        "only had an apple all day, starving",
        "pay £20 by friday or everyone loses their place",
        "the dogs bark when i walk in",
        "nobody has heard from that band since saturday",
        "she asked what im wearing to prom",
        "they gave me 20 for my old bag no questions",
        "cricket bat by the door if he bowls fast ill put him in hospital",
        "2 bars of signal to get to sleep with",
    ],
)
def test_everyday_talk_with_the_same_words_is_no_concern(noticing: Noticing, text: str) -> None:
    assert noticing.understand(text, Reading("chitchat", 0.9, scores=scores())).risk.level < Level.CONCERN


@pytest.mark.parametrize(
    "text", ["dad slapped me on the back after the match", "my girlfriend beat me at warzone", "dad hit mum with a pillow lol"]
)
def test_a_slap_on_the_back_is_no_concern(noticing: Noticing, text: str) -> None:
    assert noticing.understand(text, Reading("chitchat", 0.9, scores=scores())).risk.level < Level.CONCERN


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


@pytest.mark.rule("S13")
@pytest.mark.parametrize("doubted", [False, True])
def test_no_doubt_of_the_model_takes_the_mark_of_trust_from_what_a_phrase_says(doubted: bool) -> None:
    level = Level.WORRY if doubted else Level.CONCERN
    touched = Evidence(4, 13, "lexicon", "says so", level, "sexual_abuse", doubted=doubted)
    told = Risk(level, ("sexual_abuse",), "self", (touched,), flags=frozenset({"position_of_trust"}))
    risk = merge("my coach touched my leg after rugby", told, scores(concern=0.01), "unknown", POLICY)
    assert (risk.level, risk.categories, risk.evidence) == (Level.CONCERN, ("sexual_abuse",), (touched,))


@pytest.mark.rule("S28")
@pytest.mark.parametrize(
    ("chosen", "said", "band"),
    [
        ("16_17", "says_under_13", "under_13"),
        ("under_13", "says_16_17", "under_13"),
        ("18_25", "says_13_15", "13_15"),
        ("unknown", "says_under_13", "under_13"),
        ("unknown", "nothing", "unknown"),
        ("unknown", "says_16_17", "16_17"),
        ("unknown", "says_18_25", "18_25"),
        ("16_17", "says_18_25", "16_17"),
        ("18_25", "says_16_17", "16_17"),
    ],
)
def test_an_age_in_free_text_lowers_the_band_and_never_raises_it(chosen: str, said: str, band: str) -> None:
    assert youngest(chosen, frozenset({said})) == band


def test_a_lead_can_tighten_a_threshold(tmp_path: Path) -> None:
    content = copy_of_content(tmp_path)
    path = content / "policy" / "risk.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("concern: 0.34", "concern: 0.1"), encoding="utf-8")
    unsure = scores(0.9, 0.2, bullying=0.5)
    assert merge(TEXT, Risk(), unsure, "unknown", POLICY).level is Level.WORRY
    assert merge(TEXT, Risk(), unsure, "unknown", load_policy(content)).level is Level.CONCERN


@pytest.mark.parametrize("level", [Level.WORRY, Level.CONCERN, Level.URGENT, Level.IMMEDIATE])
def test_a_score_that_just_reaches_a_threshold_is_enough_and_one_below_is_not(level: Level) -> None:
    enough = getattr(POLICY.model.phrases_none, level.id)
    reached = merge(TEXT, Risk(), RiskScores({level.id: enough}, {"bullying": 0.5}, {}), "unknown", POLICY)
    missed = merge(TEXT, Risk(), RiskScores({level.id: enough - 0.001}, {"bullying": 0.5}, {}), "unknown", POLICY)
    assert (reached.level, missed.level) == (level, Level.NONE)


def test_a_model_that_answers_without_any_score_is_sure_of_nothing() -> None:
    nothing = RiskScores({}, {}, {})
    assert merge(TEXT, Risk(), nothing, "unknown", POLICY) == Risk()
    assert merge(TEXT, HIT, nothing, "unknown", POLICY) == Risk(Level.WORRY, HIT.categories, HIT.subject, HIT.evidence)
    trusted = Risk(flags=frozenset({"position_of_trust"}))
    assert merge(TEXT, trusted, nothing, "unknown", POLICY).level is Level.NONE


def test_weak_signs_and_flags_stay_where_the_model_reads_no_harm() -> None:
    seen = Risk(signs=(Sign("gifts", "sexual_exploitation", "someone gives them things", 0, 4),), flags=frozenset({"says_13_15"}))
    assert merge(TEXT, seen, scores(), "unknown", POLICY) == seen


def test_what_the_model_saw_stands_first_with_its_level_and_category_and_once_only() -> None:
    risk = merge(TEXT, HIT, scores(1, 1, 1, 1, neglect=0.5), "unknown", POLICY)
    model, phrase = risk.evidence
    assert (model.source, model.level, model.category, phrase) == ("model", Level.IMMEDIATE, "neglect", HIT.evidence[0])
    assert merge(TEXT, HIT, scores(1, 1, 1, 0, neglect=0.5), "unknown", POLICY).evidence == HIT.evidence, "the phrases said as much"


def test_a_model_that_is_sure_which_harm_it_is_is_believed_as_soon_as_beside_a_phrase() -> None:
    sure, beside = POLICY.model.category_sure, POLICY.model.phrases_worry.concern
    assert beside < POLICY.model.phrases_none.concern

    def alone(category: float, concern: float) -> Level:
        return merge(TEXT, Risk(), scores(0.5, concern, trafficking=category), "unknown", POLICY).level

    assert alone(sure, beside) is Level.CONCERN
    assert alone(sure, beside - 0.01) is Level.WORRY
    assert alone(sure - 0.01, beside) is Level.WORRY
    grave = scores(0.5, 0.2, POLICY.model.phrases_none.urgent - 0.01, POLICY.model.phrases_none.immediate - 0.01, trafficking=1)
    assert merge(TEXT, Risk(), grave, "unknown", POLICY).level is Level.CONCERN, "it asks; it raises no alarm"


def test_without_a_likely_category_the_reason_is_still_in_plain_words() -> None:
    [seen] = merge(TEXT, Risk(), scores(1, 1), "unknown", POLICY).evidence
    assert (seen.why, seen.category) == ("reads like messages in which young people tell of something that hurts them", None)


def test_the_likeliest_category_is_named_first_and_others_only_where_they_are_likely() -> None:
    likely, unlikely = POLICY.model.category, POLICY.model.category - 0.001
    found = merge(TEXT, Risk(), scores(1, 1, bullying=unlikely, missing=0.9, neglect=likely), "unknown", POLICY)
    assert found.categories == ("missing", "neglect")
    alone = merge(TEXT, Risk(), scores(1, 1, bullying=unlikely), "unknown", POLICY)
    assert alone.categories == ("bullying",), "the likeliest is named however unlikely it is"
    many = scores(1, 1, bullying=0.9, missing=0.8, neglect=0.7, suicide=0.6)
    assert len(merge(TEXT, Risk(), many, "unknown", POLICY).categories) == POLICY.model.most_categories


@pytest.mark.parametrize(
    ("given", "beside_phrases", "alone"),
    [
        ({"other": 0.5, "self": 0.3}, "other", "other"),
        ({"general": 0.6, "self": 0.3}, "general", "general"),
        ({"other": 0.49, "self": 0.3}, "self", "other"),
        ({"self": 0.9, "other": 0.1}, "self", "self"),
        ({"other": 0.2}, "self", "other"),
        ({}, "self", "self"),
    ],
)
def test_the_model_says_whom_it_is_about_where_it_is_sure_or_phrases_saw_nothing(
    given: dict[str, float], beside_phrases: Subject, alone: Subject
) -> None:
    read = RiskScores(scores(1, 1, 1).at_least, {"bullying": 0.9}, given)
    assert merge(TEXT, HIT, read, "unknown", POLICY).subject == beside_phrases
    assert merge(TEXT, Risk(), read, "unknown", POLICY).subject == alone


def test_a_model_that_does_not_say_whom_it_is_about_leaves_it_as_the_phrases_had_it() -> None:
    silent = RiskScores(scores(1, 1, 1).at_least, {"bullying": 0.9}, {})
    assert merge(TEXT, replace(HIT, subject="other"), silent, "unknown", POLICY).subject == "other"


def test_a_doubted_phrase_and_the_model_are_a_concern_together_only_where_both_reach_what_the_policy_asks() -> None:
    doubted = Risk(Level.WORRY, ("home_abuse",), "self", (Evidence(4, 13, "lexicon", "says so", Level.WORRY, "home_abuse", doubted=True),))
    category, worry = POLICY.clues.agree_category, POLICY.clues.agree_worry

    def together(harm: float, worried: float, seen: Risk = doubted) -> Level:
        return merge(TEXT, seen, RiskScores({"worry": worried}, {"home_abuse": harm}, {}), "unknown", POLICY).level

    assert together(category, worry) is Level.CONCERN
    assert together(category - 0.01, worry) is Level.WORRY
    assert together(category, worry - 0.01) is Level.WORRY
    assert together(category, worry, replace(doubted, evidence=(replace(doubted.evidence[0], doubted=False),))) is Level.WORRY
    assert merge(TEXT, doubted, RiskScores({}, {"home_abuse": category}, {}), "unknown", POLICY).level is Level.NONE
    unnamed = replace(doubted, evidence=(replace(doubted.evidence[0], category=None),))
    assert merge(TEXT, unnamed, RiskScores({"worry": worry}, {"home_abuse": 1}, {}), "unknown", POLICY).level is Level.WORRY
    graver = RiskScores({"worry": 1, "concern": 1, "urgent": 1}, {"home_abuse": 1}, {})
    assert merge(TEXT, doubted, graver, "unknown", POLICY).level is Level.URGENT, "a concern together is no ceiling"


def test_a_flag_counts_from_the_score_that_the_policy_names() -> None:
    trusted, enough = Risk(flags=frozenset({"position_of_trust"})), POLICY.flags_doubted_below
    assert merge(TEXT, trusted, scores(concern=enough), "unknown", POLICY).level is Level.CONCERN
    assert merge(TEXT, trusted, scores(concern=enough - 0.001), "unknown", POLICY).level is Level.NONE


def test_the_model_points_at_every_sentence_where_nothing_was_seen_and_at_nothing_beside_it_otherwise() -> None:
    text = " one. two. three "
    for seen, pointed_at in (((1, 4), "one."), ((6, 9), "two."), ((4, 6), "one. two."), ((5, 6), "two.")):
        hit = replace(HIT, evidence=(replace(HIT.evidence[0], start=seen[0], end=seen[1]),))
        model = merge(text, hit, scores(1, 1, 1, 1, home_abuse=1), "unknown", POLICY).evidence[0]
        assert text[model.start : model.end] == pointed_at
    [whole] = merge("...", Risk(), scores(1, 1, 1, home_abuse=1), "unknown", POLICY).evidence
    assert (whole.start, whole.end) == (0, 3)


def test_history_adds_to_a_message_what_makes_the_whole_graver_and_nothing_else() -> None:
    sign = Evidence(0, 4, "history", "someone gives them things", Level.CONCERN, "sexual_exploitation", 0)
    history = Accumulated(Level.CONCERN, ("sexual_exploitation", "missing"), (sign,))
    worry = Risk(Level.WORRY, ("missing", "bullying"), "other", HIT.evidence, flags=frozenset({"says_13_15"}))
    both = Risk(
        Level.CONCERN,
        ("sexual_exploitation", "missing", "bullying"),
        "other",
        (*HIT.evidence, sign),
        flags=frozenset({"says_13_15"}),
    )
    assert with_history(worry, history) == both
    assert with_history(Risk(), history).subject == "self", "signs that add up are the writer's own"
    concern = replace(worry, level=Level.CONCERN)
    assert with_history(concern, history) == concern
