"""Looking whether what an act asks for is the case at RealtimeKit now."""

from collections.abc import Awaitable, Callable, Sequence

from bot.calls.acts import Act, Person
from bot.calls.outcomes import Observation, Seen
from bot.calls.verbs import (
    End,
    Kick,
    LiveStart,
    LiveStop,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
)
from bot.errors import NotAtVendor
from bot.providers.realtimekit_reads import Reads
from bot.providers.realtimekit_wire import Recording, Stay

_OVER = "RealtimeKit shows no running session of this call."
_NO_RECORDING = "RealtimeKit shows no recording running."


class Look:
    """One reading for each verb that leaves a trace."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._looks: dict[str, Callable[[Act], Awaitable[Observation]]] = {
            Kick.name: self._kicked,
            End.name: self._ended,
            RecordStart.name: self._recording,
            RecordStop.name: self._recording,
            RecordPause.name: self._pausing,
            RecordResume.name: self._pausing,
            LiveStart.name: self._streaming,
            LiveStop.name: self._streaming,
            RtmpStart.name: self._sending,
            RtmpStop.name: self._sending,
        }

    async def at(self, act: Act) -> Observation:
        """What shows of the act; UNKNOWABLE for verbs the vendor keeps no trace of."""
        look = self._looks.get(act.verb.name)
        if look is None:
            untold = f"RealtimeKit does not tell who is {act.verb.done}."
            return Observation(seen=Seen.UNKNOWABLE, evidence=untold)
        return await look(act)

    async def _kicked(self, act: Act) -> Observation:
        """Read from the running session, which may be a later one than the moderator saw."""
        person = act.people[0]
        try:
            session = await self._reads.active(act.call.id)
        except NotAtVendor:
            return _so(_OVER)
        present = self._reads.present(session.id)
        stays = [stay async for stay in present if stay.person == person.id]
        if not stays:
            return _so(f"{person.shown} is no longer in the room.")
        if all(_later(stay, person) for stay in stays):
            return _so(f"{person.shown} left the room and came back since.")
        return _so(f"{person.shown} is still in the room.", done=False)

    async def _ended(self, act: Act) -> Observation:
        """The session itself stays LIVE for its keep-alive time after the last one left."""
        try:
            session = await self._reads.active(act.call.id)
        except NotAtVendor:
            return _so(_OVER)
        if act.call.session not in {None, session.id}:
            return _so("That session is over; another one has begun in the same room.")
        people = {stay.person async for stay in self._reads.present(session.id)}
        if people:
            return _so(f"People still in the room: {len(people)}.", done=False)
        return _so("Nobody is in the room any more.")

    async def _recording(self, act: Act) -> Observation:
        running = plain(await self._reads.running(act.call))
        words = "RealtimeKit shows a recording running." if running else _NO_RECORDING
        return _so(words, done=bool(running) is isinstance(act.verb, RecordStart))

    async def _pausing(self, act: Act) -> Observation:
        running = plain(await self._reads.running(act.call))
        if not running:
            return _so(_NO_RECORDING, done=False)
        paused = isinstance(act.verb, RecordPause)
        states = ", ".join(one.status or "unknown" for one in running)
        done = all(one.paused is paused for one in running)
        return _so(f"RealtimeKit shows the recording as {states}.", done=done)

    async def _streaming(self, act: Act) -> Observation:
        running = await self._reads.livestream(act.call.id) is not None
        words = f"RealtimeKit shows {'a' if running else 'no'} livestream of this call."
        return _so(words, done=running is isinstance(act.verb, LiveStart))

    async def _sending(self, act: Act) -> Observation:
        target = target_of(act)
        running = bool(output(await self._reads.running(act.call), target))
        words = f"RealtimeKit shows {'an' if running else 'no'} RTMP output to {target}."
        return _so(words, done=running is isinstance(act.verb, RtmpStart))


def plain(running: Sequence[Recording]) -> list[Recording]:
    """Those that are kept as files."""
    return [one for one in running if one.output is None]


def output(running: Sequence[Recording], target: str) -> list[Recording]:
    """Those that are sent to this RTMP target."""
    return [one for one in running if one.output == target]


def target_of(act: Act) -> str:
    """The name of the RTMP target an RTMP verb is about."""
    if not isinstance(act.verb, RtmpStart | RtmpStop):
        raise TypeError(act.verb.name)
    return act.verb.to


def _later(stay: Stay, person: Person) -> bool:
    """Whether this is another stay than the one the moderator saw."""
    if stay.joined_at and person.joined_at:
        return stay.joined_at > person.joined_at
    return bool(person.presence and stay.peer and stay.peer != person.presence)


def _so(evidence: str, *, done: bool = True) -> Observation:
    return Observation(seen=Seen.DONE if done else Seen.NOT_DONE, evidence=evidence)
