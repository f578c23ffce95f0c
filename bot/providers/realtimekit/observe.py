"""Reading RealtimeKit back: is what an act asks for the case now?"""

from collections.abc import Awaitable, Callable, Sequence

from bot.calls.acts import Act, Person
from bot.calls.outcomes import Observation, Seen
from bot.calls.recordings import SHORT_ID, still_running
from bot.calls.verbs import (
    Aim,
    Block,
    End,
    Kick,
    LiveStart,
    LiveStop,
    Lock,
    MemberRemove,
    Preset,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    Summarise,
    Unlock,
)
from bot.errors import NotAtVendor
from bot.providers.realtimekit.models import (
    MeetingRecording,
    SessionParticipant,
    is_spared,
    kept_as_files,
)
from bot.providers.realtimekit.queries import RealtimeKitQueries
from bot.providers.realtimekit.queries_meetings import MeetingQueries
from bot.providers.realtimekit.queries_recordings import named_by

_OVER = "RealtimeKit shows no running session of this call."
_STOPPED = "RealtimeKit does not show the recording running."


class RealtimeKitObserver:
    """Has a method for each verb that leaves a trace; changes nothing."""

    def __init__(self, queries: RealtimeKitQueries, meetings: MeetingQueries) -> None:
        self._queries = queries
        self._meetings = meetings
        self._observers: dict[str, Callable[[Act], Awaitable[Observation]]] = {
            Kick.name: self._kicked,
            Block.name: self._blocked,
            Preset.name: self._preset_changed,
            MemberRemove.name: self._delisted,
            Lock.name: self._locked_or_not,
            Unlock.name: self._locked_or_not,
            End.name: self._emptied,
            Summarise.name: self._summarised,
            RecordStart.name: self._recording,
            RecordStop.name: self._recording,
            RecordPause.name: self._pausing,
            RecordResume.name: self._pausing,
            LiveStart.name: self._streaming,
            LiveStop.name: self._streaming,
            RtmpStart.name: self._sending,
            RtmpStop.name: self._sending,
        }

    async def observe(self, act: Act) -> Observation:
        """See `CallActs.observe`; UNKNOWABLE for verbs that the vendor keeps no trace of."""
        observer = self._observers.get(act.verb.name)
        if observer is None:
            if act.verb.aim is Aim.CALL:
                return _unknowable("RealtimeKit does not show it later, so it cannot be checked.")
            return _unknowable(f"RealtimeKit does not tell who is {act.verb.done}.")
        return await observer(act)

    async def _kicked(self, act: Act) -> Observation:
        """Read from the running session, which may be a later one than the moderator saw."""
        if act.everyone:
            return await self._emptied(act)
        person = act.people[0]
        stays = await self._stays_of(act)
        if stays is None:
            return _verdict(_OVER)
        if not stays:
            return _verdict(f"{person.shown} is no longer in the room.")
        if all(_is_later_stay(stay, person) for stay in stays):
            return _verdict(f"{person.shown} left the room and came back since.")
        return _verdict(f"{person.shown} is still in the room.", done=False)

    async def _blocked(self, act: Act) -> Observation:
        """Both have to show: not in the room, not on the list. Who came back is not kept out."""
        shown = act.people[0].shown
        if await self._stays_of(act):
            return _verdict(f"{shown} is in the room.", done=False)
        if await self._meetings.enrolment(act.call.id, act.people[0]):
            return _verdict(
                f"{shown} is not in the room, but still on the meeting's list.", done=False
            )
        return _verdict(f"{shown} is neither in the room nor on the meeting's list.")

    async def _delisted(self, act: Act) -> Observation:
        shown = act.people[0].shown
        if await self._meetings.enrolment(act.call.id, act.people[0]):
            return _verdict(f"{shown} is on the meeting's list.", done=False)
        return _verdict(f"{shown} is not on the meeting's list.")

    async def _preset_changed(self, act: Act) -> Observation:
        if not isinstance(act.verb, Preset):
            raise TypeError(act.verb.name)
        shown = act.people[0].shown
        enrolled = await self._meetings.enrolment(act.call.id, act.people[0])
        if enrolled is None:
            return _verdict(f"{shown} is not on the meeting's list.", done=False)
        words = f"RealtimeKit shows {shown} with the preset {enrolled.preset or 'unknown'}."
        return _verdict(words, done=enrolled.preset == act.verb.preset)

    async def _locked_or_not(self, act: Act) -> Observation:
        locked = (await self._meetings.meeting(act.call.id)).locked
        if locked is None:
            return _unknowable("RealtimeKit does not say whether the meeting is locked.")
        words = f"RealtimeKit shows the meeting as {'locked' if locked else 'not locked'}."
        return _verdict(words, done=locked is isinstance(act.verb, Lock))

    async def _stays_of(self, act: Act) -> list[SessionParticipant] | None:
        """Where the person is in the room now; None when no session runs."""
        try:
            session = await self._queries.active(act.call.id)
        except NotAtVendor:
            return None
        person = act.people[0]
        return [stay for stay in await self._queries.present(session.id) if stay.of(person)]

    async def _emptied(self, act: Act) -> Observation:
        """The session itself stays LIVE for its keep-alive time after the last one left."""
        try:
            session = await self._queries.active(act.call.id)
        except NotAtVendor:
            return _verdict(_OVER)
        if act.call.session not in {None, session.id}:
            return _verdict("That session is over; another one has begun in the same room.")
        present = await self._queries.present(session.id)
        people = {stay.person for stay in present if stay.person and not is_spared(act, stay)}
        if people:
            evidence = f"People still in the room: {len(people)}."
            return Observation(seen=Seen.NOT_DONE, evidence=evidence, left=tuple(sorted(people)))
        return _verdict(f"Nobody is left in the room{act.besides}.")

    async def _summarised(self, act: Act) -> Observation:
        """That none shows proves nothing: making one takes a while."""
        if await self._queries.summarised(await self._queries.session_of(act.call)):
            return _verdict("RealtimeKit has a summary of this session.")
        return _unknowable("RealtimeKit shows no summary of this session yet.")

    async def _recording(self, act: Act) -> Observation:
        running = kept_as_files(await self._queries.running(act.call))
        mine = _recordings_judged(act, running)
        words = "RealtimeKit shows the recording running." if mine else _STOPPED
        seen = _verdict(words, done=bool(mine) is isinstance(act.verb, RecordStart))
        if isinstance(act.verb, RecordStart):
            return seen
        others = [recording.id[:SHORT_ID] for recording in running if recording not in mine]
        return seen.model_copy(update={"note": still_running(others)})

    async def _pausing(self, act: Act) -> Observation:
        running = _recordings_judged(act, kept_as_files(await self._queries.running(act.call)))
        if not running:
            return _verdict(_STOPPED, done=False)
        paused = isinstance(act.verb, RecordPause)
        states = ", ".join((recording.status or "unknown").lower() for recording in running)
        done = all(recording.paused is paused for recording in running)
        return _verdict(f"RealtimeKit shows the recording as {states}.", done=done)

    async def _streaming(self, act: Act) -> Observation:
        running = await self._queries.livestream(act.call.id) is not None
        words = f"RealtimeKit shows {'a' if running else 'no'} livestream of this call."
        return _verdict(words, done=running is isinstance(act.verb, LiveStart))

    async def _sending(self, act: Act) -> Observation:
        target = target_of(act)
        running = bool(outputs_to(await self._queries.running(act.call), target))
        words = f"RealtimeKit shows {'an' if running else 'no'} RTMP output to {target}."
        return _verdict(words, done=running is isinstance(act.verb, RtmpStart))


def _recordings_judged(act: Act, running: Sequence[MeetingRecording]) -> list[MeetingRecording]:
    """The recording that is named, or those begun from here."""
    named = named_by(act.verb)
    if named is None:
        return [recording for recording in running if recording.ours]
    return [recording for recording in running if recording.id.startswith(named)]


def outputs_to(running: Sequence[MeetingRecording], target: str) -> list[MeetingRecording]:
    """The recordings that are sent to this RTMP target."""
    return [recording for recording in running if recording.output == target]


def target_of(act: Act) -> str:
    """The name of the RTMP target that an RTMP verb is about; raises TypeError for other verbs."""
    if not isinstance(act.verb, RtmpStart | RtmpStop):
        raise TypeError(act.verb.name)
    name: str = act.verb.to
    return name


def _is_later_stay(stay: SessionParticipant, person: Person) -> bool:
    """Whether this is another stay than the one the moderator saw."""
    if stay.joined_at and person.joined_at:
        return stay.joined_at > person.joined_at
    return bool(person.presence and stay.peer and stay.peer != person.presence)


def _unknowable(evidence: str) -> Observation:
    return Observation(seen=Seen.UNKNOWABLE, evidence=evidence)


def _verdict(evidence: str, *, done: bool = True) -> Observation:
    return Observation(seen=Seen.DONE if done else Seen.NOT_DONE, evidence=evidence)
