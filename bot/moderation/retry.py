"""Trying a case again: a new try for each press, and one for a double press."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.calls.cases import Case

DOUBLE_PRESS = timedelta(seconds=3)
"""How long after a press another one is taken for the same one."""


class Retry(NamedTuple):
    """The next try of a case: what is tried again, under which key of its own.

    `asked` says that there is nothing to ask for: `case` is under way, has just been asked for by
    the same press, or has done it.
    """

    case: Case
    key: str
    asked: bool


async def next_retry(
    case: Case, key: str, now: datetime, case_for_key: Callable[[str], Awaitable[Case | None]]
) -> Retry:
    """The try after those that were asked for under `key`, which is of the case and the asker.

    Each has a number; `earlier_acceptance` finds the case of a key. What is aimed at is what the
    last of them left unsettled.
    """
    number = 1
    while (tried := await case_for_key(f"{key}:{number}")) is not None:
        under_way = tried.state.open or now - tried.asked_at < DOUBLE_PRESS
        if under_way or tried.state.settled:
            return Retry(tried, f"{key}:{number}", asked=True)
        case, number = tried, number + 1
    return Retry(case, f"{key}:{number}", asked=False)
