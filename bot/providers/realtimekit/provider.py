"""RealtimeKit's client: acts take a lasting *meeting* and change its running *session*."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import SecretStr

from bot.calls.capabilities import Capability
from bot.calls.models import Call, CallRef, Page, Participant, RtmpTarget, Vendor
from bot.calls.reports import Sightings
from bot.clock import Clock
from bot.providers.http.client import Connect, HttpClient, VendorEndpoint
from bot.providers.http.credentials import HeaderKey
from bot.providers.realtimekit.acts import RealtimeKitActs
from bot.providers.realtimekit.history import RealtimeKitHistory
from bot.providers.realtimekit.models import kept_as_files, output_targets, problem, recording_state
from bot.providers.realtimekit.queries import RealtimeKitQueries
from bot.providers.realtimekit.queries_meetings import MeetingQueries
from bot.providers.realtimekit.reports import RealtimeKitReports
from bot.providers.realtimekit.search import RealtimeKitSearch
from bot.providers.realtimekit.unsupported_mute import MuteSupport, missing_words
from bot.providers.unsupported import (
    WithoutCallLog,
)

_RATE = 10.0
"""Requests a second: under the stricter of the two limits Cloudflare names, 250 in 10 s."""

_MUTE_SHOWS_LATER = (
    "Whether this account has mute shows when it is first used: "
    "where it has not, mute is shown as unavailable."
)


class RealtimeKitProvider(WithoutCallLog):
    """`VendorClient` for one RealtimeKit app."""

    vendor = Vendor.REALTIMEKIT

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        *,
        rtmp_targets: Mapping[str, RtmpTarget],
    ) -> None:
        self.http = http
        self._queries = RealtimeKitQueries(http)
        self._meetings = MeetingQueries(http)
        self._mutes = MuteSupport(clock)
        self._search = RealtimeKitSearch(self._queries)
        self.acts = RealtimeKitActs(http, self._queries, self._meetings, self._mutes, rtmp_targets)
        self.reports = RealtimeKitReports(http, self._queries, self._meetings)
        self.usage = RealtimeKitHistory(http, clock)
        self._had_calls = False

    @property
    def capabilities(self) -> Mapping[str, Capability]:
        """See `RealtimeKitActs.capabilities`."""
        return self.acts.capabilities

    @property
    def diagnosis(self) -> str:
        """See `CallProvider.diagnosis`."""
        return str(self.http.breaker.diagnosis or "")

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """One page of live sessions, with one more request for all recordings where there are any.

        The cursor is a page number. Once a list had calls, the recordings are asked for at the same
        time, so that nobody waits for one after the other. Where they cannot be read, they are left
        unknown.
        """
        if self._had_calls:
            listed, running = await asyncio.gather(
                self._queries.live(limit, cursor), self._queries.all_running()
            )
        else:
            listed = await self._queries.live(limit, cursor)
            if not listed.items:
                return listed
            running = await self._queries.all_running()
        if cursor is None:
            self._had_calls = bool(listed.items)
        return listed.model_copy(update={"items": tuple(map(running.add_to, listed.items))})

    async def get(self, call_id: str) -> Call:
        """The running session of a meeting, with recordings, outputs and lock, all read at once.

        Raises NotAtVendor when none runs.
        """
        session, locked, running, livestream = await asyncio.gather(
            self._queries.active(call_id),
            self._meetings.locked(call_id),
            self._queries.running(CallRef(vendor=self.vendor, id=call_id)),
            self._queries.livestream(call_id),
        )
        mine = [recording for recording in running if recording.of(session.id)]
        return session.to_call().model_copy(
            update={
                "recording": recording_state(kept_as_files(mine)),
                "locked": locked,
                "broadcasting": livestream is not None,
                "rtmp": output_targets(mine),
            }
        )

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is connected now; the cursor is a page number."""
        return await self._queries.here(await self._queries.session_of(call), limit, cursor)

    async def find(self, words: str) -> Sightings:
        """See `CallProvider.find`: of at most 500 live calls the 40 fullest are searched."""
        return await self._search.find(words)

    async def probe(self) -> str:
        """See `CallProvider.probe`."""
        await self._queries.live(1, None)
        missing = self._mutes.missing()
        if missing:
            return f"Calls can be listed. {missing_words(*sorted(missing))}"
        return f"Calls can be listed. {_MUTE_SHOWS_LATER}"

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self.http.aclose()


def realtimekit(  # noqa: PLR0913 - each is one setting, given by name
    *,
    account_id: str,
    app_id: str,
    api_token: SecretStr,
    base_url: str,
    clock: Clock,
    connect: Connect,
    rtmp_targets: Mapping[str, RtmpTarget] = MappingProxyType({}),
    rate: float = _RATE,
) -> RealtimeKitProvider:
    """Make a client for one app; `base_url` is up to and without `/accounts`.

    `rate` is requests a second.
    """
    token = api_token.get_secret_value()
    keys = (target.key.get_secret_value() for target in rtmp_targets.values())
    endpoint = VendorEndpoint(
        Vendor.REALTIMEKIT,
        f"{base_url.rstrip('/')}/accounts/{account_id}/realtime/kit/{app_id}",
        rate,
        problem,
        secrets=(token, *keys),
        request_id_header="cf-ray",
        auth=HeaderKey("Authorization", SecretStr(f"Bearer {token}")),
    )
    return RealtimeKitProvider(connect(endpoint), clock, rtmp_targets=rtmp_targets)
