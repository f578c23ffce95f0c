"""The group behind a CometChat call, read on the Chat API's host: its members, and who is banned.

Both lists come 1,000 a page at most, with names (CometChat's reference of its Chat API, operations
`list-group-members` and the list of banned users).
"""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel

from bot.calls.acts import Person
from bot.calls.models import CallRef, Page, Vendor
from bot.calls.verbs import Listed
from bot.errors import Ambiguous, Impossible, VendorUnreachable
from bot.providers.cometchat.models import PagedResponse
from bot.providers.cometchat.queries import CometChatQueries, segment
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency

PER_PAGE = 1000
MOST_PAGES = 5
"""Pages of one list that are read at most: five thousand people."""

WHERE: Mapping[Listed, str] = MappingProxyType(
    {Listed.BANNED: "bannedusers", Listed.MEMBERS: "members"}
)
"""The last step of each list's path."""


class GroupMember(BaseModel):
    """Somebody on one of a group's lists."""

    uid: str
    name: str | None = None

    def to_domain(self) -> Person:
        """The member as a person that an act may be aimed at."""
        return Person(id=self.uid, name=self.name)


class _Many(PagedResponse):
    data: list[GroupMember]


class GroupQueries:
    """Reads the chat group behind a call and its lists; each method raises `VendorError`."""

    def __init__(self, chat: HttpClient, queries: CometChatQueries) -> None:
        self._chat = chat
        self._queries = queries

    async def behind(self, ref: CallRef) -> str:
        """The guid of the group behind the call.

        Raises Impossible when there is none. A doubt about this reading is no doubt about an act,
        since nothing was sent: it is raised as VendorUnreachable.
        """
        try:
            call = await self._queries.call(ref.id)
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

    async def people(self, guid: str, which: Listed) -> Page[Person]:
        """Everybody on that list, each once; `next` of the page is set where the list goes on."""
        found: dict[str, Person] = {}
        for number in range(1, MOST_PAGES + 1):
            page = await self._page(guid, which, number)
            fresh = {
                member.uid: member.to_domain() for member in page.data if member.uid not in found
            }
            found |= fresh
            if not fresh or not page.more_after(number):
                return Page(items=tuple(found.values()), total=len(found))
        return Page(items=tuple(found.values()), next=str(MOST_PAGES + 1))

    async def has(self, guid: str, which: Listed, uid: str) -> bool | None:
        """Whether somebody is on that list; None where the list is too long to be read."""
        listed = await self.people(guid, which)
        found = uid in {item.id for item in listed.items}
        return None if listed.next and not found else found

    async def _page(self, guid: str, which: Listed, number: int) -> _Many:
        path = f"/groups/{segment(guid)}/{WHERE[which]}"
        params = {"page": number, "perPage": PER_PAGE}
        return read(
            self._chat, _Many, await self._chat.send(Idempotency.READ, "GET", path, params=params)
        )
