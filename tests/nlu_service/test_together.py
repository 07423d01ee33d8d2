"""A conversation as the intent service reads it: as a whole, and how each of its messages leans."""

from __future__ import annotations

from typing import Any

import pytest

from nlu.noticing import whole_of
from tests.nlu_service.test_service import parse, run_python

HARM = [
    "what time do the trams stop",
    "i need to drop something off for a lad and be back before my mum gets in",
    "he got me a new phone for it, she thinks its my cousins old one",
    "he says if i tell anyone i owe him for the lot",
]
TWIN = [
    "what time do the trams stop",
    "i need to drop a casserole off for my nan and be back before my mum gets in",
    "my mum got me a new phone for it, its my cousins old one",
    "nan says if i come again tomorrow theres cake for the lot of us",
]


def whole(says: list[str]) -> str:
    """The conversation as the bot sends it."""
    joined = whole_of(says[:-1], says[-1])
    assert joined is not None
    return joined


def together(url: str, text: str) -> float:
    """How likely the text is the sum of signs of harm."""
    return float(parse(url, text)["risk"]["together"])


def test_a_conversation_that_comes_to_harm_is_told_from_its_harmless_twin(nlu_service_url: str) -> None:
    assert together(nlu_service_url, whole(HARM)) > 0.8 > 0.2 > together(nlu_service_url, whole(TWIN))


def test_the_order_of_the_messages_hardly_matters(nlu_service_url: str) -> None:
    onwards, backwards = (together(nlu_service_url, whole(says)) for says in (HARM, HARM[::-1]))
    assert onwards == pytest.approx(backwards, abs=0.05)


def test_the_latest_eight_messages_are_read_and_none_before_them(nlu_service_url: str) -> None:
    latest = [*TWIN, *TWIN]
    assert together(nlu_service_url, "\n".join([*HARM, *latest])) == together(nlu_service_url, "\n".join(latest))


def test_empty_lines_are_no_messages(nlu_service_url: str) -> None:
    assert together(nlu_service_url, "\n\n".join([*HARM, " "])) == together(nlu_service_url, whole(HARM))


@pytest.mark.parametrize("says", [["😭", "\u200b", "1", "ا"], ["word " * 30_000] * 8, ["\x00"] * 4, ["\r"] * 4])
def test_any_conversation_gets_an_answer(nlu_service_url: str, says: list[str]) -> None:
    assert 0 <= together(nlu_service_url, whole(says)) <= 1


def test_lines_change_nothing_but_the_reading_of_the_whole(nlu_service_url: str) -> None:
    def alone(text: str) -> dict[str, Any]:
        answer = parse(nlu_service_url, text)
        return {"intent": answer["intent"], **{part: chances for part, chances in answer["risk"].items() if part != "together"}}

    assert alone("\n".join(HARM)) == alone(" ".join(HARM))


def test_a_line_break_at_the_end_makes_no_conversation(nlu_service_url: str) -> None:
    said = "my stepdad hits me when mum is at work"
    assert parse(nlu_service_url, f"{said}\n") == parse(nlu_service_url, said)


def succeeds(code: str) -> None:
    """Run code in the service's own environment, which ends well."""
    result = run_python(code)
    assert result.returncode == 0, result.stderr


TALKS = """
import numpy as np
from components.conversations import Conversation, Turn
from components.linear import Words
from components.together import Together, leanings, means, train_together

def talk(writer, level, *says):
    return Conversation(f"{writer}_{level}", level, (), tuple(Turn(text, (), writer, level == "none") for text in says))

TALKS = [
    each
    for place in range(20)
    for each in (
        talk(f"new{place}", "concern", "hello there", "carried a bag for him", f"he pays me {place}"),
        talk(f"new{place}", "none", "hello there", "carried a bag for nan", f"she bakes {place}"),
    )
]
TEXTS = [turn.says for talk in TALKS for turn in talk.turns]
TURNS = Words(TEXTS, np.zeros((len(TEXTS), 384), np.float32))
"""


def test_what_is_said_on_both_sides_teaches_nothing() -> None:
    succeeds(
        TALKS
        + """
harmful, harmless = leanings(TEXTS, TALKS)[:3], leanings(TEXTS, TALKS)[3:6]
assert np.isnan(harmful[0]) and np.isnan(harmless[0])
assert list(harmful[1:]) == [1, 1] and list(harmless[1:]) == [0, 0]
"""
    )


def test_only_conversations_whose_every_message_was_tested_fit_the_probability() -> None:
    succeeds(
        TALKS
        + """
found = means(np.array([1.0, 2.0, 6.0, 9.0]), np.array([0, 1, 2, 3]), TALKS)
assert found[0] == 3 and np.isnan(found[1:]).all()
"""
    )


def test_it_learns_whom_messages_are_for_and_comes_back_from_storage_the_same() -> None:
    succeeds(
        TALKS
        + """
wholes = np.array([0.5 if talk.harmful else -0.5 for talk in TALKS])
wholes[:2] = np.nan
learnt = train_together(TURNS, TALKS, wholes)
stored = Together.from_arrays({**learnt.arrays(), "weights": np.zeros(3)})
said = [Words([text], np.zeros((1, 384), np.float32)) for text in ("carried a bag for him", "carried a bag for nan")]
harm, twin = (learnt.chance(0.0, one) for one in said)
assert harm > 0.7 and twin < 0.3, (harm, twin)
assert [stored.chance(0.0, one) for one in said] == [harm, twin]
assert learnt.chance(1.0, said[0]) > harm > learnt.chance(-1.0, said[0])
"""
    )
