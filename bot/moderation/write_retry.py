"""Writing the result of work again and again: it cannot be found out a second time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.errors import ClaimLost, NotAccepted, StoreError
from bot.held_lease import current

log = structlog.get_logger(__name__)

T = TypeVar("T")

PAUSES = (0.2, 0.5, 1.0)
"""Seconds before each further try; the last of them from then on, shorter than between sweeps."""


def _lease_holds() -> bool:
    """Whether the present work is done under a lease that nobody else can have yet."""
    lease = current()
    return lease is not None and lease.holds


async def retry_write(
    write: Callable[[], Awaitable[T]],
    clock: Clock,
    what: str,
    go_on: Callable[[], bool] = _lease_holds,
) -> T:
    """What `write` returns, once the database takes it; its last error where that was not in time.

    It is tried again while `go_on` says so: for as long as the lease of the present work holds,
    since from then on somebody else finds out what came of it. Under none it is tried once. `write`
    may be done twice; `what` names it in the log.
    """
    tries = 0
    while True:
        try:
            return await write()
        except (StoreError, NotAccepted) as error:
            if isinstance(error, ClaimLost) or not go_on():
                raise
            tries += 1
            log.warning("write postponed", what=what, tries=tries, error=str(error))
        await clock.sleep(PAUSES[min(tries, len(PAUSES)) - 1])
