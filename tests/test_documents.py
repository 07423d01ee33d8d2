"""What the documents for safeguarding leads, information governance and IT name exists, and what they call "not yet" is not there."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.settings import setting_names
from escalation.record.schema import upgrade
from escalation.record.tables import Table
from tests.test_docs import ROOT, commands
from tests.test_safeguarding_rules import rules

DOCS = ROOT / "docs"
NAMES = ("threat_model", "dpia", "hazard_log", "incidents", "asvs", "operations", "deployment", "capacity", "scale")
PAGES = [DOCS / f"{name}.md" for name in NAMES]
WHOLE = {path.stem: path.read_text(encoding="utf-8") for path in PAGES}
TEXTS = {name: re.sub(r"^```\w*$.*?^```$", "", text, flags=re.M | re.S) for name, text in WHOLE.items()}
"""The documents without what is typed into a terminal."""

HAZARD_COLUMNS = 7
ASVS_STATES = {"met", "partly", "not yet", "organisation", "does not apply"}
CHAPTERS = {f"V{number}" for number in range(1, 18)}


@cache
def every_test() -> str:
    """Every test function of the repository, one a line."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return "\n".join(name for source in sources for name in re.findall(r"^\s*(?:async )?def (test_\w+)", source, re.M))


@cache
def conversations() -> frozenset[str]:
    """Every conversation of `content/dialogues`, as `file: name`."""
    found = set()
    for path in (ROOT / "content" / "dialogues").glob("*.yml"):
        for one in filter(None, yaml.safe_load_all(path.read_text(encoding="utf-8"))):
            found.add(f"{path.stem}: {one['name']}")
    return frozenset(found)


@cache
def sources() -> str:
    """The program's own code and pages."""
    paths = [path for room in ("bot", "escalation", "nlu/risk") for kind in ("py", "html") for path in (ROOT / room).rglob(f"*.{kind}")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@cache
def periods() -> dict[str, str]:
    """Each period of `policy/retention.yml`, in words."""
    policy = yaml.safe_load((ROOT / "content" / "policy" / "retention.yml").read_text(encoding="utf-8"))
    found = {f"cases.{name}": one for name, one in policy["cases"].items()}
    found |= {name: one for name, one in policy.items() if isinstance(one, dict) and name not in ("cases", "confirmed")}
    lengths = {name: (one["years"], "year") if "years" in one else (one["days"], "day") for name, one in found.items()}
    return {name: f"{number} {unit}{'s' if number != 1 else ''}" for name, (number, unit) in lengths.items()}


def is_a_name_of_the_program(span: str) -> bool:
    """A table, a column, a period, or a word that the code spells out, such as what an audit entry is called."""
    tables = Table.metadata.tables
    in_the_record = span in tables or any(span in table.columns for table in tables.values())
    return in_the_record or span in periods() or f'"{span}"' in sources()


def is_a_command(span: str) -> bool:
    words = span.removeprefix(".venv/bin/").removeprefix("breakwater ").split()
    return bool(words) and (words[0] in commands() or " ".join(words[:2]) in commands())


def is_a_target(span: str) -> bool:
    return re.search(rf"^{span.removeprefix('make ')}:", (ROOT / "Makefile").read_text(), re.M) is not None


MADE_AT_SET_UP = {"nlu/service/models/"}
"""What is there only once the intent model was trained; `make test-fast` does without."""

KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (
        r"breakwater_[a-z_]+",
        lambda span: (
            f'"{span.removeprefix("breakwater_").removesuffix("_total")}"' in sources() or f'"{span.removesuffix("_total")}"' in sources()
        ),
    ),
    (r"test_\w+", lambda span: re.search(rf"^{span}$", every_test(), re.M) is not None),
    (r"[a-z_]+: .+", lambda span: span in conversations()),
    (r"BREAKWATER_[A-Z_]+", lambda span: span in setting_names()),
    (r"(?:\.venv/bin/)?breakwater .+", is_a_command),
    (r"make [a-z-]+", is_a_target),
    (r"(?:GET )?/[a-z]+", lambda span: f'"{span.removeprefix("GET ")}"' in sources()),
    (r"[\w.-]+(?:/[\w.-]+)*/?", lambda span: is_a_name_of_the_program(span) or (ROOT / span).exists() or span in MADE_AT_SET_UP),
)
"""What can stand between backticks, by its shape, and whether it exists."""


def exists(span: str) -> bool:
    return any(found(span) for shape, found in KINDS if re.fullmatch(shape, span))


def table(text: str, first: str) -> list[list[str]]:
    """The cells of every table row whose first cell looks like `first`."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [row for row in rows if re.fullmatch(first, row[0])]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_stands_in_backticks_exists(name: str) -> None:
    spans = {" ".join(span.split()) for span in re.findall(r"`([^`]+)`", TEXTS[name]) if span != "test_…"}
    missing = sorted(span for span in spans if not exists(span))
    assert not missing, f"docs/{name}.md names what does not exist: {missing}"


def test_a_name_that_does_not_exist_is_seen() -> None:
    for wrong in (
        "test_that_nobody_wrote",
        "bot/no_such.py",
        "breakwater undo",
        "make tea",
        "BREAKWATER_TEA",
        "shared_phone: tea",
        "no_action",
        "/tea",
    ):
        assert not exists(wrong), wrong


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!http)([^)]+)\)", WHOLE[name])
    assert not [target for target in targets if not _leads_somewhere(DOCS / f"{name}.md", target)]


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, heading = target.partition("#")
    there = page.parent / path if path else page
    if not heading or not there.exists():
        return there.exists()
    headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.M)
    return heading in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("name", NAMES)
def test_rules_and_gaps_that_are_named_exist(name: str) -> None:
    assert set(re.findall(r"\bS\d\d\b", WHOLE[name])) <= set(rules())
    gaps = {row[0] for row in table(WHOLE["threat_model"], r"N\d\d")}
    assert set(re.findall(r"\bN\d\d\b", WHOLE[name])) <= gaps
    threats = set(re.findall(r"^### (T\d\d) ", WHOLE["threat_model"], re.M))
    assert set(re.findall(r"\bT\d\d\b", WHOLE[name])) <= threats
    hazards = {row[0] for row in table(WHOLE["hazard_log"], r"H\d\d")}
    assert set(re.findall(r"\bH\d\d\b", WHOLE[name])) <= hazards


def test_each_threat_says_what_is_wanted_what_stops_it_and_what_remains() -> None:
    _, *threats = re.split(r"^### ", WHOLE["threat_model"].split("\n## Not yet")[0], flags=re.M)
    assert len(threats) >= 10
    for threat in threats:
        parts = re.findall(r"^- \*\*(\w+)", threat, re.M)
        assert parts[0] == "Wants" and parts[1].startswith("Stops") and parts[2] == "Remains", threat.splitlines()[0]
        assert "`test_" in threat or any(f"`{one}`" in " ".join(threat.split()) for one in conversations()), threat.splitlines()[0]


def test_each_hazard_has_a_control_evidence_and_what_remains() -> None:
    hazards = table(WHOLE["hazard_log"], r"H\d\d")
    assert len(hazards) >= 25
    assert [row[0] for row in hazards] == [f"H{number:02}" for number in range(1, len(hazards) + 1)]
    for row in hazards:
        assert len(row) == HAZARD_COLUMNS and all(row), row[0]
        evidence = row[5]
        assert re.search(r"\bS\d\d\b", evidence), f"{row[0]} names no rule"
        assert "`test_" in evidence or re.search(r"`[a-z_]+: ", evidence) or "not yet" in evidence, f"{row[0]} names no test"
        assert re.match(r"(low|medium|high): ", row[6]), f"{row[0]} says not how much remains"


def test_no_rule_is_without_a_hazard() -> None:
    named = {rule for row in table(WHOLE["hazard_log"], r"H\d\d") for rule in re.findall(r"\bS\d\d\b", row[5])}
    assert not set(rules()) - named


def test_each_requirement_has_a_state_and_what_shows_it() -> None:
    found = table(WHOLE["asvs"], r"\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*")
    numbers = [number for row in found for number in row[0].split(", ")]
    assert len(numbers) == len(set(numbers)) >= 100
    for row in found:
        assert len(row) == 4 and all(row), row[0]
        assert row[2] in ASVS_STATES, row[0]
        if row[2] in ("met", "partly"):
            assert "`" in row[3], f"{row[0]} shows nothing"
        if row[2] in ("partly", "not yet"):
            assert "not yet" in row[3].lower() or re.search(r"\bN\d\d\b", row[3]), f"{row[0]} says not what is missing"


def test_every_chapter_of_the_standard_is_there() -> None:
    assert set(re.findall(r"^## (V\d+) ", WHOLE["asvs"], re.M)) == CHAPTERS


def test_the_sum_of_the_checklist_is_right() -> None:
    found = table(WHOLE["asvs"], r"\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*")
    counted = {state: sum(len(row[0].split(", ")) for row in found if row[2] == state) for state in ASVS_STATES}
    told = {row[0]: int(row[1]) for row in table(WHOLE["asvs"], "|".join(ASVS_STATES))}
    assert told == counted


def test_every_run_book_goes_from_the_signs_to_what_comes_after() -> None:
    _, *books = re.split(r"^## ", WHOLE["incidents"], flags=re.M)
    run_books = [book for book in books if re.match(r"\d+\. ", book)]
    assert len(run_books) >= 8
    for book in run_books:
        assert re.findall(r"^\*\*(.+?)\*\*", book, re.M) == ["Signs", "First five minutes", "Who is told", "What happened", "After"], book[
            :40
        ]


def test_what_is_to_be_typed_runs_on_the_record_and_exists(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'record.db'}")
    statements = re.findall(r"^```sql$(.*?)^```$", WHOLE["incidents"], re.M | re.S)
    assert statements
    with sqlite3.connect(tmp_path / "record.db") as database:
        for statement in statements:
            database.execute(statement)
    typed = re.findall(r"^```sh$(.*?)^```$", "\n".join(WHOLE.values()), re.M | re.S)
    lines = [line.split("#")[0].strip() for block in typed for line in block.strip().splitlines()]
    assert not [
        line for line in lines if line.startswith((".venv/bin/breakwater", "make")) and not (is_a_command(line) or is_a_target(line))
    ]


def test_the_retention_periods_are_told_as_they_are() -> None:
    assert {row[0].strip("`"): row[1] for row in table(WHOLE["dpia"], r"`[a-z_.]+`")} == periods()


def _file(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _has_command(*words: str) -> bool:
    return any(name.startswith(words) for name in commands())


BUILT: dict[str, Callable[[], bool]] = {
    "N01": lambda: _has_command("backup", "back-up", "restore", "db backup", "db back-up", "db restore"),
    "N04": lambda: "unconfirmed_helplines(words, area)" in _file("bot/service.py"),
    "N06": lambda: re.search(r"^(webauthn|authlib)==", _file("requirements.txt"), re.M) is not None,
    "N07": lambda: '"/account/password"' in sources(),
}
"""For what is not there yet: how it would show once it is."""


@pytest.mark.parametrize("gap", BUILT)
def test_what_is_called_not_yet_is_not_there(gap: str) -> None:
    listed = gap in {row[0] for row in table(WHOLE["threat_model"], r"N\d\d")}
    assert listed != BUILT[gap](), f"{gap} is built now: take it out of docs/threat_model.md, and correct every line in docs/ that names it"


def test_the_readme_leads_to_every_document() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in DOCS.glob("*.md") if f"](docs/{path.name})" not in readme]
