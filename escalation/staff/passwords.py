"""Passwords: which will do, and how they are kept and checked."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200

HASHER = PasswordHasher()
"""argon2id with the library's current parameters; slow by design, so web pages call it in a thread."""

FOR_DEMO = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with the least that OWASP asks for: the demo's five passwords last until its next start, which they would hold up for a second."""

_NOBODY = "$argon2id$v=19$m={},t={},p={}${}${}".format(
    HASHER.memory_cost,
    HASHER.time_cost,
    HASHER.parallelism,
    *(b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (HASHER.salt_len, HASHER.hash_len)),
)
"""Checked in place of the hash of an account that is not there, so that both take as long. No password was hashed for it: that would take
as long at each start of each command."""

_COMMON = re.compile(
    r"(?:passw[o0]rd|qwerty(?:uiop)?|asdfgh(?:jkl)?|zxcvbnm?|letmein|welcome|iloveyou|admin(?:istrator)?|changeme|breakwater"
    r"|abcdefgh\w*|1q2w3e4r\w*|\d*(?:1234|9876|0000|1111)\d*|secret|monkey|dragon|football|liverpool|arsenal|chelsea|youthwork(?:er)?|summer|winter|spring|autumn)"
)


def weakness(password: str, name: str) -> str | None:
    """Why this password will not do, in words, or `None` when it will."""
    plain = password.lower()
    if len(password) < SHORTEST_PASSWORD:
        return f"use at least {SHORTEST_PASSWORD} characters: three or four words together are easy to remember"
    if len(password) > LONGEST_PASSWORD:
        return f"use at most {LONGEST_PASSWORD} characters"
    rest = _COMMON.sub("", plain)
    for part in name.lower().split():
        rest = rest.replace(part, "")
    letters = re.sub(r"[\W\d_]", "", rest)
    if len(set(plain)) < 5 or len(letters) + len(set(rest) - set(letters)) < 7:
        return "that one is easy to guess: take three or four words that have nothing to do with each other"
    return None


def problem(password: str, again: str, name: str) -> str | None:
    """What is wrong with a new password that was typed twice, in words, or `None`."""
    return weakness(password, name) or ("the two are not the same: type them again" if password != again else None)


def matches(hashed: str | None, password: str) -> bool:
    """Whether this is the password; `None` takes as long as a hash and matches nothing."""
    try:
        return HASHER.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
