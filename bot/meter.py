"""What is counted of the bot's work, as a port: rooms that count know no metrics library."""

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
    """Counts what happens. No method waits or fails; every label is one of a few known words."""

    def acted(self, vendor: str, verb: str, state: str) -> None:
        """One person's part of an act ended in `state`."""

    def refused(self, kind: str) -> None:
        """Somebody was told no, or that it did not work; `kind` is the error's class."""

    def asked(self, vendor: str, kind: str, outcome: str, seconds: float) -> None:
        """A vendor was asked, retries included; `outcome` is ok or the error's class.

        Without the seconds in our own queue.
        """

    def queued(self, vendor: str, priority: str, seconds: float) -> None:
        """A request waited so long in our own queue until it could be sent."""

    def acked(self, kind: str, seconds: float) -> None:
        """Slack got its answer; `kind` is command, press, form, options, event or other."""

    def set_aside(self, table: str) -> None:
        """A row was found that another release made and this one cannot read."""

    def wrote(self, size: int) -> None:
        """One transaction was committed for `size` requests."""

    def audited(self, *, damaged: bool) -> None:
        """The audit log was found changed, or all of it was found as it was recorded."""

    def late(self, job: str) -> None:
        """Recurring work was not begun when it should have been, and was run by the watch."""

    def watch(self, vendor: str, breaker: Callable[[], str]) -> None:
        """Ask `breaker` for its state whenever the figures are read."""

    async def page(self) -> bytes:
        """All figures, in the text format that Prometheus reads."""


class Unmetered:
    """Counts nothing: tools, tests, and a process that is still opening."""

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

    def set_aside(self, table: str) -> None:
        """See `Meter.set_aside`."""

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
