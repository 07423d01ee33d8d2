"""Content files that were damaged: lines doubled, cut, moved and spoilt. The check says what is wrong and never falls over."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from content.editorial.check import check
from content.editorial.library import CONTENT
from tests.content.conftest import FILES, TODAY
from tests.fuzz.texts import text

ODD = (
    "&a",
    "*a",
    "!!python/object:os.system x",
    "? :",
    "- - -",
    "{",
    "]",
    "'",
    '"',
    "|",
    ">",
    "%",
    "\t",
    "\x07",
    "<<: *a",
    "yes",
    "1e999",
    "2026-13-45",
    "~",
    "key: key: key",
    "0x",
    "[" * 200,
)


def damaged(dice: random.Random, whole: str) -> str:
    """The text of a file with up to five kinds of damage."""
    lines = whole.split("\n")
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(lines))
        match dice.randrange(6):
            case 0:
                lines.insert(at, lines[dice.randrange(len(lines))])
            case 1:
                del lines[at]
                lines = lines or [""]
            case 2:
                cut = dice.randint(0, len(lines[at]))
                lines[at] = lines[at][:cut] + dice.choice(ODD) + lines[at][cut:]
            case 3:
                lines[at] = " " * dice.randint(0, 6) + lines[at].lstrip()
            case 4:
                lines[at] = lines[at].partition(":")[0] + ": " + dice.choice(ODD)
            case _:
                lines[at] += text(dice)
    return "\n".join(lines)


def trying(folder: Path) -> Callable[[random.Random], None]:
    """Check a small library of which one file is damaged."""
    for name in ("taxonomy.yml", "policy/wording.yml", "policy/rota.yml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CONTENT / name, folder / name)
    for name, whole in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(whole, encoding="utf-8")

    def try_one(dice: random.Random) -> None:
        name = dice.choice(list(FILES))
        (folder / name).write_bytes(damaged(dice, FILES[name]).encode("utf-8", "surrogatepass"))
        try:
            for problem in check(folder, today=TODAY, actions=frozenset({"talk"}), trained=False):
                str(problem)
        finally:
            (folder / name).write_text(FILES[name], encoding="utf-8")

    return try_one
