"""The models of Stream Video's answers about files, members, feedback, quality and call types."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from bot.calls.acts import Person
from bot.calls.reports import CallMember, Feedback, File, FileKind
from bot.calls.verbs import DeleteRecording
from bot.providers.http.decode import CountedList, LenientList, Maybe, Moment, Number
from bot.providers.stream.models import CallResponse, CallSession, ParticipantResponse, UserResponse


class StoredFile(BaseModel):
    """A recording or a transcription; whoever has `url` can read it without a key."""

    filename: str
    session_id: Maybe[str] = None
    url: Maybe[SecretStr] = None
    start_time: Moment = None
    end_time: Moment = None

    def to_domain(self, kind: FileKind) -> File:
        """The file as our model; how long its link lives is not documented."""
        return File(
            kind=kind,
            name=self.filename,
            session=self.session_id,
            url=self.url,
            started_at=self.start_time,
            ended_at=self.end_time,
            deletable=self.session_id is not None,
        )


class ListRecordingsResponse(BaseModel):
    """The answer of ListRecordings, which is not paged."""

    recordings: LenientList[StoredFile]


class ListTranscriptionsResponse(BaseModel):
    """The answer of ListTranscriptions, which is not paged."""

    transcriptions: LenientList[StoredFile]


def files_step(kind: FileKind) -> str:
    """The step of a path that lists or deletes files of this kind."""
    return "recordings" if kind is FileKind.RECORDING else "transcriptions"


def file_kind_of(verb: object) -> FileKind:
    """The kind of file that a deleting verb deletes."""
    return FileKind.RECORDING if isinstance(verb, DeleteRecording) else FileKind.TRANSCRIPT


class MemberResponse(BaseModel):
    """Somebody who belongs to a call: invited, present or not."""

    user_id: str
    user: Maybe[UserResponse] = None
    role: Maybe[str] = None
    deleted_at: Moment = None

    def to_domain(self, *, here: bool | None) -> CallMember:
        """The member as our model."""
        name = self.user.name if self.user else None
        return CallMember(id=self.user_id, name=name or None, role=self.role, here=here)

    def to_person(self) -> Person:
        """The member as a person that an act may be aimed at."""
        return Person(id=self.user_id, name=(self.user and self.user.name) or None, role=self.role)


class QueryMembersResponse(BaseModel):
    """A page of QueryCallMembers; `next` is absent at the end."""

    members: LenientList[MemberResponse]
    next: Maybe[str] = None


class FeedbackResponse(BaseModel):
    """What one person said about a call; when they did is not in the answer."""

    cid: Maybe[str] = None
    user_id: str
    rating: Maybe[Number] = None
    reason: Maybe[str] = None

    def to_domain(self) -> Feedback:
        """The feedback as our model."""
        rating = None if self.rating is None else round(self.rating)
        return Feedback(person=self.user_id, rating=rating, reason=self.reason or "")


class QueryFeedbackResponse(BaseModel):
    """A page of QueryUserFeedback."""

    user_feedback: LenientList[FeedbackResponse]
    next: Maybe[str] = None


class ConnectionStats(BaseModel):
    """The measurements of one connection of a person.

    The documentation names this type without its fields; these are in the vendor's published
    reference of its Android client, as `CallStatsParticipantSession`. It has none for lost packets.
    """

    user_session_id: Maybe[str] = None
    is_live: Maybe[bool] = None
    started_at: Moment = None
    cq_score: Maybe[Number] = None
    latency_ms: Maybe[Number] = None
    jitter_ms: Maybe[Number] = None


class ParticipantStats(BaseModel):
    """The measurements of one person in a run, by connection."""

    user_id: str
    name: Maybe[str] = None
    roles: Maybe[LenientList[str]] = None
    sessions: LenientList[ConnectionStats] = LenientList()


class RunScore(BaseModel):
    """The measurements of a run as a whole."""

    cq_score: Maybe[Number] = None


class ParticipantStatsResponse(BaseModel):
    """A page of QueryCallSessionParticipantStats."""

    counts: Maybe[RunScore] = None
    participants: LenientList[ParticipantStats]
    next: Maybe[str] = None


GRANTS = TypeAdapter(dict[str, LenientList[str]])
"""`grants` of a call type: role by role, the names of its capabilities."""


class CallTypesResponse(BaseModel):
    """The answer of ListCallTypes: types by name; what stands in a type is not documented there."""

    call_types: dict[str, Any]

    def grants(self, kind: str) -> Mapping[str, Sequence[str]]:
        """The permissions of each role in calls of this type, as far as they are written."""
        call_type = self.call_types.get(kind)
        try:
            return GRANTS.validate_python(
                call_type.get("grants") if isinstance(call_type, dict) else None
            )
        except ValidationError:
            return {}


class SessionWithPeople(CallSession):
    """A run with the people that its call shows; how many that are at most is not documented."""

    participants: Maybe[LenientList[ParticipantResponse]] = None


class CallWithPeople(CallResponse):
    """A call of a listing, with the people shown in it."""

    session: Maybe[SessionWithPeople] = None


class CallStateWithPeople(BaseModel):
    """Each item of QueryCalls, with the people shown in it."""

    call: CallWithPeople


class CallsWithPeopleResponse(BaseModel):
    """The answer of QueryCalls, with the people shown in each call."""

    calls: CountedList[CallStateWithPeople]
    next: Maybe[str] = None


class RingResponse(BaseModel):
    """The answer of RingCall: the ids of those it rang."""

    members_ids: LenientList[str] = LenientList()
