"""A first rota to begin from. Pure: times without anybody and people in, shifts out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from escalation.rota.spans import Span

LONGEST_SHIFT = timedelta(hours=8)
REST = timedelta(hours=11)
"""Between two shifts of one person, as the working time rules of the UK have it."""
MOST_IN_A_WEEK = timedelta(hours=48)
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Proposed:
    """One shift of a proposal; `backup`: who is second in line meanwhile."""

    span: Span
    staff_id: str
    backup: str | None


def propose(
    missing: Iterable[Span], workers: Sequence[str], leads: Sequence[str], planned: Mapping[str, Sequence[Span]] | None = None
) -> list[Proposed]:
    """Shifts for a week in which nobody works too much; times for which that leaves nobody stay without.

    `planned`: the shifts that people have already. Leads are first in line only where there is no worker.
    """
    first, plan = workers or leads, _Plan(planned or {})
    found = []
    for span in (part for gap in sorted(missing) for part in _shifts(gap)):
        who = plan.least_busy(first, span)
        if who is not None:
            plan.take(who, span)
            found.append(Proposed(span, who, None))
    return [Proposed(one.span, one.staff_id, plan.second(one, [*workers, *leads])) for one in found]


def _shifts(gap: Span) -> Iterator[Span]:
    """A time in parts of about the same length, to the quarter of an hour, none longer than a shift may be."""
    length = gap.ends_at - gap.starts_at
    part = ceil(length / ceil(length / LONGEST_SHIFT) / QUARTER) * QUARTER
    begins = gap.starts_at
    while begins < gap.ends_at:
        yield Span(begins, min(begins + part, gap.ends_at))
        begins += part


class _Plan:
    """Who has been given what so far."""

    def __init__(self, planned: Mapping[str, Sequence[Span]]) -> None:
        self._taken: dict[str, list[Span]] = defaultdict(list, {who: list(spans) for who, spans in planned.items()})
        self._second: dict[str, timedelta] = defaultdict(timedelta)

    def least_busy(self, people: Sequence[str], span: Span) -> str | None:
        """Whoever has worked least and may take this shift too."""
        free = [who for who in people if self._may(who, span)]
        return min(free, key=self._worked, default=None)

    def take(self, who: str, span: Span) -> None:
        self._taken[who].append(span)

    def second(self, one: Proposed, people: Sequence[str]) -> str | None:
        """Whoever stands by least and does not work then."""
        free = [who for who in people if not any(_meet(one.span, other) for other in self._taken[who])]
        who = min(free, key=lambda person: self._second[person], default=None)
        if who is not None:
            self._second[who] += one.span.ends_at - one.span.starts_at
        return who

    def _may(self, who: str, span: Span) -> bool:
        rested = all(max(span.starts_at - other.ends_at, other.starts_at - span.ends_at) >= REST for other in self._taken[who])
        return rested and self._worked(who) + (span.ends_at - span.starts_at) <= MOST_IN_A_WEEK

    def _worked(self, who: str) -> timedelta:
        return sum((span.ends_at - span.starts_at for span in self._taken[who]), timedelta())


def _meet(one: Span, other: Span) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at
