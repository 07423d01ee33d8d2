"""A missing or malformed setting stops the program with one clear line that names it, and shows no secret."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import setting_names

KEY = base64.b64encode(bytes(range(32))).decode()
BREAKWATER = Path(sys.executable).with_name("breakwater")
PRODUCTION = {
    "BREAKWATER_MODE": "production",
    "BREAKWATER_DATA_KEY": KEY,
    "BREAKWATER_PUBLIC_URL": "https://chat.example.org",
}


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    lines: list[str]


def run(folder: Path, *command: str, **settings: str) -> Done:
    """Run a command in an empty folder with these settings and no others."""
    others: dict[str, str | None] = {name: None for name in os.environ if name.startswith("BREAKWATER_")}
    with chdir(folder):
        done = CliRunner().invoke(app, command, env=others | settings)
    assert done.exception is None or isinstance(done.exception, SystemExit), f"a traceback instead of a line: {done.exception!r}"
    return Done(done.exit_code, done.output.strip().splitlines())


def one_line(folder: Path, *command: str, **settings: str) -> str:
    """What a command says when it refuses to go on: one line, and nothing else."""
    done = run(folder, *command, **settings)
    assert done.code == 1
    [line] = done.lines
    return line


def test_the_installed_command_ends_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")}
    ended = subprocess.run(
        [BREAKWATER, "serve"],
        cwd=tmp_path,
        env=plain | {"BREAKWATER_MODE": "production"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert (ended.stdout + ended.stderr).splitlines() == [f"production mode needs {', '.join(list(PRODUCTION)[1:])}"]


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "BREAKWATER_MODE"])
def test_production_does_not_start_without_a_setting_it_needs(tmp_path: Path, missing: str) -> None:
    settings = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert one_line(tmp_path, "serve", **settings) == f"production mode needs {missing}"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MODE", "live", "'demo' or 'production'"),
        ("DATA_KEY", "too-short", "must be 32 bytes in base64; make one with `breakwater new-key`"),
        ("DATABASE_URL", "nonsense", "must be sqlite:///path or postgresql+psycopg://"),
        ("DATABASE_URL", "mysql://somebody:geheim@host/name", "must be sqlite:///path or postgresql+psycopg://"),
        ("LISTEN", "8080", "must be address:port"),
        ("LISTEN", "127.0.0.1:many", "must be address:port"),
        ("NLU_URL", "127.0.0.1:5005", "must begin with http:// or https://"),
        ("NLU_TIMEOUT", "soon", "valid number"),
        ("PUBLIC_URL", "chat.example.org", "must begin with http:// or https://"),
        ("TIME_ZONE", "Mars/Olympus", "write it like Europe/London"),
        ("BURST_SECONDS", "-1", "greater than or equal to 0"),
        ("TELEGRAM_WEBHOOK_SECRET", "geheim und lang", "must be 1 to 256 characters of A-Z, a-z, 0-9, _ and -"),
        ("TELEGRAM_WEBHOOK_SECRET", "geheim" * 43, "must be 1 to 256 characters"),
        ("TELEGRAM_WEBHOOK_URL", "https://chat.example.org/hook", "needs BREAKWATER_TELEGRAM_WEBHOOK_SECRET"),
    ],
)
def test_a_malformed_setting_is_named_in_one_line(tmp_path: Path, name: str, value: str, says: str) -> None:
    line = one_line(tmp_path, "settings", **{f"BREAKWATER_{name}": value})
    assert line.startswith(f"BREAKWATER_{name}")
    assert says in line
    assert "geheim" not in line


def test_production_refuses_a_public_address_without_https(tmp_path: Path) -> None:
    line = one_line(tmp_path, "serve", **PRODUCTION | {"BREAKWATER_PUBLIC_URL": "http://chat.example.org"})
    assert line.startswith("BREAKWATER_PUBLIC_URL needs https in production mode")
    plain = run(tmp_path, "settings", BREAKWATER_MODE="demo", BREAKWATER_PUBLIC_URL="http://127.0.0.1:8080")
    assert plain.code == 0, "a demo on this machine needs no certificate"


def test_an_area_without_a_directory_is_named_in_one_line(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'breakwater.db'}"
    run(tmp_path, "db", "upgrade", BREAKWATER_DATABASE_URL=database)
    settings = PRODUCTION | {"BREAKWATER_DATABASE_URL": database, "BREAKWATER_AREA": "atlantis"}
    assert one_line(tmp_path, "serve", "--without-intents", **settings).startswith("BREAKWATER_AREA: there is no area 'atlantis'")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sqlite:///{folder}", "does not open"),
        ("sqlite:///{folder}/file/breakwater.db", "cannot be made"),
        ("sqlite:///{folder}/file", "does not open"),
        ("postgresql+psycopg://somebody:geheim@127.0.0.1:9/name", "does not open"),
    ],
)
def test_a_database_that_is_not_there_is_said_in_one_line(tmp_path: Path, address: str, says: str) -> None:
    (tmp_path / "file").write_text("no database at all, but long enough to be looked at\n" * 20)
    line = one_line(tmp_path, "db", "upgrade", BREAKWATER_DATABASE_URL=address.format(folder=tmp_path))
    assert says in line
    assert "geheim" not in line


def test_an_empty_database_and_a_key_that_is_not_its_own_are_said_in_one_line(tmp_path: Path) -> None:
    settings = PRODUCTION | {"BREAKWATER_DATABASE_URL": f"sqlite:///{tmp_path / 'breakwater.db'}"}
    assert one_line(tmp_path, "audit", "verify", **settings) == "the database is empty: run `breakwater db upgrade`"
    assert run(tmp_path, "db", "upgrade", **settings).code == 0
    assert run(tmp_path, "audit", "verify", **settings).code == 0
    other = settings | {"BREAKWATER_DATA_KEY": base64.b64encode(bytes(32)).decode()}
    assert "another BREAKWATER_DATA_KEY" in one_line(tmp_path, "audit", "verify", **other)


@pytest.mark.rule("S76")
def test_printing_the_settings_shows_every_one_with_its_help_and_no_secret(tmp_path: Path) -> None:
    secrets = {
        "BREAKWATER_DATABASE_URL": "postgresql+psycopg://somebody:geheim@host/name",
        "BREAKWATER_TELEGRAM_TOKEN": "4242:geheim",
        "BREAKWATER_ALERT_URLS": "mailto://somebody:geheim@host",
    }
    shown = run(tmp_path, "settings", **PRODUCTION | secrets)
    assert shown.code == 0
    text = "\n".join(shown.lines)
    assert "geheim" not in text
    assert KEY not in text
    assert "BREAKWATER_PUBLIC_URL = https://chat.example.org" in text
    assert all(name in text for name in setting_names())
