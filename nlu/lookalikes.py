"""Characters that stand for others: look-alike letters, quotes and dashes, and emoji that say something."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def _pairs(lookalikes: str, letters: str) -> dict[str, str]:
    return dict(zip(lookalikes, letters, strict=True))


LETTERS = {
    **_pairs("аеорсухіїѕјԁһкмтвнԛԝоёзг", "aeopcyxiisjdhkmtbhqwoe3r"),  # Cyrillic
    **_pairs("αειορυνκτηχωσςβγμδλ", "aeiopuvktnxwssbyudl"),  # Greek
    **_pairs("ıłøđħŧɑɡɩəɐƒʋɪɢʜʟɴʀʏʙꜰꜱ", "ilodhtagieafvighlnrybfs"),
    **_pairs("ᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "acdejkmoptuvwz"),
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    "þ": "th",
    "ð": "d",
}
"""Lower-case letters that look like, or are written for, plain ones and that Unicode does not decompose."""

MARKS = {
    **dict.fromkeys("‘’‚‛ʼ´`ʹ′＇", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "⁄": "/",
}

EMOJI = {
    **dict.fromkeys("😂🤣😹", "lol"),
    **dict.fromkeys("💀☠", "skull"),
    **dict.fromkeys("🔪🗡", "knife"),
    **dict.fromkeys("🤫🤐", "secret"),
    **dict.fromkeys("💸💰💵💷", "money"),
    **dict.fromkeys("😢😞😔🥺☹", "sad"),
    **dict.fromkeys("🍺🍻🍷🍾🥃", "alcohol"),
    "🔫": "gun", "💊": "pills", "🩸": "blood", "🪒": "razor", "💉": "needle", "🔌": "plug", "🍇": "grape", "🌽": "corn",
    "🆘": "help", "💔": "heartbroken", "🤕": "hurt", "🤮": "vomit", "🤰": "pregnant", "😱": "scared", "😨": "scared",
    "💍": "ring", "🚓": "police", "🍆": "aubergine", "🍃": "leaf", "😭": "sobbing", "😡": "angry", "🤬": "angry",
}  # fmt: skip

_LETTER_BLOCKS = ((0x1F150, 0x1F169), (0x1F170, 0x1F189), (0x1F1E6, 0x1F1FF))
"""Letters in black circles, in black squares, and of flags: Unicode gives them no decomposition."""

_LONGEST = 20
"""The longest decomposition of one code point in Unicode is 18 code points."""


@lru_cache(maxsize=8192)
def fold(character: str) -> str:
    """What one code point is read as: plain lower-case text, a space, a word with spaces round it, or nothing.

    Combining marks, zero-width and control characters are read as nothing, a line break as itself.
    """
    if character in "\n\r\u2028\u2029\x0b\x0c":
        return "\n"
    if character in EMOJI:
        return f" {EMOJI[character]} "
    code = ord(character)
    for first, last in _LETTER_BLOCKS:
        if first <= code <= last:
            return chr(ord("a") + code - first)
    decomposed = unicodedata.normalize("NFKD", MARKS.get(character, character))[:_LONGEST]
    return "".join(_plain(part) for part in decomposed.lower())


def _plain(character: str) -> str:
    if character in LETTERS or character in MARKS:
        return LETTERS.get(character) or MARKS[character]
    kind = unicodedata.category(character)
    if kind in {"Mn", "Me", "Cf"} or (kind == "Cc" and character != "\t"):
        return ""
    if kind in {"So", "Cn", "Co", "Cs", "Zs", "Zl", "Zp", "Cc"} or (kind == "Sk" and character not in "^`"):
        return " "
    return character


def is_mark(character: str) -> bool:
    """Whether the code point hangs on the one before it (accents, variation selectors)."""
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}
