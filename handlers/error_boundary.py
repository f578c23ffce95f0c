"""The boundary where every error becomes a private message that says what to do next.

One of the three places that catch every exception.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.errors import CallwardenError
from bot.meter import UNMETERED, Meter
from handlers.blocks.message import Message
from handlers.blocks.refusals import broken, refusal

log = structlog.get_logger(__name__)

T = TypeVar("T")


UNEXPECTED = "unforeseen"
"""The kind under which errors that nobody meant are counted."""


async def no_diagnosis(_: CallwardenError) -> str:
    """No diagnosis at all: for askers who are not told why a vendor cannot be reached."""
    return ""


async def error_as_message(
    work: Awaitable[T],
    meter: Meter = UNMETERED,
    diagnosis: Callable[[CallwardenError], Awaitable[str]] = no_diagnosis,
) -> T | Message:
    """What `work` returns, or the error it raised as a message to its asker alone; counted.

    `diagnosis` says why, as far as the asker is told.
    """
    try:
        return await work
    except CallwardenError as error:
        log.info("error shown", error=type(error).__name__, why=str(error))
        meter.refused(type(error).__name__)
        return refusal(error, await diagnosis(error))
    except Exception:
        log.exception("handler failed")
        meter.refused(UNEXPECTED)
        return broken()
