"""RealtimeKit's calls that are over: sessions with their recordings, and daily analytics."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import BaseModel, Field

from bot.calls.models import Page, Vendor
from bot.clock import Clock
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import LenientList, Maybe, Moment, Number, day, read
from bot.providers.http.paging import gather_pages
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.models import MeetingRecording, MeetingSession, Paging, next_page
from bot.usage.days import DAY, SECOND, SECONDS_PER_MINUTE, Stretch
from bot.usage.records import CallRecord, Recorded, VendorDay

PAGE = 100
MOST_PAGES = 20
"""Pages of recordings read beside one page of sessions; more, and none of them are known."""

FURTHEST = 400 * DAY
"""How long before a stretch recordings are looked for, of a session that began even earlier."""

LIVESTREAM = "livestream"


class PastSession(MeetingSession):
    """A session with its totals; `minutes` are those of all people together."""

    peak: Number | None = Field(None, alias="max_concurrent_participants")
    minutes: Number | None = Field(None, alias="minutes_consumed")
    updated_at: Moment = None

    def to_record(self, files: Sequence["PastRecording"] | None) -> CallRecord | None:
        """The session as a record of usage; None for one that never began.

        Who came is a list of its own for each session, so `people` is not known. An ended session
        that does not say when it ended is taken to have ended when it was last written.
        """
        if self.started_at is None:
            return None
        over = self.updated_at if self.status == "ENDED" else None
        outputs = sum(bool(file.output) for file in files or ())
        streams = outputs + (self.kind == LIVESTREAM)
        return CallRecord(
            vendor=Vendor.REALTIMEKIT,
            id=self.meeting,
            run=self.id,
            title=self.title or self.meeting,
            started_at=self.started_at,
            ended_at=self.ended_at or over,
            peak=None if self.peak is None else round(self.peak),
            person_seconds=None
            if self.minutes is None
            else round(self.minutes * SECONDS_PER_MINUTE),
            recordings=None if files is None else _recorded(files),
            streams=streams or None,
        )


class PastRecording(MeetingRecording):
    """A recording with its times; `length` is in seconds."""

    stopped_at: Moment = Field(None, alias="stopped_time")
    length: Number | None = Field(None, alias="recording_duration")

    def to_domain(self) -> Recorded | None:
        """The recording as our model; None for one without any time."""
        begun = self.started_at or self.invoked_at
        if begun is None:
            return None
        length = None if self.length is None else round(self.length)
        if length is None and self.stopped_at:
            length = (self.stopped_at - begun) // SECOND
        return Recorded(started_at=begun, seconds=length, failed=self.status == "ERRORED")


class _Sessions(BaseModel):
    sessions: LenientList[PastSession]


class PastSessionsResponse(BaseModel):
    """The answer of `GET /sessions`: a page."""

    data: _Sessions
    paging: Maybe[Paging] = None


class PastRecordingsResponse(BaseModel):
    """The answer of `GET /recordings`: a page."""

    data: LenientList[PastRecording]
    paging: Maybe[Paging] = None


class SessionsOfDay(BaseModel):
    """A day's sessions in the analytics."""

    day: str | None = None
    calls: int | None = Field(None, alias="total_sessions")
    minutes: Number | None = Field(None, alias="total_session_minutes")


class RecordingsOfDay(BaseModel):
    """A day's recordings in the analytics."""

    day: str | None = None
    number: int | None = Field(None, alias="total_recordings")


class SessionStats(BaseModel):
    """The analytics' sessions, by day."""

    day_stats: list[SessionsOfDay] = []


class RecordingStats(BaseModel):
    """The analytics' recordings, by day."""

    day_stats: list[RecordingsOfDay] = []


class Daywise(BaseModel):
    """The two parts of the analytics."""

    session_stats: SessionStats = SessionStats()
    recording_stats: RecordingStats = RecordingStats()


class Analytics(BaseModel):
    """The answer of `GET /analytics/daywise`."""

    data: Daywise


class RealtimeKitHistory:
    """`UsageSource` of one RealtimeKit app: sessions from its listing, LIVE and ENDED.

    What its `start_time` and `end_time` are compared with is not documented, so a day more is asked
    for on either side, and what does not touch the stretch is left out here.
    """

    vendor = Vendor.REALTIMEKIT
    days_at_once = 7

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """One page of sessions that touch the stretch, with the recordings of the time they cover.

        A cursor is the page's number, and how many sessions came before it. Raises VendorGarbled
        for a page that repeats, and for one that is empty though there are more.
        """
        page, _, before = (cursor or "1").partition(":")
        number = int(page)
        window = _window(stretch.start, stretch.end)
        params = {
            **window,
            "page_no": number,
            "per_page": PAGE,
            "sort_by": "createdAt",
            "sort_order": "DESC",
        }
        answer = await self._http.send(Idempotency.READ, "GET", "/sessions", params=params)
        many, now = read(self._http, PastSessionsResponse, answer), self._clock.now()
        sessions = many.data.sessions
        self._require_going_on(number, int(before or 0), sessions.sent, many.paging)
        inside = [session for session in sessions if _touches(session, stretch, now)]
        files = await self._recordings(inside, stretch, now)
        records = [
            session.to_record(None if files is None else files.get(session.id, ()))
            for session in inside
        ]
        following = next_page(number, PAGE, sessions.sent, many.paging)
        place = (many.paging and many.paging.end_offset) or ""
        return Page(
            items=tuple(record for record in records if record is not None),
            next=None if following is None else f"{following}:{place}",
        )

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """The daily analytics; their minutes are taken as those of people, as in the sessions."""
        params = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        answer = await self._http.send(Idempotency.READ, "GET", "/analytics/daywise", params=params)
        data = read(self._http, Analytics, answer).data
        sessions = {day(stat.day): stat for stat in data.session_stats.day_stats}
        recordings = {day(stat.day): stat.number for stat in data.recording_stats.day_stats}
        nothing = SessionsOfDay()
        return [
            VendorDay(
                vendor=Vendor.REALTIMEKIT,
                day=day,
                calls=sessions.get(day, nothing).calls,
                person_minutes=sessions.get(day, nothing).minutes,
                recordings=recordings.get(day),
            )
            for day in sorted({known for known in (*sessions, *recordings) if known is not None})
            if first <= day <= last
        ]

    def _require_going_on(self, number: int, before: int, got: int, paging: Paging | None) -> None:
        """VendorGarbled where a page does not go on where the one before it ended."""
        total, end = (paging.total_count, paging.end_offset) if paging else (None, None)
        if total is None or end is None:
            return
        if number > 1 and got and end <= before:
            raise self._http.garbled(f"showed page {number} of its sessions as one before it")
        if not got and max(end, before) < total:
            raise self._http.garbled(f"says it has {total} sessions and showed {before}")

    async def _recordings(
        self, sessions: Sequence[PastSession], stretch: Stretch, now: datetime
    ) -> Mapping[str, Sequence[PastRecording]] | None:
        """The recordings of these sessions by session; None when there are too many to read."""
        begun = [session.started_at for session in sessions if session.started_at is not None]
        if not begun:
            return {}
        first = max(min(begun), stretch.start - FURTHEST)
        window = _window(first, min(now, max(session.ended_at or now for session in sessions)))

        async def page(number: int) -> tuple[list[PastRecording], str | None]:
            params = {**window, "page_no": number, "per_page": PAGE, "sort_by": "invokedTime"}
            answer = await self._http.send(Idempotency.READ, "GET", "/recordings", params=params)
            many = read(self._http, PastRecordingsResponse, answer)
            return many.data, next_page(number, PAGE, many.data.sent, many.paging)

        batch = await gather_pages(page, lambda recording: recording.id, most=MOST_PAGES)
        if batch.more:
            return None
        found: dict[str, list[PastRecording]] = defaultdict(list)
        for item in batch.items:
            found[item.session or ""].append(item)
        return found


def _touches(session: PastSession, stretch: Stretch, now: datetime) -> bool:
    record = session.to_record(None)
    return record is not None and record.touches(stretch, now)


def _window(start: datetime, end: datetime) -> dict[str, str | int]:
    """From a day before to a day after, as the listings take it."""
    return {"start_time": (start - DAY).isoformat(), "end_time": (end + DAY).isoformat()}


def _recorded(files: Sequence[PastRecording]) -> tuple[Recorded, ...]:
    """What was recorded; an RTMP output is a recording at RealtimeKit, but none to us."""
    kept = (file.to_domain() for file in files if not file.output)
    return tuple(recording for recording in kept if recording is not None)
