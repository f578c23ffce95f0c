"""A vendor's rate limit and connections, given out by priority, and by turns among askers.

Acts go before reads; whoever asks for much waits behind their own requests, and others do not.

A token bucket (as AsyncLimiter of aiolimiter is one) that knows priorities; no maintained limiter
does. The connections are given out by it as well, so that none of them has a queue of its own, in
which an act would stand behind reads.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from bot.priority import Priority

KEPT_BACK: Mapping[Priority, float] = MappingProxyType(
    {Priority.ACT: 0.0, Priority.ORDER: 0.2, Priority.LOOK: 0.4, Priority.BACKGROUND: 0.6}
)
"""The share of a second's requests, and of the connections, that is left to what is more urgent.

What is kept back is only the beginning: a queue of reads alone still gets the whole rate.
"""

FAIR_TURN = 10
"""One turn in so many goes to what is less urgent and waits the longest: nothing waits for ever."""


class _FairQueue:
    """Those who wait at one priority: one of each asker by turns, the asker's own in their order.

    https://en.wikipedia.org/wiki/Fair_queuing
    """

    def __init__(self) -> None:
        self._of: dict[str, deque[asyncio.Future[None]]] = {}

    def __bool__(self) -> bool:
        return bool(self._of)

    def add(self, asker: str, turn: "asyncio.Future[None]") -> None:
        """Wait behind the asker's own."""
        self._of.setdefault(asker, deque()).append(turn)

    @property
    def first(self) -> "asyncio.Future[None]":
        """Whose turn is next."""
        return next(iter(self._of.values()))[0]

    def take(self) -> "asyncio.Future[None]":
        """The next, whose asker then comes after all others."""
        asker, turns = next(iter(self._of.items()))
        del self._of[asker]
        turn = turns.popleft()
        if turns:
            self._of[asker] = turns
        return turn

    def remove(self, asker: str, turn: "asyncio.Future[None]") -> None:
        """Wait no more."""
        self._of[asker].remove(turn)
        if not self._of[asker]:
            del self._of[asker]


class PriorityLimiter:
    """At most `rate` requests a second, a second's worth at once, and `connections` at a time."""

    def __init__(self, rate: float, connections: int) -> None:
        self._rate = rate
        self._capacity = max(rate, 1.0)
        self._connections = connections
        self._busy = 0
        self._tokens = self._capacity
        self._filled_at = -math.inf
        self._queues = {priority: _FairQueue() for priority in sorted(Priority)}
        self._arrivals = 0
        self._arrived: dict[asyncio.Future[None], int] = {}
        self._passed_over = 0
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, priority: Priority, asker: str = "") -> AsyncIterator[None]:
        """Wait until a request of that priority may be sent; it holds a connection until the exit.

        `asker` is for whom it is; empty for nobody in particular, who count as one.
        """
        await self._acquire(priority, asker)
        try:
            yield
        finally:
            self._busy -= 1
            self._serve()

    async def _acquire(self, priority: Priority, asker: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queues[priority].add(asker, turn)
        self._arrivals += 1
        self._arrived[turn] = self._arrivals
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(priority, asker, turn)
            raise

    def _leave(self, priority: Priority, asker: str, turn: "asyncio.Future[None]") -> None:
        """Whoever waits no more makes room; a turn that was given just now is given back."""
        if not turn.cancelled():
            self._busy -= 1
            self._tokens += 1
        elif self._arrived.pop(turn, None) is not None:
            self._queues[priority].remove(asker, turn)
        self._serve()

    def _serve(self) -> None:
        """Give out all turns that there are, and come again when the next one is due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._refill()
        while (chosen := self._next_turn()) is not None:
            priority, kept = chosen
            missing = min(1 + kept * self._capacity, self._capacity) - self._tokens
            if missing > 0:
                wait = missing / self._rate
                self._timer = asyncio.get_running_loop().call_later(wait, self._serve)
                return
            if self._busy >= max(1, math.floor(self._connections * (1 - kept))):
                return  # the end of somebody's turn makes room, and serves again
            self._grant_turn(priority)

    def _next_turn(self) -> tuple[Priority, float] | None:
        """Whose turn it is, and what share is kept back from them.

        The most urgent's; now and then that of those who have waited the longest behind them.
        """
        waiting = [priority for priority, queue in self._queues.items() if self._has_waiting(queue)]
        if not waiting:
            return None
        if self._passed_over >= FAIR_TURN - 1 and waiting[1:]:
            longest = min(
                waiting[1:], key=lambda priority: self._arrived[self._queues[priority].first]
            )
            return longest, 0.0
        return waiting[0], KEPT_BACK[waiting[0]]

    def _has_waiting(self, queue: _FairQueue) -> bool:
        """Whether anybody does; those who were cancelled and do not know it yet step aside."""
        while queue and queue.first.cancelled():
            del self._arrived[queue.take()]
        return bool(queue)

    def _grant_turn(self, priority: Priority) -> None:
        turn = self._queues[priority].take()
        del self._arrived[turn]
        first = not any(queue for other, queue in self._queues.items() if other < priority)
        behind = any(queue for other, queue in self._queues.items() if other > priority)
        self._passed_over = self._passed_over + 1 if first and behind else 0
        self._tokens -= 1
        self._busy += 1
        turn.set_result(None)

    def _refill(self) -> None:
        now = asyncio.get_running_loop().time()
        self._tokens = min(self._capacity, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
