"""Secrets may lie in files of their own, as container engines and systemd hand them over; none has to stand in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import secret_files
from tests.record.test_settings import KEY, PRODUCTION, one_line, run

WITHOUT_KEY = {name: value for name, value in PRODUCTION.items() if name != "BREAKWATER_DATA_KEY"}


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The folder of a systemd unit's credentials."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    return folder


def test_a_service_gets_its_key_from_a_file(tmp_path: Path, unit: Path) -> None:
    database = f"sqlite:///{tmp_path / 'breakwater.db'}"
    settings = WITHOUT_KEY | {"BREAKWATER_DATABASE_URL": database}
    assert one_line(tmp_path, "db", "upgrade", **settings) == "production mode needs BREAKWATER_DATA_KEY"
    (unit / "BREAKWATER_DATA_KEY").write_text(f"{KEY}\n")
    for command in (("db", "upgrade"), ("audit", "verify")):
        assert run(tmp_path, *command, **settings, CREDENTIALS_DIRECTORY=str(unit)).code == 0


def test_the_secrets_of_a_container_are_read_whatever_the_case_of_their_names(
    tmp_path: Path, unit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_files, "CONTAINERS", unit)
    (unit / "breakwater_organisation").write_text("Harbour Young People\n")
    assert "BREAKWATER_ORGANISATION = Harbour Young People" in run(tmp_path, "settings").lines


def test_the_environment_counts_before_a_file_and_an_empty_file_says_nothing(tmp_path: Path, unit: Path) -> None:
    (unit / "BREAKWATER_ORGANISATION").write_text("From the file")
    (unit / "BREAKWATER_TELEGRAM_WEBHOOK_SECRET").write_text("\n")
    shown = run(tmp_path, "settings", BREAKWATER_ORGANISATION="From the environment", CREDENTIALS_DIRECTORY=str(unit)).lines
    assert "BREAKWATER_ORGANISATION = From the environment" in shown
    assert "BREAKWATER_TELEGRAM_WEBHOOK_SECRET = " in shown


@pytest.mark.rule("S76")
def test_a_malformed_secret_is_named_and_not_quoted(tmp_path: Path, unit: Path) -> None:
    (unit / "BREAKWATER_DATA_KEY").write_text("geheim")
    line = one_line(tmp_path, "settings", CREDENTIALS_DIRECTORY=str(unit))
    assert line.startswith("BREAKWATER_DATA_KEY: the data key must be 32 bytes") and "geheim" not in line


def test_a_file_that_cannot_be_read_is_told_and_does_not_stop_the_doctor(
    tmp_path: Path, unit: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (unit / "BREAKWATER_DATA_KEY").write_bytes(b"\xff\xfe")
    found = run(tmp_path, "doctor", "--only", "settings", **WITHOUT_KEY, CREDENTIALS_DIRECTORY=str(unit))
    assert "Production mode needs BREAKWATER_DATA_KEY" in " ".join(" ".join(found.lines).split())
    assert "BREAKWATER_DATA_KEY cannot be read by this user" in caplog.text


def test_the_doctor_finds_a_misspelt_file(tmp_path: Path, unit: Path) -> None:
    (unit / "BREAKWATER_DATA_KEYS").write_text(KEY)
    found = run(tmp_path, "doctor", "--only", "settings", **PRODUCTION, CREDENTIALS_DIRECTORY=str(unit))
    assert "No setting is called BREAKWATER_DATA_KEYS" in " ".join(found.lines)
