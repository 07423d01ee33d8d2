"""`make scan`, and the two parts of it that `make check` runs: `python -m tests.scan packages|code|secrets`.

What is accepted stands with its reason in `accepted.yml`; what stands there and is not found any more is an error too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tests.scan.secrets import look_through, tracked

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "nlu", "content", "escalation")
AUDITED = {"requirements.txt": "the program", "nlu/service/requirements.txt": "the intent service"}
ACCEPTED: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "accepted.yml").read_text())


def say(line: str) -> None:
    """What the command is for."""
    print(line, flush=True)  # noqa: T201


def packages() -> list[str]:
    """Known holes in the pinned packages, by pip-audit. Where nobody can be asked, that is said, and is no error."""
    problems = []
    for file, whose in AUDITED.items():
        asked = _run("pip-audit", "--disable-pip", "--no-deps", "--progress-spinner=off", "--format=json", "-r", file)
        if not asked.stdout.strip():
            say(f"NOT SCANNED: {file}: pip-audit reached no vulnerability service ({_last_line(asked.stderr)})")
            continue
        found = json.loads(asked.stdout)["dependencies"]
        unknown = [one["name"] for one in found if "skip_reason" in one]
        if len(unknown) == len(found):
            say(f"NOT SCANNED: {file}: the vulnerability service that pip-audit asks knows none of its {len(found)} packages from here")
            continue
        holes = {f"{file} {one['name']} {hole['id']}" for one in found for hole in one.get("vulns", ())}
        say(f"{file}: {len(found)} packages of {whose}, {len(holes)} known holes, {len(unknown)} packages that the service does not know")
        problems += _beside(holes, "packages")
    return problems


def code() -> list[str]:
    """What bandit finds in the program's own rooms."""
    asked = _run("bandit", "-q", "-c", "pyproject.toml", "-f", "json", "-r", *ROOMS)
    if not asked.stdout.strip():
        return [f"bandit did not run: {_last_line(asked.stderr)}"]
    report = json.loads(asked.stdout)
    broken = [f"{one['filename']}: bandit could not read it: {one['reason']}" for one in report["errors"]]
    found = {f"{one['filename'].removeprefix('./')} {one['test_id']}" for one in report["results"]}
    lines = sum(numbers["loc"] for name, numbers in report["metrics"].items() if name == "_totals")
    say(f"bandit: {lines} lines, {len(found)} findings, {len(ACCEPTED['code'])} accepted with a reason")
    return broken + _beside(found, "code")


def secrets() -> list[str]:
    """Secrets in files of the repository."""
    paths = tracked(ROOT)
    found = {f"{one.file} {one.digest}": str(one) for one in look_through(ROOT, paths)}
    say(f"secrets: {len(paths)} files, {len(found)} findings")
    return [found.get(problem, problem) for problem in _beside(found, "secrets")]


def _beside(found: Iterable[str], kind: str) -> list[str]:
    """What is not accepted, and what is accepted and not there any more."""
    accepted, found = ACCEPTED[kind], set(found)
    gone = [f"{one}: accepted in tests/scan/accepted.yml and not found any more: take it out" for one in sorted(accepted.keys() - found)]
    return sorted(found - accepted.keys()) + (gone if kind != "packages" else [])


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([Path(sys.executable).with_name(command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


def _last_line(text: Any) -> str:
    return next((line.strip() for line in reversed(str(text).splitlines()) if line.strip()), "it said nothing")


PARTS = {"packages": packages, "code": code, "secrets": secrets}

if __name__ == "__main__":
    problems = [problem for name in sys.argv[1:] or PARTS for problem in PARTS[name]()]
    for problem in problems:
        say(problem)
    sys.exit(bool(problems))
