"""What young people thought of each version of a script, of the months that are counted: numbers only, small ones held back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from escalation.insight import settling
from escalation.insight.suppression import LEAST, in_steps
from escalation.record.store import Tx
from escalation.record.tables import InsightCount

WHAT = "useful"
YES, NO = "yes", "no"
BADLY = 1 / 3
"""From this share of "Not really" on, a script is one that young people rated badly."""

Versions = Mapping[int, "Opinion"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """How many found one version of one file useful, and how many did not. `None`: too few to say.

    The whole is not told: it would give away the one that is held back.
    """

    useful: int | None = None
    not_useful: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything may be told."""
        return self.useful is not None or self.not_useful is not None

    @property
    def share(self) -> float:
        """The least that the share of those may be who did not find it useful, from 0 to 1; 0 where that is not known."""
        if self.not_useful is None:
            return 0.0
        return self.not_useful / (self.not_useful + (LEAST - 1 if self.useful is None else self.useful))

    @property
    def bad(self) -> bool:
        """Whether it was rated badly."""
        return self.share >= BADLY


def opinions(tx: Tx) -> dict[str, Versions]:
    """By the name of the file of a script (`sleep`, `sleep.pl`) and its version."""
    counted = set(settling.settled(tx))
    months: dict[tuple[str, int], dict[str, dict[date, int]]] = defaultdict(lambda: {YES: {}, NO: {}})
    for row in tx.session.scalars(select(InsightCount).where(InsightCount.what == WHAT)):
        name, version, said = row.which.split("/")
        if row.month in counted:
            months[name, int(version)][said][row.month] = row.number
    found: dict[str, dict[int, Opinion]] = defaultdict(dict)
    for (name, number), of in months.items():
        found[name][number] = Opinion(*(in_steps(many for _, many in sorted(of[said].items())) for said in (YES, NO)))
    return dict(found)
