"""Stream Video's past: one line for each run of a call, and the app's own daily report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from bot.calls.models import Page, Vendor
from bot.calls.reports import FileKind
from bot.clock import Clock
from bot.errors import NotAtVendor
from bot.providers.http.decode import Known, Maybe, Moment, Number, day, read
from bot.providers.http.retry import Kind
from bot.providers.stream.models_reports import Kept
from bot.providers.stream.queries import API, MOST, StreamReads
from bot.usage.days import SECOND, Stretch
from bot.usage.records import CallRecord, Recorded, VendorDay

MINUTE = 60
ENDED, LIVE = "ended", "live"
"""What is asked for one after the other; a cursor is one of them, and Stream's own after a colon.
"""

FRESH = timedelta(minutes=5)
"""How long the recordings of a call are believed: a call of sixty days is asked for them once."""

MOST_KEPT = 1_000
"""Calls whose recordings are remembered meanwhile."""


class Counts(BaseModel):
    """What was counted of a run."""

    participants: Maybe[Number] = None
    peak_concurrent_users: Maybe[Number] = None
    sessions: Maybe[Number] = None
    total_participant_duration: Maybe[Number] = None


class Run(BaseModel):
    """One run of a call."""

    call_type: str
    call_id: str
    call_session_id: str
    call_started_at: Moment = None
    call_ended_at: Moment = None
    counts: Maybe[Counts] = None

    @property
    def cid(self) -> str:
        """The call it is a run of."""
        return f"{self.call_type}:{self.call_id}"

    def told(self, now: datetime) -> CallRecord | None:
        """The run in our words; None for one that never began."""
        if self.call_started_at is None:
            return None
        counts = self.counts or Counts()
        return CallRecord(
            vendor=Vendor.STREAM,
            id=self.cid,
            run=self.call_session_id,
            title=self.cid,
            started_at=self.call_started_at,
            ended_at=self.call_ended_at,
            people=_whole(counts.participants),
            peak=_whole(counts.peak_concurrent_users),
            person_seconds=self._spent(counts, now),
        )

    def _spent(self, counts: Counts, now: datetime) -> int | None:
        """`total_participant_duration`, whose unit is not documented, taken as seconds.

        The vendor's other report of a call names its length `call_duration_seconds`. What is more
        than all connections could have lasted is not believed.
        """
        told, begun = counts.total_participant_duration, self.call_started_at
        if told is None or begun is None:
            return None
        length = ((self.call_ended_at or now) - begun) // SECOND + 1
        most = length * max(1.0, counts.sessions or 1.0)
        return round(told) if 0 <= told <= most else None


class Runs(BaseModel):
    """A page of QueryCallSessionStats; `next` is absent at the end."""

    call_stats: Known[Run]
    next: Maybe[str] = None


class Count(BaseModel):
    """How many there were."""

    count: Number


class Bucket(BaseModel):
    """One column of a histogram."""

    sum: Number


class Histogram(BaseModel):
    """All columns."""

    histogram: list[Bucket]


class CountOfDay(BaseModel):
    """A day's number of calls."""

    date: str
    report: Count


class LengthsOfDay(BaseModel):
    """A day's calls by their length."""

    date: str
    report: Histogram


class CountsByDay(BaseModel):
    """Numbers of calls."""

    daily: Known[CountOfDay] = Known()


class LengthsByDay(BaseModel):
    """Lengths of calls."""

    daily: Known[LengthsOfDay] = Known()


class Reports(BaseModel):
    """The answer of QueryAggregateCallStats, as far as it is read.

    Null is a report without data.
    """

    calls_per_day_report: Maybe[CountsByDay] = None
    call_duration_report: Maybe[LengthsByDay] = None


class StreamHistory:
    """Past runs by QueryCallSessionStats: it has a line for each run.

    QueryCalls has one for each call, with its latest run only, so a room that is used every day
    would be counted once. The time filters are those of the vendor's published client types; no
    order is documented, so none is asked for.
    """

    def __init__(self, reads: StreamReads, clock: Clock) -> None:
        self._reads = reads
        self._clock = clock
        self._kept: dict[str, tuple[float, list[Kept]]] = {}

    async def history(self, stretch: Stretch, cursor: str | None) -> Page[CallRecord]:
        """The runs that ended in the stretch or later, then those still running.

        Recordings are a request for each call, so they are asked for only where all ended runs are
        on one page; else they are None. VendorGarbled for a page that comes after itself.
        """
        which, _, place = (cursor or ENDED).partition(":")
        body: dict[str, Any] = {"filter_conditions": _conditions(which, stretch), "limit": MOST}
        if place:
            body["next"] = place
        answer = await self._reads.http.send(Kind.READ, "POST", f"{API}/call_stats", json=body)
        page, now = read(self._reads.http, Runs, answer), self._clock.now()
        if page.next and page.next == place:
            raise self._reads.http.garbled("named a page of its runs as the one after itself")
        told = [one for run in page.call_stats if (one := run.told(now)) is not None]
        records = [one for one in told if one.touches(stretch, now)]
        if not place and not page.next:
            records = [await self._with_recordings(one) for one in records]
        following = f"{which}:{page.next}" if page.next else (LIVE if which == ENDED else None)
        return Page(items=tuple(records), next=following)

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """The app's report of these days; VendorRefused where Stream wants it asked otherwise.

        Neither the form of `from` and `to` nor the unit of the lengths is documented: days as
        `2026-11-21` are sent, and seconds are read. No kinds of report are named, so all come.
        """
        body = {"from": first.isoformat(), "to": last.isoformat()}
        answer = await self._reads.http.send(Kind.READ, "POST", f"{API}/stats", json=body)
        told = read(self._reads.http, Reports, answer)
        counted = told.calls_per_day_report or CountsByDay()
        measured = told.call_duration_report or LengthsByDay()
        calls = {day(one.date): one.report.count for one in counted.daily}
        lengths = {
            day(one.date): sum(bucket.sum for bucket in one.report.histogram)
            for one in measured.daily
        }
        return [
            VendorDay(
                vendor=Vendor.STREAM,
                day=one,
                calls=_whole(calls.get(one)),
                minutes=lengths[one] / MINUTE if one in lengths else None,
            )
            for one in sorted({known for known in (*calls, *lengths) if known is not None})
            if first <= one <= last
        ]

    async def _with_recordings(self, record: CallRecord) -> CallRecord:
        try:
            kept = await self._recordings(record.id)
        except NotAtVendor:
            return record
        mine = [one for one in kept if one.session_id == record.run]
        recorded = tuple(one for each in mine if (one := _recorded(each)) is not None)
        return record.model_copy(update={"recordings": recorded})

    async def _recordings(self, cid: str) -> list[Kept]:
        """The recordings of a call, of all its runs; asked for once in a while."""
        now = self._clock.monotonic()
        at, kept = self._kept.get(cid, (-FRESH.total_seconds(), []))
        if now - at < FRESH.total_seconds():
            return kept
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        kept = await self._reads.kept(cid, FileKind.RECORDING)
        self._kept[cid] = now, kept
        return kept


def _conditions(which: str, stretch: Stretch) -> Mapping[str, Any]:
    begun = {"session_started_at": {"$lt": stretch.end.isoformat()}}
    if which == LIVE:
        return {**begun, "is_active": True}
    return {**begun, "session_ended_at": {"$gte": stretch.start.isoformat()}}


def _recorded(kept: Kept) -> Recorded | None:
    """A recording that is there: Stream lists none that came to nothing."""
    if kept.start_time is None:
        return None
    length = (kept.end_time - kept.start_time) // SECOND if kept.end_time else None
    return Recorded(started_at=kept.start_time, seconds=length)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
