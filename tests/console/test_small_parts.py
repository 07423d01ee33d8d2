"""Times in words, marked evidence, and colours that can be read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.console import moments
from escalation.console.evidence import marked
from escalation.console.pages import STATIC
from escalation.reading import Observed

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=2, minutes=1), "2 hours 1 minute"),
        (timedelta(hours=6, minutes=1), "6 hours"),
        (timedelta(days=1, hours=5), "1 day"),
        (timedelta(days=12), "12 days"),
    ],
)
def test_a_length_of_time_reads_as_people_say_it(length: timedelta, said: str) -> None:
    assert moments.span(length) == said


def test_before_and_after_are_told_apart() -> None:
    assert moments.until(NOW + timedelta(minutes=4), NOW) == "in 4 minutes"
    assert moments.until(NOW - timedelta(minutes=4), NOW) == "4 minutes ago"


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50)), max_size=5))
def test_marking_never_changes_what_was_written(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = marked(text, [Observed("why", start, end) for start, end in spans])
    assert "".join(piece.text for piece in pieces) == text


def test_overlapping_signs_share_a_piece() -> None:
    pieces = marked("he hits me", [Observed("harm", 3, 7), Observed("to me", 3, 10)])
    assert [(piece.text, piece.why) for piece in pieces] == [("he ", ()), ("hits", ("harm", "to me")), (" me", ("to me",))]


def themes() -> dict[str, dict[str, str]]:
    """The colours of both themes, by name."""
    light, dark = (STATIC / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    found = {name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css)) for name, css in (("light", light), ("dark", dark))}
    assert found["light"].keys() == found["dark"].keys()
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "accent-text") for ground in ("ground", "surface", "sunken", "accent-soft")),
    ("accent-ink", "accent"),
    ("mark-ink", "mark"),
    ("notice-ink", "notice"),
    ("notice-ink", "surface"),
    ("alarm-ink", "alarm"),
    ("alarm-ink", "surface"),
    ("alarm-ink", "sunken"),
]
EDGES = [("edge-strong", "ground"), ("edge-strong", "surface"), ("accent", "ground"), ("accent", "surface"), ("accent", "sunken")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(theme: str) -> None:
    colours = themes()[theme]
    poor = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXT}
    assert not {pair: ratio for pair, ratio in poor.items() if ratio < 4.5}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edges_of_fields_and_the_focus_ring_can_be_seen(theme: str) -> None:
    colours = themes()[theme]
    assert not {pair for pair in EDGES if contrast(colours[pair[0]], colours[pair[1]]) < 3}


def test_no_colour_stands_outside_the_token_file() -> None:
    css = (STATIC / "console.css").read_text().replace("background: #fff; border-radius", "")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", css)
