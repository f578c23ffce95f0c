"""Rings at intervals. One of the two places in the house that catch every exception."""

from collections.abc import Awaitable, Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import CallwardenError

log = structlog.get_logger(__name__)


class Runner:
    """APScheduler as an in-memory timer in UTC: it holds no state that a restart could lose."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def every(self, seconds: float, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Run `job` every so many seconds, never twice at once; a failure is logged."""
        self._scheduler.add_job(
            guarded,
            "interval",
            args=(name, job),
            seconds=seconds,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin to ring, on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        self._scheduler.shutdown(wait=False)


async def guarded(name: str, job: Callable[[], Awaitable[None]]) -> None:
    """Do `job`; whatever goes wrong is logged under `name`, and its caller goes on."""
    try:
        await job()
    except CallwardenError as error:
        log.warning(
            "scheduled job not done", job=name, problem=str(error), next_step=error.next_step
        )
    except Exception:
        log.exception("scheduled job failed", job=name)
