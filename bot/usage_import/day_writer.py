"""Writing the days of a vendor's past that were read, while further ones are being read."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.ports import UsageStore
from bot.usage.days import DAY, Stretch
from bot.usage.records import CallRecord


class Progress(NamedTuple):
    """A vendor's day that was read and written, number `done` of the `of` that are to be read."""

    vendor: Vendor
    day: date
    done: int
    of: int


ReportProgress = Callable[[Progress], None]


def unreported(progress: Progress) -> None:
    """Report no progress, where nobody wants to hear of it."""
    del progress


TOGETHER = 7
"""Days that wait for one another to be written; the very first ones do not wait."""


class DayWriter:
    """Writes days into the database while further ones are read, TOGETHER or more at once.

    `tell` hears of each day that is written; `done` is how many of the `of` days are.
    """

    def __init__(
        self, usage: UsageStore, clock: Clock, vendor: Vendor, *, of: int, tell: ReportProgress
    ) -> None:
        self._usage = usage
        self._clock = clock
        self._vendor = vendor
        self._of = of
        self._tell = tell
        self._days: list[date] = []
        self._records: dict[tuple[str, str], CallRecord] = {}
        self._writing: asyncio.Task[None] | None = None
        self.done = 0

    def take(self, days: Sequence[date], records: Sequence[CallRecord]) -> None:
        """Take days that were read, with all runs that touch them, to be written soon.

        Raises StoreError where writing the earlier ones failed.
        """
        self._days += days
        self._records.update({(record.id, record.run): record for record in records})
        if self._writing is None or (self._writing.done() and len(self._days) >= TOGETHER):
            self._go()

    async def finish(self) -> None:
        """Write what is left, and wait for it. Raises StoreError."""
        while self._writing is not None:
            await self._writing
            self._go()

    def stop(self) -> None:
        """Leave what is not written yet, and write nothing more."""
        if self._writing is not None:
            self._writing.cancel()

    def _go(self) -> None:
        if self._writing is not None:
            self._writing.result()
        days, records = self._days, list(self._records.values())
        self._days, self._records = [], {}
        self._writing = asyncio.create_task(self._keep(days, records)) if days else None

    async def _keep(self, days: Sequence[date], records: Sequence[CallRecord]) -> None:
        now = self._clock.now()
        for piece in _in_a_row(days):
            stretch = whole_days(piece)
            inside = [record for record in records if record.touches(stretch, now)]
            await self._usage.keep_calls(self._vendor, stretch, evenly(inside), now=now)
            for day in piece:
                self.done += 1
                self._tell(Progress(self._vendor, day, self.done, self._of))


def evenly(records: Sequence[CallRecord]) -> Sequence[CallRecord]:
    """The records, without recordings for days on which those of some calls are not known.

    A sum of what is known of some calls would look like the sum of all. A call is of the UTC day on
    which it began.
    """
    blind = {record.started_at.date() for record in records if record.recordings is None}
    return [
        record.model_copy(update={"recordings": None})
        if record.started_at.date() in blind
        else record
        for record in records
    ]


def whole_days(days: Sequence[date]) -> Stretch:
    """From the beginning of the earliest of these UTC days to the end of the latest."""
    return Stretch(_midnight(min(days)), _midnight(max(days) + DAY))


def days_of(stretch: Stretch) -> list[date]:
    """The UTC days that a stretch touches, oldest first."""
    first, last = stretch.start.astimezone(UTC).date(), stretch.end.astimezone(UTC)
    days = [first + n * DAY for n in range((last.date() - first).days + 1)]
    return days[:-1] if last.time() == time() else days


def _in_a_row(days: Sequence[date]) -> Iterator[list[date]]:
    """The same days, newest first, in pieces without a hole."""
    piece: list[date] = []
    for day in days:
        if piece and piece[-1] - day > DAY:
            yield piece
            piece = []
        piece.append(day)
    if piece:
        yield piece


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
