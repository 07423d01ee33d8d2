"""A few hundred markers through the real program, and none of them to be read anywhere; `make markers` plants thousands."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.trials.leaks import Plan, run
from tests.trials.markers import Markers, look


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_search_sees_a_marker_in_every_shape(before: int) -> None:
    markers = Markers()
    word = "x" * before + markers.new("a note")
    shapes = {
        "utf-8": f"... {word.upper()} ...".encode(),
        "utf-16": word.encode("utf-16"),
        "utf-32": word.encode("utf-32"),
        "hex": word.encode().hex().upper().encode(),
        "escaped": "".join(f"\\u{ord(letter):04X}" for letter in word).encode(),
        "base64": base64.urlsafe_b64encode(word.encode()),
    }
    for shape, content in shapes.items():
        assert [found.shape for found in look([("file", content)], markers)] == [shape]
    assert look([("file", word.encode())], markers)[0].planted == "a note"


@pytest.mark.fault
@pytest.mark.timeout(900)
@pytest.mark.rule("S72")
@pytest.mark.rule("S76")
async def test_what_people_type_is_found_nowhere_in_clear(tmp_path: Path) -> None:
    made = await run(Plan(conversations=10, pages=6, commands=False), tmp_path)
    print(made.table())  # noqa: T201 - the figures are asked for
    assert made.markers > 150
    assert made.access, "a person's own copy holds them, or the search is blind"
    assert made.leaked == []
