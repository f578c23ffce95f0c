"""The models of Stream Video's answers about live calls; times are Unix nanoseconds.

Stream keys and playlist addresses come back in calls: no model here has a field for them.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints, ValidationError

from bot.calls.models import Call, CallRef, Participant, RecordingState, Vendor
from bot.calls.prior_state import CallLimits
from bot.calls.verbs import RecordingKind
from bot.providers.http.answers import VendorProblem
from bot.providers.http.decode import CountedList, LenientList, Maybe, Moment

KEY_CODES = {2, 5, 43}
"""Stream's numbers for a wrong API key, a token that is none and one with a wrong signature."""

CLOCK_CODES = {40, 41, 42}
"""Those for a token that has run out, or is not good yet: ours is new with each request.

Source: getstream.io, API error codes.
"""

WRONG_CLOCK = "Ask an admin to set this machine's clock right: Stream goes by its time."

RUNNING = "running"
"""The one status that the vendor's own client takes for running; the documents list none."""


class Rtmp(BaseModel):
    """One RTMP output that runs; its name may be up to 255 characters of anything."""

    name: Maybe[str] = None


class CallOutput(BaseModel):
    """One output of the call, such as a livestream or a recording."""

    status: Maybe[str] = None

    @property
    def runs(self) -> bool:
        """Whether it runs: what is starting, stopping or failed does not."""
        return self.status == RUNNING


class Egress(BaseModel):
    """The outputs of a call; one that is not there does not run."""

    broadcasting: Maybe[bool] = None
    hls: Maybe[CallOutput] = None
    composite_recording: Maybe[CallOutput] = None
    individual_recording: Maybe[CallOutput] = None
    raw_recording: Maybe[CallOutput] = None
    rtmps: Maybe[LenientList[Rtmp]] = None

    @property
    def live(self) -> bool:
        """Whether the HLS livestream runs."""
        return self.hls is not None and self.hls.runs and self.broadcasting is not False

    def recording(self, kind: RecordingKind) -> CallOutput | None:
        """The output of that kind of recording; None where it is not told."""
        output: CallOutput | None = getattr(self, f"{kind}_recording")
        return output

    def records(self, kind: RecordingKind) -> bool:
        """Whether that kind of recording runs."""
        output = self.recording(kind)
        return output is not None and output.runs

    @property
    def busy(self) -> bool:
        """Whether any output runs."""
        return self.live or bool(self.outputs) or any(self.records(kind) for kind in RecordingKind)

    @property
    def outputs(self) -> tuple[str, ...] | None:
        """The names of the RTMP outputs; None when the answer leaves them out."""
        return None if self.rtmps is None else tuple(rtmp.name for rtmp in self.rtmps if rtmp.name)


class CallSession(BaseModel):
    """One run of the call. The counts are complete, the list of people beside them is not."""

    id: Maybe[str] = None
    started_at: Moment = None
    ended_at: Moment = None
    participants_count_by_role: Maybe[dict[str, Maybe[int]]] = None
    anonymous_participant_count: Maybe[int] = None

    @property
    def people(self) -> int:
        """How many are connected, the anonymous included."""
        known = sum(count or 0 for count in (self.participants_count_by_role or {}).values())
        return known + (self.anonymous_participant_count or 0)


class LimitsResponse(BaseModel):
    """LimitsSettingsResponse, where 0 and nothing both stand for no limit."""

    max_participants: Maybe[int] = None
    max_participants_exclude_owner: Maybe[bool] = None
    max_participants_exclude_roles: Maybe[LenientList[str]] = None
    max_duration_seconds: Maybe[int] = None

    def to_domain(self) -> CallLimits:
        """The limits as our model."""
        return CallLimits(
            people=self.max_participants or None,
            but_owner=self.max_participants_exclude_owner,
            but_roles=tuple(self.max_participants_exclude_roles or ()),
            seconds=self.max_duration_seconds or None,
        )


def limits_request(limits: CallLimits) -> dict[str, Any]:
    """LimitsSettingsRequest: all limits, so that none is lost; no limit of people is 0."""
    written: dict[str, Any] = {
        "max_participants": limits.people or 0,
        "max_participants_exclude_roles": list(limits.but_roles),
    }
    if limits.but_owner is not None:
        written["max_participants_exclude_owner"] = limits.but_owner
    if limits.seconds:
        written["max_duration_seconds"] = limits.seconds
    return written


class Settings(BaseModel):
    """The settings of a call, as far as they are read."""

    limits: Maybe[LimitsResponse] = None


class CallResponse(BaseModel):
    """A call, whose `cid` is `type:id`."""

    cid: Annotated[str, StringConstraints(min_length=3)]
    type: Maybe[str] = None
    custom: Any = None
    current_session_id: Maybe[str] = None
    session: Maybe[CallSession] = None
    egress: Maybe[Egress] = None
    recording: Maybe[bool] = None
    transcribing: Maybe[bool] = None
    captioning: Maybe[bool] = None
    backstage: Maybe[bool] = None
    ended_at: Moment = None
    settings: Maybe[Settings] = None
    blocked_user_ids: Maybe[LenientList[str]] = None

    @property
    def title(self) -> str:
        """The app's own title or name for the call, the cid when it gave none."""
        custom = self.custom if isinstance(self.custom, dict) else {}
        names = (custom.get("title"), custom.get("name"))
        return next((name for name in names if isinstance(name, str) and name.strip()), self.cid)

    @property
    def limits(self) -> CallLimits | None:
        """How many may be in it; None when the answer leaves that out."""
        limits = self.settings.limits if self.settings else None
        return limits.to_domain() if limits else None

    @property
    def people(self) -> int:
        """How many are connected."""
        return self.session.people if self.session else 0

    def people_by_role(self, role: str) -> int:
        """How many of this role are connected."""
        counts = (self.session.participants_count_by_role if self.session else None) or {}
        return counts.get(role) or 0

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
        """Whether any kind of recording runs; Stream has no pause.

        The call's own flag counts where its outputs tell of none.
        """
        egress = self.egress or Egress()
        outputs = [egress.recording(kind) for kind in RecordingKind]
        known = [output for output in outputs if output is not None]
        on = any(output.runs for output in known) if known else self.recording
        if on is None:
            return RecordingState.UNKNOWN
        return RecordingState.ON if on else RecordingState.OFF

    def to_domain(self) -> Call:
        """The call as our model."""
        run = self.session or CallSession()
        return Call(
            ref=CallRef(vendor=Vendor.STREAM, id=self.cid, session=self.current_session_id or None),
            title=self.title,
            people=run.people,
            started_at=run.started_at,
            ended_at=self.ended or run.ended_at,
            recording=self.recorded,
            broadcasting=self.egress.live if self.egress else None,
            rtmp=self.egress.outputs if self.egress else None,
            limit=self.limits.people if self.limits else None,
            backstage=self.backstage,
            transcribing=self.transcribing,
            captioning=self.captioning,
            kind=self.type,
            blocked=None if self.blocked_user_ids is None else tuple(self.blocked_user_ids),
        )


class GetCallResponse(BaseModel):
    """The answer of GetCall, and each item of QueryCalls."""

    call: CallResponse


class QueryCallsResponse(BaseModel):
    """The answer of QueryCalls; `next` is absent at the end."""

    calls: CountedList[GetCallResponse]
    next: Maybe[str] = None


class UserResponse(BaseModel):
    """A user of the app."""

    id: Annotated[str, StringConstraints(min_length=1)]
    name: Maybe[str] = None


class ParticipantResponse(BaseModel):
    """One connection of somebody to the call; each device has its own."""

    user: UserResponse
    user_session_id: Maybe[str] = None
    role: Maybe[str] = None
    joined_at: Moment = None

    def to_domain(self) -> Participant:
        """The participant as our model; what they send is not told here."""
        return Participant(
            id=self.user.id,
            name=self.user.name or None,
            role=self.role,
            presence=self.user_session_id,
            joined_at=self.joined_at,
        )


class ParticipantsResponse(BaseModel):
    """The answer of QueryCallParticipants: no cursor, but a total, and the call beside it."""

    call: Maybe[CallResponse] = None
    participants: CountedList[ParticipantResponse]
    total_participants: Maybe[int] = None

    @property
    def unknown(self) -> int:
        """How many entries do not say whose they are."""
        return self.participants.unreadable

    @property
    def total(self) -> int:
        """How many connections match, those that are not listed among them."""
        return max(self.total_participants or 0, self.participants.sent)


class ActResponse(BaseModel):
    """The answer to every act: an object, of which nothing is needed."""


class _Error(BaseModel):
    code: Maybe[int] = None
    message: Maybe[str] = None


def problem(body: bytes) -> VendorProblem:
    """What an error body says: `{"code": 16, "message": …}`, where the code is a number."""
    try:
        error = _Error.model_validate_json(body)
    except ValidationError:
        return VendorProblem(None, "")
    return VendorProblem(
        code=None if error.code is None else str(error.code),
        message=error.message or "",
        denied=error.code in KEY_CODES | CLOCK_CODES,
        mend=WRONG_CLOCK if error.code in CLOCK_CODES else None,
    )
