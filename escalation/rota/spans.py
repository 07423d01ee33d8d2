"""Stretches of time, and what is left of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one moment up to, but not including, another."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as can be, in order."""
    found: list[Span] = []
    for span in sorted(span for span in spans if span.starts_at < span.ends_at):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of `spans` once `taken` is taken away."""
    left = merged(spans)
    for away in merged(taken):
        left = [part for span in left for part in _cut(span, away)]
    return left


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The time that is in both."""
    spans = merged(spans)
    return without(spans, without(spans, others))


def _cut(span: Span, away: Span) -> list[Span]:
    if away.ends_at <= span.starts_at or away.starts_at >= span.ends_at:
        return [span]
    parts = (Span(span.starts_at, away.starts_at), Span(away.ends_at, span.ends_at))
    return [part for part in parts if part.starts_at < part.ends_at]
