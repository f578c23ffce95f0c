"""Keeping a claim while its case is worked on, and letting go of the work when it cannot be kept.

A lease is renewed for as long as the work takes. Where the database does not take the renewal, the
work is stopped before the lease runs out: from then on somebody else may do it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.calls.cases import Claim
from bot.calls.outcomes import Progress
from bot.errors import ClaimLost, StoreError
from bot.held_lease import RenewedLease, age_held, holding
from bot.ports import Store
from bot.progress import ProgressTracker

log = structlog.get_logger(__name__)

T = TypeVar("T")

BEAT_SECONDS = 5.0
"""How often a lease is renewed, and what is done so far written down and shown."""

ANSWERS = 2
"""How often a private answer shows how far it is: Slack takes five posts at such an address."""

LAST_SECONDS = 1.0
"""How long a process that stops takes to write down what it has done so far."""


class LeaseKeeper:
    """Keeps one claim: `held` is its lease, which begins anew with each renewal.

    `tracker` is told by the work how far it is, `shown` when that can be read.
    `lease` is how long each renewal holds, `beat` how many seconds there are between two.
    """

    def __init__(
        self,
        store: Store,
        claim: Claim,
        lease: timedelta,
        shown: Callable[[], None],
        beat: float = BEAT_SECONDS,
    ) -> None:
        self._store = store
        self._claim = claim
        self._lease = lease
        self._shown = shown
        self._beat = min(beat, lease.total_seconds() / 6)
        self._written = claim.case.progress or Progress()
        self._answers = ANSWERS if claim.case.attempt == 1 else 0
        self.held = RenewedLease(lease, age_held())
        self.tracker = ProgressTracker(claim.case.progress, self.held.require)

    async def keep(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` while the claim is kept; what it returns.

        Raises ClaimLost when the case is, or may be, another worker's meanwhile.
        Cancelled, it writes down how far the work came, for whoever takes the case up.
        """
        with holding(self.held):
            task = asyncio.create_task(work)
        try:
            while True:
                await asyncio.wait({task}, timeout=self._beat)
                if task.done():
                    return task.result()
                await self._renew()
        finally:
            await self._leave(task)

    async def _renew(self) -> None:
        asked, progress = self.held.now(), self._news()
        answer = progress is not None and progress.done > 0 and self._answers > 0
        try:
            kept = await self._store.renew(
                self._claim, lease=self._lease, progress=progress, answer=answer
            )
        except StoreError as error:
            log.warning("lease not renewed", error=str(error))
            self.held.require()
            return
        if not kept:
            raise ClaimLost("Another process has taken the case up meanwhile.")
        self.held.renewed(asked)
        if progress is not None:
            self._written = progress
            self._answers -= answer
            self._shown()

    def _news(self) -> Progress | None:
        """How far it is, where that is not written down yet."""
        progress = self.tracker.progress
        return None if progress == self._written else progress

    async def _leave(self, task: "asyncio.Task[Any]") -> None:
        """Stop what is still going on, and write down how far it came."""
        if task.done():
            return
        task.cancel()
        await asyncio.wait({task})
        if (progress := self._news()) is None:
            return
        try:
            async with asyncio.timeout(LAST_SECONDS):
                await self._store.renew(
                    self._claim, lease=self._lease, progress=progress, answer=False
                )
        except (TimeoutError, StoreError) as error:
            log.warning("progress not written", error=type(error).__name__)
