"""Are the words as our wording rules say, short, and easy to read?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from math import nan
from string import Formatter

import spacy
from spacy.language import Language

from content.editorial.problems import Problem
from content.editorial.rules import Limits
from content.editorial.shelf import Shelf, Turn


def words_problems(shelf: Shelf) -> Iterator[Problem]:
    """Forbidden words, words that are missing, turns that are too long or too hard."""
    turns = shelf.turns()
    by_place = {turn.place: turn for turn in turns}
    for turn in turns:
        yield from said_problems(shelf, turn, by_place)
        if turn.audience == "young_people":
            yield from _too_hard(shelf.wording.limits, turn)
            yield from _idioms(shelf, turn)


def said_problems(shelf: Shelf, turn: Turn, by_place: dict[str, Turn]) -> Iterator[Problem]:
    """What can be said of a turn in any language; `by_place` holds the turns that may come before it."""
    yield from _forbidden(shelf, turn)
    yield from _missing(shelf, turn, by_place)
    if turn.audience == "young_people":
        yield from _too_long(shelf.wording.limits, turn)


def _said(turn: Turn) -> list[str]:
    return [text for bubbles in turn.variants.values() for text in bubbles] + [button.label for button in turn.buttons]


def _idioms(shelf: Shelf, turn: Turn) -> Iterator[Problem]:
    for found, plain in sorted({hit for text in _said(turn) for hit in shelf.wording.idioms_in(text)}):
        yield turn.problem(f"“{found}”: people who are learning English may not know it", f"say instead: {plain}")


def _forbidden(shelf: Shelf, turn: Turn) -> Iterator[Problem]:
    for rule in shelf.wording.forbidden:
        for found in {hit for text in _said(turn) if (hit := rule.found(text, turn.place, turn.audience))}:
            yield turn.problem(f"“{found}”: {rule.why}", f"say instead: {rule.instead}")


def _missing(shelf: Shelf, turn: Turn, by_place: dict[str, Turn]) -> Iterator[Problem]:
    earlier = " ".join(whole(by_place[place], "say") for place in turn.before)
    for rule in shelf.wording.required:
        for variant in turn.variants:
            if missing := rule.missing(whole(turn, variant), turn.place, earlier):
                yield turn.problem(f"{variant} does not say “{missing}”: {rule.why}", "add it in this form too, or take the subject out")


def whole(turn: Turn, variant: str) -> str:
    """All bubbles of one form of a turn, in one text; empty where there is no such form."""
    return " ".join(turn.variants.get(variant, ()))


def _too_long(limits: Limits, turn: Turn) -> Iterator[Problem]:
    crisis = "crisis/" in turn.place
    for variant, bubbles in turn.variants.items():
        total = _count(whole(turn, variant))
        most = limits.crisis_words if crisis else limits.turn_words_most
        if crisis and len(bubbles) > 1:
            yield turn.problem(f"{variant} has {len(bubbles)} bubbles; a first response has one", "say it in one bubble")
        if total > most:
            yield turn.problem(f"{variant} has {total} words; {most} are the most", "make it shorter, or make two steps of it")
        elif total > limits.turn_words:
            yield turn.warning(f"{variant} has {total} words; about {limits.turn_words} are enough", "see if it can be shorter")
        for bubble in bubbles:
            if _count(bubble) > limits.bubble_words:
                yield turn.problem(
                    f"a bubble has {_count(bubble)} words; {limits.bubble_words} are the most", "one idea a bubble: split it"
                )


def _too_hard(limits: Limits, turn: Turn) -> Iterator[Problem]:
    for variant in turn.variants:
        text = whole(turn, variant)
        words = _count(text)
        allowed = limits.grade + (limits.short_text_extra if words < limits.short_text_words else 0)
        if words >= limits.least_words and (grade := reading_grade(text)) > allowed:
            yield turn.problem(
                f"{variant} is too hard to read (grade {grade:.1f}; {allowed:g} is the most)", "use shorter words and sentences"
            )


@lru_cache(maxsize=16_384)
def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text: the US school year that can read it (a reading age is about five years more)."""
    names = " ".join(part + ("it" if field is not None else "") for part, field, _, _ in Formatter().parse(_no_stray_braces(text)))
    readable = names.replace("'", "").replace("’", "")
    counted = _reader()(readable)._
    words, syllables = counted.sentence_length["sentence_length_mean"], counted.syllables["syllables_per_token_mean"]
    return float(0.39 * words + 11.8 * syllables - 15.59) if words and syllables else nan


def _count(text: str) -> int:
    return len(text.split())


def _no_stray_braces(text: str) -> str:
    try:
        list(Formatter().parse(text))
    except ValueError:
        return text.replace("{", "").replace("}", "")
    return text


@cache
def _reader() -> Language:
    reader = spacy.blank("en")
    reader.add_pipe("sentencizer")
    # Here, as the program starts a second sooner without it, and registers spaCy's component.
    import textdescriptives  # noqa: F401

    reader.add_pipe("textdescriptives/descriptive_stats")
    return reader
