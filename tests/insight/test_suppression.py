"""What is held back cannot be worked out from what is shown, also by somebody who knows the rule."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.insight.suppression import LEAST, Shown, divided, nested, overlapping

NAMES = "abcdefgh"
counts = st.lists(st.integers(0, 60), min_size=1, max_size=8).map(lambda numbers: dict(zip(NAMES, numbers, strict=False)))
small = st.lists(st.integers(0, 14), min_size=2, max_size=4).map(lambda numbers: dict(zip(NAMES, numbers, strict=False)))
groups = st.dictionaries(st.sampled_from(["home", "online", "school"]), counts, min_size=1)


def held(shown: Shown) -> list[str]:
    return [name for name, number in shown.cells.items() if number is None]


def worlds(shown: Shown) -> list[dict[str, int]]:
    """Every way in which the held-back cells may be filled so that the very same table comes out."""
    assert shown.total is not None
    back, rest = held(shown), shown.total - sum(number or 0 for number in shown.cells.values())
    fillings = (dict(zip(back, numbers, strict=True)) for numbers in product(range(rest + 1), repeat=len(back)) if sum(numbers) == rest)
    cells = ({name: number if number is not None else filled[name] for name, number in shown.cells.items()} for filled in fillings)
    return [world for world in cells if divided(world) == shown]


@given(counts)
def test_nothing_under_five_is_shown_and_what_is_shown_is_true(of: dict[str, int]) -> None:
    shown = divided(of)
    assert all(number is None or (number == of[name] and number >= LEAST) for name, number in shown.cells.items())
    assert shown.total in (None, sum(of.values())) and (shown.total is None) == (sum(of.values()) < LEAST)


@given(counts)
def test_by_the_whole_alone_a_held_back_cell_can_be_none_and_can_be_five_or_more(of: dict[str, int]) -> None:
    shown = divided(of)
    back = held(shown)
    if not back or shown.total is None:
        return
    assert len(back) > 1, "one held-back cell is the whole without the others"
    assert sum(of[name] for name in back) >= LEAST


@settings(max_examples=150, deadline=None)
@given(small)
def test_somebody_who_knows_the_rule_cannot_recompute_a_held_back_cell(of: dict[str, int]) -> None:
    shown = divided(of)
    if shown.total is None or not held(shown):
        return
    possible = worlds(shown)
    assert of in possible
    for name in held(shown):
        assert len({world[name] for world in possible}) >= 3, f"{name} can be told from {shown}"


def test_all_is_held_back_where_the_whole_is_small() -> None:
    assert divided({"a": 3, "b": 1}) == Shown(None, {"a": None, "b": None})
    assert overlapping({"a": 3}, 4) == Shown(None, {"a": None})


def test_a_single_small_cell_takes_the_next_one_with_it() -> None:
    assert divided({"a": 3, "b": 20, "c": 40}) == Shown(63, {"a": None, "b": None, "c": 40})


def test_cells_that_are_all_nearly_full_or_all_empty_take_another_one_with_them() -> None:
    assert divided({"a": 0, "b": 0, "c": 9, "d": 40}).cells == {"a": None, "b": None, "c": None, "d": 40}


def test_large_counts_are_all_shown() -> None:
    assert divided({"a": 5, "b": 20}) == Shown(25, {"a": 5, "b": 20})


@given(counts, st.integers(0, 80))
def test_where_cells_overlap_neither_a_cell_nor_its_complement_is_small(of: dict[str, int], more: int) -> None:
    total = max(of.values()) + more
    shown = overlapping(of, total)
    told = [number for number in shown.cells.values() if number is not None]
    assert all(LEAST <= number <= total - LEAST for number in told)
    assert not told or not 0 <= total - sum(told) < LEAST, "most things are in one cell only"


@given(groups)
def test_nothing_inside_a_held_back_group_is_shown_and_groups_add_up(of: dict[str, dict[str, int]]) -> None:
    above, inside = nested(of)
    for group, shown in inside.items():
        assert shown.total == above.cells[group]
        assert above.cells[group] is not None or len(held(shown)) == len(of[group])
