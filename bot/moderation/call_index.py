"""An index of all live calls, page after page of every vendor, to choose from while typing.

It is read in the background when somebody begins to choose, and believed for a short while; what it
knows is answered at once, also while it is being read anew. The list of live calls does not use it:
that asks each vendor once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.calls.handles import LONG, handle
from bot.calls.live import VendorTrouble
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.names import fold
from bot.clock import Clock
from bot.errors import VendorError
from bot.moderation.recent_calls import RecentCalls
from bot.ports import CallProvider

FRESH_SECONDS = 20.0
"""How long a vendor's part of the index is believed before it is read again."""

MOST_CALLS, MOST_INDEX_PAGES = 3_000, 50
"""Calls, and pages of them, read of one vendor at most."""

PAGE = 100
"""Calls asked for in one request: the vendors' largest page."""

READ_SECONDS = 15.0
"""How long reading one vendor's pages may take; what was read until then counts."""


PREFIX = 3
"""Letters from which on a word may be the beginning of a handle."""


class Entry(NamedTuple):
    """A call, all words it is found by, and its handle; both folded."""

    call: Call
    words: str
    handle: str


@dataclass
class VendorCalls:
    """What one vendor showed. `at` (monotonic seconds) is None until it was read to its end."""

    calls: Mapping[tuple[Vendor, str], Call]
    at: float | None = None
    trouble: VendorTrouble | None = None


class CallIndex:
    """Every live call there is, as far as it was read; one for the process.

    `timeout_s` is how many seconds reading one vendor may take.
    """

    def __init__(
        self,
        providers: Mapping[Vendor, CallProvider],
        clock: Clock,
        recent_calls: RecentCalls,
        timeout_s: float = READ_SECONDS,
    ) -> None:
        self._timeout_s = timeout_s
        self._providers = providers
        self._clock = clock
        self._recent_calls = recent_calls
        self._parts: dict[Vendor, VendorCalls] = {}
        self._reading: dict[Vendor, asyncio.Event] = {}
        self._entries: tuple[Entry, ...] | None = None

    @property
    def known(self) -> bool:
        """Whether every vendor was read to its end, or said that it cannot be, at least once."""
        return all(
            (part := self._parts.get(vendor)) is not None and part.at is not None
            for vendor in self._providers
        )

    @property
    def due(self) -> bool:
        """Whether a vendor's part is older than FRESH_SECONDS and is not being read already."""
        return any(self._is_due(vendor) for vendor in self._providers)

    @property
    def troubles(self) -> tuple[VendorTrouble, ...]:
        """The vendors that did not answer when they were last asked."""
        return tuple(part.trouble for part in self._parts.values() if part.trouble is not None)

    async def refresh(self) -> None:
        """Read the calls of every vendor whose part is due, and wait for that."""
        await asyncio.gather(*(self._once(vendor) for vendor in self._providers))

    def find(self, text: str, most: int) -> Sequence[Call]:
        """The first `most` calls that have every word of `text` in title, id or vendor's name.

        Most people first. A word may also be the beginning of the handle; a call whose handle or
        id `text` is comes before all.
        """
        typed = text.strip()
        called = self._recent_calls.called(typed) if typed else []
        meant = [here for call in called if (here := self.call(call.ref)) is not None]
        others = _take(self._all(), fold(typed).split(), most)
        return [*meant, *(call for call in others if call not in meant)][:most]

    def calls(self) -> Iterator[Call]:
        """Every call, most people first."""
        return (entry.call for entry in self._all())

    def call(self, ref: CallRef) -> Call | None:
        """The live call in that room, as the index has it; None where it has none."""
        part = self._parts.get(ref.vendor)
        return None if part is None else part.calls.get((ref.vendor, ref.id))

    def _is_due(self, vendor: Vendor) -> bool:
        part = self._parts.get(vendor)
        if vendor in self._reading:
            return False
        return part is None or part.at is None or self._clock.monotonic() - part.at >= FRESH_SECONDS

    async def _once(self, vendor: Vendor) -> None:
        """Read a vendor that is due; one that is being read already is waited for."""
        if (reading := self._reading.get(vendor)) is not None:
            await reading.wait()
        elif self._is_due(vendor):
            done = self._reading[vendor] = asyncio.Event()
            try:
                await self._read(vendor)
            finally:
                del self._reading[vendor]
                done.set()

    async def _read(self, vendor: Vendor) -> None:
        """All pages. While nothing is known of the vendor, each page counts as it comes."""
        found: dict[tuple[Vendor, str], Call] = {}
        first = vendor not in self._parts
        trouble = None
        try:
            async with asyncio.timeout(self._timeout_s):
                async for calls in self._pages(vendor):
                    found.update({(call.ref.vendor, call.ref.id): call for call in calls})
                    self._recent_calls.keep_calls(calls)
                    if first:
                        self._put(vendor, VendorCalls(dict(found)))
        except VendorError as error:
            trouble = trouble_of(vendor, error)
        except TimeoutError:
            trouble = VendorTrouble(
                vendor=vendor, message=f"{vendor.label} took too long to list all its calls."
            )
        if trouble is not None:
            before = self._parts.get(vendor)
            found = {**(before.calls if before else {}), **found}
        self._put(vendor, VendorCalls(found, self._clock.monotonic(), trouble))

    async def _pages(self, vendor: Vendor) -> AsyncIterator[Sequence[Call]]:
        """Each page's calls."""
        cursor: str | None = None
        read = 0
        for _ in range(MOST_INDEX_PAGES):
            before = cursor
            page = await self._providers[vendor].list_live(limit=PAGE, cursor=cursor)
            cursor, read = page.next, read + len(page.items)
            yield page.items
            if cursor in {None, before} or read >= MOST_CALLS:
                return

    def _put(self, vendor: Vendor, part: VendorCalls) -> None:
        self._parts[vendor] = part
        self._entries = None

    def _all(self) -> tuple[Entry, ...]:
        if self._entries is None:
            calls = [call for part in self._parts.values() for call in part.calls.values()]
            calls.sort(key=lambda call: (-call.people, fold(call.title), call.ref.id))
            self._entries = tuple(
                Entry(call, _words(call), handle(call.ref, LONG).casefold()) for call in calls
            )
        return self._entries


def _words(call: Call) -> str:
    vendor = call.ref.vendor
    return fold(f"{call.title} {call.ref.id} {vendor} {vendor.label}")


def _take(entries: Iterable[Entry], wanted: Sequence[str], most: int) -> Iterator[Call]:
    left = most
    for entry in entries:
        if left <= 0:
            return
        if all(word in entry.words or _is_prefix(entry.handle, word) for word in wanted):
            left -= 1
            yield entry.call


def _is_prefix(name: str, word: str) -> bool:
    return len(word) >= PREFIX and name.startswith(word)


def trouble_of(vendor: Vendor, error: VendorError) -> VendorTrouble:
    """The trouble of a vendor that did not answer, as a listing shows it."""
    return VendorTrouble(vendor=vendor, message=str(error), diagnosis=str(error.diagnosis or ""))
