"""The lease under which present work is done: looked at right before anything is sent.

A process that slept or was frozen does not know that its lease has run out, and that somebody else
does its work meanwhile. It travels in a context variable, which tasks inherit.

The rule: a lease's age counts from when it was asked for, and the lease is relied on for SURE of
its length. Before work is begun, its age is by the clock that says more (`HeldLease`): to be wrong
costs a later start. An act that was begun goes by seconds that nobody sets alone (`RenewedLease`):
a machine's clock set ahead must not break it off half done.
"""

import abc
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import ClaimLost

SURE = 0.8
"""Share of a lease in which nobody else has the work, however clocks and answers go astray."""


class Held(abc.ABC):
    """What present work may be done under, for `length` since it was asked for."""

    def __init__(self, length: timedelta) -> None:
        self._length = length

    @property
    @abc.abstractmethod
    def age(self) -> timedelta:
        """How long ago it was asked for, at least."""

    def is_young(self, share: float) -> bool:
        """Whether less than that share of it is over."""
        return self.age < share * self._length

    @property
    def holds(self) -> bool:
        """Whether nobody else can have the work."""
        return self.is_young(SURE)

    def require(self) -> None:
        """ClaimLost once it may have run out."""
        if not self.holds:
            raise ClaimLost("It was held for too long; somebody else may be at it.")


_CURRENT: ContextVar[Held | None] = ContextVar("held_lease", default=None)
"""None: what is done under no lease is nobody else's."""


def current() -> Held | None:
    """The lease of the present work."""
    return _CURRENT.get()


def require_held() -> None:
    """ClaimLost where the present work is done under a lease that may have run out."""
    if (held := current()) is not None:
        held.require()


def age_held() -> timedelta:
    """How long ago the lease of the present work was asked for; 0 under none."""
    held = current()
    return timedelta(0) if held is None else held.age


@contextmanager
def holding(lease: Held | None) -> Iterator[None]:
    """Do what follows, and the tasks that it begins, under that lease; None for under none."""
    token = _CURRENT.set(lease)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def apart() -> None:
    """Forget under whose lease this task was begun: it works for others too."""
    _CURRENT.set(None)


class HeldLease(Held):
    """A lease that is asked for now.

    Its age is the greater one by two clocks: one counts a machine's sleep, the other is never set.
    """

    def __init__(self, clock: Clock, length: timedelta) -> None:
        super().__init__(length)
        self._clock = clock
        self._wall: datetime = clock.now()
        self._monotonic: float = clock.monotonic()

    @property
    def age(self) -> timedelta:
        """How long ago it was asked for, at least."""
        passed = timedelta(seconds=self._clock.monotonic() - self._monotonic)
        return max(self._clock.now() - self._wall, passed)


class RenewedLease(Held):
    """The lease of work that goes on, asked for `age` ago, and anew from time to time.

    By the seconds of the event loop, which the renewals go by as well: where a whole machine slept,
    the next renewal, which is overdue by then, finds out.
    """

    def __init__(self, length: timedelta, age: timedelta) -> None:
        super().__init__(length)
        self._asked = self.now() - age.total_seconds()

    def now(self) -> float:
        """The present moment, for `renewed`."""
        return asyncio.get_running_loop().time()

    def renewed(self, asked: float) -> None:
        """It was had anew; that was asked for at that moment."""
        self._asked = asked

    @property
    def age(self) -> timedelta:
        """How long ago it was asked for."""
        return timedelta(seconds=self.now() - self._asked)
