"""Every group of phrases finds what it says that it finds, and leaves alone what it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.editorial.library import CONTENT
from content.editorial.phrases import Group, load_phrases
from content.editorial.reading import ContentError
from nlu.noticing import Noticing
from nlu.risk.check import holding
from nlu.risk.context import Context
from nlu.risk.lexicon import Lexicon
from nlu.understanding import Level
from tests.nlu.shipped import copy_of_content

PHRASES = load_phrases()
GROUPS = [pytest.param(group, id=group.id) for _, group in PHRASES.groups]
CATEGORIES = {path.stem for path in (CONTENT / "risk_phrases").glob("*.yml")} - {"words", "context", "signs", "flags", "languages"}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(PHRASES)


def groups_in(lexicon: Lexicon, text: str) -> set[str]:
    found = lexicon.find(lexicon.read(text))
    return {group.id for _, group, _ in holding(lexicon, found, Context(found, lexicon.question))}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_finds_its_examples(lexicon: Lexicon, group: Group) -> None:
    missed = [text for text in group.must_match if group.id not in groups_in(lexicon, text)]
    assert missed == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_leaves_its_counter_examples_alone(lexicon: Lexicon, group: Group) -> None:
    found = [text for text in group.must_not_match if group.id in groups_in(lexicon, text)]
    assert found == []


def test_all_24_categories_of_the_taxonomy_have_phrases() -> None:
    assert len(CATEGORIES) == 24
    assert {category for category, group in PHRASES.groups if group.level and not group.category} == CATEGORIES


def test_reasons_are_observations_and_quote_nobody() -> None:
    judging = ("likely", "probab", "attention seek", "risky", "promiscuous", "commit")
    assert [group.id for _, group in PHRASES.groups if any(word in group.why.lower() for word in judging)] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("suicide.yml", "level: urgent", "levle: urgent", r"suicide\.yml:\d+: .*levle is not a known field"),
        ("suicide.yml", "- want to unalive", "- want (to unalive", r"suicide\.yml:\d+: .*bracket is not closed"),
        ("suicide.yml", "- want to unalive", "- <nobody> wants", r"suicide\.yml:\d+: .*no list <nobody>.*words\.yml"),
        ("suicide.yml", "- want to unalive", "- really", r"suicide\.yml:\d+: .*add a telling word"),
        ("self_harm.yml", "- id: hurts_self\n", "- id: suicide_thoughts\n", r"suicide\.yml:\d+: group suicide_thoughts exists twice"),
        ("clues.csv", "clue,worry", "clue,sorrow", r"clues\.csv:1: the first line must be"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_file_and_line_and_what_to_do(
    tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    content = copy_of_content(tmp_path)
    path = content / "risk_phrases" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=problem):
        Noticing.load(content)


def test_an_editor_can_add_a_phrase(tmp_path: Path) -> None:
    content = copy_of_content(tmp_path)
    path = content / "risk_phrases" / "suicide.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("- want to unalive", "- off to narnia ~ forever", 1), encoding="utf-8")
    assert Noticing.load(content).check("im off to NARNIA now forever").level is Level.URGENT
