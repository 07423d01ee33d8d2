"""Rows come to their end while people write, others read and what is over is destroyed: each is readable exactly for its time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.rehearsal.house import House
from tests.retention.traffic import Traffic, texts

MESSAGES = 400


@pytest.mark.rule("S71")
def test_while_people_write_everything_is_readable_for_its_time_and_not_a_moment_longer(house: House) -> None:
    traffic = Traffic(house, MESSAGES)
    work: tuple[Callable[[], None], ...] = (traffic.writes, traffic.writes, traffic.reads, traffic.reads, traffic.destroys)
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(each) for each in work]:
            done.result()
    first = min(at for lines in traffic.wrote.values() for _, at in lines)
    assert house.clock() - first > 2 * traffic.life, "most of it has to come to its end for this test to mean something"
    assert traffic.looks > traffic.people
    assert (traffic.gone_too_soon, traffic.there_too_long) == ([], [])
    assert sum(len(house.record.read(lambda tx, who=who: texts(tx, who))) for who in traffic.wrote) < MESSAGES  # type: ignore[misc]
