"""Authenticated encryption of single fields, and keyed pseudonyms.

An envelope is: 1 byte version, 4 bytes key number, 12 bytes nonce, AES-256-GCM ciphertext with its 16-byte tag.
The place of the field (`table.column`) and the id of its row are associated data, so that a ciphertext moved to
another row or column does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
_HEADER = struct.Struct(">BI12s")
NUMBER_AT = slice(1, 5)
"""Where the key number stands in an envelope."""


class SealBroken(Exception):
    """A stored field does not open: wrong key, damaged bytes, or a field that was moved from another row."""


@dataclass(frozen=True, slots=True)
class Key:
    """A 32-byte symmetric key and the number under which it is kept."""

    number: int
    secret: bytes

    def __repr__(self) -> str:
        return f"Key(number={self.number})"


def seal(key: Key, place: str, row_id: str, plain: bytes) -> bytes:
    """Encrypt `plain` for one field of one row."""
    nonce = os.urandom(12)
    header = _HEADER.pack(VERSION, key.number, nonce)
    return header + AESGCM(key.secret).encrypt(nonce, plain, _bound(header, place, row_id))


def unseal(key: Key, place: str, row_id: str, envelope: bytes) -> bytes:
    """Decrypt what `seal` made for the same place and row. Raises `SealBroken` for anything else."""
    try:
        version, number, nonce = _HEADER.unpack_from(envelope)
        if version != VERSION or number != key.number:
            raise SealBroken(f"{place}: sealed with version {version}, key {number}; at hand is key {key.number}")
        header, body = envelope[: _HEADER.size], envelope[_HEADER.size :]
        return AESGCM(key.secret).decrypt(nonce, body, _bound(header, place, row_id))
    except (InvalidTag, struct.error):
        raise SealBroken(f"{place}: the stored field does not open with its key") from None


def key_number(envelope: bytes) -> int:
    """The number of the key that an envelope was sealed with; 0 for bytes that are too short to be one."""
    return int.from_bytes(envelope[NUMBER_AT]) if len(envelope) >= _HEADER.size else 0


def number_bytes(number: int) -> bytes:
    """A key's number as it stands at `NUMBER_AT` of every envelope that was sealed with it."""
    return number.to_bytes(4)


def key_name(master: bytes) -> str:
    """By what a master key is recognised, where nothing may tell what it is: 16 hex digits."""
    return derived(master, b"", b"breakwater back-up: name of the key")[:8].hex()


def derived(master: bytes, salt: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes for one purpose, from which `master` cannot be found (HKDF-SHA-256)."""
    return HKDF(SHA256(), 32, salt, purpose).derive(master)


def keyed_digest(secret: bytes, *parts: str) -> str:
    """A keyed pseudonym (HMAC-SHA-256, hex) of `parts`, which cannot be reversed or guessed without the key."""
    message = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def _bound(header: bytes, place: str, row_id: str) -> bytes:
    return header + place.encode() + b"\x1f" + row_id.encode()
