"""Which helplines young people are given, and whether the organisation has asked them. 999 and 112 are no helplines: nothing here is about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from content.editorial.library import Library
from content.editorial.schema import Directory

NAMED = 5
"""So many names stand in the line; the Settings page has them all."""
EVERYWHERE = "uk"


def unconfirmed(words: Library, area: str) -> list[str]:
    """A line for each directory that everybody here is given, the area's own and the one for everywhere, with numbers nobody has confirmed."""
    own = dict.fromkeys((area, EVERYWHERE))
    return [line for id in own if id in words.directories for line in _owed(words.directories[id])]


def only_confirmed(words: Library, area: str) -> Library:
    """The library without the helplines of other areas that nobody has confirmed.

    Whoever lives there is given those that work everywhere. Those that everybody here is given all stay: they are confirmed before a start.
    """
    kept = {id: one if id in (area, EVERYWHERE) else _confirmed_of(one) for id, one in words.directories.items()}
    return replace(words, directories=kept)


def _owed(directory: Directory) -> Iterator[str]:
    names = [contact.name for contact in directory.contacts if not contact.confirmed_by_organisation]
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield (
            f"helplines/{directory.area}.yml: {len(names)} of {len(directory.contacts)} helplines are not confirmed by your organisation "
            f"({', '.join(names[:NAMED])}{more}); ask each one, then confirm it on the console's Settings page, or in this file"
        )


def _confirmed_of(directory: Directory) -> Directory:
    return directory.model_copy(update={"contacts": tuple(one for one in directory.contacts if one.confirmed_by_organisation)})
