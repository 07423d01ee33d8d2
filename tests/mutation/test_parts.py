"""What `make mutation` changes is there, and so are the tests that have to notice it."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import ROOT, Part, parts


@pytest.mark.parametrize("part", parts().values(), ids=lambda part: part.name)
def test_files_and_tests_of_a_part_exist(part: Part) -> None:
    assert part.files and part.tests
    missing = [name for name in (*part.files, *part.tests) if not (ROOT / name.removeprefix("--deselect=").partition("::")[0]).is_file()]
    assert not missing


def test_the_parts_that_decide_are_all_there() -> None:
    assert set(parts()) == {"consent", "case", "rota", "policy", "risk"}
