"""What CometChat lets a moderator do: acts on the group behind a call, on the Chat API's host.

Its call API can only be read. That a group act drops somebody from the call is not documented, so
none of these is called a kick or a block.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability, Enforcement, can, cannot, complete, performers
from bot.calls.models import CallRef, Page, Vendor
from bot.calls.outcomes import Observation, Receipt, Seen
from bot.calls.verbs import (
    VERBS,
    Block,
    DeleteRecording,
    DeleteTranscript,
    GroupBan,
    GroupRemove,
    GroupUnban,
    Kick,
    Listed,
    LiveStart,
    LiveStop,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    RtmpStopAll,
    Summarise,
    TranscribeStart,
    TranscribeStop,
    Unblock,
    Verb,
)
from bot.errors import Ambiguous, Impossible, NotAtVendor, VendorRefused, VendorUnreachable
from bot.providers.cometchat.models import CometChatCall, GroupActResponse
from bot.providers.cometchat.queries import segment
from bot.providers.cometchat.queries_groups import WHERE, GroupQueries
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.unsupported import list_unsupported

READ_ONLY = "CometChat's call API can only be read; only the app's own client can act in a call."
NOT_IN_THE_CALL = (
    "It acts on the chat group behind a group call. What happens to somebody who is in the call "
    "is not documented."
)
_RECORDING = "CometChat records only from the app's own client; what was recorded can be listed."
_DELETE = "CometChat lists recordings and transcripts and documents no way to delete them."
_STREAM = "CometChat documents no livestream."
_WRITING = "CometChat's API lists transcripts and starts or stops none."

_REASONS: Mapping[type[Verb], Capability] = MappingProxyType(
    {
        **dict.fromkeys((RecordStart, RecordStop, RecordPause, RecordResume), cannot(_RECORDING)),
        **dict.fromkeys((DeleteRecording, DeleteTranscript), cannot(_DELETE)),
        **dict.fromkeys((LiveStart, LiveStop, RtmpStart, RtmpStop, RtmpStopAll), cannot(_STREAM)),
        **dict.fromkeys((TranscribeStart, TranscribeStop), cannot(_WRITING)),
        Summarise: cannot("CometChat documents no summary of a call."),
        Kick: cannot(READ_ONLY, instead=GroupRemove),
        Block: cannot(READ_ONLY, instead=GroupBan),
        Unblock: cannot(READ_ONLY, instead=GroupUnban),
    }
)

Reader = Callable[[str], Awaitable[CometChatCall]]
"""Reads one call by its session id."""


class CometChatActs:
    """The group acts of one CometChat app; `chat` goes to the Chat API, `call` reads a call."""

    def __init__(self, chat: HttpClient, call: Reader) -> None:
        self._chat = chat
        self._call = call
        self._groups = GroupQueries(chat)

    async def perform(self, act: Act) -> Receipt:
        """Do it once; Impossible for every verb but the group's, with the reason."""
        doing = _DOING.get(act.verb.name)
        if doing is None:
            why = CAPABILITIES[act.verb.name].why
            raise Impossible(f"{act.verb.label} is not possible. {why}")
        receipt: Receipt = await getattr(self, doing.method)(act)
        return receipt

    async def observe(self, act: Act) -> Observation:
        """Read the group's own lists; what becomes of somebody in the call shows nowhere."""
        judged = _JUDGED.get(act.verb.name)
        if judged is None:
            return _unknowable(f"{act.verb.label} cannot be read from CometChat.")
        try:
            guid = await self._group(act.call)
        except Impossible as none:
            return _unknowable(str(none))
        return judged.of(await self._groups.has(guid, judged.which, act.people[0].id))

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """See `CallProvider.listed`: the lists of the group behind the call."""
        if which not in WHERE:
            raise list_unsupported(call, which)
        return await self._groups.people(await self._group(call), which)

    @can(GroupRemove, level=Enforcement.BEST_EFFORT, why=NOT_IN_THE_CALL)
    async def _remove(self, act: Act) -> Receipt:
        return await self._send(act, "DELETE", "members")

    @can(GroupBan, level=Enforcement.BEST_EFFORT, why=NOT_IN_THE_CALL)
    async def _ban(self, act: Act) -> Receipt:
        return await self._send(act, "POST", "bannedusers")

    @can(GroupUnban, level=Enforcement.BEST_EFFORT, why=NOT_IN_THE_CALL)
    async def _unban(self, act: Act) -> Receipt:
        return await self._send(act, "DELETE", "bannedusers")

    async def _send(self, act: Act, method: str, whose: str) -> Receipt:
        """Without a body, as documented. What the answer says is not: only a no in it counts."""
        guid = await self._group(act.call)
        path = f"/groups/{segment(guid)}/{whose}/{segment(act.people[0].id)}"
        try:
            answer = await self._chat.send(Idempotency.REPEATABLE, method, path)
        except NotAtVendor as missing:
            missing.next_step = "They may not be in the group, or not banned from it."
            raise
        if answer.body and not read(self._chat, GroupActResponse, answer).yes:
            raise VendorRefused(
                "CometChat answered that it did not succeed.", vendor=Vendor.COMETCHAT, status=200
            )
        return Receipt(
            evidence=f"CometChat accepted “{act.verb.label}” for the group {guid}.",
            request_id=answer.request_id,
        )

    async def _group(self, ref: CallRef) -> str:
        """The guid of the group behind the call; Impossible when there is none.

        A doubt about this reading is none about the act: VendorUnreachable, since nothing was sent.
        """
        try:
            call = await self._call(ref.id)
        except Ambiguous as doubt:
            raise VendorUnreachable(
                "CometChat did not say which group is behind the call.", vendor=Vendor.COMETCHAT
            ) from doubt
        if call.group is None:
            raise Impossible(
                "There is no chat group behind this call: it is a 1-to-1 call or a meeting.",
                next_step="Use your app's own moderation for 1-to-1 calls and meetings.",
            )
        return call.group


class _Judged(NamedTuple):
    """Which list of the group shows the effect of a verb, and whether somebody is on it then."""

    which: Listed
    yes: str
    no: str
    on_it: bool

    def of(self, found: bool | None) -> Observation:  # noqa: FBT001  there are three answers
        """What it shows that somebody is on the list or is not; None where it does not say."""
        if found is None:
            return _unknowable("The group's list is too long to be read.")
        seen = Seen.DONE if found is self.on_it else Seen.NOT_DONE
        return Observation(seen=seen, evidence=self.yes if found else self.no)


_MEMBER = "They are a member of the group.", "They are no member of the group."
_BANNED = "They are banned from the group.", "They are not banned from the group."
_JUDGED: Mapping[str, _Judged] = MappingProxyType(
    {
        GroupRemove.name: _Judged(Listed.MEMBERS, *_MEMBER, on_it=False),
        GroupBan.name: _Judged(Listed.BANNED, *_BANNED, on_it=True),
        GroupUnban.name: _Judged(Listed.BANNED, *_BANNED, on_it=False),
    }
)


def _unknowable(evidence: str) -> Observation:
    return Observation(seen=Seen.UNKNOWABLE, evidence=evidence)


_DOING = performers(CometChatActs)

CAPABILITIES = complete(
    MappingProxyType(
        {
            **dict.fromkeys(VERBS, cannot(READ_ONLY)),
            **{verb.name: capability for verb, capability in _REASONS.items()},
            **{verb: doing.capability for verb, doing in _DOING.items()},
        }
    )
)
"""What CometChat makes of every verb."""
