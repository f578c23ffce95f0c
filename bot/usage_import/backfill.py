"""Reading the vendors' past calls into the database: newest first, the vendors side by side."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import NamedTuple

from bot.calls.models import Page, Vendor
from bot.clock import Clock
from bot.digests.digest import Gap
from bot.errors import (
    AnswerLost,
    VendorBusy,
    VendorError,
    VendorFault,
    VendorGarbled,
    VendorTimeout,
    VendorUnreachable,
)
from bot.ports import UsageSource, UsageStore
from bot.priority import Priority, working_at
from bot.usage.days import DAY, Stretch
from bot.usage.records import CallRecord
from bot.usage_import.day_writer import DayWriter, days_of, unreported, whole_days
from bot.usage_import.day_writer import Progress as Progress  # noqa: PLC0414  part of what is read
from bot.usage_import.day_writer import ReportProgress as ReportProgress  # noqa: PLC0414  likewise

RE_READ_DAYS = 3
"""Whole days before today that are read again, since numbers come late."""

FIRST_DAYS = 2
"""Today and yesterday come first, by themselves: the next digest is about them."""

AT_ONCE = 2
"""Stretches of a vendor that are read side by side: while one is looked at, the next is asked for.
"""

MOST_PAGES = 5_000
"""Pages of one stretch; more, and the vendor is not believed."""

WAITS = (1.0, 5.0, 20.0)
"""Seconds before each further try of a page; the last wait outlasts a breaker."""

LONGEST_WAIT = 60.0
"""Seconds that a vendor may ask to be left alone; asking for more ends the reading."""

AHEAD = timedelta(minutes=5)
"""How far a vendor's clock may run before ours."""

PASSING = (VendorBusy, VendorUnreachable, VendorTimeout, AnswerLost, VendorFault)
"""Errors that a second try may not meet."""


class _Read(NamedTuple):
    """The runs of calls in a stretch, each once; `ahead` counts those said to be in the future."""

    records: tuple[CallRecord, ...]
    ahead: int


@dataclass(frozen=True)
class Backfill:
    """Reads days that were never read, and the last three again; a vendor's past, day by day.

    Days are written while others are read, so a reading that was broken off goes on where it
    stopped when it is begun again.
    """

    sources: Mapping[Vendor, UsageSource]
    usage: UsageStore
    clock: Clock

    async def read(
        self,
        stretch: Stretch,
        *,
        vendors: Sequence[Vendor] | None = None,
        tell: ReportProgress = unreported,
        until: float | None = None,
    ) -> tuple[Gap, ...]:
        """Read every UTC day that touches `stretch`; what is missing afterwards.

        A vendor that fails is a gap, and the others go on. Nothing new is begun after
        `until`, in monotonic seconds. Raises StoreError.
        """
        asked = [
            source
            for vendor, source in self.sources.items()
            if vendors is None or vendor in vendors
        ]
        readings = (self._vendor(source, stretch, tell, until) for source in asked)
        with working_at(Priority.BACKGROUND):
            done = await asyncio.gather(*readings, return_exceptions=True)
        gaps: list[Gap] = []
        for gaps_or_error in done:
            if isinstance(gaps_or_error, BaseException):
                raise gaps_or_error
            gaps += gaps_or_error
        return tuple(gaps)

    async def _vendor(
        self, source: UsageSource, stretch: Stretch, tell: ReportProgress, until: float | None
    ) -> list[Gap]:
        days = await self._days(source.vendor, stretch)
        writer = DayWriter(self.usage, self.clock, source.vendor, of=len(days), tell=tell)
        gaps: list[Gap] = []
        ahead = 0
        try:
            async with aclosing(self._reads(source, days, until)) as reads:
                async for chunk, read in reads:
                    writer.take(chunk, read.records)
                    ahead += read.ahead
        except VendorError as error:
            await writer.finish()
            why = f"{str(error).removesuffix('.')}. {_missing(days[writer.done :])}"
            gaps.append(Gap(vendor=source.vendor, why=why))
        else:
            await writer.finish()
        finally:
            writer.stop()
        return [*gaps, Gap(vendor=source.vendor, why=_ahead(ahead))] if ahead else gaps

    async def _days(self, vendor: Vendor, stretch: Stretch) -> list[date]:
        """The days to read, newest first, none of them in the future."""
        today = self.clock.now().astimezone(UTC).date()
        wanted = [day for day in days_of(stretch) if day <= today]
        if not wanted:
            return []
        unread = await self.usage.unread(vendor, whole_days(wanted))
        missing = {day for each in unread for day in days_of(each)}
        again = {today - back * DAY for back in range(RE_READ_DAYS + 1)}
        return sorted((day for day in wanted if day in missing | again), reverse=True)

    async def _reads(
        self, source: UsageSource, days: Sequence[date], until: float | None
    ) -> AsyncGenerator[tuple[list[date], _Read]]:
        """Days that are asked for together, and what was read of them, in their order."""
        begun: deque[tuple[list[date], asyncio.Task[_Read]]] = deque()
        try:
            for chunk in _chunks(days, source.days_at_once):
                reading = self._read(source, whole_days(chunk), until)
                begun.append((chunk, asyncio.create_task(reading)))
                if len(begun) == AT_ONCE:
                    first, task = begun.popleft()
                    yield first, await task
            while begun:
                first, task = begun.popleft()
                yield first, await task
        finally:
            for _, task in begun:
                task.cancel()
            await asyncio.gather(*(task for _, task in begun), return_exceptions=True)

    async def _read(self, source: UsageSource, stretch: Stretch, until: float | None) -> _Read:
        """All pages; VendorGarbled where they do not end."""
        found: dict[tuple[str, str], CallRecord] = {}
        ahead: set[tuple[str, str]] = set()
        cursors: set[str] = set()
        cursor: str | None = None
        while len(cursors) < MOST_PAGES:
            self._require_time_left(source.vendor, until)
            page = await self._page(source, stretch, cursor)
            for item in page.items:
                believed = self._believed(item)
                key = item.id, item.run
                if believed is not item:
                    ahead.add(key)
                if believed is not None:
                    found[key] = believed
            cursor = page.next
            if cursor is None:
                return _Read(tuple(found.values()), len(ahead))
            if cursor in cursors:
                break
            cursors.add(cursor)
        raise VendorGarbled(
            f"{source.vendor.label} promises ever more pages of its calls; "
            f"{len(cursors)} were read.",
            vendor=source.vendor,
        )

    async def _page(
        self, source: UsageSource, stretch: Stretch, cursor: str | None
    ) -> Page[CallRecord]:
        """One page, tried a few times where that may help."""
        for wait in WAITS:
            try:
                return await source.history(stretch, cursor=cursor)
            except PASSING as error:
                asked = error.retry_after if isinstance(error, VendorBusy) else None
                if (asked or wait) > LONGEST_WAIT:
                    raise
                await self.clock.sleep(asked or wait)
        return await source.history(stretch, cursor=cursor)

    def _require_time_left(self, vendor: Vendor, until: float | None) -> None:
        """VendorTimeout at or after `until`, in seconds of the monotonic clock."""
        if until is not None and self.clock.monotonic() >= until:
            raise VendorTimeout(
                f"{vendor.label} had more to tell than there was time for.", vendor=vendor
            )

    def _believed(self, record: CallRecord) -> CallRecord | None:
        """The record; without its end where that is in the future, and None where its start is."""
        latest = self.clock.now() + AHEAD
        if record.started_at > latest:
            return None
        if record.ended_at is not None and record.ended_at > latest:
            return record.model_copy(update={"ended_at": None})
        return record


def _chunks(days: Sequence[date], at_once: int) -> Iterator[list[date]]:
    """Days that are asked for together: newest first, no more than `at_once` apart."""
    chunk: list[date] = []
    span = min(FIRST_DAYS, at_once)
    for day in days:
        if chunk and chunk[0] - day >= span * DAY:
            yield chunk
            chunk, span = [], at_once
        chunk.append(day)
    if chunk:
        yield chunk


def _missing(days: Sequence[date]) -> str:
    if len(days) == 1:
        return f"{days[0]} is not read."
    return f"{len(days)} days are not read, {days[-1]} to {days[0]}."


def _ahead(number: int) -> str:
    calls = "1 call is" if number == 1 else f"{number} calls are"
    return f"{calls} said to begin or end in the future; nothing after now is counted."
