"""`make mutation`: `python -m tests.mutation [PART ...] [--sample N]`: do the tests notice when the code is changed?

mutmut makes one small change after another in a copy of the tree, and runs the tests that reach the changed function. A change that no
test notices has survived: it is shown. What is decorated, and what stands outside of functions, mutmut leaves as it is.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "content", "escalation", "nlu")
BESIDE = ("tests", "docs", "scripts", "README.md", "Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt")
SHOW = "import sys; from mutmut.__main__ import cli; [cli(['show', one], standalone_mode=False) for one in sys.argv[1:]]"
"""One process for all: each start takes a second."""
TARGET = 0.85
SEED = 8
UNTRIED = "not checked"
SPINNING = tuple("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
NOTICED = frozenset({"killed", "timeout"})
LEFT_OUT = shutil.ignore_patterns(".venv", ".cache", ".rasa", "models", "weights", "__pycache__", "*.db")


@dataclass(frozen=True, slots=True)
class Part:
    """One line of `parts.yml`: files that are changed, and the tests that have to notice."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


def parts() -> dict[str, Part]:
    """All parts by name."""
    raw = yaml.safe_load((Path(__file__).parent / "parts.yml").read_text())
    return {name: Part(name, tuple(one["files"]), tuple(one["tests"])) for name, one in raw.items()}


@contextmanager
def copied(part: Part) -> Iterator[Path]:
    """A copy of the tree in a folder that is removed, told what to change and which tests to run."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        folder = Path(name)
        for one in (*ROOMS, *BESIDE):
            source = ROOT / one
            if source.is_dir():
                shutil.copytree(source, folder / one, ignore=LEFT_OUT)
            else:
                shutil.copy2(source, folder / one)
        (folder / "setup.cfg").write_text(_configuration(part))
        yield folder


def _configuration(part: Part) -> str:
    given = {
        "source_paths": ROOMS,
        "only_mutate": part.files,
        "also_copy": BESIDE,
        "pytest_add_cli_args_test_selection": part.tests,
        "pytest_add_cli_args": ("-p", "tests.mutation.loaded_once", "-p", "no:cacheprovider"),
        "use_git_change_detection": ("false",),
        "track_dependencies": ("false",),
    }
    return "[mutmut]\n" + "".join(f"{name} =\n" + "".join(f"    {one}\n" for one in values) for name, values in given.items())


def mutmut(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run mutmut behind everything else."""
    return _behind(folder, str(Path(sys.executable).with_name("mutmut")), *words)


def _behind(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["nice", "-n", "19", *command], cwd=folder, capture_output=True, text=True, check=False)


def results(folder: Path) -> dict[str, str]:
    """What became of each change, by mutmut's name for it."""
    lines = mutmut(folder, "results", "--all", "true").stdout.splitlines()
    return dict(line.strip().rsplit(": ", 1) for line in lines if ": " in line)


def try_part(part: Part, sample: int) -> float:
    """Run one part, tell what came of it, and return the share of changes that were noticed. `sample`: of how many changes; 0 is all."""
    with copied(part) as folder:
        ran = mutmut(folder, "run", "--max-children", "1", *(chosen(folder, sample) if sample else ()))
        found = {name: state for name, state in results(folder).items() if state != UNTRIED}
        if not found or ran.returncode:
            lines = [line for line in f"{ran.stdout}{ran.stderr}".splitlines() if not line.startswith(SPINNING)]
            say("\n".join([*lines[-40:], f"{part.name}: the tests do not pass as they are, or mutmut fell over"]))
            return 0.0
        survived = [name for name, state in found.items() if state not in NOTICED]
        say(_told(_behind(folder, sys.executable, "-c", SHOW, *survived).stdout))
    score = 1 - len(survived) / len(found)
    counted = ", ".join(f"{count} {state}" for state, count in Counter(found.values()).most_common())
    say(f"{part.name:<12}{len(found):>6} changes{score:>8.1%} noticed ({counted})")
    return score


def chosen(folder: Path, sample: int) -> list[str]:
    """So many of the changes of all functions, and the same ones each time."""
    mutmut(folder, "run", "--max-children", "1", "none_of_them")
    names = sorted(results(folder))
    return random.Random(SEED).sample(names, min(sample, len(names)))


def _told(differences: str) -> str:
    """Changes in as few lines as tell them."""
    return "\n".join(line for line in differences.splitlines() if line[:1] in ("#", "-", "+") and line[:3] not in ("---", "+++"))


def say(line: str) -> None:
    """What the command is for."""
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Try the parts, and end with 1 where one is below the target."""
    known = parts()
    asked = argparse.ArgumentParser(prog="python -m tests.mutation")
    asked.add_argument("parts", nargs="*", choices=[[], *known])
    asked.add_argument("--sample", type=int, default=0, help="try so many changes of each part instead of all")
    given = asked.parse_args()
    scores = [try_part(known[name], given.sample) for name in given.parts or known]
    return int(min(scores) < TARGET)


if __name__ == "__main__":
    sys.exit(main())
