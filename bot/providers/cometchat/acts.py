"""What CometChat lets a moderator do: acts on the group behind a call, on the Chat API's host.

Its call API can only be read. That a group act drops somebody from the call is not documented, so
none of these is called a kick or a block.
"""

from bot.calls.acts import Act
from bot.calls.capabilities import Enforcement, can, complete, performers
from bot.calls.models import Vendor
from bot.calls.outcomes import Observation, Receipt
from bot.calls.verbs import GroupBan, GroupRemove, GroupUnban
from bot.errors import Impossible, NotAtVendor, VendorRefused
from bot.providers.cometchat.models import GroupActResponse
from bot.providers.cometchat.observe import CometChatObserver
from bot.providers.cometchat.queries import segment
from bot.providers.cometchat.queries_groups import GroupQueries
from bot.providers.cometchat.unsupported import CANNOT
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.unsupported import WithoutPreparation

NOT_IN_THE_CALL = (
    "It acts on the chat group behind a group call. What happens to somebody who is in the call "
    "is not documented."
)


class CometChatActs(WithoutPreparation):
    """`CallActs` of one CometChat app: those on groups, by its Chat API."""

    def __init__(self, chat: HttpClient, groups: GroupQueries) -> None:
        self._chat = chat
        self._groups = groups
        self._observer = CometChatObserver(groups)

    async def perform(self, act: Act) -> Receipt:
        """See `CallActs.perform`; Impossible for every verb but the group's, with the reason."""
        performer = _PERFORMERS.get(act.verb.name)
        if performer is None:
            raise Impossible(f"{act.verb.label} is not possible. {CANNOT[act.verb.name].why}")
        receipt: Receipt = await getattr(self, performer.method)(act)
        return receipt

    async def observe(self, act: Act) -> Observation:
        """See `CallActs.observe`."""
        return await self._observer.observe(act)

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
        guid = await self._groups.behind(act.call)
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


_PERFORMERS = performers(CometChatActs)
"""Which method does a verb."""

CAPABILITIES = complete(
    {**CANNOT, **{verb: performer.capability for verb, performer in _PERFORMERS.items()}}
)
"""What CometChat makes of every verb."""
