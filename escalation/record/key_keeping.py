"""How a master key is kept outside the record: as plain base64, or wrapped by a program of the organisation's, such as one that asks a key service."""

from __future__ import annotations

import base64
import binascii
import shlex
import subprocess
from typing import Protocol

PATIENCE = 30
"""Seconds for the organisation's program."""


class KeyUnavailable(ValueError):
    """A master key cannot be had; the message is one line that says why, and quotes nothing of it."""


class Keeping(Protocol):
    """`wrap` gives what may lie in a file, `unwrap` the 32 bytes again. Both raise `KeyUnavailable`."""

    def wrap(self, key: bytes) -> bytes: ...

    def unwrap(self, kept: bytes) -> bytes: ...


class Plain:
    """As base64, so that whoever reads the file has the key."""

    def wrap(self, key: bytes) -> bytes:
        return base64.b64encode(key) + b"\n"

    def unwrap(self, kept: bytes) -> bytes:
        try:
            key = base64.b64decode(kept.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        return _of_32_bytes(key)


class ByProgram:
    """By a program that is called with one more word, `wrap` or `unwrap`, and passes standard input on to standard output, changed."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)

    def wrap(self, key: bytes) -> bytes:
        return self._run("wrap", key)

    def unwrap(self, kept: bytes) -> bytes:
        return _of_32_bytes(self._run("unwrap", kept))

    def _run(self, what: str, given: bytes) -> bytes:
        try:
            return subprocess.run([*self._command, what], input=given, capture_output=True, timeout=PATIENCE, check=True).stdout
        except subprocess.CalledProcessError as error:
            # What it wrote is not quoted: it may be the key.
            why = f"ended with {error.returncode}"
        except subprocess.TimeoutExpired:
            why = f"gave no answer within {PATIENCE} seconds"
        except (OSError, IndexError) as error:
            why = f"does not run ({type(error).__name__})"
        raise KeyUnavailable(f"the program of BREAKWATER_DATA_KEY_COMMAND {why}: run it by hand with the word {what}")


def keeping(command: str | None) -> Keeping:
    """By this program, or plainly where there is none."""
    return ByProgram(command) if command else Plain()


def _of_32_bytes(key: bytes) -> bytes:
    if len(key) != 32:
        raise KeyUnavailable("the data key must be 32 bytes in base64; make one with `breakwater new-key`")
    return key
