"""The figures of a month as they may be shown: ids and counts, small ones held back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from escalation.insight.suppression import Shown, divided, nested, overlapping
from escalation.record.store import Tx
from escalation.record.tables import InsightCount

DIVIDED = ("hour", "weekday", "level", "age", "area", "human", "before", "after", "listened", "helped", "again", "promise")
"""Figures that divide a whole."""
OVERLAPPING = ("category", "context")
"""Figures of cases that one case can be in several times."""
CASES = "level"
"""The figure whose whole is all cases."""
NOTHING_NEAR = "nothing_near"
HOURS = 3
"""Times of day are shown in blocks of so many hours: by the hour, most of a night would be held back."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Which cells each figure has, counted or not, and the topics of each theme."""

    of: Mapping[str, tuple[str, ...]]
    themes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Month:
    """What may be shown of one month, by figure. `topic:relationships` holds the topics of one theme."""

    month: date
    figures: Mapping[str, Shown]

    @property
    def themes(self) -> list[str]:
        return list(self.figures["theme"].cells)

    def cell(self, figure: str, name: str) -> int | None:
        """One count; `None`: held back."""
        return self.figures[figure].cells.get(name)


def months(tx: Tx, cells: Cells, which: Iterable[date]) -> list[Month]:
    """What may be shown of these months, in their order."""
    which = list(which)
    found: dict[date, dict[str, dict[str, int]]] = {month: defaultdict(dict) for month in which}
    for row in tx.session.scalars(select(InsightCount).where(InsightCount.month.in_(which))):
        found[row.month][row.what][row.which] = row.number
    return [Month(month, shown(cells, found[month])) for month in which]


def shown(cells: Cells, counted: Mapping[str, Mapping[str, int]]) -> dict[str, Shown]:
    """What may be shown of what was counted."""
    full = {figure: dict.fromkeys(names, 0) | dict(counted.get(figure, {})) for figure, names in cells.of.items()}
    full["hour"] = _in_blocks(counted.get("hour", {}))
    figures = {figure: divided(full[figure]) for figure in DIVIDED}
    cases = sum(full[CASES].values())
    figures |= {figure: overlapping(full[figure], cases) for figure in OVERLAPPING}
    asked = counted.get("topic", {})
    figures["theme"], inside = nested({theme: {t: asked.get(t, 0) for t in topics} for theme, topics in cells.themes.items()})
    missed = counted.get("unanswered", {})
    nearest = [topic for topics in cells.themes.values() for topic in topics]
    figures["unanswered"] = divided({topic: missed.get(topic, 0) for topic in (*nearest, NOTHING_NEAR)})
    return figures | {f"topic:{theme}": topics for theme, topics in inside.items()}


def _in_blocks(by_hour: Mapping[str, int]) -> dict[str, int]:
    return {f"{start:02}": sum(by_hour.get(f"{hour:02}", 0) for hour in range(start, start + HOURS)) for start in range(0, 24, HOURS)}
