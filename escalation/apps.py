"""What a messaging app can do and what it does with words: the facts that decide what is said there, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_YOUNGEST = {"under_13": 0, "13_15": 13, "16_17": 16, "18_25": 18, "unknown": 0}
"""The youngest age in each band; of an unknown one nothing can be assumed."""


ENDLESS = 2**31
"""No limit that anybody meets."""


@dataclass(frozen=True, slots=True)
class App:
    """One app. `name` is its channel's, `title` what people call it."""

    name: str
    title: str
    public: bool = True
    """Whether young people come by it."""
    minimum_age: int | None = None
    """The app's own in the UK; `None`: for every age."""
    links_to: str = ""
    """The host of links that open a chat there."""
    keeps_a_copy: bool = False
    """Whether its makers keep a copy of what is written, and could read it."""
    own_page: bool = False
    """Whether the page is ours: it shows pictures, gives files to save, and is come back to with a code."""
    quick_exit: bool = False
    longest: int = ENDLESS
    """UTF-16 units in one bubble; a longer text goes out in parts."""
    buttons: int = ENDLESS
    """How many buttons one bubble can have."""
    label: int = ENDLESS
    """Characters of a label that a button shows whole."""
    listed: int = 0
    """How many choices it shows in a list, where they are too many or too long for buttons."""
    deletes_for: timedelta | None = None
    """How long a bot can delete what was said; `None`: never."""
    free_for: timedelta | None = None
    """For how long after they last wrote anything may be said; later only words that the app approved. `None`: always."""
    edits: bool = False
    """Whether it tells of changed messages."""
    media: bool = False
    """Whether photos and the like can be sent there; they are never fetched."""
    leaving: bool = False
    """Whether it tells when somebody leaves."""
    typing: bool = False
    """Whether it shows that somebody is writing."""

    def is_too_young(self, age_band: str) -> bool:
        """Whether somebody of this age band may be younger than the app allows (S35)."""
        return self.minimum_age is not None and _YOUNGEST[age_band] < self.minimum_age
