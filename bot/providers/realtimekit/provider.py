"""Cloudflare RealtimeKit, whose acts take a lasting *meeting* and hit its running *session*."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.attendance import Attendance
from bot.calls.capabilities import Capability, Enforcement, cannot, complete, performers
from bot.calls.models import Call, CallRef, Page, Participant, RtmpTarget, Vendor
from bot.calls.outcomes import Observation, Receipt
from bot.calls.recordings import RunningRecording
from bot.calls.reports import CallMember, FileKind, Files, Quality, Room, Sightings
from bot.calls.verbs import Aim, Listed, LiveStart, RtmpStart
from bot.clock import Clock
from bot.errors import Impossible
from bot.providers.http.client import Connect, HttpClient, VendorEndpoint
from bot.providers.http.credentials import HeaderKey
from bot.providers.preparing import WithoutPreparation
from bot.providers.realtimekit.acts import RealtimeKitActs
from bot.providers.realtimekit.history import RealtimeKitHistory
from bot.providers.realtimekit.models import outputs, plain, problem, recording_state
from bot.providers.realtimekit.observe import RealtimeKitObserver
from bot.providers.realtimekit.queries import RealtimeKitQueries
from bot.providers.realtimekit.queries_meetings import MeetingQueries
from bot.providers.realtimekit.queries_recordings import RecordingQueries
from bot.providers.realtimekit.reports import RealtimeKitReports
from bot.providers.realtimekit.reports_files import FileReports
from bot.providers.realtimekit.reports_quality import QualityReports
from bot.providers.realtimekit.unsupported import CANNOT
from bot.providers.realtimekit.unsupported_mute import MuteSupport, reason
from bot.providers.unsupported import (
    SUPPORTED,
    UnsupportedReports,
    list_unsupported,
    report_capabilities,
)
from bot.usage.days import Stretch
from bot.usage.records import CallRecord, VendorDay

_RATE = 10.0
"""Requests a second: under the stricter of the two limits Cloudflare names, 250 in 10 s."""

_DOING = performers(RealtimeKitActs)
_MUTE_SHOWS_LATER = (
    "Whether this account has mute shows when it is first used: "
    "where it has not, mute is shown as unavailable."
)
_NOBODY_ASKS = "RealtimeKit asks nobody how a call was."


class RealtimeKitProvider(UnsupportedReports, WithoutPreparation):
    """RealtimeKit behind `VendorClient`."""

    vendor = Vendor.REALTIMEKIT
    days_at_once = 7
    reports = report_capabilities(
        attendance=SUPPORTED,
        quality=SUPPORTED,
        members=SUPPORTED,
        recordings=SUPPORTED,
        transcripts=SUPPORTED,
        feedback=_NOBODY_ASKS,
        rooms=SUPPORTED,
    )
    lists = frozenset({Listed.MEMBERS})

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        *,
        rtmp_targets: Mapping[str, RtmpTarget],
    ) -> None:
        self.http = http
        self._queries = RealtimeKitQueries(http)
        self._rooms = MeetingQueries(http)
        self._observer = RealtimeKitObserver(self._queries, self._rooms)
        self._mutes = MuteSupport(clock)
        self._acts = RealtimeKitActs(http, self._queries, self._rooms, self._mutes, rtmp_targets)
        self._reports = RealtimeKitReports(self._queries, self._rooms)
        self._recordings = RecordingQueries(http, self._queries)
        self._files = FileReports(http, self._queries, self._recordings)
        self._quality = QualityReports(http, self._queries)
        self._history = RealtimeKitHistory(http, clock)
        self._had_calls = False
        self._table = complete(_capabilities(tuple(rtmp_targets)))

    @property
    def capabilities(self) -> Mapping[str, Capability]:
        """What can be done; without mute for a while once the account was found not to have it."""
        return self._mutes.narrowed(self._table)

    @property
    def diagnosis(self) -> str:
        """See `CallProvider.diagnosis`."""
        return str(self.http.breaker.diagnosis or "")

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """One page of live sessions, with one more request for all recordings where there are any.

        Once a list had calls, the recordings are asked for at its side, so that nobody waits for
        one after the other. The cursor is a page number. Where the recordings cannot be read, they
        are left unknown.
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
        return listed.model_copy(update={"items": tuple(map(running.shown_on, listed.items))})

    async def get(self, call_id: str) -> Call:
        """The running session of a meeting: with recording, outputs and lock, read at once."""
        session, locked, running, livestream = await asyncio.gather(
            self._queries.active(call_id),
            self._rooms.locked(call_id),
            self._queries.running(CallRef(vendor=self.vendor, id=call_id)),
            self._queries.livestream(call_id),
        )
        mine = [one for one in running if one.of(session.id)]
        return session.call().model_copy(
            update={
                "recording": recording_state(plain(mine)),
                "locked": locked,
                "broadcasting": livestream is not None,
                "rtmp": outputs(mine),
            }
        )

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is connected now; the cursor is a page number."""
        return await self._queries.here(await self._queries.session_of(call), limit, cursor)

    async def perform(self, act: Act) -> Receipt:
        """See `CallProvider.perform`; Impossible when the capabilities say so."""
        capability = self.capabilities[act.verb.name]
        if not capability.possible:
            raise Impossible(f"{act.verb.label} is not possible. {capability.why}")
        if act.verb.aim is Aim.PEOPLE and not capability.reaches(everyone=act.everyone):
            raise Impossible(f"{act.verb.label} is possible only to {capability.aims}.")
        if (refused := capability.refuses(act.verb)) is not None:
            raise Impossible(f"{act.verb.label} is not possible with {refused}.")
        receipt: Receipt = await getattr(self._acts, _DOING[act.verb.name].method)(act)
        return receipt

    async def observe(self, act: Act) -> Observation:
        """See `CallProvider.observe`."""
        return await self._observer.at(act)

    async def find(self, words: str) -> Sightings:
        """See `CallProvider.find`: of at most 500 live calls the 40 fullest are searched."""
        return await self._reports.find(words)

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """Recordings of every run; transcripts, summaries and chat logs of the latest three.

        Who began a recording and why it stopped is asked of the newest ten.
        """
        return await self._files.files(call, kinds)

    async def recordings_running(self, call: CallRef) -> Sequence[RunningRecording]:
        """See `CallProvider.recordings_running`; RTMP outputs of ours are stopped by their name."""
        return await self._recordings.running(call)

    async def quality(self, call: CallRef) -> Quality:
        """See `QualityReports.quality`."""
        return await self._quality.quality(call)

    async def attendance(self, call: CallRef) -> Attendance:
        """See `RealtimeKitReports.attendance`."""
        return await self._reports.attendance(call)

    async def members(self, call: CallRef) -> Page[CallMember]:
        """Who is enrolled in the meeting, the first thousand."""
        return await self._reports.members(call)

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """See `CallProvider.listed`: who is enrolled, by RealtimeKit's id and the app's own."""
        if which is not Listed.MEMBERS:
            raise list_unsupported(call, which)
        return await self._reports.enrolled(call)

    async def rooms(self) -> Sequence[Room]:
        """Presets and meetings, the first thousand of each."""
        return await self._reports.rooms()

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """See `UsageSource.history`; a day more is read on either side of each week."""
        return await self._history.history(stretch, cursor)

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """See `UsageSource.reported`."""
        return await self._history.reported(first, last)

    async def probe(self) -> str:
        """See `CallProvider.probe`."""
        await self._queries.live(1, None)
        lacking = self._mutes.lacking()
        if lacking:
            return f"Calls can be listed. {reason(*sorted(lacking))}"
        return f"Calls can be listed. {_MUTE_SHOWS_LATER}"

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self.http.aclose()


def _capabilities(targets: tuple[str, ...]) -> Mapping[str, Capability]:
    table = {**CANNOT, **{verb: doing.capability for verb, doing in _DOING.items()}}
    table[RtmpStart.name] = (
        Capability(level=Enforcement.ENFORCED, only={"to": targets})
        if targets
        else cannot("No RTMP target is named in callwarden.toml.", instead=LiveStart)
    )
    return MappingProxyType(table)


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
    """A client for one app; `base_url` is up to and without `/accounts`.

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
