"""Weak signs: nothing each, something together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nlu.noticing import Noticing
from nlu.risk.accumulate import accumulate, signs_in, worries
from nlu.risk.policy import RiskPolicy, load_policy
from nlu.understanding import Level, Reading, Risk, RiskScores, Sign

POLICY = load_policy()
GIFTS = Sign("gifts", "sexual_exploitation", "someone gives them things", 0, 4)
LATE = Sign("late_home", "missing", "comes home late", 2, 9)
SECRET = Sign("secrecy", "sexual_exploitation", "keeps something secret", 1, 3)


def policy_with(**signs: Any) -> RiskPolicy:
    """The shipped policy with other numbers for weak signs."""
    return POLICY.model_copy(update={"signs": POLICY.signs.model_copy(update=signs)})


def test_three_different_signs_are_a_concern_of_the_category_that_most_name() -> None:
    added = accumulate([[GIFTS], [LATE]], [SECRET], POLICY)
    assert (added.level, added.categories) == (Level.CONCERN, ("sexual_exploitation", "missing"))


def test_each_sign_is_explained_by_the_message_it_stands_in() -> None:
    added = accumulate([[GIFTS], [], [LATE]], [SECRET], POLICY)
    assert [(item.source, item.message, item.start, item.end) for item in added.evidence] == [
        ("history", 0, 0, 4),
        ("history", 2, 2, 9),
        ("lexicon", None, 1, 3),
    ]


def test_the_same_sign_again_and_again_is_one_sign() -> None:
    assert accumulate([[GIFTS]] * 10, [GIFTS], POLICY).level is Level.NONE


def test_two_signs_are_too_few() -> None:
    assert accumulate([[GIFTS]], [LATE], POLICY).level is Level.NONE


def test_old_signs_fade() -> None:
    assert accumulate([[GIFTS], [LATE], *[[]] * 30], [SECRET], POLICY).level is Level.NONE


def test_signs_fade_with_the_days_that_pass() -> None:
    long_ago = [[replace(GIFTS, days_ago=40)], [replace(LATE, days_ago=40)]]
    assert accumulate(long_ago, [SECRET], POLICY).level is Level.NONE
    yesterday = [[replace(GIFTS, days_ago=1)], [replace(LATE, days_ago=1)]]
    assert accumulate(yesterday, [SECRET], POLICY).level is Level.CONCERN


def test_what_the_model_reads_counts_and_what_it_rules_out_does_not() -> None:
    kinds = {"owing": ("criminal_exploitation", "owes something")}
    found = signs_in("anything", [GIFTS], {"gifts": 0.01, "owing": 0.9, "unheard_of": 0.9}, kinds, POLICY)
    assert [(sign.id, sign.source, sign.end) for sign in found] == [("owing", "model", 8)]


def test_all_that_was_said_can_be_asked_for_though_the_last_message_adds_nothing() -> None:
    assert accumulate([[GIFTS], [LATE], [SECRET]], [], POLICY, standing=True).level is Level.CONCERN


def test_a_message_without_a_sign_raises_nothing_again() -> None:
    assert accumulate([[GIFTS], [LATE], [SECRET]], [], POLICY).evidence == ()


def test_a_worry_on_the_way_makes_the_whole_believed_sooner_but_is_no_sign_of_the_sum() -> None:
    worry = worries("everyone hates me", Risk(Level.WORRY, ("bullying",)))[0]
    unsure = (POLICY.signs.together + POLICY.signs.together_beside_worry) / 2
    assert accumulate([[GIFTS]], [LATE], POLICY, together=unsure).level is Level.NONE
    assert accumulate([[GIFTS], [worry]], [LATE], POLICY, together=unsure).level is Level.CONCERN
    assert accumulate([[GIFTS], [worry]], [LATE], POLICY).level is Level.NONE


def test_a_doubted_phrase_is_a_concern_where_the_model_reads_the_same_harm() -> None:
    noticing = Noticing.load()
    said = "my bf's mates let me stay there, I just have to be nice to them"
    read = RiskScores({"worry": 0.6, "concern": 0.02, "urgent": 0.0, "immediate": 0.0}, {"sexual_exploitation": 0.4}, {"self": 1.0})
    elsewhere = replace(read, categories={"bullying": 0.4})
    assert noticing.understand(said, Reading("safe_home", 0.5, scores=read)).risk.level is Level.CONCERN
    assert noticing.understand(said, Reading("safe_home", 0.5, scores=elsewhere)).risk.level is Level.WORRY


def test_each_sign_says_why_it_counts_and_of_what_it_is_a_sign() -> None:
    first, *_ = accumulate([[GIFTS], [LATE]], [SECRET], POLICY).evidence
    assert first.why == "someone gives them things: one of several signs that add up"
    assert (first.level, first.category) == (Level.CONCERN, "sexual_exploitation")


def test_the_heaviest_category_comes_first_however_early_another_was_named() -> None:
    debt = Sign("owing", "criminal_exploitation", "owes something", 0, 4)
    added = accumulate([[LATE], [GIFTS], [debt]], [SECRET], policy_with(fade=1.0))
    assert added.categories == ("sexual_exploitation", "missing", "criminal_exploitation")
    heavy = policy_with(fade=1.0, weights={"owing": 3.0})
    assert accumulate([[LATE], [GIFTS], [debt]], [SECRET], heavy).categories[0] == "criminal_exploitation"


def test_the_latest_message_weighs_whole_and_each_one_before_it_less() -> None:
    three = [[GIFTS], [LATE]], [SECRET]
    fades = {"fade": 0.5, "fade_day": 1.0}
    assert accumulate(*three, policy_with(concern=1.75, **fades)).level is Level.CONCERN, "1, a half and a quarter"
    assert accumulate(*three, policy_with(concern=1.76, **fades)).level is Level.NONE


def test_each_day_that_passed_takes_its_share() -> None:
    signs = [[replace(GIFTS, days_ago=1), replace(LATE, days_ago=2)]], [SECRET]
    fades = {"fade": 1.0, "fade_day": 0.5}
    assert accumulate(*signs, policy_with(concern=1.75, **fades)).level is Level.CONCERN
    assert accumulate(*signs, policy_with(concern=1.76, **fades)).level is Level.NONE


def test_a_sign_weighs_what_the_policy_says_and_less_where_only_the_model_saw_it() -> None:
    even = {"fade": 1.0, "fade_day": 1.0, "weights": {"gifts": 2.0}, "model_weight": 0.5}
    signs = [[GIFTS], [replace(LATE, source="model")]], [replace(SECRET, source="model")]
    assert accumulate(*signs, policy_with(concern=3.0, **even)).level is Level.CONCERN
    assert accumulate(*signs, policy_with(concern=3.01, **even)).level is Level.NONE
    earlier = [[replace(GIFTS, source="model"), LATE]], [SECRET]
    assert accumulate(*earlier, policy_with(concern=3.0, **even)).level is Level.CONCERN
    assert accumulate(*earlier, policy_with(concern=3.01, **even)).level is Level.NONE


def test_it_looks_back_as_far_as_the_policy_says() -> None:
    conversation = [[GIFTS], [LATE], []], [SECRET]
    assert accumulate(*conversation, policy_with(messages=3)).level is Level.CONCERN
    assert accumulate(*conversation, policy_with(messages=2)).level is Level.NONE
    assert accumulate(*conversation, policy_with(messages=0, fewest=2, concern=1.0)).level is Level.NONE


@pytest.mark.parametrize(
    ("together", "signs", "level"),
    [
        (POLICY.signs.together, 1, Level.CONCERN),
        (POLICY.signs.together - 0.001, 1, Level.NONE),
        (POLICY.signs.together_doubts_below, 3, Level.CONCERN),
        (POLICY.signs.together_doubts_below - 0.001, 3, Level.NONE),
        (None, 3, Level.CONCERN),
    ],
)
def test_the_whole_conversation_makes_one_sign_enough_or_three_too_few(together: float | None, signs: int, level: Level) -> None:
    said = [GIFTS, LATE, SECRET][:signs]
    assert accumulate([], said, policy_with(together_fewest=1), together=together).level is level


def test_a_sign_of_the_models_covers_the_message_and_counts_from_the_score_that_the_policy_names() -> None:
    kinds = {"owing": ("criminal_exploitation", "owes something")}
    enough, ruled_out = POLICY.signs.model, POLICY.signs.doubts_below
    assert signs_in("anything", [], {"owing": enough}, kinds, POLICY) == (
        Sign("owing", "criminal_exploitation", "owes something", 0, 8, "model"),
    )
    assert signs_in("anything", [], {"owing": enough - 0.001}, kinds, POLICY) == ()
    assert signs_in("anything", [GIFTS], {"gifts": ruled_out}, kinds, POLICY) == (GIFTS,)
    assert signs_in("anything", [GIFTS], {"gifts": ruled_out - 0.001}, kinds, POLICY) == ()
    assert signs_in("anything", [GIFTS], {}, kinds, POLICY) == (GIFTS,), "what the model knows nothing of stays"


def test_the_mark_of_a_worry_covers_the_message_and_names_its_main_category() -> None:
    assert worries("everyone hates me", Risk(Level.WORRY, ("bullying", "missing"))) == (
        Sign("worries", "bullying", "is a worry by itself", 0, 17, "model"),
    )
    assert worries("...", Risk(Level.WORRY))[0].category == "mental_health_crisis"
    assert worries("hello", Risk()) == ()
