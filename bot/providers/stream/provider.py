"""Stream Video's client: its REST API with a server's token."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from bot.calls.models import Call, CallRef, Page, Participant, RtmpTarget, Vendor
from bot.calls.reports import (
    Sightings,
)
from bot.clock import Clock
from bot.errors import VendorError
from bot.providers.http.client import Connect, HttpClient, VendorEndpoint
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.stream.acts import StreamActs
from bot.providers.stream.acts_prepare import COUNT_ALL, LockRule
from bot.providers.stream.credentials import StreamToken
from bot.providers.stream.history import StreamHistory
from bot.providers.stream.models import (
    ParticipantResponse,
    ParticipantsResponse,
    QueryCallsResponse,
    problem,
)
from bot.providers.stream.queries import API, MOST, StreamQueries
from bot.providers.stream.reports import StreamReports
from bot.providers.stream.search import ONGOING, StreamSearch
from bot.providers.unsupported import WithoutCallLog


class StreamProvider(WithoutCallLog):
    """`VendorClient` for one Stream Video app.

    `moderator_id` is the Stream user in whose name people are muted, kicked and written to; it has
    to exist there.
    """

    vendor = Vendor.STREAM

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        *,
        rtmp_targets: Mapping[str, RtmpTarget],
        moderator_id: str | None = None,
        lock: LockRule = COUNT_ALL,
    ) -> None:
        self.http = http
        self._queries = StreamQueries(http)
        self._search = StreamSearch(self._queries)
        self.acts = StreamActs(http, clock, rtmp_targets, moderator_id, lock)
        self.reports = StreamReports(self._queries)
        self.usage = StreamHistory(self._queries, clock)
        self.capabilities = self.acts.capabilities

    @property
    def diagnosis(self) -> str:
        """See `CallProvider.diagnosis`."""
        return str(self.http.breaker.diagnosis or "")

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """One page of ongoing calls, newest first, 100 at most."""
        query: dict[str, Any] = {**ONGOING, "limit": min(limit, MOST)}
        if cursor:
            query["next"] = cursor
        answer = await self.http.send(Idempotency.READ, "POST", f"{API}/calls", json=query)
        many = read(self.http, QueryCallsResponse, answer)
        items = tuple(call.call.to_domain() for call in many.calls)
        return Page(items=items, next=many.next or None, unknown=many.calls.unreadable)

    async def get(self, call_id: str) -> Call:
        """One call by its cid; raises NotAtVendor when there is none."""
        return (await self._queries.call(call_id)).to_domain()

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is connected now, 100 at most; Stream has no cursor here, only a total.

        Two requests side by side: who is there, and who of them sends audio. Where the second
        fails, or does not list all, whether somebody is muted is not known; who speaks never is.
        """
        del cursor
        here, sends = await asyncio.gather(
            self._queries.stays(call.id, limit=limit), self._sending(call.id)
        )
        people = _latest_connections(here.participants)
        twice = len(here.participants) - len(people)
        participants = [_with_muted(person.to_domain(), sends) for person in people] + [
            _unknown_participant(number) for number in range(here.unknown)
        ]
        return Page(items=tuple(participants), total=here.total - twice)

    async def _sending(self, cid: str) -> ParticipantsResponse | None:
        try:
            return await self._queries.stays(cid, {"published_tracks": {"$eq": "audio"}})
        except VendorError:
            return None

    async def find(self, words: str) -> Sightings:
        """See `CallProvider.find`; 500 calls at most."""
        return await self._search.find(words)

    async def probe(self) -> str:
        """See `CallProvider.probe`."""
        await self.list_live(limit=1)
        return "Calls can be listed."

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self.http.aclose()


def _with_muted(person: Participant, sends: ParticipantsResponse | None) -> Participant:
    """The person, muted or not: none of their devices sends audio, or one does."""
    if sends is None:
        return person
    if person.id in {stay.user.id for stay in sends.participants}:
        return person.model_copy(update={"muted": False})
    whole = sends.total <= len(sends.participants)
    return person.model_copy(update={"muted": True if whole else None})


def _unknown_participant(number: int) -> Participant:
    """Somebody whose entry does not say who they are."""
    return Participant(id=f"unknown-{number + 1}", known=False)


def _latest_connections(stays: list[ParticipantResponse]) -> list[ParticipantResponse]:
    """The latest connection of everybody: a second device is the same person."""
    latest: dict[str, ParticipantResponse] = {}
    for stay in stays:
        known = latest.setdefault(stay.user.id, stay)
        if known.joined_at and stay.joined_at and stay.joined_at > known.joined_at:
            latest[stay.user.id] = stay
    return list(latest.values())


def stream(  # noqa: PLR0913 - one keyword for each setting
    *,
    api_key: str,
    api_secret: SecretStr,
    base_url: str,
    clock: Clock,
    connect: Connect,
    rtmp_targets: Mapping[str, RtmpTarget] = MappingProxyType({}),
    moderator_id: str | None = None,
    lock: LockRule = COUNT_ALL,
    rate: float = 10.0,
) -> StreamProvider:
    """Make a client for one Stream app; `base_url` ends before `/api/v2`.

    `rate` is requests a second: Stream limits each endpoint by the minute and publishes no numbers.
    """
    keys = (target.key.get_secret_value() for target in rtmp_targets.values())
    endpoint = VendorEndpoint(
        Vendor.STREAM,
        base_url,
        rate,
        problem,
        headers={"stream-auth-type": "jwt"},
        params={"api_key": api_key},
        secrets=(api_secret.get_secret_value(), *keys),
        auth=StreamToken(api_secret, clock),
    )
    return StreamProvider(
        connect(endpoint), clock, rtmp_targets=rtmp_targets, moderator_id=moderator_id, lock=lock
    )
