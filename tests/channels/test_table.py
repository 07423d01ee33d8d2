"""The table of what each app can do is what the channels declare."""

from __future__ import annotations

from pathlib import Path

from bot.channels.table import table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "channels.md"


def test_the_table_in_the_documents_is_current() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8"), f"print bot.channels.table.table() and put it into {DOCUMENT.name}"
