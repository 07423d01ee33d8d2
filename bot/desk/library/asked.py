"""What young people asked and how it was for them, of the last month that is counted: numbers only, small ones held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from escalation.console.insight_page import Figure, cells, insight
from escalation.context import Service
from escalation.insight import figures, settling
from escalation.record.store import Tx


@dataclass(frozen=True, slots=True)
class Asked:
    """`by_topic`: how often guidance on a topic was opened (`None`: held back); the figures as Insight has them."""

    month: date
    by_topic: Mapping[str, int | None]
    unanswered: Figure
    weekday: Figure
    helped: Figure


def asked(tx: Tx, service: Service) -> Asked | None:
    """What may be told of the last month that is counted; `None` where none is yet."""
    counted = settling.settled(tx)
    if not counted:
        return None
    (month,) = figures.months(tx, cells(service.library), counted[:1])
    told = insight(tx, service, counted[0]).figures
    opened = {topic: number for theme in month.themes for topic, number in month.figures[f"topic:{theme}"].cells.items()}
    return Asked(month.month, opened, told["unanswered"], told["weekday"], told["helped"])
