"""A consumer of leased rows: claims what is due, and works on so many of them side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import structlog

from bot import held_lease, trace
from bot.background import BackgroundTasks
from bot.clock import Clock
from bot.errors import ClaimLost
from bot.held_lease import HeldLease

log = structlog.get_logger(__name__)

T = TypeVar("T")
Row_co = TypeVar("Row_co", covariant=True)

LEASE = timedelta(seconds=60)
"""How long a claim holds unless it is renewed, as that of a case is while it is worked on."""


class Claimant(NamedTuple):
    """Who takes up rows: `owner` is this process among all, `lease` is how long it holds them."""

    clock: Clock
    tasks: BackgroundTasks
    owner: str
    lease: timedelta = LEASE


class Claim(Protocol[Row_co]):
    """Claims rows that are due and that nobody holds."""

    async def __call__(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Row_co]:
        """At most `limit` of them, held for `lease`."""


class LeaseConsumer(Generic[T]):
    """Claims due items and works on them side by side, at most `concurrency` at a time.

    `wake` has it look for due rows: too often costs one query, and one that was missed is made
    good by the next. There are never two looks at once. `wait` is awaited before each look, so that
    whatever wakes it meanwhile is found by the same one. What is claimed together is held under one
    lease, made before it is asked for; work that finds it too old is left to the next who claims.
    """

    def __init__(
        self,
        name: str,
        take: Claim[T],
        work: Callable[[T], Awaitable[None]],
        by: Claimant,
        *,
        concurrency: int,
        wait: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._name = name
        self._take = take
        self._work = work
        self._by = by
        self._concurrency = concurrency
        self._wait = wait
        self._busy = 0
        self._sweep: asyncio.Task[Any] | None = None
        self._again = False
        self._open = True

    def wake(self) -> None:
        """Have it look for due items soon; returns at once."""
        if self._sweep is not None and not self._sweep.done():
            self._again = True
        elif self._open:
            self._sweep = self._by.tasks.spawn(self._take_all(), f"{self._name}: take")

    def close(self) -> None:
        """Take up nothing more; what is being worked on goes on."""
        self._open = False

    async def _take_all(self) -> None:
        trace.detach()
        held_lease.detach()
        more = True
        while more and self._open and (free := self._concurrency - self._busy):
            if self._wait is not None:
                await self._wait()
            self._again = False
            lease = HeldLease(self._by.clock, self._by.lease)
            items = await self._take(owner=self._by.owner, limit=free, lease=self._by.lease)
            for item in items:
                self._busy += 1
                self._by.tasks.spawn(self._one(item, lease), f"{self._name}: work")
            more = self._again or len(items) == free

    async def _one(self, item: T, lease: HeldLease) -> None:
        try:
            with held_lease.holding(lease):
                await self._work(item)
        except ClaimLost as lost:
            log.warning("work let go", consumer=self._name, why=str(lost))
        finally:
            self._busy -= 1
            self.wake()
