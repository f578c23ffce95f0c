"""What Stream tells about past runs of calls: one line each, and the app's daily report.

The filters of QueryCallSessionStats are those of the vendor's published client types. The order
without a sort, and what a day of the report counts, are not documented: here the newest run comes
first, and a day has the runs that began in it and the time that fell into it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Body, Handler, nanoseconds, read
from bot.demo.vendors.past import PastCall, between
from bot.demo.vendors.stream.base import done
from bot.demo.vendors.stream.media import StreamMediaEndpoints
from bot.demo.vendors.stream.query import COMPARE, QueryCalls, moment, page
from bot.demo.vendors.stream.state import KeptFile, StreamCall
from bot.usage.days import DAY

TIMES = frozenset({"$eq", "$gt", "$gte", "$lt", "$lte"})
FILTERS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("call_cid", "call_session_id", "is_active"), frozenset({"$eq"})),
    **dict.fromkeys(("session_started_at", "session_ended_at", "generated_at"), TIMES),
    "updated_at": TIMES,
}
"""Which operators each filter field takes."""

REPORTS = frozenset(
    {
        "call_duration",
        "call_participant_count",
        "call_quality",
        "calls_per_day",
        "network_metrics",
        "sdk_usage",
        "user_feedback",
    }
)
"""The kinds of report there are."""

MOST_DAYS = 100


class QueryRuns(QueryCalls):
    """The body of QueryCallSessionStats."""


class Aggregate(Body):
    """The body of QueryAggregateCallStats; which form the two days have is not documented."""

    from_: str | None = Field(None, alias="from")
    to: str | None = None
    report_types: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class RunReport:
    """One run of a call."""

    cid: str
    id: str
    started_at: datetime
    ended_at: datetime | None
    counts: dict[str, int]

    def have(self, field: str, now: datetime) -> Any:
        """The value in a field that can be filtered by."""
        held = HELD.get(field)
        return self.ended_at or now if held is None else held(self)

    def as_json(self, now: datetime) -> dict[str, Any]:
        """CallStatsSessionResponse."""
        kind, _, name = self.cid.partition(":")
        written: dict[str, Any] = {
            "call_type": kind,
            "call_id": name,
            "call_session_id": self.id,
            "call_started_at": nanoseconds(self.started_at),
            "generated_at": nanoseconds(self.ended_at or now),
            "counts": self.counts,
        }
        if self.ended_at:
            written["call_ended_at"] = nanoseconds(self.ended_at)
        return written


HELD: dict[str, Callable[[RunReport], Any]] = {
    "call_cid": lambda run: run.cid,
    "call_session_id": lambda run: run.id,
    "is_active": lambda run: run.ended_at is None,
    "session_started_at": lambda run: run.started_at,
    "session_ended_at": lambda run: run.ended_at,
}
"""The filter fields; of the others, a run has its end or the present."""


class StreamHistoryEndpoints(StreamMediaEndpoints):
    """The endpoints that read what is over."""

    def history_routes(self) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part."""
        return [
            ("POST", "/api/v2/video/call_stats", self._runs),
            ("POST", "/api/v2/video/stats", self._report),
        ]

    @cached_property
    def past_runs(self) -> list[RunReport]:
        """The runs of the past, newest first."""
        return [_of_past(call) for call in self.past.calls]

    @cached_property
    def past_files(self) -> dict[str, list[KeptFile]]:
        """The recordings of the past, by the call's cid."""
        found: dict[str, list[KeptFile]] = {}
        for call in self.past.calls:
            found.setdefault(call.id, []).extend(_files(call))
        return found

    async def _runs(self, request: Request) -> Response:
        query, now = await read(request, QueryRuns), self.clock.now()
        live = [run for call in self.rooms.values() for run in _of_room(call, now)]
        live.sort(key=lambda run: run.started_at, reverse=True)
        wanted = list(_conditions(query.filter_conditions))
        found = [run for run in (*live, *self.past_runs) if _fits(run, wanted, now)]
        shown, cursors = page(found, query)
        return done(call_stats=[run.as_json(now) for run in shown], **cursors)

    async def _recordings(self, request: Request) -> Response:
        """Those of a call that is long over are there too."""
        cid = f"{request.path_params['type']}:{request.path_params['id']}"
        if cid in self.rooms or cid not in self.past_files:
            return await super()._recordings(request)
        return done(200, recordings=[kept.as_json(cid) for kept in self.past_files[cid]])

    async def _report(self, request: Request) -> Response:
        """Both ends are days of it; without them the last 30 days."""
        asked = await read(request, Aggregate)
        if not REPORTS.issuperset(asked.report_types):
            raise ApiRefusal(400, "report_types is not as documented")
        today = self.clock.now().date()
        last = _day(asked.to) if asked.to else today
        first = _day(asked.from_) if asked.from_ else last - 30 * DAY
        if not first <= last < first + MOST_DAYS * DAY:
            raise ApiRefusal(400, "from and to are not a stretch of days")
        wanted = frozenset(asked.report_types) or REPORTS
        return done(**self._reports(first, last, wanted))

    def _reports(self, first: date, last: date, wanted: frozenset[str]) -> dict[str, Any]:
        days = [first + n * DAY for n in range((last - first).days + 1)]
        told = {day: self.past.day(day) for day in days}
        reports: dict[str, Any] = {}
        if "calls_per_day" in wanted:
            counts = [_daily(day, {"count": totals.calls}) for day, totals in told.items()]
            reports["calls_per_day_report"] = {"daily": counts}
        if "call_duration" in wanted:
            lengths = [
                _daily(day, {"histogram": _histogram(totals.calls, totals.seconds)})
                for day, totals in told.items()
            ]
            reports["call_duration_report"] = {"daily": lengths}
        return reports


def _daily(day: date, report: dict[str, Any]) -> dict[str, Any]:
    return {"date": day.isoformat(), "report": report}


def _histogram(count: int, seconds: int) -> list[dict[str, Any]]:
    """Two buckets; which there are is not documented."""
    short, part = count // 3, seconds // 10
    return [
        {"category": "short", "count": short, "sum": part},
        {"category": "long", "count": count - short, "sum": seconds - part},
    ]


def _conditions(conditions: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Field, operator and operand of each condition; ApiRefusal for what is not allowed."""
    for field, wanted in conditions.items():
        if field not in FILTERS:
            raise ApiRefusal(400, f"cannot filter call stats by {field}")
        for operator, operand in (wanted if isinstance(wanted, dict) else {"$eq": wanted}).items():
            if operator not in FILTERS[field]:
                raise ApiRefusal(400, f"{field} does not take {operator}")
            yield field, operator, moment(operand) if field.endswith("_at") else operand


def _fits(run: RunReport, wanted: list[tuple[str, str, Any]], now: datetime) -> bool:
    return all(COMPARE[operator](run.have(field, now), bound) for field, operator, bound in wanted)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ApiRefusal(400, "from and to are days, as 2026-11-21") from error


def _of_past(call: PastCall) -> RunReport:
    counts = _counts(call.people, len(call.stays), call.peak, call.person_seconds)
    return RunReport(call.id, call.run, call.started_at, call.ended_at, counts)


def _of_room(call: StreamCall, now: datetime) -> Iterator[RunReport]:
    """The run a room has or had last."""
    if call.session is None:
        return
    stays = [stay for stay in call.stays if stay.joined_at >= call.session.started_at]
    spent = sum(between(stay.joined_at, stay.left_at or now) for stay in stays)
    people = len({stay.visitor.id for stay in stays})
    counts = _counts(people, len(stays), len(stays), spent)
    counts["live_sessions"] = len(call.here())
    yield RunReport(
        call.id, call.session.id, call.session.started_at, call.session.ended_at, counts
    )


def _counts(people: int, connections: int, peak: int, seconds: int) -> dict[str, int]:
    return {
        "live_sessions": 0,
        "participants": people,
        "peak_concurrent_sessions": peak,
        "peak_concurrent_users": peak,
        "publishers": people,
        "sessions": connections,
        "sfus_used": 1,
        "total_participant_duration": seconds,
    }


def _files(call: PastCall) -> Iterator[KeptFile]:
    for recording in call.recordings:
        name = f"rec_composite_{call.run}_{nanoseconds(recording.started_at)}.mp4"
        begun = recording.started_at
        ended = begun + timedelta(seconds=recording.seconds)
        yield KeptFile(name, call.run, begun, ended, "composite")
