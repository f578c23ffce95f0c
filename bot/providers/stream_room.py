"""Acts on a Stream call as a room: who gets in, what everyone is told, and its end."""

from bot.calls.acts import Act
from bot.calls.capabilities import Enforcement, can
from bot.calls.outcomes import Receipt
from bot.calls.verbs import End, GoBack, GoLive, Lock, MemberAdd, Ring, Say, Unlock
from bot.providers.decode import read
from bot.providers.stream_doing import StreamDoing, accepted, expect
from bot.providers.stream_records import Rung

CONTINUED = (
    "continue_hls",
    "continue_recording",
    "continue_composite_recording",
    "continue_individual_recording",
    "continue_raw_recording",
    "continue_rtmp_broadcasts",
    "continue_transcription",
    "continue_closed_caption",
)
"""The flags of StopLive: what is not named here stops."""

SAID = "moderator_message"
"""The `type` of the custom event a moderator's message is, beside its `text`."""

_BACKSTAGE = (
    "Stream Video has no lock: the call goes backstage. Who may join backstage still can; an app "
    "may send everybody else out who is in it."
)


class RoomActs(StreamDoing):
    """One method for each verb aimed at the room."""

    @can(Lock, level=Enforcement.BEST_EFFORT, why=_BACKSTAGE)
    async def _lock(self, act: Act) -> Receipt:
        return await self.send(act, "stop_live", dict.fromkeys(CONTINUED, True))

    @can(Unlock)
    async def _unlock(self, act: Act) -> Receipt:
        return await self.send(act, "go_live", {})

    @can(GoLive)
    async def _go_live(self, act: Act) -> Receipt:
        return await self.send(act, "go_live", {})

    @can(GoBack, why="Who may join backstage stays.")
    async def _go_back(self, act: Act) -> Receipt:
        await self.same_run(act)
        return await self.send(act, "stop_live", {})

    @can(End)
    async def _end(self, act: Act) -> Receipt:
        await self.same_run(act)
        return await self.send(act, "mark_ended")

    @can(
        Ring,
        level=Enforcement.BEST_EFFORT,
        why="Only members can be rung; whether a phone rang does not show.",
        instead=MemberAdd,
    )
    async def _ring(self, act: Act) -> Receipt:
        answer = await self.post(act, "ring", {})
        rung = len(read(self.http, Rung, answer).members_ids)
        return accepted(act, answer, f": {rung} rung" if rung else ": nobody was missing")

    @can(
        Say,
        level=Enforcement.BEST_EFFORT,
        why="It is a custom event: your app has to show it, and whether it did cannot be read.",
    )
    async def _say(self, act: Act) -> Receipt:
        custom = {"type": SAID, "text": expect(act, Say).text}
        return await self.send(act, "event", {"custom": custom, **self.signed("user_id")})
