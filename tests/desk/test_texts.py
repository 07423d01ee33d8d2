"""Comparing, bringing together and signing: pure, on any text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.drafting.drafts import Draft, Review
from bot.desk.drafting.signing import Unsignable, as_published
from bot.desk.drafting.standing import standing
from bot.desk.editing.comparing import Line, Row, compared, words
from bot.desk.editing.merging import merged, together
from content.editorial.reading import parsed

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
lines = st.lists(st.sampled_from(["say: yes\n", "say: no\n", "# why\n", "\n", "buttons: []\n", "go: menu\n"]), max_size=12).map("".join)


def whole(line: Line | None) -> str:
    return "".join(piece.text for piece in line.pieces) if line else ""


@given(lines, lines)
def test_a_comparison_shows_every_line_that_differs_and_hides_none(left: str, right: str) -> None:
    rows = compared(left, right)
    assert bool(rows) == (left.splitlines() != right.splitlines())
    for side, text in (("left", left), ("right", right)):
        shown: list[Line] = [line for row in rows if (line := getattr(row, side)) is not None]
        assert all(text.splitlines()[line.number - 1] == whole(line) for line in shown)
        hidden = sum(row.skipped for row in rows)
        assert not rows or len(shown) + hidden == len(text.splitlines())


def test_only_the_words_that_differ_are_marked() -> None:
    left, right = words("You can say no.", "You can always say no.")
    assert [piece.text for piece in left if piece.changed] == []
    assert "".join(piece.text for piece in right if piece.changed).strip() == "always"


def test_a_row_of_equal_lines_is_not_a_change() -> None:
    assert not Row(skipped=3).changed


@given(lines, lines)
def test_what_only_one_side_changed_is_taken_from_that_side(base: str, changed: str) -> None:
    for parts in (merged(base, changed, base), merged(base, base, changed), merged(base, changed, changed)):
        assert not any(part.clash for part in parts)
        assert together(parts, []) == changed


@given(lines, lines, lines)
def test_with_every_answer_for_one_side_nothing_of_it_is_lost_in_a_clash(base: str, mine: str, theirs: str) -> None:
    parts = merged(base, mine, theirs)
    clashes = sum(part.clash for part in parts)
    assert "".join(line for part in parts if part.clash for line in part.mine) in together(parts, ["mine"] * clashes) or clashes > 1
    with pytest.raises(ValueError, match="each place"):
        together(parts, ["mine"] * (clashes + 1))


def draft(text: str, key: str = "guidance/relationships/consent.yml") -> Draft:
    return Draft("d", key, 0, text, 1, "approved", False, "kit", NOW, "kit", NOW, None, "")


def said(one: Draft, step: str, by: str | None, name: str) -> Review:
    return Review(f"{step}1", step, "fits", by, name, "", one.digest, NOW)


def signed(text: str) -> str:
    one = draft(text)
    return as_published(
        one, standing(one, [said(one, "lead", "jo", "Jo"), said(one, "panel", None, "Us")]), "Kit", ZoneInfo("Europe/London")
    )


@pytest.mark.parametrize(
    "text",
    [
        "# why\ntitle: t\nstatus: draft # later\nfor: all\n",
        "status: draft\nsign_off: {}\ntitle: t\n",
        "title: t\nsign_off:\n  editor: {name: Mallory, on: 2020-01-01}\nstatus: signed_off\n",
        "title: t\nstatus: draft",
    ],
)
def test_the_sign_off_names_those_who_said_so_and_leaves_everything_else_alone(text: str) -> None:
    there = parsed(signed(text))
    assert there["status"] == "signed_off"
    assert {role: (sign["name"], sign["on"]) for role, sign in there["sign_off"].items()} == {
        "editor": ("Kit", date(2026, 11, 23)),
        "safeguarding_lead": ("Jo", date(2026, 11, 23)),
        "youth_panel": ("Us", date(2026, 11, 23)),
    }
    assert {key: value for key, value in there.items() if key not in ("status", "sign_off")} == {
        key: value for key, value in parsed(text).items() if key not in ("status", "sign_off")
    }


@pytest.mark.parametrize(
    "text",
    [
        "base: &b {status: signed_off}\n<<: *b\ntitle: t\n",
        "title: t\n",
        "status: [\n",
        "- status\n",
        "",
        "title: &s signed_off\nstatus: *s\n",
    ],
)
def test_a_status_that_cannot_be_written_is_refused_and_never_left_as_somebody_forged_it(text: str) -> None:
    one = draft(text)
    with pytest.raises(Unsignable):
        as_published(one, standing(one, []), "Kit", ZoneInfo("Europe/London"))


def test_what_nobody_signed_says_so_whatever_the_text_claims() -> None:
    one = draft("title: t\nstatus: signed_off\nsign_off: {editor: {name: Kit, on: 2026-01-01}}\n")
    there = parsed(as_published(one, standing(one, []), "Kit", ZoneInfo("Europe/London")))
    assert (there["status"], there["sign_off"]) == ("draft", {})
