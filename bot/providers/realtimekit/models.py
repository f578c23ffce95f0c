"""The models of RealtimeKit's answers: only the fields that are needed.

Stream keys, ingest addresses and tokens come in the same answers; no model has a field for them, so
they end here. Links to files are read in `reports_files` only.
"""

import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from bot.calls.acts import Act, Person
from bot.calls.attendance import Attendee
from bot.calls.models import Call, CallRef, Participant, RecordingState, Vendor
from bot.providers.http.answers import VendorProblem
from bot.providers.http.decode import Count, LenientList, Maybe, Moment, moment

KEY_CODES = {"1001", "6003", "9103", "9106", "9109", "10000", "10001"}
"""Codes of Cloudflare's gateway for a token that is none, is not good, or may not do this.

A mangled one is 400 with 6003, "Invalid request headers", and says in `error_chain` which header.
Sources: developers.cloudflare.com, API troubleshooting; what people met with the v4 API.
"""

STARTED = ("INVOKED", "RECORDING", "PAUSED")
"""What a recording is from being asked for until it is stopped."""

_OUTPUT = re.compile(r"rtmp\.([A-Za-z0-9_-]+)\.")


class MeetingSession(BaseModel):
    """One live run of a meeting; `meeting` is the id that moderation paths take."""

    id: str
    meeting: str = Field(alias="associated_id")
    title: Maybe[str] = Field(None, alias="meeting_display_name")
    status: Maybe[str] = None
    kind: Maybe[str] = Field(None, alias="type")
    people: Count = Field(None, alias="live_participants")
    started_at: Moment = None
    ended_at: Moment = None

    def to_call(self) -> Call:
        """The call as a listing shows it: whether it is recorded or sent out is unknown."""
        return Call(
            ref=CallRef(vendor=Vendor.REALTIMEKIT, id=self.meeting, session=self.id),
            title=self.title or self.meeting,
            people=self.people or 0,
            started_at=self.started_at,
            ended_at=self.ended_at,
            kind=self.kind,
        )


class SessionParticipant(BaseModel):
    """One connection of one person. `peer` is no user id: acts do not take it."""

    peer: Maybe[str] = Field(None, alias="id")
    user_id: Maybe[str] = None
    custom_id: Maybe[str] = Field(None, alias="custom_participant_id")
    name: Maybe[str] = Field(None, alias="display_name")
    role: Maybe[str] = Field(None, alias="preset_name")
    joined_at: Moment = None
    left: Any = Field(None, alias="left_at")

    @property
    def person(self) -> str:
        """The id that acts take: `user_id`, or the app's own id where the vendor leaves that out.

        It is empty for a connection without either: both are optional, and recorders have none.
        """
        return self.user_id or self.custom_id or ""

    def of(self, person: Person) -> bool:
        """Whether it is this person's connection, by either id: a new token is a new `user_id`."""
        if not self.person:
            return False
        return self.person == person.id or bool(
            self.custom_id and self.custom_id == person.custom_id
        )

    @property
    def here(self) -> bool:
        """Whether they are connected now: the listing keeps everybody who ever came."""
        return not self.left

    def to_attendee(self) -> Attendee:
        """This connection as one stay in the call."""
        return Attendee(
            id=self.person or self.peer or "unknown",
            name=self.name,
            custom_id=self.custom_id,
            role=self.role,
            joined_at=self.joined_at,
            left_at=moment(self.left),
        )

    def to_participant(self) -> Participant:
        """The person behind this connection; whether they are muted is not told."""
        return Participant(
            id=self.person or self.peer or "unknown",
            known=bool(self.person),
            name=self.name,
            custom_id=self.custom_id,
            role=self.role,
            presence=self.peer,
            joined_at=self.joined_at,
        )


def is_spared(act: Act, stay: SessionParticipant) -> bool:
    """Whether this connection is of somebody the act spares, by any id, on any device."""
    who = Person.of(stay.to_participant())
    return act.spares(who.ids, who.role)


class MeetingRecording(BaseModel):
    """A recording, or an RTMP output, which is a recording that is sent elsewhere."""

    id: str
    status: Maybe[str] = None
    session: Maybe[str] = Field(None, alias="session_id")
    file: Maybe[str] = Field(None, alias="output_file_name")
    invoked_at: Moment = Field(None, alias="invoked_time")
    started_at: Moment = Field(None, alias="started_time")

    @property
    def started(self) -> bool:
        """Whether it was asked for and not stopped: INVOKED becomes RECORDING within seconds."""
        return self.status in STARTED

    def of(self, session: str | None) -> bool:
        """Whether it may be of this session; None on either side rules nothing out."""
        return None in {session, self.session} or session == self.session

    @property
    def paused(self) -> bool:
        """Whether it is paused, and will go on in the same file."""
        return self.status == "PAUSED"

    @property
    def ours(self) -> bool:
        """Whether it was begun from here."""
        return (self.file or "").startswith(OWN_PREFIX)

    @property
    def output(self) -> str | None:
        """The name of our RTMP target it is sent to; None for anything else."""
        named = _OUTPUT.match(self.file or "")
        return named.group(1) if named else None


OWN_PREFIX = "callwarden."
"""The start of the file name by which a recording begun from here is told from others."""


def output_prefix(target: str) -> str:
    """The start of the file name by which an RTMP output is told from a plain recording.

    The dots cannot be in a target's name, so no name is the beginning of another.
    """
    return f"rtmp.{target}."


def recording_state(running: Iterable[MeetingRecording]) -> RecordingState:
    """The state these running recordings amount to: PAUSED where all are, OFF where none is."""
    paused = [recording.paused for recording in running]
    if not paused:
        return RecordingState.OFF
    return RecordingState.PAUSED if all(paused) else RecordingState.ON


class RunningRecordings(NamedTuple):
    """The recordings of all sessions that were not stopped; `whole` when none can be missing."""

    recordings: list[MeetingRecording]
    whole: bool

    def add_to(self, call: Call) -> Call:
        """The call with its recordings and outputs; what may be missing is left unknown."""
        mine = [recording for recording in self.recordings if recording.session == call.ref.session]
        update: dict[str, Any] = {}
        if mine or self.whole:
            update["rtmp"] = output_targets(mine)
        if kept_as_files(mine) or self.whole:
            update["recording"] = recording_state(kept_as_files(mine))
        return call.model_copy(update=update)


def kept_as_files(running: Iterable[MeetingRecording]) -> list[MeetingRecording]:
    """The recordings that are not sent to a target of ours: files, as far as can be told."""
    return [recording for recording in running if recording.output is None]


def output_targets(running: Iterable[MeetingRecording]) -> tuple[str, ...]:
    """The names of our targets that these recordings are sent to, sorted."""
    return tuple(sorted({recording.output for recording in running if recording.output}))


class Livestream(BaseModel):
    """An HLS livestream; one that is IDLE or ERRORED shows nothing to anybody."""

    status: Maybe[str] = None

    @property
    def running(self) -> bool:
        """Whether there is something to watch, or will be in a moment."""
        return self.status not in {"IDLE", "ERRORED"}


MOST_KICKED = 1_000_000
"""More people than any session holds: a larger number is no count."""


class Paging(BaseModel):
    """Where a page stands in its list; not every list has it."""

    total_count: Maybe[int] = None
    end_offset: Maybe[int] = None


class _Sessions(BaseModel):
    sessions: LenientList[MeetingSession]


class _Stays(BaseModel):
    participants: LenientList[SessionParticipant]


class SessionsResponse(BaseModel):
    """The answer of `GET /sessions`: a page."""

    data: _Sessions
    paging: Maybe[Paging] = None


class ActiveSessionResponse(BaseModel):
    """The answer of `GET /meetings/{id}/active-session`."""

    data: MeetingSession


class SessionParticipantsResponse(BaseModel):
    """The answer of `GET /sessions/{id}/participants`: a page."""

    data: _Stays
    paging: Maybe[Paging] = None


class RecordingsResponse(BaseModel):
    """The answer of `GET /recordings`: a page."""

    data: LenientList[MeetingRecording]
    paging: Maybe[Paging] = None


class LivestreamResponse(BaseModel):
    """The answer about a meeting's active livestream: null, or 404, where there is none."""

    data: Livestream | None = None


class SuccessResponse(BaseModel):
    """The answer to an act that was done: `success` is true, or it cannot be read."""

    success: Literal[True]


class KickAllResponse(SuccessResponse):
    """The answer to a kick of everyone."""

    data: Any = None

    @property
    def count(self) -> int | None:
        """How many were kicked; None where that is not told as a number of people."""
        count = self.data.get("kicked_participants_count") if isinstance(self.data, dict) else None
        if isinstance(count, bool) or not isinstance(count, int | float):
            return None
        return int(count) if 0 <= count <= MOST_KICKED else None


class _Error(BaseModel):
    code: Maybe[int | str] = None
    message: Maybe[str] = None
    chain: Maybe[LenientList["_Error"]] = Field(None, alias="error_chain")

    @property
    def words(self) -> str:
        """What it says, with what it says more closely."""
        messages = (self.message, *(error.message for error in self.chain or ()))
        return ": ".join(filter(None, messages))


class _Refusal(BaseModel):
    error: Maybe[_Error] = None
    errors: Maybe[LenientList[_Error]] = None


def problem(body: bytes) -> VendorProblem:
    """What an error body says: `{"error": {…}}`, or `{"errors": [{…}]}` of Cloudflare's gateway."""
    try:
        refusal = _Refusal.model_validate_json(body)
    except ValidationError:
        return VendorProblem(None, "")
    error = refusal.error or next(iter(refusal.errors or ()), None) or _Error()
    code = None if error.code is None else str(error.code)
    return VendorProblem(code, error.words, denied=code in KEY_CODES)


def next_page(number: int, asked: int, got: int, paging: Paging | None) -> str | None:
    """The cursor after page `number`; None once `paging` says that it is the last one.

    Where there is no `paging`, a short page is the last. The vendor does not document how large a
    page may be, so a short one alone proves nothing; an empty one does.
    """
    more = got == asked
    if paging and paging.total_count is not None and paging.end_offset is not None:
        more = paging.end_offset < paging.total_count
    return str(number + 1) if more and got else None
