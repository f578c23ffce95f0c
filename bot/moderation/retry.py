"""Trying a case again: a new try for each press, and one for a double press."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.calls.cases import Case

DOUBLE_PRESS = timedelta(seconds=3)
"""How long after a press another one is taken for the same one."""


class Retry(NamedTuple):
    """The next try of a case: what is tried again, and the idempotency key of that order.

    `asked` is whether no order is needed: `case` is under way, has just been asked for by the same
    press, or has done it.
    """

    case: Case
    key: str
    asked: bool


async def next_retry(
    case: Case, key: str, now: datetime, case_for_key: Callable[[str], Awaitable[Case | None]]
) -> Retry:
    """The next try of `case` by one asker, whom `key` stands for together with the case.

    Tries are numbered: their keys are `key:1`, `key:2` and so on, and `case_for_key` finds the case
    that such a key led to. The next try is aimed at what the last one left unsettled. Raises
    StoreError.
    """
    number = 1
    while (tried := await case_for_key(f"{key}:{number}")) is not None:
        under_way = tried.state.open or now - tried.asked_at < DOUBLE_PRESS
        if under_way or tried.state.settled:
            return Retry(tried, f"{key}:{number}", asked=True)
        case, number = tried, number + 1
    return Retry(case, f"{key}:{number}", asked=False)
