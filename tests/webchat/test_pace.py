"""How fast one may go: moving windows that count nobody else's, and that nobody's going leaves anything of."""

from __future__ import annotations

import random
import threading
from collections import deque

import pytest

from bot.channels.webchat.pace import FORGET_EVERY, OPENING, SENDING, Pace, Rules


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def pace(seconds: Seconds) -> Pace:
    return Pace(seconds)


def test_twenty_at_once_and_then_as_many_seconds_as_are_left_of_ten(pace: Pace, seconds: Seconds) -> None:
    assert [pace.wait(SENDING, "one") for _ in range(20)] == [0] * 20
    seconds.now += 2.5
    assert pace.wait(SENDING, "one") == 8
    seconds.now += 7.4
    assert pace.wait(SENDING, "one") == 1
    seconds.now += 0.1
    assert pace.wait(SENDING, "one") == 0, "what was refused was not counted"


def test_each_rule_holds_and_the_longest_wait_is_told(pace: Pace, seconds: Seconds) -> None:
    for _ in range(3):
        assert [pace.wait(SENDING, "one") for _ in range(20)] == [0] * 20
        seconds.now += 11
    assert pace.wait(SENDING, "one") == 60 - 33
    seconds.now += 60 - 33
    assert pace.wait(SENDING, "one") == 0


def test_who_they_are_and_what_they_do_is_counted_apart(pace: Pace) -> None:
    assert [pace.wait(SENDING, "one") for _ in range(20)] == [0] * 20
    assert pace.wait(SENDING, "one") > 0
    assert pace.wait(SENDING, "another") == 0
    assert pace.wait(OPENING, "one") == 0


@pytest.mark.parametrize("rules", [SENDING, OPENING], ids=["sending", "opening"])
def test_at_no_moment_more_went_than_each_rule_lets(pace: Pace, seconds: Seconds, rules: Rules) -> None:
    dice, went = random.Random(7), deque[float]()
    for _ in range(3000):
        seconds.now += dice.choice((0, 0, 0.01, 0.3, 1, 4))
        inside = [sum(when > seconds.now - rule.seconds for when in went) for rule in rules]
        free = all(count < rule.at_most for rule, count in zip(rules, inside, strict=True))
        assert (pace.wait(rules, "one") == 0) is free
        if free:
            went.append(seconds.now)


def test_of_thousands_who_went_nothing_is_left_and_no_thread_was_started(pace: Pace, seconds: Seconds) -> None:
    threads = threading.active_count()
    for number in range(5000):
        assert pace.wait(SENDING, str(number)) == 0
    assert threading.active_count() == threads
    seconds.now += FORGET_EVERY
    assert pace.wait(SENDING, "the next") == 0
    assert len(pace._went) == 1
