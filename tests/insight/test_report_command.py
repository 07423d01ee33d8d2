"""`breakwater insight report`."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import app
from bot.rehearsal.house import House
from escalation.insight import settling
from tests.conftest import KEY
from tests.insight.made_up import MadeUp, happens


def report(url: str, month: str, file: Path) -> tuple[int, str]:
    """What the command said, and how it ended."""
    others: dict[str, str | None] = {name: None for name in os.environ if name.startswith("BREAKWATER_")}
    settings = others | {"BREAKWATER_DATABASE_URL": url, "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode()}
    done = CliRunner().invoke(app, ["insight", "report", month, str(file)], env=settings)
    return done.exit_code, done.output.strip().replace("\n", " ")


def test_the_report_of_a_month_is_written_to_a_file(house: House, database_url: str, tmp_path: Path) -> None:
    happens(house, *[MadeUp(datetime(2026, 10, 14, tzinfo=UTC))] * 11)
    settling.settle_all(house.record, house.service, house.clock())
    file = tmp_path / "october.html"
    assert report(database_url, "2026-10", file) == (0, f"{file}: October 2026")
    assert "October 2026</h1>" in file.read_text()


def test_a_month_that_cannot_be_told_of_is_named_in_one_line(house: House, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert report(database_url, "October", file) == (1, "'October' is no month: write it like 2026-10")
    code, said = report(database_url, "2026-10", file)
    assert (code, said) == (1, "2026-10 is not counted: the running service counts a month a week after its end")
    assert not file.exists()
