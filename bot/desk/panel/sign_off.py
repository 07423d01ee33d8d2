"""The form with which one device signs off for a group: what was filled in, and what is missing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.desk.drafting.standing import CHANGE, FITS
from bot.desk.panel.rounds import Round
from bot.desk.panel.voices import LONGEST_COMMENT, SignOff

MOST_THERE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the form. `verdicts` and `digests`: by the draft's id in the round."""

    verdicts: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    there: str = ""
    words: str = ""
    missing: bool = False

    def given(self) -> SignOff:
        """The same as the group's word."""
        verdicts = {id: (verdict, self.digests.get(id, "")) for id, verdict in self.verdicts.items()}
        return SignOff(verdicts, int(self.there), self.words)


def read(round: Round, form: Mapping[str, str]) -> Asked:
    """The form as it was sent; a draft whose words were changed meanwhile needs no verdict."""
    verdicts = {name.removeprefix("verdict-"): value for name, value in form.items() if name.startswith("verdict-")}
    digests = {name.removeprefix("digest-"): value for name, value in form.items() if name.startswith("digest-")}
    there = form.get("there", "").strip()
    counted = there.isdecimal() and 1 <= int(there[:4]) <= MOST_THERE
    every = all(verdicts.get(item.id) in (FITS, CHANGE) for item in round.items if item.stands)
    return Asked(verdicts, digests, there, form.get("words", "").strip()[:LONGEST_COMMENT], missing=not (counted and every))
