"""CometChat: its call API can only be read; what acts there are, act on the group behind a call."""

from collections.abc import Sequence
from datetime import date

from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.attendance import Attendance
from bot.calls.call_log import LogFilter
from bot.calls.capabilities import Capability, Enforcement
from bot.calls.models import Call, CallRef, Page, Participant, Vendor
from bot.calls.outcomes import Observation, Receipt
from bot.calls.reports import FileKind, Files, Sightings
from bot.calls.verbs import Listed
from bot.clock import Clock
from bot.providers.cometchat.acts import CAPABILITIES, CometChatActs
from bot.providers.cometchat.history import CometChatHistory
from bot.providers.cometchat.models import problem
from bot.providers.cometchat.queries import NO_MORE_KINDS, CometChatQueries, to_participant
from bot.providers.http.client import Connect, HttpClient, VendorEndpoint
from bot.providers.http.credentials import HeaderKey
from bot.providers.preparing import WithoutPreparation
from bot.providers.unsupported import SUPPORTED, UnsupportedReports, report_capabilities
from bot.usage.days import Stretch
from bot.usage.records import CallRecord, VendorDay

_RATE = 8.0
"""Requests a second to each host: the smallest plan allows 500 a minute."""


class CometChatProvider(UnsupportedReports, WithoutPreparation):
    """CometChat behind `VendorClient`: `http` to its call API, `chat` to its chat API.

    Two hosts, each with a pool, a rate and a breaker of its own.
    """

    vendor = Vendor.COMETCHAT
    days_at_once = 400
    capabilities = CAPABILITIES
    reports = report_capabilities(
        attendance=SUPPORTED,
        recordings=SUPPORTED,
        transcripts=Capability(level=Enforcement.ENFORCED, why=NO_MORE_KINDS),
        quality="CometChat tells how many minutes each person spoke or sent video, nothing more.",
        feedback="CometChat documents no feedback about calls.",
        members="CometChat's call API has no list of members beside who is in the call.",
        rooms="CometChat's call API knows calls only, no types and no lasting rooms.",
    )

    logs = True
    lists = frozenset({Listed.BANNED, Listed.MEMBERS})

    def __init__(self, http: HttpClient, chat: HttpClient, clock: Clock) -> None:
        self.http = http
        self._chat = chat
        self._queries = CometChatQueries(http)
        self._acts = CometChatActs(chat, self._queries.call)
        self._history = CometChatHistory(http, clock)

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

    async def perform(self, act: Act) -> Receipt:
        """See `CallProvider.perform`; Impossible for everything but the group's acts."""
        return await self._acts.perform(act)

    async def observe(self, act: Act) -> Observation:
        """See `CallProvider.observe`."""
        return await self._acts.observe(act)

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """See `CallProvider.listed`: of the group behind the call."""
        return await self._acts.listed(call, which)

    async def find(self, words: str) -> Sightings:
        """See `CallProvider.find`; CometChat has no names, so it goes by any part of the uid."""
        return await self._queries.find(words)

    async def log(self, wanted: LogFilter, *, limit: int) -> Page[Call]:
        """See `CallProvider.log` and `CometChatQueries.log`."""
        return await self._queries.log(wanted, limit)

    async def attendance(self, call: CallRef) -> Attendance:
        """See `CometChatQueries.attendance`; a session id is one run."""
        return await self._queries.attendance(call.id)

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """Recordings and transcripts of the call; a session id is one run."""
        return await self._queries.files(call.id, kinds)

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """See `UsageSource.history`: a stretch costs what is newer, however long it is."""
        return await self._history.history(stretch, cursor)

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """None; see `CometChatHistory.reported`."""
        return await self._history.reported(first, last)

    async def probe(self) -> str:
        """See `CallProvider.probe`: a key without the scope fullAccess cannot list calls."""
        await self.list_live(limit=1)
        return "Calls can be listed."

    async def aclose(self) -> None:
        """Close both pools."""
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
    """A client for the call API at `base_url` and the chat API; both URLs include `/v3`.

    `rate` is requests a second to each.
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
