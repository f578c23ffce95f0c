"""Every act on Stream Video: what can be done in a call, what cannot, and how far it carries."""

from collections.abc import Mapping, Sequence

from bot.calls.acts import Act
from bot.calls.capabilities import Capability, complete, performers
from bot.calls.cases import Case
from bot.calls.models import CallRef, RtmpTarget
from bot.calls.outcomes import Observation, Receipt
from bot.calls.prior_state import Departures
from bot.calls.verbs import RtmpStart, Verb
from bot.clock import Clock
from bot.errors import Impossible
from bot.providers.http.client import HttpClient
from bot.providers.stream.acts_media import StreamMediaActs
from bot.providers.stream.acts_people import StreamPeopleActs
from bot.providers.stream.acts_prepare import PREPARED, LockRule
from bot.providers.stream.acts_room import StreamRoomActs
from bot.providers.stream.observe import StreamObserver
from bot.providers.stream.unsupported import CANNOT
from bot.providers.unsupported import rtmp_capability


class StreamActs(StreamPeopleActs, StreamRoomActs, StreamMediaActs):
    """`CallActs` of one Stream app: each verb has a method, marked with `can`."""

    prepared = PREPARED

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        rtmp_targets: Mapping[str, RtmpTarget],
        moderator_id: str | None,
        lock: LockRule,
    ) -> None:
        super().__init__(http, clock, rtmp_targets, moderator_id, lock)
        self._observer = StreamObserver(self.queries)
        self.capabilities = _capabilities(rtmp_targets)

    async def prepare(self, act: Act, past: Sequence[Case]) -> Act:
        """See `CallActs.prepare`: a few reads, before anything is changed."""
        return await self.preparation.prepare(act, past)

    async def departures(self, call: CallRef, verb: Verb) -> Departures | None:
        """See `CallActs.departures`: of going backstage, by the roles that the call counts."""
        return await self.preparation.departures(call, verb)

    async def perform(self, act: Act) -> Receipt:
        """See `CallActs.perform`. An act that was not prepared is prepared first."""
        performer = _PERFORMERS.get(act.verb.name)
        if performer is None:
            raise Impossible(f"{act.verb.label} is not possible. {CANNOT[act.verb.name].why}")
        if act.before is None and act.verb.name in PREPARED:
            act = await self.prepare(act, ())
        receipt: Receipt = await getattr(self, performer.method)(act)
        return receipt

    async def observe(self, act: Act) -> Observation:
        """See `CallActs.observe`."""
        why = self.capabilities[act.verb.name].why
        return await self._observer.observe(act, otherwise=why)


_PERFORMERS = performers(StreamActs)
"""Which method does a verb."""


def _capabilities(targets: Mapping[str, RtmpTarget]) -> Mapping[str, Capability]:
    """What Stream makes of each verb; RTMP goes to the named targets only."""
    supported = {verb: performer.capability for verb, performer in _PERFORMERS.items()}
    return complete({**supported, **CANNOT, RtmpStart.name: rtmp_capability(targets)})
