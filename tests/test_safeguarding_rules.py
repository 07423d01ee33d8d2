"""Every safeguarding rule has a test that names it, or stands in a list of those without one, which may only get shorter."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import yaml

from bot.rehearsal.conversation import FOLDER

TESTS = Path(__file__).parent
RULES = TESTS.parent / "docs" / "safeguarding_rules.md"
WITHOUT = TESTS / "rules_without_a_test.txt"


def rules() -> list[str]:
    return re.findall(r"^- (S\d\d) ", RULES.read_text(), re.M)


@cache
def named_by_tests() -> dict[str, list[str]]:
    """For each rule id, the test files and conversations that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in TESTS.rglob("test_*.py"):
        for rule in re.findall(r"mark\.rule\(\s*\"(S\d\d)\"", path.read_text()):
            found[rule].append(str(path.relative_to(TESTS)))
    for path in FOLDER.glob("*.yml"):
        for conversation in filter(None, yaml.safe_load_all(path.read_text())):
            for rule in conversation.get("rules", ()):
                found[rule].append(f"{path.stem}: {conversation['name']}")
    return found


def test_each_rule_has_a_test_or_is_listed_as_missing() -> None:
    missing = {rule for rule in rules() if rule not in named_by_tests()}
    listed = set(WITHOUT.read_text().split())
    assert not missing - listed, f"no test names these rules any more: {sorted(missing - listed)}"
    assert not listed - missing, f"these have a test now, so take them off {WITHOUT.name}: {sorted(listed - missing)}"


def test_no_test_names_a_rule_that_does_not_exist() -> None:
    unknown = set(named_by_tests()) - set(rules())
    assert not unknown, f"there is no such rule: {sorted(unknown)}"


def test_the_rules_are_all_there() -> None:
    assert len(rules()) == len(set(rules())) >= 80
