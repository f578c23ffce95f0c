"""The protocol by which rooms count what they do; none of them knows a metrics library."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.calls.models import Frozen, Vendor


class Waiting(Frozen):
    """How much waits for its turn, and since when; None where nothing does."""

    count: int = 0
    oldest: datetime | None = None


class Backlog(Frozen):
    """Work on record that is not done: open cases by vendor, and messages that are due.

    `outages` is in how many channels Slack takes no message now.
    """

    cases: dict[Vendor, Waiting]
    notices: Waiting
    outages: int = 0


class Meter(Protocol):
    """What counts the bot's work: one method for each thing that happens.

    No method waits or fails; every label is one of a few known words; times are in seconds.
    """

    def acted(self, vendor: str, verb: str, state: str) -> None:
        """Count one person's part of an act, which ended in `state`."""

    def refused(self, kind: str) -> None:
        """Count an error that somebody was shown; `kind` is the name of its class."""

    def asked(self, vendor: str, kind: str, outcome: str, seconds: float) -> None:
        """Count a question to a vendor, retries included; `outcome` is ok or the error's class.

        `seconds` are without those in our own queue.
        """

    def queued(self, vendor: str, priority: str, seconds: float) -> None:
        """Count how long a request waited in our own queue until it could be sent."""

    def acked(self, kind: str, seconds: float) -> None:
        """Count an answer to Slack; `kind` is command, press, form, options, event or other."""

    def unreadable_row(self, table: str) -> None:
        """Count a row that another release made and this one cannot read."""

    def wrote(self, size: int) -> None:
        """Count a transaction that was committed for `size` requests."""

    def audited(self, *, damaged: bool) -> None:
        """Take down whether the audit log was last found `damaged`, or all as it was recorded."""

    def late(self, job: str) -> None:
        """Count a job that the scheduler did not begin in time, so that its watch ran it."""

    def watch(self, vendor: str, breaker: Callable[[], str]) -> None:
        """Read the state of a vendor's circuit breaker from `breaker` whenever figures are read."""

    async def page(self) -> bytes:
        """All figures, in the text format that Prometheus reads."""


class Unmetered:
    """A `Meter` that counts nothing, for tools, tests, and a process that is still opening."""

    def acted(self, vendor: str, verb: str, state: str) -> None:
        """See `Meter.acted`."""

    def refused(self, kind: str) -> None:
        """See `Meter.refused`."""

    def asked(self, vendor: str, kind: str, outcome: str, seconds: float) -> None:
        """See `Meter.asked`."""

    def queued(self, vendor: str, priority: str, seconds: float) -> None:
        """See `Meter.queued`."""

    def acked(self, kind: str, seconds: float) -> None:
        """See `Meter.acked`."""

    def unreadable_row(self, table: str) -> None:
        """See `Meter.unreadable_row`."""

    def wrote(self, size: int) -> None:
        """See `Meter.wrote`."""

    def audited(self, *, damaged: bool) -> None:
        """See `Meter.audited`."""

    def late(self, job: str) -> None:
        """See `Meter.late`."""

    def watch(self, vendor: str, breaker: Callable[[], str]) -> None:
        """See `Meter.watch`."""

    async def page(self) -> bytes:
        """An empty page."""
        return b""


UNMETERED = Unmetered()
