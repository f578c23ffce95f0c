"""What Stream Video's answers carry, as far as it is needed; times are Unix nanoseconds.

Stream keys and playlist addresses come back in calls: no model here has a field for them.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.calls.models import Call, CallRef, Participant, RecordingState, Vendor
from bot.calls.verbs import RecordingKind
from bot.providers.decode import Moment
from bot.providers.http import Problem


class Rtmp(BaseModel):
    """One RTMP output that runs."""

    name: str | None = None


class Egress(BaseModel):
    """What leaves the call: an output runs when something stands in its field."""

    broadcasting: bool | None = None
    hls: Any = None
    composite_recording: Any = None
    individual_recording: Any = None
    raw_recording: Any = None
    rtmps: list[Rtmp] | None = None

    @property
    def live(self) -> bool:
        """Whether the HLS livestream runs."""
        return self.hls is not None and self.broadcasting is not False

    def records(self, kind: RecordingKind) -> bool:
        """Whether that kind of recording runs."""
        return getattr(self, f"{kind}_recording") is not None

    @property
    def busy(self) -> bool:
        """Whether anything leaves the call."""
        return self.live or bool(self.outputs) or any(self.records(kind) for kind in RecordingKind)

    @property
    def outputs(self) -> tuple[str, ...] | None:
        """The names of the RTMP outputs; None when the answer leaves them out."""
        return None if self.rtmps is None else tuple(one.name for one in self.rtmps if one.name)


class Session(BaseModel):
    """One run of the call. The counts are complete, the list of people beside them is not."""

    id: str | None = None
    started_at: Moment = None
    ended_at: Moment = None
    participants_count_by_role: dict[str, int | None] | None = None
    anonymous_participant_count: int | None = None

    @property
    def people(self) -> int:
        """How many are connected, the anonymous included."""
        known = sum(count or 0 for count in (self.participants_count_by_role or {}).values())
        return known + (self.anonymous_participant_count or 0)


class WireCall(BaseModel):
    """A call, whose `cid` is `type:id`."""

    cid: str
    type: str | None = None
    custom: Any = None
    current_session_id: str | None = None
    session: Session | None = None
    egress: Egress | None = None
    recording: bool | None = None
    transcribing: bool | None = None
    captioning: bool | None = None
    backstage: bool | None = None
    ended_at: Moment = None
    blocked_user_ids: list[str] | None = None

    @property
    def title(self) -> str:
        """The app's own title or name for the call, the cid when it gave none."""
        custom = self.custom if isinstance(self.custom, dict) else {}
        names = (custom.get("title"), custom.get("name"))
        return next((name for name in names if isinstance(name, str) and name.strip()), self.cid)

    @property
    def ended(self) -> datetime | None:
        """When it was ended for everyone; None once a later run has begun."""
        begun = self.session.started_at if self.session else None
        return None if self.ended_at and begun and begun > self.ended_at else self.ended_at

    def later_than(self, session: str) -> bool:
        """Whether another run is on than this one."""
        return self.current_session_id not in {"", None, session}

    @property
    def sends_out(self) -> bool:
        """Whether a stream, recording, transcription or caption shows as running."""
        return bool((self.egress and self.egress.busy) or self.transcribing or self.captioning)

    @property
    def latest_run(self) -> str | None:
        """The run that is on, or the last one that was; None before the first."""
        return self.current_session_id or (self.session.id if self.session else None)

    @property
    def recorded(self) -> RecordingState:
        """Whether any kind of recording runs; Stream has no pause."""
        on = self.egress is not None and any(self.egress.records(kind) for kind in RecordingKind)
        if on or self.recording:
            return RecordingState.ON
        return RecordingState.UNKNOWN if self.recording is None else RecordingState.OFF

    def told(self) -> Call:
        """The call in our words."""
        run = self.session or Session()
        return Call(
            ref=CallRef(vendor=Vendor.STREAM, id=self.cid, session=self.current_session_id or None),
            title=self.title,
            people=run.people,
            started_at=run.started_at,
            ended_at=self.ended or run.ended_at,
            recording=self.recorded,
            broadcasting=self.egress.live if self.egress else None,
            rtmp=self.egress.outputs if self.egress else None,
            locked=self.backstage,
            transcribing=self.transcribing,
            captioning=self.captioning,
            kind=self.type,
            blocked=None if self.blocked_user_ids is None else tuple(self.blocked_user_ids),
        )


class OneCall(BaseModel):
    """The answer of GetCall, and each item of QueryCalls."""

    call: WireCall


class ManyCalls(BaseModel):
    """The answer of QueryCalls; `next` is absent at the end."""

    calls: list[OneCall]
    next: str | None = None


class User(BaseModel):
    """Who somebody is."""

    id: str
    name: str | None = None


class Stay(BaseModel):
    """One connection of somebody to the call; each device is one."""

    user: User
    user_session_id: str | None = None
    role: str | None = None
    joined_at: Moment = None

    def told(self) -> Participant:
        """The participant in our words; Stream does not say here what they send."""
        return Participant(
            id=self.user.id,
            name=self.user.name or None,
            role=self.role,
            presence=self.user_session_id,
            joined_at=self.joined_at,
        )


class Stays(BaseModel):
    """The answer of QueryCallParticipants: no cursor, but a total, and the call beside it."""

    call: WireCall | None = None
    participants: list[Stay]
    total_participants: int | None = None

    @property
    def total(self) -> int:
        """How many connections match, the unlisted included."""
        return max(self.total_participants or 0, len(self.participants))


class Done(BaseModel):
    """The answer to every act: an object, of which nothing is needed."""


class _Error(BaseModel):
    code: int | None = None
    message: str | None = None


def problem(body: bytes) -> Problem:
    """Stream's error body: `{"code": 16, "message": …}`, the code a number of its own."""
    try:
        error = _Error.model_validate_json(body)
    except ValidationError:
        return Problem(None, "")
    return Problem(None if error.code is None else str(error.code), error.message or "")
