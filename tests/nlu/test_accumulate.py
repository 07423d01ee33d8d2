"""Weak signs: nothing each, something together."""

from __future__ import annotations

from dataclasses import replace

from nlu.noticing import Noticing
from nlu.risk.accumulate import accumulate, signs_in, worries
from nlu.risk.policy import load_policy
from nlu.understanding import Level, Reading, Risk, RiskScores, Sign

POLICY = load_policy()
GIFTS = Sign("gifts", "sexual_exploitation", "someone gives them things", 0, 4)
LATE = Sign("late_home", "missing", "comes home late", 2, 9)
SECRET = Sign("secrecy", "sexual_exploitation", "keeps something secret", 1, 3)


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
