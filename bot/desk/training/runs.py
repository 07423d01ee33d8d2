"""Trainings, each in a folder of its own: what one was started with, what its process told, and whether it is still at it.

Nothing of a run is kept in memory: it goes on while the program is started anew, and one that was broken off is seen to be.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from content.editorial.edition import Texts, laid_out

NICE = "10"
KEPT = 5
"""So many runs are kept, with what they told; of older ones nothing is."""
ABOUT, TOLD = "about.json", "told.jsonl"
OWN = (sys.executable, "-m", "bot.desk.training.whole")
"""What trains where no other program is set."""

IN_SERVICE, READY, REFUSED, FAILED, BROKEN_OFF = "in_service", "ready", "refused", "failed", "broken_off"
"""How a run ends: the new model serves; somebody has to put it in service; it was judged worse than allowed; it went wrong; it just stopped."""


class Busy(Exception):
    """A training runs already."""


@dataclass(frozen=True, slots=True)
class Run:
    """One training. `examples` says which messages it was for, `step` what it is at: training, judging or putting.

    `end` is empty while it runs, else one of those above; `why` are sentences about it; `model` is the SHA-256 of the new model.
    """

    id: str
    by: str
    at: datetime
    examples: str
    step: str
    end: str
    why: tuple[str, ...]
    model: str
    folder: Path


def examples_of(texts: Texts) -> str:
    """Which training messages these are: a digest of those that were published, empty where all are as shipped."""
    changed = {key: text for key, text in sorted(texts.items()) if key.startswith("intents/")}
    return hashlib.sha256(json.dumps(changed).encode()).hexdigest()[:16] if changed else ""


class Trainings:
    """The runs below a folder. `command`: the program that trains, called with the folder of its run; `model`: the file that serves.

    `service` is the address of the intent service.
    """

    def __init__(self, folder: Path, model: Path, service: str, command: Sequence[str] = OWN) -> None:
        self._folder, self._model, self._service, self._command = folder, model, service, tuple(command)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, texts: Texts, by: str, now: datetime) -> None:
        """Train with the messages of this edition. Takes a moment, to copy them. Raises `Busy`, and `OSError` where the folder cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        held = self._lock()
        try:
            run = self._folder / now.strftime("%Y%m%dT%H%M%S%f")
            with laid_out(texts) as content:
                shutil.copytree(content, run / "content", ignore=shutil.ignore_patterns("__pycache__"))
            about = {"by": by, "at": now.isoformat(), "examples": examples_of(texts), "service": self._service, "model": str(self._model)}
            (run / ABOUT).write_text(json.dumps(about), encoding="utf-8")
            self._begin(run, held)
        finally:
            os.close(held)
        for old in self._folders()[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)

    def latest(self) -> Run | None:
        """The newest run, as far as it is."""
        folders = self._folders()
        return self._read(folders[0], alive=self._busy()) if folders else None

    def serving(self) -> Run | None:
        """The run whose model serves; `None` where it is another one: that of the set-up, or one from elsewhere."""
        if not self._model.is_file():
            return None
        digest = _known_digest(self._model, self._model.stat().st_mtime_ns)
        runs = (self._read(folder, alive=False) for folder in self._folders())
        return next((run for run in runs if run.model == digest), None)

    def sees_model(self) -> bool:
        """Whether the model that serves lies where this program can look at it."""
        return self._model.is_file()

    def _begin(self, run: Path, held: int) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")}
        with (run / TOLD).open("wb") as told, (run / "log.txt").open("wb") as log:
            # It holds the lock for as long as it lives, also when this program ends before it.
            self._process = subprocess.Popen(
                ["nice", "-n", NICE, *self._command, str(run)],
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=log,
                pass_fds=(held,),
                start_new_session=True,
                env=environment,
                cwd=Path(__file__).parents[3],
            )

    def _busy(self) -> bool:
        if self._process is not None:
            self._process.poll()
        try:
            os.close(self._lock())
        except Busy:
            return True
        return False

    def _lock(self) -> int:
        held = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise Busy from None
        return held

    def _folders(self) -> list[Path]:
        """Those of all runs, the newest first."""
        return sorted((path.parent for path in self._folder.glob(f"*/{ABOUT}")), reverse=True)

    def _read(self, folder: Path, *, alive: bool) -> Run:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        said: dict[str, Any] = {}
        for line in _lines(folder / TOLD):
            said |= line
        end = said.get("end", "") or ("" if alive else BROKEN_OFF)
        why, at = tuple(map(str, said.get("why", ()))), datetime.fromisoformat(about["at"])
        return Run(folder.name, about["by"], at, about["examples"], said.get("step", ""), end, why, said.get("model", ""), folder)


def _lines(path: Path) -> list[dict[str, Any]]:
    """What was told, line by line; a line that is still being written is none."""
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            found.append(said)
    return found


@lru_cache(maxsize=4)
def _known_digest(path: Path, changed_at: int) -> str:
    return digest_of(path)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
