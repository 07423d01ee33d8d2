"""What `--help` promises: every command has examples, each can be typed as it stands, and completion knows them."""

from __future__ import annotations

import os
import shlex
import subprocess
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.cli import app
from bot.cli.examples import EXAMPLES
from tests.record.test_settings import BREAKWATER
from tests.test_docs import commands

ROOT = get_command(app)


def found(words: list[str]) -> tuple[Any, list[str]]:
    """The command that these words call, and what is left for it."""
    command: Any = ROOT
    while inner := getattr(command, "commands", None):
        command, words = inner[words[0]], words[1:]
    return command, words


def test_every_command_has_examples() -> None:
    assert set(EXAMPLES) == commands()


@pytest.mark.parametrize("example", [example for examples in EXAMPLES.values() for example in examples])
def test_an_example_can_be_typed_as_it_stands(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copy").mkdir()
    typed = list(takewhile(lambda word: word not in ("<", ">", "|"), shlex.split(example)))
    command, rest = found(typed)
    command.make_context(typed[0], rest)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_help_says_what_it_does_how_to_call_it_and_how_it_ends(name: str) -> None:
    command, _ = found(name.split())
    assert command.help and command.epilog
    assert "breakwater " in command.epilog and "Ends with 0" in command.epilog


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_had_for_the_usual_shells(shell: str) -> None:
    done = subprocess.run(
        [BREAKWATER], env=os.environ | {"_BREAKWATER_COMPLETE": f"source_{shell}"}, capture_output=True, text=True, check=True
    )
    assert "_BREAKWATER_COMPLETE" in done.stdout
