"""Changing values in a file and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from content.editorial.edition import text_of
from content.editorial.rewriting import Place, rewrite, with_item

FILE = """\
# What is promised.
promises:
  concern:   {minutes: 15, least: 5}   # in minutes
  urgent:    {minutes: 10, least: 4}
days: [3, 7]
contacts:
- id: first
  call: 0800 1111
  hours: all day
# the second is new
- id: second
  call: "101"
note: >-
  Two lines
  of text.
"""


def test_only_the_value_changes() -> None:
    assert rewrite(FILE, {("promises", "concern", "minutes"): 12.0, ("days",): [1, 2, 3]}) == FILE.replace("15", "12").replace(
        "[3, 7]", "[1, 2, 3]"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [("101", "'101'"), ("16:00-19:00", "'16:00-19:00'"), ("a: b", "'a: b'"), ("", "''"), (2.5, "2.5"), ({"from": "x"}, "{from: x}")],
)
def test_a_value_is_quoted_where_it_has_to_be(value: Any, written: str) -> None:
    assert f"least: {written}}}" in rewrite(FILE, {("promises", "urgent", "least"): value})


def test_a_place_that_is_not_there_is_no_place_to_write() -> None:
    with pytest.raises(KeyError):
        rewrite(FILE, {("promises", "immediate"): 1})


def test_an_entry_of_a_list_is_replaced_with_its_comments_around_it() -> None:
    changed = with_item(FILE, ("contacts",), 0, {"id": "first", "call": "116 123"})
    assert changed == FILE.replace("  call: 0800 1111\n  hours: all day\n", "  call: 116 123\n")


def test_an_entry_is_added_after_the_last_and_taken_out() -> None:
    added = with_item(FILE, ("contacts",), 2, {"id": "third", "call": "999"})
    assert yaml.safe_load(added)["contacts"][2] == {"id": "third", "call": "999"}
    assert with_item(added, ("contacts",), 2, None) == FILE


def test_the_first_entry_of_an_empty_list_and_back() -> None:
    torbay = text_of({}, "helplines/torbay.yml")
    assert torbay is not None
    added = with_item(torbay, ("contacts",), 0, {"id": "council", "does": "Children's services."})
    assert yaml.safe_load(added)["contacts"] == [{"id": "council", "does": "Children's services."}]
    assert with_item(added, ("contacts",), 0, None) == torbay


LINES = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")))
"""What can be typed in a line of a form."""


@settings(deadline=None, max_examples=60)
@given(LINES, st.sampled_from([("promises", "concern", "minutes"), ("contacts", 1, "call"), ("note",), ("days", 0)]))
def test_whatever_is_written_is_read_again_and_the_rest_stays(value: str, place: Place) -> None:
    before, after = yaml.safe_load(FILE), yaml.safe_load(rewrite(FILE, {place: value}))
    inner = after
    for step in place[:-1]:
        inner = inner[step]
    assert inner[place[-1]] == value
    found = before
    for step in place[:-1]:
        found = found[step]
    found[place[-1]] = value
    assert after == before
