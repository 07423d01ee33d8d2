"""Whatever somebody may type: letters of every script, halves of surrogate pairs, marks upon marks, and pieces of what is really written."""

from __future__ import annotations

import random

from nlu.normalise import normalise

PIECES = (
    "k.i.l.l",
    "s/h",
    "w/o",
    "kms",
    "@$$",
    "!!!",
    "u n a l i v e",
    "😭😭",
    "a\u0301\u0302\u0303",
    "\u202e",
    "\u200b",
    "ﬁ",
    "İ",
    "ß",
    "\x00",
    "\n\n",
    "1!1",
    "o/d",
)
LONGEST = 60


def text(dice: random.Random) -> str:
    """One text of at most `LONGEST` pieces."""
    return "".join(_piece(dice) for _ in range(dice.randint(0, LONGEST)))


def _piece(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.5:
        return chr(dice.randint(0, 0x7F))
    if kind < 0.8:
        return chr(dice.randint(0, 0x10FFFF))
    return dice.choice(PIECES) if kind < 0.95 else chr(dice.randint(0xD800, 0xDFFF))


def try_one(dice: random.Random) -> None:
    """Normalise a text. Raises `AssertionError` where a code point of the result does not know where it came from."""
    original = text(dice)
    read = normalise(original)
    assert len(read.offsets) == len(read.ends) == len(read.text)
    assert all(0 <= start < end <= len(original) for start, end in zip(read.offsets, read.ends, strict=True)), ascii(original)
