"""Is every telephone number a real one, and from the directory?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from content.editorial.problems import Problem
from content.editorial.schema import Contact
from content.editorial.shelf import Shelf

EMERGENCY = frozenset({"999", "55", "101", "111"})
_LONG = re.compile(r"(?<![\w.,£])(?:\+44|0|1|8)\d*(?:[ -]?\d+)*(?![\w%])")
_SHORT = re.compile(r"(?i)\b(?:call|ring|text|texting|dial|phone|press|NHS) (\d{2,3})(?! ?\d| (?:hours|times|people|days|minutes)\b)")


def number_problems(shelf: Shelf) -> Iterator[Problem]:
    """Numbers in the directory that cannot be dialled, and numbers in the words that no directory lists."""
    listed = frozenset(digits for filed in shelf.directories for contact in filed.entry.contacts for digits in _numbers(contact))
    for filed in shelf.directories:
        for index, contact in enumerate(filed.entry.contacts):
            for digits in _numbers(contact):
                if not _can_be_dialled(digits):
                    yield filed.problem(f"{contact.id}: {digits} is not a number in the UK", "check it with the service", "contacts", index)
    for turn in shelf.turns():
        said = " ".join(text for bubbles in turn.variants.values() for text in bubbles)
        for digits in sorted(set(numbers_in(said)) - listed - EMERGENCY):
            yield turn.problem(f"the number {digits} is in no directory", "add it to helplines/ with its source, or take it out")


def numbers_in(text: str) -> Iterator[str]:
    """The digits of whatever looks like a telephone number in `text`: five digits or more, or two or three after "call"."""
    for found in _LONG.finditer(text):
        digits = _digits(found.group(0))
        if len(digits) >= 5:
            yield digits
    for found in _SHORT.finditer(text):
        yield found.group(1)


def _numbers(contact: Contact) -> Iterator[str]:
    for number in (contact.call, contact.text):
        if number:
            yield _digits(number)


def _can_be_dialled(digits: str) -> bool:
    try:
        number = phonenumbers.parse(digits, "GB")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) or phonenumbers.is_valid_short_number_for_region(number, "GB")


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return "0" + digits[2:] if number.strip().startswith("+44") else digits
