"""No change is let through with which fewer disclosures are noticed, or more harmless messages raised, than the floors allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.evaluation.figures import figures, groups
from nlu.evaluation.floors import broken, load_floors
from nlu.evaluation.judge import judge
from nlu.evaluation.judging import Judging, read_judging
from nlu.evaluation.noticed import lost, save_noticed
from nlu.evaluation.report import report
from nlu.noticing import Noticing
from nlu.understanding import Level
from tests.evaluate.run import JUDGING, complaints, evaluate
from tests.nlu.shipped import copy_of_content

LEAST = {"messages": 2000, "conversations": 150, "writers": 12, "disclosures of a category": 12}


@pytest.fixture(scope="module")
def judging() -> Judging:
    return read_judging(JUDGING)


def test_enough_by_enough_writers_judges(judging: Judging) -> None:
    found = {
        "messages": len(judging.messages),
        "conversations": len(judging.conversations),
        "writers": len({message.writer for message in judging.messages}),
        "disclosures of a category": min(
            sum(message.categories[:1] == (category,) and message.level >= Level.CONCERN for message in judging.messages)
            for category in {message.categories[0] for message in judging.messages if message.categories}
        ),
    }
    assert {name: number for name, number in found.items() if number < LEAST[name]} == {}


def test_phrases_alone_keep_their_floors(judging: Judging, noticing: Noticing) -> None:
    alone = judge(judging, noticing, None)
    assert broken(figures(alone, with_topics=False), load_floors(), alone=True) == []


@pytest.mark.service
async def test_everything_together_keeps_its_floors(nlu_service_url: str) -> None:
    floors = load_floors()
    alone, together = await evaluate(JUDGING, nlu_service_url)
    assert complaints(alone, together, floors) == []
    assert "| disclosures offered an adult: concern or higher | ≥ 0.9 |" in report(alone, together, floors)


def test_a_change_that_loses_recall_is_told_with_the_sentences_it_lost(judging: Judging, noticing: Noticing, tmp_path: Path) -> None:
    some = Judging(tuple(one for one in judging.messages if one.categories[:1] == ("suicide",)), ())
    before = judge(some, noticing, None)
    save_noticed(tmp_path / "noticed.csv", before, before)
    content = copy_of_content(tmp_path)
    (content / "risk_phrases" / "suicide.yml").unlink()
    after = judge(some, Noticing.load(content), None)
    gone = lost(tmp_path / "noticed.csv", after.messages, "phrases")
    assert gone
    assert {one.message.categories[0] for one in gone} == {"suicide"}
    assert lost(tmp_path / "noticed.csv", before.messages, "phrases") == []


def test_groups_of_writers_are_compared(judging: Judging, noticing: Noticing) -> None:
    alone = judge(Judging(judging.messages[:400], ()), noticing, None)
    by_writer = groups(alone.messages, lambda one: [one.message.writer.id])
    assert sum(group.offered.of for group in by_writer) == sum(one.message.level >= Level.CONCERN for one in alone.messages)
