"""The bot's figures for Prometheus: counters as things happen, gauges when somebody reads them.

Nothing here is global to the process, so that several bots can run in it side by side.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.clock_skew import ClockSkew
from bot.errors import CallwardenError
from bot.meter import Backlog, Waiting
from bot.version import version

log = structlog.get_logger(__name__)

READ_SECONDS = 1.0
"""How long the database may take for the queue; after that the page has no figures of it."""

VENDOR_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
ACK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Slack waits 3 s; what is above the last bound came too late."""
BATCHES = (1, 2, 5, 10, 20, 50, 100, 200)

STATES = ("closed", "half_open", "open")
"""A breaker's states from well to ill; the index is the gauge's value."""


class Metrics:
    """The `Meter` behind `/metrics`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._backlog: Callable[[], Awaitable[Backlog]] | None = None
        self._breakers: dict[str, list[Callable[[], str]]] = {}
        self.registry = CollectorRegistry()
        self._count_work()
        self._count_times()
        self._gauges()

    def _count_work(self) -> None:
        self._acts = Counter(
            "callwarden_acts",
            "What became of acts, for each person or the whole call.",
            ["vendor", "verb", "state"],
            registry=self.registry,
        )
        self._refusals = Counter(
            "callwarden_refusals",
            "Answers that said no or that something failed, by the class of the error.",
            ["kind"],
            registry=self.registry,
        )
        self._unreadable_rows = Counter(
            "callwarden_rows_set_aside",
            "Rows of another release that this one cannot read and leaves alone.",
            ["table"],
            registry=self.registry,
        )
        self._late = Counter(
            "callwarden_scheduled_jobs_late",
            "Recurring work that was not begun in time, and was run by the watch.",
            ["job"],
            registry=self.registry,
        )
        self._batches = Histogram(
            "callwarden_store_batch_size",
            "Requests that shared one transaction.",
            buckets=BATCHES,
            registry=self.registry,
        )

    def _count_times(self) -> None:
        self._vendors = Histogram(
            "callwarden_vendor_request_seconds",
            "Time for a vendor's answer, retries included, without the wait in our own queue.",
            ["vendor", "kind", "outcome"],
            buckets=VENDOR_SECONDS,
            registry=self.registry,
        )
        self._queues = Histogram(
            "callwarden_vendor_queue_seconds",
            "Time that a request to a vendor waited here for its turn.",
            ["vendor", "priority"],
            buckets=VENDOR_SECONDS,
            registry=self.registry,
        )
        self._acks = Histogram(
            "callwarden_ack_seconds",
            "Time until Slack had its answer; Slack waits 3 s.",
            ["kind"],
            buckets=ACK_SECONDS,
            registry=self.registry,
        )

    def _gauges(self) -> None:
        self._breaker = self._gauge(
            "breaker_state",
            "Whether a failing vendor is given a rest: 0 closed, 1 half open, 2 open.",
            "vendor",
        )
        self._open = self._gauge("cases_open", "Cases without an outcome.", "vendor")
        self._open_age = self._gauge(
            "case_oldest_seconds",
            "Age of the oldest case without an outcome, 0 for none.",
            "vendor",
        )
        self._due = self._gauge(
            "outbox_due", "Messages to Slack that should have been sent by now."
        )
        self._due_age = self._gauge(
            "outbox_oldest_seconds", "How long the oldest of them is overdue, 0 for none."
        )
        self._outages = self._gauge(
            "channels_unavailable", "Channels in which Slack takes no message now."
        )
        self._readable = self._gauge(
            "database_readable", "Whether the queue could be read just now."
        )
        self._damaged = self._gauge(
            "audit_damaged",
            "Whether the audit log was found changed: 1 until all of it is found sound again.",
        )
        Info("callwarden_build", "The release that runs.", registry=self.registry).info(
            {"version": version()}
        )

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"callwarden_{name}", words, labels, registry=self.registry)

    def queue(self, backlog: Callable[[], Awaitable[Backlog]]) -> None:
        """Read from `backlog` what waits; until this is called the page has no figures of it."""
        self._backlog = backlog

    def lines_dropped(self, count: Callable[[], int]) -> None:
        """Read from `count` how many lines of the log were lost since the process began."""
        self.registry.register(_LinesDropped(count))

    def clock(self, skew: ClockSkew) -> None:
        """Read from `skew` how far the machine's clock is off."""
        self.registry.register(_ClockSkew(skew))

    def acted(self, vendor: str, verb: str, state: str) -> None:
        """See `Meter.acted`."""
        self._acts.labels(vendor, verb, state).inc()

    def refused(self, kind: str) -> None:
        """See `Meter.refused`."""
        self._refusals.labels(kind).inc()

    def asked(self, vendor: str, kind: str, outcome: str, seconds: float) -> None:
        """See `Meter.asked`."""
        self._vendors.labels(vendor, kind, outcome).observe(seconds)

    def queued(self, vendor: str, priority: str, seconds: float) -> None:
        """See `Meter.queued`."""
        self._queues.labels(vendor, priority).observe(seconds)

    def acked(self, kind: str, seconds: float) -> None:
        """See `Meter.acked`."""
        self._acks.labels(kind).observe(seconds)

    def unreadable_row(self, table: str) -> None:
        """See `Meter.unreadable_row`."""
        self._unreadable_rows.labels(table).inc()

    def wrote(self, size: int) -> None:
        """See `Meter.wrote`."""
        self._batches.observe(size)

    def audited(self, *, damaged: bool) -> None:
        """See `Meter.audited`."""
        self._damaged.set(damaged)

    def late(self, job: str) -> None:
        """See `Meter.late`."""
        self._late.labels(job).inc()

    def watch(self, vendor: str, breaker: Callable[[], str]) -> None:
        """See `Meter.watch`; of a vendor's several breakers the worst counts."""
        self._breakers.setdefault(vendor, []).append(breaker)

    async def page(self) -> bytes:
        """See `Meter.page`. The queue is read now, once, in bounded time."""
        for vendor, breakers in self._breakers.items():
            self._breaker.labels(vendor).set(max(STATES.index(breaker()) for breaker in breakers))
        await self._read_queue()
        return generate_latest(self.registry)

    async def _read_queue(self) -> None:
        if self._backlog is None:
            return
        try:
            async with asyncio.timeout(READ_SECONDS):
                backlog = await self._backlog()
        except (TimeoutError, CallwardenError) as error:
            log.warning("queue not read", error=type(error).__name__)
            self._forget_queue()
            return
        self._readable.set(1)
        now = self._clock.now()
        for vendor in Vendor:
            waiting = backlog.cases.get(vendor, Waiting())
            self._open.labels(vendor).set(waiting.count)
            self._open_age.labels(vendor).set(_age(waiting, now))
        self._due.set(backlog.notices.count)
        self._due_age.set(_age(backlog.notices, now))
        self._outages.set(backlog.outages)

    def _forget_queue(self) -> None:
        """Nothing known is not zero: an old figure would look like a queue that stands still."""
        self._readable.set(0)
        for gauge in (self._open, self._open_age):
            gauge.clear()
        for single in (self._due, self._due_age, self._outages):
            single.set(float("nan"))


class _LinesDropped(Collector):
    """The count that the log keeps by itself, read whenever the figures are."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    def collect(self) -> Iterator[CounterMetricFamily]:
        """One counter without labels."""
        yield CounterMetricFamily(
            "callwarden_log_lines_dropped",
            "Lines of the log that could not be written.",
            value=self._count(),
        )


class _ClockSkew(Collector):
    """By who tells the time; nothing while nobody did."""

    def __init__(self, skew: ClockSkew) -> None:
        self._skew = skew

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge."""
        words = "Seconds that this machine's clock is ahead, by who tells the time."
        gauge = GaugeMetricFamily("callwarden_clock_skew_seconds", words, labels=["source"])
        for source, seconds in self._skew.seconds.items():
            gauge.add_metric([source], seconds)
        yield gauge


def _age(waiting: Waiting, now: datetime) -> float:
    """Seconds since the oldest; 0 for none, and where clocks differ never less."""
    return 0.0 if waiting.oldest is None else max(0.0, (now - waiting.oldest).total_seconds())
