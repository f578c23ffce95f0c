"""Carrying on with orders of which it was not known in time who and what is meant."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot import trace
from bot.calls.lookups import Lookup
from bot.errors import CallwardenError, ClaimLost, NotAccepted, OtherRelease, StoreError
from bot.moderation.executor import PUT_BACK_FOR
from bot.moderation.lease_consumer import Claimant, LeaseConsumer
from bot.moderation.write_retry import retry_write
from bot.ports import LookupStore

log = structlog.get_logger(__name__)

LOOKUPS_AT_ONCE = 8
"""Orders looked for at the same time."""


class OrderLookups:
    """Looks up orders that were acknowledged before it was known who and what is meant.

    `settle` finds that out and takes the order, or tells its asker why not.

    Where `settle` raises StoreError or NotAccepted, the order is put back and not counted as tried:
    the database was away. Whatever else it raises, ClaimLost and OtherRelease too, leaves the order
    to whoever takes it up once its lease has run out.
    """

    def __init__(
        self,
        store: LookupStore,
        settle: Callable[[Lookup], Awaitable[None]],
        by: Claimant,
    ) -> None:
        self._store = store
        self._settle = settle
        self._clock = by.clock
        self._consumer = LeaseConsumer(
            "orders looked for",
            store.due_lookups,
            self._carry_on,
            by,
            concurrency=LOOKUPS_AT_ONCE,
        )

    async def hold(self, lookup: Lookup) -> None:
        """Write an order down, then find out in the background what it means.

        Raises NotAccepted when it cannot be written in time.
        """
        if await self._store.keep_lookup(lookup.model_copy(update={"trace": trace.current()})):
            self._consumer.wake()

    async def under_way(self, *keys: str) -> bool:
        """Whether an order of one of these keys is waiting to be looked up. Raises StoreError."""
        return await self._store.has_lookup(*keys)

    def wake(self) -> None:
        """Have due orders looked up, also those of a process that died; returns at once."""
        self._consumer.wake()

    def close(self) -> None:
        """Look up no further order; what is under way finishes."""
        self._consumer.close()

    async def _carry_on(self, lookup: Lookup) -> None:
        with trace.traced(lookup.trace or None):
            log.info("order looked for", attempt=lookup.attempt)
            try:
                await self._settle(lookup)
            except (ClaimLost, OtherRelease):
                raise
            except (StoreError, NotAccepted) as error:
                await self._put_back(lookup, error)
            else:
                over = partial(self._store.finish_lookup, lookup)
                await retry_write(over, self._clock, "order looked for")

    async def _put_back(self, lookup: Lookup, error: CallwardenError) -> None:
        log.warning("order put back", why=str(error))
        give_back = partial(self._store.give_back_lookup, lookup, wait=PUT_BACK_FOR)
        await retry_write(give_back, self._clock, "order put back")
