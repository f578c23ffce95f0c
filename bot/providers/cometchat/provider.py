"""CometChat's client: its call API can only be read; acts go to the chat group behind a call."""

from pydantic import SecretStr

from bot.calls.call_log import LogFilter
from bot.calls.models import Call, CallRef, Page, Participant, Vendor
from bot.calls.reports import Sightings
from bot.clock import Clock
from bot.providers.cometchat.acts import CAPABILITIES, CometChatActs
from bot.providers.cometchat.history import CometChatHistory
from bot.providers.cometchat.models import problem
from bot.providers.cometchat.queries import CometChatQueries, to_participant
from bot.providers.cometchat.queries_groups import GroupQueries
from bot.providers.cometchat.reports import CometChatReports
from bot.providers.cometchat.search import CometChatSearch
from bot.providers.http.client import Connect, HttpClient, VendorEndpoint
from bot.providers.http.credentials import HeaderKey

_RATE = 8.0
"""Requests a second to each host: the smallest plan allows 500 a minute."""


class CometChatProvider:
    """`VendorClient` for one CometChat app: `http` goes to its call API, `chat` to its chat API.

    These are two hosts, each with a pool, a rate and a breaker of its own.
    """

    vendor = Vendor.COMETCHAT
    capabilities = CAPABILITIES
    logs = True

    def __init__(self, http: HttpClient, chat: HttpClient, clock: Clock) -> None:
        self.http = http
        self._chat = chat
        self._queries = CometChatQueries(http)
        self._search = CometChatSearch(self._queries)
        groups = GroupQueries(chat, self._queries)
        self.acts = CometChatActs(chat, groups)
        self.reports = CometChatReports(http, self._queries, groups)
        self.usage = CometChatHistory(http, clock)

    @property
    def diagnosis(self) -> str:
        """See `CallProvider.diagnosis`."""
        return str(self.http.breaker.diagnosis or self._chat.breaker.diagnosis or "")

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """One page of ongoing calls; the cursor is a page number."""
        _, page = await self._queries.live(limit, int(cursor or 1))
        return page

    async def get(self, call_id: str) -> Call:
        """One call by its session id; NotAtVendor when there is none."""
        return (await self._queries.call(call_id)).to_domain()

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is connected now; CometChat tells all at once, so the cursor is an offset."""
        here = (await self._queries.call(call.id)).here()
        start = int(cursor or 0)
        end = start + limit
        people = tuple(to_participant(person) for person in here[start:end])
        return Page(items=people, next=str(end) if end < len(here) else None, total=len(here))

    async def find(self, words: str) -> Sightings:
        """See `CallProvider.find`; CometChat has no names, so it goes by any part of the uid."""
        return await self._search.find(words)

    async def log(self, wanted: LogFilter, *, limit: int) -> Page[Call]:
        """See `CallProvider.log` and `CometChatQueries.log`."""
        return await self._queries.log(wanted, limit)

    async def probe(self) -> str:
        """See `CallProvider.probe`: a key without the scope fullAccess cannot list calls."""
        await self.list_live(limit=1)
        return "Calls can be listed."

    async def aclose(self) -> None:
        """Close both connection pools."""
        try:
            await self.http.aclose()
        finally:
            await self._chat.aclose()


def cometchat(
    *,
    api_key: SecretStr,
    base_url: str,
    chat_base_url: str,
    clock: Clock,
    connect: Connect,
    rate: float = _RATE,
) -> CometChatProvider:
    """Make a client for the call API at `base_url` and the chat API; both URLs include `/v3`.

    `rate` is requests a second to each of them.
    """

    def to(url: str) -> HttpClient:
        endpoint = VendorEndpoint(
            Vendor.COMETCHAT,
            url,
            rate,
            problem,
            secrets=(api_key.get_secret_value(),),
            auth=HeaderKey("apikey", api_key),
        )
        return connect(endpoint)

    return CometChatProvider(to(base_url), to(chat_base_url), clock)
