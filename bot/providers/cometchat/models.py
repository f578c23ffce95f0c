"""The models of CometChat's answers: only the fields that are needed; times are Unix seconds.

Its call API tells no display names.
"""

import re
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, Field, SecretStr, ValidationError

from bot.calls.attendance import Attendee
from bot.calls.call_log import LogFilter
from bot.calls.models import Call, CallLog, CallRef, RecordingState, Vendor
from bot.calls.reports import File, FileKind
from bot.providers.http.answers import VendorProblem
from bot.providers.http.decode import Amount, Count, LenientList, Maybe, Moment
from bot.usage.days import SECOND, SECONDS_PER_MINUTE

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


KEY_CODE = "AUTH_ERR_"
"""How its words begin for a key that is missing, wrong or may not do this (its error codes)."""

UNKNOWN = "unknown"
"""Stands for the id of somebody whose entry has none."""

GROUP_KINDS = {"group", "groups"}
"""The overview page says `group`, the older property table `groups`."""


_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")


def _clock_seconds(duration: str | None) -> int | None:
    """The seconds of `00:00:19`; None for anything else."""
    shown = _CLOCK.fullmatch(duration or "")
    if shown is None:
        return None
    hours, minutes, seconds = map(int, shown.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds) // SECOND


def seconds_of(minutes: float | None) -> int | None:
    """The whole seconds of so many minutes; None where the vendor does not tell them."""
    return None if minutes is None else round(minutes * SECONDS_PER_MINUTE)


class CallParticipant(BaseModel):
    """Somebody who was invited to a call; not all of them came.

    One without `uid` cannot be acted on or told from others: they are shown as unknown.
    """

    uid: Maybe[str] = None
    device: Maybe[str] = Field(None, alias="deviceId")
    is_joined: Maybe[bool] = Field(None, alias="isJoined")
    state: Maybe[str] = None
    joined_at: Moment = Field(None, alias="joinedAt")
    left_at: Moment = Field(None, alias="leftAt")

    audio: Amount = Field(None, alias="totalAudioMinutes")
    video: Amount = Field(None, alias="totalVideoMinutes")

    @property
    def here(self) -> bool:
        """Whether they are connected now: the list also has the invited who did not come."""
        return bool(self.is_joined) and self.state == "ongoing" and self.left_at is None

    def to_attendee(self) -> Attendee:
        """This device as one stay in the call; for the invited who never came, with why."""
        came = self.is_joined or self.joined_at is not None
        return Attendee(
            id=self.uid or UNKNOWN,
            joined_at=self.joined_at if came else None,
            left_at=self.left_at if came else None,
            audio_seconds=seconds_of(self.audio) if came else None,
            video_seconds=seconds_of(self.video) if came else None,
            how="" if came else self.state or "",
        )


class CallRecording(BaseModel):
    """A recording of a call. Its `duration` is not read: minutes here, seconds elsewhere."""

    rid: Maybe[str] = None
    started_at: Moment = Field(None, alias="startTime")
    ended_at: Moment = Field(None, alias="endTime")
    url: Maybe[SecretStr] = Field(None, alias="recording_url")

    @property
    def running(self) -> bool:
        """Whether it has begun and has neither ended nor left a file."""
        return self.started_at is not None and self.ended_at is None and self.url is None

    def to_file(self, session: str) -> File:
        """The recording as a file of the call; CometChat lets nobody delete it."""
        return File(
            kind=FileKind.RECORDING,
            name=self.rid or "recording",
            session=session,
            url=self.url,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )


class CallTranscription(BaseModel):
    """What was said in a call, as a file."""

    tid: Maybe[str] = None
    started_at: Moment = Field(None, alias="startTime")
    ended_at: Moment = Field(None, alias="endTime")
    url: Maybe[SecretStr] = Field(None, alias="transcriptUrl")

    def to_file(self, session: str) -> File:
        """The transcript as a file of the call; CometChat lets nobody delete it."""
        return File(
            kind=FileKind.TRANSCRIPT,
            name=self.tid or "transcript",
            session=session,
            url=self.url,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )


class CometChatCall(BaseModel):
    """A call with everybody who was invited to it."""

    session: str = Field(alias="sessionId")
    status: Maybe[str] = None
    kind: Maybe[str] = Field(None, alias="type")
    mode: Maybe[str] = None
    initiator: Maybe[str] = None
    receiver: Maybe[str] = None
    receiver_type: Maybe[str] = Field(None, alias="receiverType")
    started_at: Moment = Field(None, alias="startedAt")
    ended_at: Moment = Field(None, alias="endedAt")
    audio: Amount = Field(None, alias="totalAudioMinutes")
    video: Amount = Field(None, alias="totalVideoMinutes")
    duration: Maybe[str] = Field(None, alias="totalDuration")
    devices: Count = Field(None, alias="totalParticipants")
    has_recording: Maybe[bool] = Field(None, alias="hasRecording")
    participants: LenientList[CallParticipant] | None = None
    recordings: Maybe[LenientList[CallRecording]] = None

    def fits(self, wanted: LogFilter) -> bool:
        """Whether the call is wanted; what the vendor does not say rules nothing out."""
        pairs = (
            (wanted.status, self.status),
            (wanted.media, self.kind),
            (wanted.recorded, self.has_recording),
        )
        if any(
            None not in {wanted_value, value} and wanted_value != value
            for wanted_value, value in pairs
        ):
            return False
        users = {
            self.initiator,
            self.receiver,
            *(participant.uid for participant in self.participants or ()),
        }
        return wanted.user is None or wanted.user in users

    def here(self) -> list[CallParticipant]:
        """Who is connected, once each: a second device is the same person."""
        people = [person for person in self.participants or () if person.here]
        known = {person.uid: person for person in people if person.uid}
        return [*known.values(), *(person for person in people if not person.uid)]

    @property
    def group(self) -> str | None:
        """The guid of the group behind the call; None for a 1-to-1 call and a `meet` session."""
        grouped = self.receiver_type in GROUP_KINDS and self.mode != "meet"
        return (self.receiver or None) if grouped else None

    @property
    def grouped(self) -> bool | None:
        """Whether a chat group is behind the call; None where the answer does not say."""
        if self.receiver_type is None and self.mode != "meet":
            return None
        return self.group is not None

    @property
    def recording(self) -> RecordingState:
        """Whether the call is recorded: ON, OFF once the call is over, else UNKNOWN.

        ON is where a recording has begun and not ended. `hasRecording` only says that there is a
        file.
        """
        if any(recording.running for recording in self.recordings or ()):
            return RecordingState.ON
        over = self.ended_at is not None and self.status != "ongoing"
        return RecordingState.OFF if over else RecordingState.UNKNOWN

    def to_domain(self) -> Call:
        """The call as our model. It has no title, so its receiver stands for one."""
        return Call(
            ref=CallRef(vendor=Vendor.COMETCHAT, id=self.session, session=self.session),
            title=self.receiver or self.session,
            people=len(self.here()),
            started_at=self.started_at,
            ended_at=self.ended_at,
            recording=self.recording,
            kind=self.kind,
            grouped=self.grouped,
            log=self.to_log(),
        )

    def _recording_count(self) -> int | None:
        """How many recordings there are; the list is left out where there is none."""
        if self.recordings is None:
            return 0 if self.has_recording is False else None
        return len(self.recordings)

    def to_log(self) -> CallLog:
        """What the call log shows of the call: all that the property tables have.

        `totalDuration` is the call's length as a clock shows it.
        """
        return CallLog(
            status=self.status,
            mode=self.mode,
            media=self.kind,
            initiator=self.initiator,
            receiver=self.receiver,
            between=self.receiver_type,
            seconds=_clock_seconds(self.duration),
            audio_seconds=seconds_of(self.audio),
            video_seconds=seconds_of(self.video),
            devices=self.devices,
            recordings=self._recording_count(),
        )


class _Pagination(BaseModel):
    total: Maybe[int] = None
    current_page: Maybe[int] = None
    total_pages: Maybe[int] = None


class _Meta(BaseModel):
    pagination: Maybe[_Pagination] = None


class PagedResponse(BaseModel):
    """One page of a list, and which page of how many it is."""

    meta: Maybe[_Meta] = None

    @property
    def total(self) -> int | None:
        """How many entries all pages have together; None where the vendor does not say."""
        return self._pages.total

    def more_after(self, number: int) -> bool:
        """Whether a page follows page `number`."""
        return (self._pages.total_pages or 0) > (self._pages.current_page or number)

    def is_page(self, number: int, *, empty: bool) -> bool:
        """Whether this can be page `number`: an empty one only where no more are promised."""
        shown = (self._pages.current_page or number) == number
        return shown and not (empty and number > 1 and (self._pages.total_pages or 0) >= number)

    @property
    def _pages(self) -> _Pagination:
        return (self.meta and self.meta.pagination) or _Pagination()


class CallDetailsResponse(BaseModel):
    """The answer of `GET /calls/{sessionId}`."""

    data: CometChatCall


class CallsResponse(PagedResponse):
    """The answer of `GET /calls`."""

    data: LenientList[CometChatCall]


class TranscriptionsResponse(PagedResponse):
    """The answer of `GET /calls/{sessionId}/transcriptions`."""

    data: LenientList[CallTranscription]


class _Success(BaseModel):
    success: bool | None = None


class GroupActResponse(BaseModel):
    """The Chat API's answer to an act on a group: `{"data": {"success", "message"}}`.

    The form is from its documentation and was not seen in real answers.
    """

    data: _Success | None = None

    @property
    def yes(self) -> bool:
        """Whether the act succeeded, as far as the answer says: only an explicit no is one."""
        return self.data is None or self.data.success is not False


class _Error(BaseModel):
    code: Maybe[str] = None
    message: Maybe[str] = None


class _Refusal(BaseModel):
    error: _Error


def problem(body: bytes) -> VendorProblem:
    """What an error body says: `{"error": {"code", "message"}}`, where the code is a word."""
    try:
        error = _Refusal.model_validate_json(body).error
    except ValidationError:
        return VendorProblem(None, "")
    denied = (error.code or "").startswith(KEY_CODE)
    return VendorProblem(error.code, error.message or "", denied=denied)


def newest_first(files: list[File]) -> list[File]:
    """The files sorted by when they began, newest first; those that do not say come last."""
    return sorted(files, key=lambda file: file.started_at or _LONG_AGO, reverse=True)
