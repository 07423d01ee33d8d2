"""A file that is sealed as a whole, in chunks, under a key of its own that is derived from the master key.

It is: one line that says what it is, one line of JSON that stands in the clear (what, when, for which tables, by which key),
then chunks of AES-256-GCM. Each chunk's nonce is its number and whether it is the last; the lines before are associated data.
So a file that was cut, put together anew, or described otherwise does not open.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from escalation.record.envelope import derived, key_name
from escalation.record.schema import known_migrations

FIRST_LINE = b"breakwater sealed file\n"
FORMAT = 1
CHUNK = 1 << 20
"""Bytes of a chunk before it is sealed."""
_TAG = 16
_NONCE = struct.Struct(">3xQ?")
_LONGEST_HEADER = 4096


class BackupError(Exception):
    """A back-up cannot be made or used; the message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in the clear. `made_at`: ISO time; `migration`: of the tables in it; `key`: a name of the key that tells nothing of it."""

    what: str
    made_at: str
    migration: str
    key: str
    salt: str
    format: int = FORMAT

    @classmethod
    def new(cls, what: str, migration: str, master: bytes, now: datetime) -> Header:
        return cls(what, now.isoformat(), migration, key_name(master), os.urandom(32).hex())

    @property
    def time(self) -> datetime:
        """When the file was made."""
        return datetime.fromisoformat(self.made_at)


def write(path: Path, master: bytes, header: Header, source: BinaryIO) -> None:
    """Seal `source` into `path`, all of it or nothing, for its owner alone. Raises `OSError`."""
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for piece in _sealed(master, header, source):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    settle(path.parent)


def digest(path: Path) -> str:
    """The SHA-256 of a file, by which the audit knows it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settle(folder: Path) -> None:
    """See that a new name in this folder is on the disk."""
    folder_number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(folder_number)
    finally:
        os.close(folder_number)


def read_header(path: Path) -> Header:
    """What a file says of itself; proved only once it is opened. Raises `BackupError`."""
    with _opened(path) as file:
        return _header(path, file)[0]


def restorable(path: Path, what: str) -> Header:
    """The header of a back-up of `what` that this version can restore. Raises `BackupError` for any other file."""
    header = read_header(path)
    if header.what != what:
        raise BackupError(f"{path} is a {header.what}, and no {what}: choose another file")
    if header.migration not in known_migrations():
        raise BackupError(
            f"{path} was made by a newer version of this program (its tables are at {header.migration}): restore it with that one"
        )
    return header


def unseal(path: Path, masters: Iterable[bytes], sink: BinaryIO) -> Header:
    """Open the file into `sink`, with whichever of these master keys sealed it.

    Raises `BackupError`; what came before is then in `sink` already, and not to be used.
    """
    with _opened(path) as file:
        header, first_lines = _header(path, file)
        master = next((one for one in masters if key_name(one) == header.key), None)
        if master is None:
            raise BackupError(
                f"{path} was made with another BREAKWATER_DATA_KEY, key {header.key}: "
                f"give the one that was in use on {header.time:%d %B %Y} with --key-file"
            )
        seal = AESGCM(_file_key(master, header))
        try:
            for number, chunk, last in _chunks(file, CHUNK + _TAG):
                sink.write(seal.decrypt(_NONCE.pack(number, last), chunk, first_lines))
        except InvalidTag:
            raise BackupError(f"{path} was cut short or changed: use another back-up") from None
        return header


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({type(error).__name__}): check name, rights and free disk") from None


def _sealed(master: bytes, header: Header, source: BinaryIO) -> Iterator[bytes]:
    first_lines = FIRST_LINE + json.dumps(asdict(header)).encode() + b"\n"
    yield first_lines
    seal = AESGCM(_file_key(master, header))
    for number, chunk, last in _chunks(source, CHUNK):
        yield seal.encrypt(_NONCE.pack(number, last), chunk, first_lines)


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes, and whether it is the last; an empty source is one empty chunk."""
    number, chunk = 0, source.read(size)
    while following := source.read(size):
        yield number, chunk, False
        number, chunk = number + 1, following
    yield number, chunk, True


def _header(path: Path, file: BinaryIO) -> tuple[Header, bytes]:
    first, line = file.read(len(FIRST_LINE)), b""
    if first == FIRST_LINE:
        line = file.readline(_LONGEST_HEADER)
    try:
        told = json.loads(line)
        if told["format"] > FORMAT:
            raise BackupError(f"{path} was made by a newer version of this program: restore it with that one")
        header = Header(**told)
        bytes.fromhex(header.salt), header.time
    except (ValueError, TypeError, KeyError):
        raise BackupError(f"{path} is no back-up of this program, or its beginning is damaged: use another one") from None
    return header, first + line


def _file_key(master: bytes, header: Header) -> bytes:
    return derived(master, bytes.fromhex(header.salt), b"breakwater back-up: key of one file")
