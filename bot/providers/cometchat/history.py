"""CometChat's calls that are over, from its listing of all calls: it has no report of its own."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from bot.calls.models import Page, Vendor
from bot.clock import Clock
from bot.providers.cometchat.models import CallParticipant, CallRecording, PagedResponse
from bot.providers.cometchat.queries import PAGE
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import Moment, read
from bot.providers.http.retry import Idempotency
from bot.usage.days import DAY, SECOND, SECONDS_PER_MINUTE, Stretch
from bot.usage.records import CallRecord, Ending, Recorded, VendorDay

TAKEN = frozenset({"ongoing", "ended"})
"""What the status says of a call that somebody took, if anybody was ever connected to it."""

RINGING = 3_600
"""Seconds that may lie between when a call was placed and when it began, in an ordered listing."""

UNORDERED = "-"
"""The place in a cursor of pages that did not come newest first."""


class PastCallResponse(BaseModel):
    """A call with everybody who was invited to it.

    Its own totals are not read: the overview page says they are of all people together, while the
    documented sample has the length of the call. Those of each person agree everywhere.
    """

    session: str = Field(alias="sessionId")
    status: str | None = None
    receiver: str | None = None
    initiated_at: Moment = Field(None, alias="initiatedAt")
    started_at: Moment = Field(None, alias="startedAt")
    ended_at: Moment = Field(None, alias="endedAt")
    has_recording: bool | None = Field(None, alias="hasRecording")
    participants: list[CallParticipant] | None = None
    recordings: list[CallRecording] | None = None

    def to_domain(self) -> CallRecord | None:
        """The call as a record of usage; None for one without any time."""
        begun = self.started_at or self.initiated_at
        if begun is None:
            return None
        here = None if self.participants is None else [p for p in self.participants if p.is_joined]
        return CallRecord(
            vendor=Vendor.COMETCHAT,
            id=self.session,
            run=self.session,
            title=self.receiver or self.session,
            started_at=begun,
            ended_at=self.ended_at,
            ending=self._ending(here),
            people=None if here is None else len({person.uid for person in here}),
            peak=None if here is None else _peak(here),
            **_minutes(here),
            recordings=self._recorded(),
        )

    def _ending(self, here: Sequence[CallParticipant] | None) -> Ending:
        """Rejected, cancelled and busy calls are unanswered; ended with nobody in it, it failed."""
        if self.status not in TAKEN:
            return Ending.ANSWERED if here and self.ended_at else Ending.UNANSWERED
        return Ending.FAILED if here == [] and self.status == "ended" else Ending.ANSWERED

    def _recorded(self) -> tuple[Recorded, ...] | None:
        """Its length from its times: `duration` is minutes on one page and seconds on another."""
        if self.recordings is None and self.has_recording is not False:
            return None
        return tuple(
            Recorded(
                started_at=recording.started_at,
                seconds=(recording.ended_at - recording.started_at) // SECOND
                if recording.ended_at
                else None,
            )
            for recording in self.recordings or ()
            if recording.started_at
        )


class PastCallsResponse(PagedResponse):
    """A page of calls."""

    data: list[PastCallResponse]


class CometChatHistory:
    """`UsageSource` of one CometChat app: the calls that touch a stretch, from the listing of all.

    Whether `startedAt` and `endedAt` of the listing mean equal, after or a range is not documented,
    so neither is sent. No order is documented either: as long as every page came newest first, the
    first page that is wholly a day older than the stretch is the last one; else all are read.
    """

    vendor = Vendor.COMETCHAT
    days_at_once = 400

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """One page of calls that touch the stretch.

        A cursor is the page's number, and when the oldest call before it began. Raises
        VendorGarbled for another page than was asked for, and for an empty one that should not be.
        """
        page, _, before = (cursor or "1").partition(":")
        number, now = int(page), self._clock.now()
        params = {"page": number, "perPage": PAGE}
        answer = await self._http.send(Idempotency.READ, "GET", "/calls", params=params)
        many = read(self._http, PastCallsResponse, answer)
        if not many.is_page(number, empty=not many.data):
            raise self._http.garbled(f"did not show page {number} of its calls, which it promised")
        records = [record for call in many.data if (record := call.to_domain()) is not None]
        place = _cursor_place(before, records)
        older = bool(records) and all(record.started_at < stretch.start - DAY for record in records)
        done = older and place != UNORDERED
        more = bool(many.data) and many.more_after(number) and not done
        return Page(
            items=tuple(record for record in records if record.touches(stretch, now)),
            next=f"{number + 1}:{place}" if more else None,
        )

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """Nothing: CometChat has no report of its own, and is not asked."""
        del first, last
        return ()


def _cursor_place(before: str, records: Sequence[CallRecord]) -> str:
    """How old the oldest call so far is, in Unix seconds; UNORDERED once a newer one followed."""
    if before == UNORDERED:
        return UNORDERED
    oldest = int(before) if before else None
    for record in records:
        began = int(record.started_at.timestamp())
        if oldest is not None and began > oldest + RINGING:
            return UNORDERED
        oldest = began if oldest is None else min(oldest, began)
    return "" if oldest is None else str(oldest)


def _peak(here: Sequence[CallParticipant]) -> int | None:
    """The most at once, devices counted; None where it is not said when they came.

    Leaving comes before coming. Who has not left stays to the end.
    """
    steps = []
    for person in here:
        if person.joined_at is None:
            return None
        steps.append((person.joined_at, 1))
        if person.left_at is not None:
            steps.append((person.left_at, -1))
    most = at_once = 0
    for _, step in sorted(steps):
        at_once += step
        most = max(most, at_once)
    return most


def _minutes(here: Sequence[CallParticipant] | None) -> dict[str, int | None]:
    """What people spent there, in seconds; None where it is not told of one of them."""
    if here is None:
        return {}
    audio, video = (
        _seconds([person.audio for person in here]),
        _seconds([person.video for person in here]),
    )
    both = None if audio is None or video is None else audio + video
    return {"audio_seconds": audio, "video_seconds": video, "person_seconds": both}


def _seconds(minutes: Sequence[float | None]) -> int | None:
    known = [minute for minute in minutes if minute is not None]
    return round(sum(known) * SECONDS_PER_MINUTE) if len(known) == len(minutes) else None
