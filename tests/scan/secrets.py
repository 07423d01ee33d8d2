"""Secrets in files that are kept in the repository: private keys, tokens of services we speak to, and assignments that look random.

It is a net with a wide mesh: a password that looks like a word passes. What is found is told by file and line, and never shown.
"""

from __future__ import annotations

import hashlib
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 2_000_000
"""Bytes of a file that is looked through; larger ones are pictures, fonts and weights."""
RANDOM_FROM = 4.2
"""Bits a character, from which on a value of an assignment counts as random. English words have about 3.5, base64 of keys 5."""

KINDS: dict[str, re.Pattern[str]] = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "Telegram token": re.compile(r"(?<![\w:])\d{8,10}:[A-Za-z0-9_-]{35}(?![\w-])"),
    "Meta token": re.compile(r"\bEAA[A-Za-z0-9]{40,}"),
    "cloud or forge token": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|xox[abprs]-[\w-]{20,})"
    ),
}
ASSIGNED = re.compile(
    r"""(?i)(?:key|secret|token|passw(?:or)?d|credential)[\w-]{0,40}["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9+/_=-]{24,})(?![\w(.\[])"""
)


@dataclass(frozen=True, slots=True)
class Found:
    """Where something looks like a secret. `digest`: of the text, by which it can be accepted without writing it down again."""

    file: str
    line: int
    kind: str
    digest: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: looks like a {self.kind} (digest {self.digest})"


def tracked(root: Path) -> list[Path]:
    """The files of the repository, and those about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=True, text=True
    )
    return [path for name in listed.stdout.split("\0") if name and (path := root / name).is_file()]


def look_through(root: Path, paths: Iterable[Path]) -> Iterator[Found]:
    """Everything in these files that looks like a secret."""
    for path in paths:
        if path.stat().st_size > LARGEST:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if not any(pattern.search(text) for pattern in (*KINDS.values(), ASSIGNED)):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            for kind, found in in_line(line):
                yield Found(str(path.relative_to(root)), number, kind, hashlib.sha256(found.encode()).hexdigest()[:12])


def in_line(line: str) -> Iterator[tuple[str, str]]:
    """Kind and text of what looks like a secret in one line."""
    for kind, pattern in KINDS.items():
        for match in pattern.finditer(line):
            yield kind, match.group()
    for match in ASSIGNED.finditer(line):
        if is_random(match.group(1)):
            yield "random value of a key, secret, token or password", match.group(1)


def is_random(text: str) -> bool:
    """Whether letters, cases and digits are mixed as nobody writes words: many different characters, a digit, both cases."""
    counts = Counter(text).values()
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
    mixed = any(one.isdigit() for one in text) and any(one.islower() for one in text) and any(one.isupper() for one in text)
    return (mixed and entropy >= RANDOM_FROM) or re.fullmatch(r"[0-9a-f]{32,}", text) is not None
