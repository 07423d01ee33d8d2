"""Opening and saving changes nothing; a change changes only itself."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.editing.text_edits import NotPlain, with_data
from content.editorial.edition import texts_below
from content.editorial.library import CONTENT
from content.editorial.reading import parsed

FILES = {key: text for key, text in texts_below(CONTENT).items() if not key.startswith(("risk_phrases", "policy", "helplines", "intents"))}
CONSENT = FILES["guidance/relationships/consent.yml"]
SMALL = """topic: x  # why this one
title: "What is it?"
steps:
  # where it begins
  start:
    say:
    - One.   # said first
    # said second
    - 'Two, and "three".'
    buttons:
    - label: "On"
      go: next
    - {label: Back, go: "do:menu"}  # short

  # the second one
  next:
    say: &words [Four., "Five: six"]
    easy: *words
"""


@pytest.mark.parametrize("key", sorted(FILES))
def test_saving_without_a_change_gives_the_identical_text(key: str) -> None:
    assert with_data(FILES[key], parsed(FILES[key])) == FILES[key]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_changing_one_value_changes_its_own_lines_only(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(FILES)))
    wanted = parsed(FILES[key])
    places = [place for place in _leaves(wanted) if isinstance(_at(wanted, place), str)]
    place = data.draw(st.sampled_from(places))
    _put(wanted, place, data.draw(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)))
    changed = with_data(FILES[key], wanted)
    assert parsed(changed) == wanted
    if "&" not in FILES[key]:
        before, after = FILES[key].split("\n"), changed.split("\n")
        kept = [line for line in before if line in after]
        assert len(before) - len(kept) <= 3


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_is_added_moved_or_taken_out_the_text_says_it(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([SMALL, CONSENT, FILES["messages/hand_over.yml"], FILES["crisis/bullying.yml"]]))
    wanted = parsed(text)
    for _ in range(data.draw(st.integers(1, 4))):
        collections = [place for place in _collections(wanted) if place and _at(wanted, place)]
        place = data.draw(st.sampled_from(collections))
        inside = _at(wanted, place)
        _put(wanted, place, _mixed(data, inside) if isinstance(inside, list) else dict(_mixed(data, list(inside.items()))))
    try:
        assert parsed(with_data(text, wanted)) == wanted
    except NotPlain:
        # only where the first word of a list's item goes, which no form does
        assert any(isinstance(step, int) for place in _collections(wanted) for step in place)


def test_comments_stay_with_what_they_are_about() -> None:
    wanted = parsed(SMALL)
    wanted["steps"] = {"next": wanted["steps"]["next"], "start": wanted["steps"]["start"]}
    wanted["steps"]["start"]["say"][1:1] = ["One and a half: really."]
    changed = with_data(SMALL, wanted)
    assert changed.index("# the second one") < changed.index("next:") < changed.index("start:")
    assert "    - One.   # said first\n    - 'One and a half: really.'\n    # said second\n    - 'Two, and" in changed


def test_words_that_stand_in_two_places_can_be_changed_in_one() -> None:
    wanted = parsed(SMALL)
    wanted["steps"]["next"]["say"] = ["Four and a half."]
    changed = with_data(SMALL, wanted)
    assert parsed(changed)["steps"]["next"]["easy"] == ["Four.", "Five: six"]
    assert changed.startswith(SMALL[: SMALL.index("    say: &words")])


@pytest.mark.parametrize("text", ["- a\n- b\n", "", "a: [", "a: 1\na: 2\n", "just words"])
def test_what_no_form_can_keep_is_refused(text: str) -> None:
    with pytest.raises(NotPlain):
        with_data(text, {"a": "b", "y": {"b": 2}})


def _mixed(data: st.DataObject, items: list[Any]) -> list[Any]:
    order = data.draw(st.permutations(range(len(items))))
    return [copy.deepcopy(items[index]) for index in order[: data.draw(st.integers(1, len(items)))]]


def _leaves(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [one for name, inside in value.items() for one in _leaves(inside, (*place, name))]
    if isinstance(value, list):
        return [one for index, inside in enumerate(value) for one in _leaves(inside, (*place, index))]
    return [place]


def _collections(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(one for name, part in inside for one in _collections(part, (*place, name)))] if isinstance(value, dict | list) else []


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        value = value[step]
    return value


def _put(value: Any, place: tuple[Any, ...], new: Any) -> None:
    _at(value, place[:-1])[place[-1]] = new
