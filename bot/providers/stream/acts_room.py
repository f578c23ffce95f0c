"""Stream Video's acts on the call itself: who gets in, what everyone is told, and its end."""

from bot.calls.acts import Act
from bot.calls.capabilities import Enforcement, can
from bot.calls.outcomes import Receipt
from bot.calls.prior_state import PriorState
from bot.calls.verbs import End, GoBack, GoLive, Lock, MemberAdd, Ring, Say, Unlock
from bot.providers.http.decode import read
from bot.providers.stream.acts_base import StreamActsBase, accepted, expect
from bot.providers.stream.acts_prepare import limit_sentence, limit_words
from bot.providers.stream.models import limits_request
from bot.providers.stream.models_reports import RingResponse

SAID = "moderator_message"
"""The `type` of the custom event a moderator's message is, beside its `text`."""

_LIMIT = (
    "Stream Video has no lock: the call is limited to as many people as are in it. Nobody has to "
    "leave. When somebody leaves, somebody else can join in their place."
)


_NOT_LOCKED = "Nobody locked this call here, so there is no former limit to put back."


class StreamRoomActs(StreamActsBase):
    """A method for each verb aimed at the call."""

    @can(Lock, level=Enforcement.BEST_EFFORT, why=_LIMIT)
    async def _lock(self, act: Act) -> Receipt:
        before = act.before or PriorState()
        limits = limits_request(self.preparation.wanted(before))
        answer = await self.change(act, {"limits": limits})
        return accepted(act, answer, f": at most {before.most} people")

    @can(
        Unlock,
        level=Enforcement.BEST_EFFORT,
        why="It puts back the limit that the call had before it was locked here.",
    )
    async def _unlock(self, act: Act) -> Receipt:
        found = act.before.limits if act.before else None
        if found is None:
            now = (await self.queries.call(act.call.id)).limits
            return Receipt(evidence=f"{_NOT_LOCKED} {limit_sentence(now)}", already=True)
        answer = await self.change(act, {"limits": limits_request(found)})
        return accepted(act, answer, f": the call has {limit_words(found)} again")

    @can(GoLive)
    async def _go_live(self, act: Act) -> Receipt:
        return await self.send(act, "go_live", {})

    @can(GoBack, why="Everyone leaves who may not join backstage.")
    async def _go_back(self, act: Act) -> Receipt:
        await self.require_same_run(act)
        return await self.send(act, "stop_live", {})

    @can(End)
    async def _end(self, act: Act) -> Receipt:
        await self.require_same_run(act)
        return await self.send(act, "mark_ended")

    @can(
        Ring,
        level=Enforcement.BEST_EFFORT,
        why="Only members can be rung; whether a phone rang does not show.",
        instead=MemberAdd,
    )
    async def _ring(self, act: Act) -> Receipt:
        answer = await self.post(act, "ring", {})
        rung = len(read(self.http, RingResponse, answer).members_ids)
        return accepted(act, answer, f": {rung} rung" if rung else ": nobody was missing")

    @can(
        Say,
        level=Enforcement.BEST_EFFORT,
        why="It is a custom event: your app has to show it, and whether it did cannot be read.",
    )
    async def _say(self, act: Act) -> Receipt:
        custom = {"type": SAID, "text": expect(act, Say).text}
        return await self.send(act, "event", {"custom": custom, **self.signed("user_id")})
