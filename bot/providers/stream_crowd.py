"""Acts on everyone in a Stream call but the spared, person by person."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from bot.calls.acts import Act
from bot.clock import Clock
from bot.errors import Ambiguous, VendorDenied, VendorError, VendorRefused
from bot.providers.stream_doing import no_later
from bot.providers.stream_evidence import spared
from bot.providers.stream_reads import StreamReads

AT_ONCE = 8
"""Requests under way at the same time: less than the connection pool, and than a second's rate."""

SECONDS = 15.0
"""Nobody new is begun with after so long: the rest of the time is for reading back."""

MOMENT = 0.5
"""Seconds until the list of people is read anew when it shows only those done already."""

MOMENTS = 3


class Crowd:
    """Those whom one act on everyone means: who is there now, never who was there before.

    Stream lists 100 people and no more, so it goes round by round. `reached` counts those to whom
    it was done, `unlisted` those who are there and were never listed.
    """

    def __init__(self, act: Act, reads: StreamReads, clock: Clock) -> None:
        self._act = act
        self._reads = reads
        self._clock = clock
        self._ends = clock.monotonic() + SECONDS
        self._known: set[str] = set()
        self._refusals: list[VendorRefused] = []
        self.reached = 0
        self.unlisted = 0

    async def rounds(self, then: Mapping[str, Any] | None) -> AsyncIterator[list[str]]:
        """The ids of those present, each once; then, while some are unlisted, of who fits `then`.

        None: one round is all. NotAtVendor when another run is on than the moderator saw.
        """
        asked: Mapping[str, Any] | None = {}
        waits = 0
        first = True
        while asked is not None and not self._late:
            here = await self._reads.stays(self._act.call.id, asked)
            no_later(self._act, here.call)
            fresh = [
                one
                for one in here.participants
                if one.user.id not in self._known and not spared(self._act, one)
            ]
            ids = list(dict.fromkeys(one.user.id for one in fresh))
            beyond = here.total - len(here.participants)
            self.unlisted = beyond if first else max(self.unlisted - len(fresh), 0)
            self._known.update(ids)
            if ids:
                yield ids
            elif beyond and waits < MOMENTS:
                waits += 1
                await self._clock.sleep(MOMENT)
            else:
                return
            if not beyond:
                return
            asked, first = then, False

    async def each(self, ids: list[str], do: Callable[[str], Awaitable[object]]) -> None:
        """Do it to each of `ids`, AT_ONCE at a time.

        Who is refused is passed over: mostly they just left, and reading back shows who did not.
        Any other trouble ends it: as it is when nobody was reached, else as Ambiguous.
        """
        gate = asyncio.Semaphore(AT_ONCE)
        troubles: list[VendorError] = []

        async def one(person: str) -> None:
            async with gate:
                if troubles or self._late:
                    return
                try:
                    await do(person)
                except VendorError as error:
                    self._sort(error, troubles)
                else:
                    self.reached += 1

        await asyncio.gather(*(one(person) for person in ids))
        if troubles and self.reached:
            message = f"Done to {self.reached}, then: {troubles[0]}"
            raise Ambiguous(message, vendor=troubles[0].vendor) from troubles[0]
        if troubles:
            raise troubles[0]

    def told(self) -> str:
        """How many it was done to, in words; the first refusal when all were refused."""
        if self._refusals and not self.reached:
            raise self._refusals[0]
        left = f", {len(self._act.spared)} spared" if self._act.spared else ""
        return f" for {self.reached} in the call{left}"

    @property
    def _late(self) -> bool:
        return self._clock.monotonic() >= self._ends

    def _sort(self, error: VendorError, troubles: list[VendorError]) -> None:
        if isinstance(error, VendorRefused) and not isinstance(error, VendorDenied):
            self._refusals.append(error)
        else:
            troubles.append(error)
