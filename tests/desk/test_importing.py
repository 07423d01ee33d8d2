"""`breakwater content import`: a folder passes the same checks as a draft on the desk, all of it or nothing."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from content.editorial.edition import text_of
from escalation.record import published
from escalation.record.store import Record
from tests.conftest import KEY

GOODBYE, REPLIES = "guidance/conversation/goodbye.yml", "canned_replies/closing.yml"
Import = Callable[[int], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "content" / GOODBYE).parent.mkdir(parents=True)
    return tmp_path / "content"


@pytest.fixture
def brings_in(database_url: str, folder: Path) -> Import:
    others = {name: None for name in os.environ if name.startswith("BREAKWATER_")}
    settings = others | {"BREAKWATER_DATABASE_URL": database_url, "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode()}

    def invoke(code: int) -> str:
        done = CliRunner().invoke(app, ("content", "import", str(folder)), env=settings)
        assert done.exit_code == code, done.output
        return done.output

    return invoke


def test_what_the_written_conversations_refuse_is_said_by_sentence_and_nothing_is_imported(
    brings_in: Import, folder: Path, record: Record
) -> None:
    (folder / GOODBYE).write_text((text_of({}, GOODBYE) or "").replace("Bye for now", "See you"), encoding="utf-8")
    said = brings_in(1)
    assert f"{folder}/{GOODBYE}:1: error: the conversation “Thanks and goodbye are met kindly and keep nobody”" in said
    assert "expected 'Bye for now' in 'See you" in said
    assert said.rstrip().endswith("nothing was imported")
    assert record.read(published.number) == 0


def test_what_passes_all_checks_is_imported(brings_in: Import, folder: Path, record: Record) -> None:
    (folder / REPLIES).parent.mkdir()
    (folder / REPLIES).write_text(f"# kept in git\n{text_of({}, REPLIES)}", encoding="utf-8")
    assert "1 files are published" in brings_in(0)
    assert record.read(lambda tx: published.version_of(tx, REPLIES)) == 1
    assert "nothing is different" in brings_in(0)
