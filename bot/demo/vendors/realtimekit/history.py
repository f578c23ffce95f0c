"""RealtimeKit's past sessions and recordings, and its day-wise analytics.

What `start_time` and `end_time` of a listing are compared with, is not documented: here it is the
field that `window_by` names. A day of the analytics has the sessions that began in it and the
minutes that fell into it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Handler, iso, seconds
from bot.demo.vendors.past import PastCall, PastRecording
from bot.demo.vendors.realtimekit.base import RealtimeKitBase
from bot.demo.vendors.realtimekit.envelope import done
from bot.demo.vendors.realtimekit.state import KEPT, ORGANIZATION, made_id
from bot.usage.days import DAY

USUAL_DAYS = 30


class PastItem(NamedTuple):
    """A session or a recording as JSON, with the times it can be filtered by."""

    json: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None


class RealtimeKitHistoryEndpoints(RealtimeKitBase):
    """The endpoints that read what is over."""

    window_by = "started_at"

    def history_routes(self, kit: str) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part; `kit` is the path up to the app's id."""
        return [("GET", f"{kit}/analytics/daywise", self._daywise)]

    @cached_property
    def past_sessions(self) -> list[PastItem]:
        """The sessions of the past, newest first."""
        return [
            PastItem(_session(call), call.started_at, call.ended_at) for call in self.past.calls
        ]

    @cached_property
    def past_recordings(self) -> list[PastItem]:
        """The recordings of the past."""
        return [written for call in self.past.calls for written in _recordings(call)]

    def sessions_of_past(self, query: QueryParams) -> list[dict[str, Any]]:
        """The past sessions that may fit the query: none is LIVE, or of a room that is open."""
        if query.get("status") == "LIVE" or query.get("associated_id") in self.rooms:
            return []
        return [session.json for session in self.past_sessions]

    def recordings_of_past(self, query: QueryParams) -> list[dict[str, Any]]:
        """The past recordings that may fit the query."""
        meeting = query.get("meeting_id")
        if meeting in self.rooms:
            return []
        every = [recording.json for recording in self.past_recordings]
        return [recording for recording in every if meeting in {None, recording["meeting"]["id"]}]

    def in_window(
        self, query: QueryParams, items: list[dict[str, Any]], field: str | None = None
    ) -> list[dict[str, Any]]:
        """The items between `start_time` and `end_time`, which are ISO 8601."""
        name = field or self.window_by
        bounds = {
            which: _time(query[which]) for which in ("start_time", "end_time") if which in query
        }
        if not bounds:
            return items
        return [item for item in items if _within(item.get(name), bounds)]

    async def _daywise(self, request: Request) -> Response:
        query, today = request.query_params, self.clock.now().date()
        last = _day(query.get("end_date"), today)
        first = _day(query.get("start_date"), last - USUAL_DAYS * DAY)
        told = {day: self.past.day(day) for day in _days(first, last)}
        spent = {day: totals.person_seconds / 60 for day, totals in told.items()}
        recorded = {day: round(totals.recorded_seconds / 60) for day, totals in told.items()}
        return done(
            {
                "session_stats": {
                    "sessions_count": sum(day.calls for day in told.values()),
                    "sessions_minutes_consumed": sum(spent.values()),
                    "day_stats": [
                        {
                            "day": day.isoformat(),
                            "total_sessions": totals.calls,
                            "total_session_minutes": spent[day],
                        }
                        for day, totals in told.items()
                    ],
                },
                "recording_stats": {
                    "recording_count": sum(day.recordings for day in told.values()),
                    "recording_minutes_consumed": sum(recorded.values()),
                    "day_stats": [
                        {
                            "day": day.isoformat(),
                            "total_recordings": totals.recordings,
                            "total_recording_minutes": recorded[day],
                        }
                        for day, totals in told.items()
                    ],
                },
            }
        )


def _session(call: PastCall) -> dict[str, Any]:
    return {
        "id": call.run,
        "associated_id": call.id,
        "meeting_display_name": call.title,
        "type": "livestream" if call.broadcast else "meeting",
        "status": "ENDED",
        "live_participants": 0,
        "max_concurrent_participants": call.peak,
        "minutes_consumed": call.person_seconds / 60,
        "organization_id": ORGANIZATION,
        "started_at": iso(call.started_at),
        "created_at": iso(call.started_at),
        "updated_at": iso(call.ended_at),
        "ended_at": iso(call.ended_at),
    }


def _recordings(call: PastCall) -> Iterator[PastItem]:
    for number, recording in enumerate(call.recordings):
        ended = recording.started_at + timedelta(seconds=recording.seconds)
        yield PastItem(_recording(call, recording, number, ended), recording.started_at, ended)


def _recording(
    call: PastCall, recording: PastRecording, number: int, ended: datetime
) -> dict[str, Any]:
    """A link is shown as long as files are kept; what came to nothing has neither link nor end."""
    written: dict[str, Any] = {
        "id": made_id(call.run, "recording", str(number)),
        "session_id": call.run,
        "status": "ERRORED" if recording.failed else "UPLOADED",
        "invoked_time": iso(recording.started_at),
        "started_time": iso(recording.started_at),
        "output_file_name": f"{call.id}_{seconds(recording.started_at)}.mp4",
        "meeting": {
            "id": call.id,
            "title": call.title,
            "created_at": iso(call.started_at),
            "updated_at": iso(call.started_at),
        },
    }
    if not recording.failed:
        written |= {
            "stopped_time": iso(ended),
            "recording_duration": recording.seconds,
            "download_url_expiry": iso(ended + KEPT),
        }
    return written


def whole(past: PastItem) -> dict[str, Any]:
    """A recording of the past as its own details show it, begun by the app's backend."""
    failed = past.json["status"] == "ERRORED"
    kept = {name: value for name, value in past.json.items() if name != "meeting"}
    return {
        **kept,
        "start_reason": {"reason": "API_CALL", "caller": {"type": "ORGANIZATION"}},
        "stop_reason": {"reason": "INTERNAL_ERROR" if failed else "ALL_PEERS_LEFT"},
    }


def _within(text: str | None, bounds: dict[str, datetime]) -> bool:
    if text is None:
        return False
    at = datetime.fromisoformat(text)
    return bounds.get("start_time", at) <= at <= bounds.get("end_time", at)


def _time(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiRefusal(400, "start_time and end_time are ISO 8601") from error
    if read.tzinfo is None:
        raise ApiRefusal(400, "start_time and end_time need a zone")
    return read


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError as error:
        raise ApiRefusal(400, "start_date and end_date are days, as 2026-11-21") from error


def _days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range(min((last - first).days, 365) + 1)]
