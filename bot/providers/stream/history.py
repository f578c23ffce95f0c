"""Stream Video's calls that are over: one line for each run, and the app's own daily report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from bot.calls.models import Page, Vendor
from bot.calls.reports import FileKind
from bot.clock import Clock
from bot.errors import NotAtVendor
from bot.providers.http.decode import LenientList, Maybe, Moment, Number, day, read
from bot.providers.http.retry import Idempotency
from bot.providers.stream.models_reports import StoredFile
from bot.providers.stream.queries import API, MOST, StreamQueries
from bot.usage.days import SECOND, SECONDS_PER_MINUTE, Stretch
from bot.usage.records import CallRecord, Recorded, VendorDay

ENDED, LIVE = "ended", "live"
"""What is asked for one after the other; a cursor is one of them, and Stream's own after a colon.
"""

FRESH = timedelta(minutes=5)
"""How long the recordings of a call are believed: a call of sixty days is asked for them once."""

MOST_CACHED = 1_000
"""Calls whose recordings are remembered meanwhile."""


class RunCounts(BaseModel):
    """The totals of a run."""

    participants: Maybe[Number] = None
    peak_concurrent_users: Maybe[Number] = None
    sessions: Maybe[Number] = None
    total_participant_duration: Maybe[Number] = None


class PastRun(BaseModel):
    """One run of a call."""

    call_type: str
    call_id: str
    call_session_id: str
    call_started_at: Moment = None
    call_ended_at: Moment = None
    counts: Maybe[RunCounts] = None

    @property
    def cid(self) -> str:
        """The cid of the call it is a run of."""
        return f"{self.call_type}:{self.call_id}"

    def to_domain(self, now: datetime) -> CallRecord | None:
        """The run as a record of usage; None for one that never began."""
        if self.call_started_at is None:
            return None
        counts = self.counts or RunCounts()
        return CallRecord(
            vendor=Vendor.STREAM,
            id=self.cid,
            run=self.call_session_id,
            title=self.cid,
            started_at=self.call_started_at,
            ended_at=self.call_ended_at,
            people=_whole(counts.participants),
            peak=_whole(counts.peak_concurrent_users),
            person_seconds=self._person_seconds(counts, now),
        )

    def _person_seconds(self, counts: RunCounts, now: datetime) -> int | None:
        """`total_participant_duration`, whose unit is not documented, taken as seconds.

        The vendor's other report of a call names its length `call_duration_seconds`. What is more
        than all connections could have lasted is not believed.
        """
        seconds, begun = counts.total_participant_duration, self.call_started_at
        if seconds is None or begun is None:
            return None
        length = ((self.call_ended_at or now) - begun) // SECOND + 1
        most = length * max(1.0, counts.sessions or 1.0)
        return round(seconds) if 0 <= seconds <= most else None


class SessionStatsResponse(BaseModel):
    """The answer of QueryCallSessionStats: a page; `next` is absent at the end."""

    call_stats: LenientList[PastRun]
    next: Maybe[str] = None


class ReportCount(BaseModel):
    """A number of calls."""

    count: Number


class HistogramBucket(BaseModel):
    """One column of a histogram."""

    sum: Number


class Histogram(BaseModel):
    """The columns of a histogram."""

    histogram: list[HistogramBucket]


class CountOfDay(BaseModel):
    """A day's number of calls."""

    date: str
    report: ReportCount


class LengthsOfDay(BaseModel):
    """A day's calls by their length."""

    date: str
    report: Histogram


class CountsByDay(BaseModel):
    """Numbers of calls."""

    daily: LenientList[CountOfDay] = LenientList()


class LengthsByDay(BaseModel):
    """Lengths of calls."""

    daily: LenientList[LengthsOfDay] = LenientList()


class AggregateStatsResponse(BaseModel):
    """The answer of QueryAggregateCallStats, as far as it is read.

    Null is a report without data.
    """

    calls_per_day_report: Maybe[CountsByDay] = None
    call_duration_report: Maybe[LengthsByDay] = None


class StreamHistory:
    """`UsageSource` of one Stream app, by QueryCallSessionStats: it has a line for each run.

    QueryCalls has one for each call, with its latest run only, so a room that is used every day
    would be counted once. The time filters are those of the vendor's published client types; no
    order is documented, so none is asked for.
    """

    vendor = Vendor.STREAM
    days_at_once = 1

    def __init__(self, queries: StreamQueries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock
        self._stored_files: dict[str, tuple[float, list[StoredFile]]] = {}

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """One page of runs: those that ended in the stretch or later, then those still running.

        Recordings are a request for each call, so they are asked for only where all ended runs are
        on one page; else they are None. Raises VendorGarbled for a page that comes after itself.
        """
        which, _, place = (cursor or ENDED).partition(":")
        body: dict[str, Any] = {"filter_conditions": _conditions(which, stretch), "limit": MOST}
        if place:
            body["next"] = place
        answer = await self._queries.http.send(
            Idempotency.READ, "POST", f"{API}/call_stats", json=body
        )
        page, now = read(self._queries.http, SessionStatsResponse, answer), self._clock.now()
        if page.next and page.next == place:
            raise self._queries.http.garbled("named a page of its runs as the one after itself")
        all_records = [
            record for run in page.call_stats if (record := run.to_domain(now)) is not None
        ]
        records = [record for record in all_records if record.touches(stretch, now)]
        if not place and not page.next:
            records = [await self._with_recordings(record) for record in records]
        following = f"{which}:{page.next}" if page.next else (LIVE if which == ENDED else None)
        return Page(items=tuple(records), next=following)

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """The app's report of these days; VendorRefused where Stream wants it asked otherwise.

        Neither the form of `from` and `to` nor the unit of the lengths is documented: days as
        `2026-11-21` are sent, and seconds are read. No kinds of report are named, so all come.
        """
        body = {"from": first.isoformat(), "to": last.isoformat()}
        answer = await self._queries.http.send(Idempotency.READ, "POST", f"{API}/stats", json=body)
        reports = read(self._queries.http, AggregateStatsResponse, answer)
        counted = reports.calls_per_day_report or CountsByDay()
        measured = reports.call_duration_report or LengthsByDay()
        calls = {day(counts.date): counts.report.count for counts in counted.daily}
        lengths = {
            day(histogram.date): sum(bucket.sum for bucket in histogram.report.histogram)
            for histogram in measured.daily
        }
        return [
            VendorDay(
                vendor=Vendor.STREAM,
                day=day,
                calls=_whole(calls.get(day)),
                minutes=lengths[day] / SECONDS_PER_MINUTE if day in lengths else None,
            )
            for day in sorted({known for known in (*calls, *lengths) if known is not None})
            if first <= day <= last
        ]

    async def _with_recordings(self, record: CallRecord) -> CallRecord:
        try:
            stored_files = await self._recordings(record.id)
        except NotAtVendor:
            return record
        mine = [file for file in stored_files if file.session_id == record.run]
        recorded = tuple(recording for each in mine if (recording := _recorded(each)) is not None)
        return record.model_copy(update={"recordings": recorded})

    async def _recordings(self, cid: str) -> list[StoredFile]:
        """The recordings of a call, of all its runs; asked for once in a while."""
        now = self._clock.monotonic()
        at, stored_files = self._stored_files.get(cid, (-FRESH.total_seconds(), []))
        if now - at < FRESH.total_seconds():
            return stored_files
        if len(self._stored_files) >= MOST_CACHED:
            self._stored_files.clear()
        stored_files = await self._queries.stored_files(cid, FileKind.RECORDING)
        self._stored_files[cid] = now, stored_files
        return stored_files


def _conditions(which: str, stretch: Stretch) -> Mapping[str, Any]:
    begun = {"session_started_at": {"$lt": stretch.end.isoformat()}}
    if which == LIVE:
        return {**begun, "is_active": True}
    return {**begun, "session_ended_at": {"$gte": stretch.start.isoformat()}}


def _recorded(stored_files: StoredFile) -> Recorded | None:
    """A recording that is there: Stream lists none that came to nothing."""
    if stored_files.start_time is None:
        return None
    length = (
        (stored_files.end_time - stored_files.start_time) // SECOND
        if stored_files.end_time
        else None
    )
    return Recorded(started_at=stored_files.start_time, seconds=length)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
