"""How much one person may ask for: so many requests at once, and so many a minute after that.

A token bucket for each person and kind of request. What is kept of one is a single number, the
moment at which it will be full again: the generic cell rate algorithm
(https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). The maintained libraries for it read
the wall clock, or make whoever is over the limit wait instead of saying when to come again.
"""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from cachetools import TTLCache

from bot.calls.actors import Actor
from bot.clock import Clock
from bot.errors import TooManyRequests

MOST_PEOPLE = 10_000
"""People remembered of each kind. Whoever is forgotten, the longest unseen first, has all again."""

SOONEST = 1
"""Seconds: nobody is told to come again at once."""

ROUNDING = 1e-6
"""Seconds by which sums of floats may be off."""


class RequestKind(StrEnum):
    """What a request asks for. Each kind has a budget of its own: reading never uses up orders."""

    LOOK = "look"
    """Something is read: lists, cards, searches, Home, and what fits letters typed into a menu."""
    ORDER = "order"
    """An order is given, taken back or asked for, or its form is opened, filled in or submitted."""


class Allowance(NamedTuple):
    """A budget: `burst` requests at once, and then `per_minute` requests a minute."""

    burst: int
    per_minute: float

    @property
    def interval(self) -> float:
        """Seconds that make up for one request."""
        return 60 / self.per_minute

    @property
    def span(self) -> float:
        """Seconds that make up for a whole burst."""
        return self.burst * self.interval


class RequestBudgets:
    """The budgets of everybody, in this process. A kind without an allowance is not limited."""

    def __init__(self, allowances: Mapping[RequestKind, Allowance], clock: Clock) -> None:
        self._allowances = allowances
        self._clock = clock
        self._full_at: dict[RequestKind, TTLCache[tuple[str, str], float]] = {
            kind: TTLCache(MOST_PEOPLE, allowance.span, timer=clock.monotonic)
            for kind, allowance in allowances.items()
        }

    def wait(self, actor: Actor, kind: RequestKind, cost: float = 1.0) -> float:
        """Count a request and return 0.0; else count nothing and return the seconds until it fits.

        `cost` is how many requests it counts as.
        """
        allowance = self._allowances.get(kind)
        if allowance is None:
            return 0.0
        now, person = self._clock.monotonic(), (actor.team, actor.user)
        full_at = self._full_at[kind]
        then = max(full_at.get(person, now), now) + cost * allowance.interval
        over = then - now - allowance.span
        if over > ROUNDING:
            return over
        full_at[person] = then
        return 0.0


def too_many(kind: RequestKind, wait: float, *, undone: bool = True) -> TooManyRequests:
    """The error for somebody over their budget, `wait` seconds before there is room again.

    `undone` is False where it cannot be found out now whether the request was taken when it came
    before.
    """
    seconds = max(SOONEST, math.ceil(wait))
    when = f"in {seconds} {'second' if seconds == 1 else 'seconds'}"
    if kind is RequestKind.LOOK:
        return TooManyRequests(
            "Too many requests from you in a short time.",
            next_step=f"Nothing was looked up. Try again {when}; orders are still taken.",
        )
    said = "Nothing was done." if undone else "It may have been taken: look at the audit log first."
    return TooManyRequests(
        "Too many orders from you in a short time.",
        next_step=f"{said} Give the order again {when}.",
    )
