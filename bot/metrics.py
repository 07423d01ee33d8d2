"""The program's figures as Prometheus text: how old what waits is, and when each part gave its last sign. No identities, no words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.auditing import KINDS
from bot.channels import Watched
from bot.figures import Figures, stored
from bot.health import since
from bot.heartbeat import Heartbeat
from bot.ticking import Ticking
from bot.turn import Handler, Reader
from escalation.record.store import Record, RecordUnavailable
from nlu.understanding import Reading

LATENCIES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0)


class MeasuredReader:
    """A reader of intents, whose answers are counted and timed; one that is broken off counts as failed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.seconds = Histogram(
            "breakwater_intent_seconds", "Calls of the intent service, and how long they took", ["result"], buckets=LATENCIES, registry=None
        )
        for result in ("answered", "failed"):
            self.seconds.labels(result)

    async def read(self, text: str) -> Reading | None:
        started, reading = time.monotonic(), None
        try:
            reading = await self._reader.read(text)
        finally:
            self.seconds.labels("failed" if reading is None else "answered").observe(time.monotonic() - started)
        return reading


@dataclass
class Metrics:
    """The figures of one process. `apps` and `heart` are there where they are switched on."""

    record: Record
    now: Callable[[], datetime]
    reader: MeasuredReader
    handler: Handler
    ticking: Ticking
    apps: list[Watched] = field(default_factory=list)
    heart: Heartbeat | None = None

    async def text(self) -> bytes:
        """Everything as it is now, in Prometheus' text format."""
        try:
            found = await self.record.aread(lambda tx: stored(tx, self.ticking.auditor.channels, self.now()))
        except RecordUnavailable:
            found = None
        registry = CollectorRegistry()
        registry.register(_Now([*self._stored(found), *self._signs(), *self._counts()]))
        registry.register(self.reader.seconds)
        return generate_latest(registry)

    def _stored(self, found: Figures | None) -> Iterator[Metric]:
        yield _gauge("record_up", "1 while the record can be read", found is not None)
        if found is None:
            return
        yield _gauge("oldest_unhandled_message_seconds", "Age of the oldest message that nobody handled", found.unhandled)
        outbox = GaugeMetricFamily("breakwater_outbox_oldest_seconds", "How long the oldest unsent message is late", labels=["urgency"])
        for urgency, age in found.outbox.items():
            outbox.add_metric([urgency], age)
        yield outbox
        yield _gauge("timer_lateness_seconds", "How late the oldest thing is that is due", found.timer)
        yield _gauge("cases_waiting", "Cases that wait for an adult", found.waiting)
        yield _gauge("case_waiting_oldest_seconds", "How long the first of them waits", found.waiting_oldest)
        yield _gauge("promises_broken_day", "Promises broken in the last 24 hours", found.broken)

    def _signs(self) -> Iterator[Metric]:
        if self.ticking.lease.term:
            yield _gauge("clock_seconds", "Since what is due was last looked through", since(self.ticking.ran_at))
        overdue = GaugeMetricFamily("breakwater_overdue", "What is overdue for more than a minute", labels=["what"])
        for what in KINDS:
            overdue.add_metric([what], self.ticking.auditor.overdue.get(what, 0))
        yield overdue
        contact = GaugeMetricFamily("breakwater_app_contact_seconds", "Since a messaging app last answered or called", labels=["app"])
        for app in self.apps:
            contact.add_metric([app.name], since(app.heard_at))
        yield contact
        if self.heart is not None and self.ticking.lease.term:
            yield _gauge("heartbeat_seconds", "Since the heartbeat was last given", since(self.heart.given_at))

    def _counts(self) -> Iterator[Metric]:
        turns = CounterMetricFamily("breakwater_turns", "Turns that were handled, or fell back on the emergency text", labels=["result"])
        for result in ("handled", "fell_back"):
            turns.add_metric([result], self.handler.turns[result])
        yield turns


class _Now(Collector):
    """What was measured a moment ago."""

    def __init__(self, measured: list[Metric]) -> None:
        self._measured = measured

    def collect(self) -> Iterable[Metric]:
        return self._measured


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"breakwater_{name}", says, value=value)
