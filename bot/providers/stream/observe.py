"""Reading Stream Video back: is what an act asks for the case now?"""

from bot.calls.acts import Act
from bot.calls.outcomes import Observation, Seen
from bot.calls.verbs import (
    DeleteRecording,
    DeleteTranscript,
    Kick,
    MemberAdd,
    MemberRemove,
    Mute,
    Silence,
    Track,
)
from bot.providers.stream.models_reports import file_kind_of
from bot.providers.stream.observe_call import BY_CALL
from bot.providers.stream.observe_people import (
    BY_PEOPLE,
    UNSEEN,
    judge_deletion,
    judge_kick_all,
    judge_membership,
    judge_mute,
    judge_silence,
)
from bot.providers.stream.queries import StreamQueries, sends_filter


class StreamObserver:
    """Reads what the judge of a verb needs, and lets it judge; changes nothing."""

    def __init__(self, queries: StreamQueries) -> None:
        self._queries = queries

    async def observe(self, act: Act, *, otherwise: str) -> Observation:
        """See `CallActs.observe`; `otherwise` is why nothing shows, for a verb without a judge."""
        verb = act.verb
        if isinstance(verb, Mute):
            return await self._mute(act, verb)
        if isinstance(verb, Silence):
            return judge_silence(await self._mute(act, verb))
        if isinstance(verb, DeleteRecording | DeleteTranscript):
            stored_files = await self._queries.stored_files(act.call.id, file_kind_of(verb))
            return judge_deletion(verb.file, [file.filename for file in stored_files])
        if isinstance(verb, MemberAdd | MemberRemove):
            return await self._member(act)
        return await self._judged(act, otherwise)

    async def _judged(self, act: Act, otherwise: str) -> Observation:
        name, cid = act.verb.name, act.call.id
        if name == Kick.name and act.everyone:
            return judge_kick_all(act, await self._queries.stays(cid))
        if (judge_people := BY_PEOPLE.get(name)) is not None:
            return judge_people(act, await self._queries.stays(cid, {"user_id": act.people[0].id}))
        if (judge_call := BY_CALL.get(name)) is not None:
            return judge_call(act, await self._queries.call(cid))
        return Observation(seen=Seen.UNKNOWABLE, evidence=UNSEEN.get(name, otherwise))

    async def _mute(self, act: Act, verb: Mute | Silence) -> Observation:
        whom = {} if act.everyone else {"user_id": act.people[0].id}
        cid = act.call.id
        still = await self._queries.stays(cid, {**whom, **sends_filter(verb.tracks)})
        if still.participants:
            return judge_mute(act, verb, still, still)
        anybody = await self._queries.stays(cid, sends_filter(Track.EVERYTHING), limit=1)
        return judge_mute(act, verb, still, anybody)

    async def _member(self, act: Act) -> Observation:
        found, more = await self._queries.members(act.call.id)
        so = act.people[0].id in {member.user_id for member in found}
        if more and not so:
            return Observation(
                seen=Seen.UNKNOWABLE, evidence="The list of members is too long to be read."
            )
        return judge_membership(act, so=so)
