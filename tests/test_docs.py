"""What the docs name exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.settings import setting_names

ROOT = Path(__file__).parent.parent
DOCS = [
    ROOT / "README.md",
    ROOT / "content" / "README.md",
    ROOT / "nlu" / "service" / "README.md",
    ROOT / "content" / "dialogues" / "README.md",
    ROOT / "docs" / "retention.md",
    ROOT / "docs" / "embedding.md",
]


def commands() -> set[str]:
    """Every command with its words, such as `staff add`."""
    names = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {})
        names |= {f"{name} {sub}" for sub in inner} or {name}
    return names


def headings(page: Path) -> set[str]:
    """The parts of a page, as links name them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("path", sorted({*DOCS, *(ROOT / "docs").glob("*.md")}), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    missing = []
    for target in re.findall(r"\]\((?!http)([^)]+)\)", path.read_text()):
        name, _, part = target.partition("#")
        page = path.parent / name if name else path
        if not page.exists() or (part and part not in headings(page)):
            missing.append(target)
    assert not missing


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_settings_and_commands_that_are_named_exist(path: Path) -> None:
    text = path.read_text()
    assert set(re.findall(r"BREAKWATER_[A-Z_]+", text)) <= set(setting_names())
    groups = "|".join({name.partition(" ")[0] for name in commands() if " " in name})
    named = {match.strip() for match in re.findall(rf"breakwater ((?:(?:{groups}) )?[a-z-]+)(?=[ `\n]|$)", text)}
    assert named <= commands()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`?make ([a-z-]+)`?", text)) - {"sure"} <= targets


def test_every_command_is_told_of() -> None:
    readme = (ROOT / "README.md").read_text()
    untold = {name for name in commands() if f"breakwater {name}" not in readme and name not in ("content check",)}
    assert not untold


def test_no_document_names_a_place_of_one_machine() -> None:
    tracked = [path for pattern in ("*.md", "**/*.md") for path in ROOT.glob(pattern) if ".venv" not in path.parts]
    assert not [path for path in tracked if re.search(r"/(?:root|work|home)/|pypi\.|files\.pythonhosted", path.read_text())]
