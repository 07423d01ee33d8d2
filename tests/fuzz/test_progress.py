"""A long run of fuzzing goes on where it was, tells each kind of fault once, and ends."""

from __future__ import annotations

import random
from pathlib import Path

from tests.fuzz.__main__ import WHOLE, finished, run
from tests.fuzz.progress import MOST_FOUND, Part, Progress, kept

DICE = random.Random(1)


async def fine(dice: random.Random) -> None:
    """An input that nothing falls over."""


async def broken(dice: random.Random) -> None:
    raise ZeroDivisionError("always the same")


async def test_each_kind_of_fault_is_told_once_with_what_finds_it_again_and_the_rest_is_still_tried() -> None:
    part = Part("texts")
    await run(part, broken, DICE, "--seed 1 --round 2", 60, most=50)
    assert part.tried == 50
    assert list(part.found.values()) == ["--seed 1 --round 2: ZeroDivisionError: always the same"]


async def test_a_part_ends_with_its_number_and_after_too_many_kinds_of_fault() -> None:
    part = Part("texts")
    await run(part, fine, DICE, "", 60, most=7)
    await run(part, fine, DICE, "", 60, most=9)
    assert part.tried == 9

    async def always_another(dice: random.Random) -> None:
        raise ValueError(part.tried)

    await run(part, always_another, DICE, "", 60, most=10_000)
    assert len(part.found) == MOST_FOUND


async def test_what_is_done_is_kept_whole_and_read_again(tmp_path: Path) -> None:
    file, done = tmp_path / "there" / "fuzz.json", Progress(4711)
    assert kept(file) is None
    await run(done.part("texts"), fine, DICE, "", 60, most=3)
    await run(done.part("console"), broken, DICE, "here", 60, most=2)
    done.rounds = 5
    done.keep(file)
    assert kept(file) == done
    assert [path.name for path in file.parent.iterdir()] == ["fuzz.json"]


def test_the_whole_is_a_million_and_is_over_when_each_part_had_its_number() -> None:
    assert sum(WHOLE.values()) >= 1_000_000
    done = Progress(1, parts={name: Part(name, number) for name, number in WHOLE.items()})
    assert finished(done)
    done.part("console").tried -= 1
    assert not finished(done)
