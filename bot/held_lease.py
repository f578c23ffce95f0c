"""The lease under which the present work is done: checked right before anything is sent.

A process that slept or was frozen does not know that its lease has run out, and that somebody else
does its work meanwhile. The lease is in a context variable, which tasks inherit.

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
"""Share of its length for which a lease is relied on; the rest is for clocks that differ."""


class Held(abc.ABC):
    """A lease on work that lasts for `length` since it was asked for."""

    def __init__(self, length: timedelta) -> None:
        self._length = length

    @property
    @abc.abstractmethod
    def age(self) -> timedelta:
        """How long ago the lease was asked for; each kind of lease says by which clock."""

    def is_young(self, share: float) -> bool:
        """Whether less than this share of its length has passed."""
        return self.age < share * self._length

    @property
    def holds(self) -> bool:
        """Whether the lease still holds, so that nobody else can have the work."""
        return self.is_young(SURE)

    def require(self) -> None:
        """Raise ClaimLost when the lease may have run out."""
        if not self.holds:
            raise ClaimLost("It was held for too long; somebody else may be at it.")


_CURRENT: ContextVar[Held | None] = ContextVar("held_lease", default=None)
"""None where no lease is needed, because nobody else could have the work."""


def current() -> Held | None:
    """The lease of the present work; None when it is done under none."""
    return _CURRENT.get()


def require_held() -> None:
    """Raise ClaimLost when the present work is done under a lease that may have run out."""
    if (held := current()) is not None:
        held.require()


def age_held() -> timedelta:
    """How long ago the lease of the present work was asked for; 0 when it has none."""
    held = current()
    return timedelta(0) if held is None else held.age


@contextmanager
def holding(lease: Held | None) -> Iterator[None]:
    """Make `lease` the lease of the work in this context and of the tasks it begins; None: none."""
    token = _CURRENT.set(lease)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def detach() -> None:
    """Give up the lease that this task inherited, as a task that works for others too has to."""
    _CURRENT.set(None)


class HeldLease(Held):
    """A lease that is asked for at the moment this is made.

    Its age is the greater one by two clocks: the wall clock counts a machine's sleep, and the
    monotonic one is never set.
    """

    def __init__(self, clock: Clock, length: timedelta) -> None:
        super().__init__(length)
        self._clock = clock
        self._wall: datetime = clock.now()
        self._monotonic: float = clock.monotonic()

    @property
    def age(self) -> timedelta:
        """How long ago the lease was asked for, by the clock that says more."""
        passed = timedelta(seconds=self._clock.monotonic() - self._monotonic)
        return max(self._clock.now() - self._wall, passed)


class RenewedLease(Held):
    """A lease that was asked for `age` ago and is renewed from time to time while work goes on.

    It is timed by the seconds of the event loop, as its renewals are: when the whole machine slept,
    the next renewal, which is overdue by then, finds out.
    """

    def __init__(self, length: timedelta, age: timedelta) -> None:
        super().__init__(length)
        self._asked = self.now() - age.total_seconds()

    def now(self) -> float:
        """The event loop's time in seconds, to be handed to `renewed` later."""
        return asyncio.get_running_loop().time()

    def renewed(self, asked: float) -> None:
        """Count the age from `asked`, the `now` at which a renewal that succeeded was asked for."""
        self._asked = asked

    @property
    def age(self) -> timedelta:
        """How long ago the lease was last asked for."""
        return timedelta(seconds=self.now() - self._asked)
