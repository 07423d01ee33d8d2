"""The scans find what they are for, and say nothing of what is none."""

from __future__ import annotations

import base64
import os
import secrets as random_secrets
from pathlib import Path

import pytest

from tests.scan import __main__ as scan
from tests.scan.secrets import in_line, look_through


def planted() -> dict[str, str]:
    """Made anew each time, so that none stands in a file."""
    key, token = base64.b64encode(os.urandom(32)).decode(), "".join(random_secrets.choice("aB3dE5gH7jK9mN_p-R") for _ in range(35))
    return {
        "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
        "Telegram token": f"token: 8123456789:{token}",
        "Meta token": "whatsapp = EAA" + "Gz8" * 30,
        "cloud or forge token": "aws AKIA" + "A1B2C3D4E5F6G7H8",
        "random value of a key, secret, token or password": f'BREAKWATER_DATA_KEY="{key}"',
    }


@pytest.mark.parametrize("kind", planted())
def test_a_planted_secret_is_found_and_not_shown(kind: str, tmp_path: Path) -> None:
    line = planted()[kind]
    assert kind in {found for found, _ in in_line(line)}
    (tmp_path / "file.py").write_text(f"first\n{line}\n")
    [first, *_] = look_through(tmp_path, [tmp_path / "file.py"])
    assert (first.file, first.line) == ("file.py", 2)
    assert line.split()[-1] not in str(first)


@pytest.mark.parametrize(
    "line",
    [
        "data_key=settings.data_key_of_the_installation",
        'key="the_name_of_a_column_with_words"',
        "token = secrets.token_urlsafe(32)",
        "    --hash=sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "BREAKWATER_DATA_KEY=",
        "password: at least twelve characters",
    ],
)
def test_names_and_words_are_no_secrets(line: str) -> None:
    assert not list(in_line(line))


def test_what_is_not_accepted_fails_and_so_does_what_is_accepted_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scan.ACCEPTED, "code", {"bot/one.py B101": "why", "bot/gone.py B102": "why"})
    assert scan._beside({"bot/one.py B101", "bot/new.py B999"}, "code") == [
        "bot/new.py B999",
        "bot/gone.py B102: accepted in tests/scan/accepted.yml and not found any more: take it out",
    ]


def test_everything_that_is_accepted_has_a_reason() -> None:
    assert all(len(why.split()) >= 3 for kind in scan.ACCEPTED.values() for why in kind.values())
