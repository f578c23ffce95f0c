"""What Stream Video keeps about calls: files, members, feedback, measures, call types."""

from typing import Any

from pydantic import BaseModel, SecretStr

from bot.calls.acts import Person
from bot.calls.looks import CallMember, Feedback, File, FileKind
from bot.calls.verbs import DeleteRecording
from bot.providers.decode import Moment, Number
from bot.providers.stream_wire import Session, Stay, User, WireCall


class Kept(BaseModel):
    """A recording or a transcription; `url` reads it without any further key."""

    filename: str
    session_id: str | None = None
    url: SecretStr | None = None
    start_time: Moment = None
    end_time: Moment = None

    def told(self, kind: FileKind) -> File:
        """The file in our words; how long its link lives is not documented."""
        return File(
            kind=kind,
            name=self.filename,
            session=self.session_id,
            url=self.url,
            started_at=self.start_time,
            ended_at=self.end_time,
            deletable=self.session_id is not None,
        )


class Recordings(BaseModel):
    """The answer of ListRecordings, which is not paged."""

    recordings: list[Kept]


class Transcriptions(BaseModel):
    """The answer of ListTranscriptions, which is not paged."""

    transcriptions: list[Kept]


def listed_under(kind: FileKind) -> str:
    """The part of the path that lists or deletes files of this kind."""
    return "recordings" if kind is FileKind.RECORDING else "transcriptions"


def kind_deleted(verb: object) -> FileKind:
    """What a deleting verb deletes."""
    return FileKind.RECORDING if isinstance(verb, DeleteRecording) else FileKind.TRANSCRIPT


class WireMember(BaseModel):
    """Somebody who belongs to a call: invited, present or not."""

    user_id: str
    user: User | None = None
    role: str | None = None
    deleted_at: Moment = None

    def told(self, *, here: bool | None) -> CallMember:
        """The member in our words."""
        name = self.user.name if self.user else None
        return CallMember(id=self.user_id, name=name or None, role=self.role, here=here)

    def person(self) -> Person:
        """The member as somebody an act may mean."""
        return Person(id=self.user_id, name=(self.user and self.user.name) or None, role=self.role)


class WireMembers(BaseModel):
    """A page of QueryCallMembers; `next` is absent at the end."""

    members: list[WireMember]
    next: str | None = None


class Opinion(BaseModel):
    """What one person said about a call; when they did is not in the answer."""

    cid: str | None = None
    user_id: str
    rating: Number | None = None
    reason: str | None = None

    def told(self) -> Feedback:
        """The feedback in our words."""
        rating = None if self.rating is None else round(self.rating)
        return Feedback(person=self.user_id, rating=rating, reason=self.reason or "")


class Opinions(BaseModel):
    """A page of QueryUserFeedback."""

    user_feedback: list[Opinion]
    next: str | None = None


class Measure(BaseModel):
    """One connection of a person as it was measured.

    The documentation names this type without its fields; these are in the vendor's published
    reference of its Android client, as `CallStatsParticipantSession`. It has none for lost packets.
    """

    user_session_id: str | None = None
    is_live: bool | None = None
    started_at: Moment = None
    cq_score: Number | None = None
    latency_ms: Number | None = None
    jitter_ms: Number | None = None


class Measured(BaseModel):
    """One person of a run, with all their connections."""

    user_id: str
    name: str | None = None
    roles: list[str] | None = None
    sessions: list[Measure] = []


class Counts(BaseModel):
    """What was measured of the run as a whole."""

    cq_score: Number | None = None


class Measures(BaseModel):
    """A page of QueryCallSessionParticipantStats."""

    counts: Counts | None = None
    participants: list[Measured]
    next: str | None = None


class WireCallTypes(BaseModel):
    """The answer of ListCallTypes: by name; what stands in a type is not documented there."""

    call_types: dict[str, Any]


class Snapshot(Session):
    """A run with the people its call shows: how many at most is not documented."""

    participants: list[Stay] | None = None


class SeenCall(WireCall):
    """A call of a listing, with the people shown beside it."""

    session: Snapshot | None = None


class SeenState(BaseModel):
    """Each item of QueryCalls, people included."""

    call: SeenCall


class SeenCalls(BaseModel):
    """The answer of QueryCalls, people included."""

    calls: list[SeenState]
    next: str | None = None


class Rung(BaseModel):
    """The answer of RingCall: whom it rang."""

    members_ids: list[str] = []
