"""What a vendor keeps about a call or knows by name, for those who may read it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot.calls.attendance import Attendance
from bot.calls.cases import Disclosure
from bot.calls.models import Call, CallRef, Page, Vendor
from bot.calls.reports import (
    ATTENDANCE,
    FEEDBACK,
    MEMBERS,
    QUALITY,
    ROOMS,
    CallMember,
    Feedback,
    FileKind,
    Files,
    Quality,
    Report,
    Room,
)
from bot.errors import Impossible
from bot.moderation.asker import Asker
from bot.moderation.call_cards import CallCards
from bot.moderation.live_calls import LiveCalls
from bot.policy import Policy
from bot.ports import CallProvider, Store

T = TypeVar("T")


class ReportService:
    """The reports that vendors keep about calls, each for those who may read it.

    A report is asked of the vendor once for all who ask for it at the same moment. Every method
    raises NotPermitted for those who may not read the report, Impossible where the vendor has none
    or is not on, and VendorError; attendance also raises StoreError.
    """

    def __init__(
        self, live_calls: LiveCalls, policy: Policy, store: Store, call_cards: CallCards
    ) -> None:
        self._live_calls = live_calls
        self._policy = policy
        self._store = store
        self._call_cards = call_cards

    async def quality(self, asker: Asker, call: CallRef) -> Quality:
        """How well a call is heard and seen."""
        provider = await self._provider(asker, QUALITY, call.vendor)
        return await self._shared(QUALITY, call, provider.reports.quality)

    async def members(self, asker: Asker, call: CallRef) -> Page[CallMember]:
        """Who belongs to a call, whether in it or not."""
        provider = await self._provider(asker, MEMBERS, call.vendor)
        return await self._shared(MEMBERS, call, provider.reports.members)

    async def feedback(self, asker: Asker, call: CallRef) -> Sequence[Feedback]:
        """What people said of a call afterwards."""
        provider = await self._provider(asker, FEEDBACK, call.vendor)
        return await self._shared(FEEDBACK, call, provider.reports.feedback)

    async def attendance(self, asker: Asker, call: CallRef) -> Attendance:
        """Who was in a call, with what our own cases know of how they left."""
        await self._provider(asker, ATTENDANCE, call.vendor)
        return await self._call_cards.attendance(call)

    async def rooms(self, asker: Asker, vendor: Vendor) -> Sequence[Room]:
        """The call types, presets or groups that a vendor knows by name."""
        provider = await self._provider(asker, ROOMS, vendor)
        return await self._live_calls.shared((ROOMS.name, vendor), provider.reports.rooms)

    async def files(
        self, asker: Asker, report: Report, call: Call, kinds: frozenset[FileKind], key: str
    ) -> Files:
        """The files of a call, once it is audited under `key` that they are handed out.

        Raises NotAccepted where that cannot be recorded: then no file is handed out.
        """
        provider = await self._provider(asker, report, call.ref.vendor)
        files = await provider.reports.files(call.ref, kinds)
        await self._store.disclose(
            Disclosure(
                key=key,
                actor=asker.actor,
                call=call.ref,
                title=call.title,
                detail=f"{report.label}: {len(files.files)}",
            )
        )
        return files

    async def _provider(self, asker: Asker, report: Report, vendor: Vendor) -> CallProvider:
        """The vendor to ask for `report`, where the asker may read it."""
        await self._policy.require_reader(asker.actor, report, vendor, asker.channel)
        provider = self._live_calls.provider(vendor)
        capability = provider.reports.capabilities[report.name]
        if not capability.possible:
            raise Impossible(
                f"{vendor.label} has no “{report.label}”: {capability.why}", next_step=""
            )
        return provider

    async def _shared(
        self, report: Report, call: CallRef, read: Callable[[CallRef], Awaitable[T]]
    ) -> T:
        return await self._live_calls.shared((report.name, call), lambda: read(call))
