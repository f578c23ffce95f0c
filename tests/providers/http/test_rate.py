"""Who may send a request to a vendor, and when."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.priority import Priority
from bot.providers.http.rate import FAIR_TURN, PriorityLimiter


class Gate:
    """Requests that hold their turn until they are let go; `sent` is the order they went in."""

    def __init__(self, rate: float, connections: int = 100) -> None:
        self.limiter = PriorityLimiter(rate, connections)
        self.sent: list[Priority] = []
        self.askers: list[str] = []
        self.most = self._under_way = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def ask(self, priority: Priority, seconds: float = 0.0, asker: str = "") -> None:
        async with self.limiter.turn(priority, asker):
            self.sent.append(priority)
            self.askers.append(asker)
            self._under_way += 1
            self.most = max(self.most, self._under_way)
            await asyncio.sleep(seconds)
            self._under_way -= 1

    def begin(
        self, priority: Priority, seconds: float = 0.0, asker: str = ""
    ) -> "asyncio.Task[None]":
        task = asyncio.create_task(self.ask(priority, seconds, asker))
        self._tasks.append(task)
        return task

    async def all_done(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_an_act_goes_before_every_look_that_waits() -> None:
    gate = Gate(rate=5)
    looks = [gate.begin(Priority.LOOK) for _ in range(300)]
    await asyncio.sleep(0)
    before = len(gate.sent)
    await gate.ask(Priority.ACT)
    assert len(gate.sent) - before <= 20, "it is among the next"
    for look in looks:
        look.cancel()
    await gate.all_done()


async def test_looks_leave_some_of_the_rate_so_that_an_act_need_not_wait_at_all() -> None:
    gate = Gate(rate=10)
    looks = [gate.begin(Priority.LOOK) for _ in range(20)]
    await asyncio.sleep(0)
    async with asyncio.timeout(0.05):
        await asyncio.gather(*(gate.begin(Priority.ACT) for _ in range(4)))
    for look in looks:
        look.cancel()
    await gate.all_done()


async def test_a_queue_of_looks_alone_gets_the_whole_rate() -> None:
    gate = Gate(rate=200)
    begun = asyncio.get_running_loop().time()
    await asyncio.gather(*(gate.begin(Priority.LOOK) for _ in range(320)))
    assert asyncio.get_running_loop().time() - begun < 1.5


async def test_no_more_than_the_rate_goes_through() -> None:
    gate = Gate(rate=100)
    acts = [gate.begin(Priority.ACT) for _ in range(400)]
    await asyncio.sleep(0.2)
    sent = len(gate.sent)
    for act in acts:
        act.cancel()
    await gate.all_done()
    assert 100 <= sent < 160


async def test_looks_go_on_beside_acts_that_never_end() -> None:
    gate = Gate(rate=100)
    for _ in range(150):
        gate.begin(Priority.ACT)
    for _ in range(5):
        gate.begin(Priority.LOOK)
    await gate.all_done()
    looks = [at for at, priority in enumerate(gate.sent) if priority is Priority.LOOK]
    assert looks[0] < 100 + FAIR_TURN, "a hundred went at once, before any look was there"
    assert all(after - before <= FAIR_TURN for before, after in itertools.pairwise(looks))


async def test_a_turn_of_those_who_wait_goes_to_who_waits_the_longest() -> None:
    gate = Gate(rate=100)
    for _ in range(130):
        gate.begin(Priority.ACT)
    gate.begin(Priority.BACKGROUND)
    for _ in range(3):
        gate.begin(Priority.ORDER)
    await gate.all_done()
    assert gate.sent.index(Priority.BACKGROUND) < gate.sent.index(Priority.ORDER)


async def test_looks_leave_connections_to_acts() -> None:
    gate = Gate(rate=1000, connections=10)
    looks = [gate.begin(Priority.LOOK, seconds=60) for _ in range(30)]
    await asyncio.sleep(0.01)
    held = len(gate.sent)
    async with asyncio.timeout(0.5):
        await gate.begin(Priority.ACT)
    assert held == 6
    for look in looks:
        look.cancel()
    await gate.all_done()


async def test_connections_are_never_asked_for_more_than_there_are() -> None:
    gate = Gate(rate=1000, connections=5)
    await asyncio.gather(*(gate.begin(Priority.ACT, seconds=0.001) for _ in range(50)))
    assert gate.most == 5


GivenUp = Callable[[Gate], Coroutine[Any, Any, "asyncio.Task[None]"]]


async def in_the_queue(gate: Gate) -> "asyncio.Task[None]":
    task = gate.begin(Priority.ACT)
    await asyncio.sleep(0)
    return task


async def before_it_ran(gate: Gate) -> "asyncio.Task[None]":
    """Given its turn, and cancelled before it knows."""
    return gate.begin(Priority.ACT)


@pytest.mark.parametrize("given_up", [in_the_queue, before_it_ran])
async def test_whoever_waits_no_more_holds_nothing(given_up: GivenUp) -> None:
    gate = Gate(rate=1000, connections=1)
    first = gate.begin(Priority.ACT, seconds=0.02)
    await asyncio.sleep(0)
    gone = await given_up(gate)
    gone.cancel()
    await first
    async with asyncio.timeout(0.5):
        await gate.begin(Priority.ACT)
    await gate.all_done()


async def test_a_turn_that_is_given_to_somebody_who_just_left_goes_to_the_next() -> None:
    gate = Gate(rate=1000, connections=1)
    release = asyncio.Event()

    async def hold() -> None:
        async with gate.limiter.turn(Priority.ACT):
            await release.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)
    leaves, stays = gate.begin(Priority.ACT), gate.begin(Priority.ACT)
    await asyncio.sleep(0)
    release.set()
    await holding
    leaves.cancel()
    async with asyncio.timeout(0.5):
        await stays


@given(
    st.floats(min_value=0.5, max_value=1000),
    st.integers(min_value=1, max_value=40),
    st.lists(
        st.tuples(st.sampled_from(Priority), st.sampled_from(["", "U1", "U2", "U3"])),
        min_size=1,
        max_size=40,
    ),
)
def test_everybody_gets_a_turn(
    rate: float, connections: int, wanted: list[tuple[Priority, str]]
) -> None:
    """Whatever is asked for in whatever order: the rule leaves nobody behind."""

    async def run() -> list[tuple[Priority, str]]:
        gate = Gate(max(rate, len(wanted) * 4), connections)
        for priority, asker in wanted:
            gate.begin(priority, asker=asker)
        async with asyncio.timeout(5):
            await gate.all_done()
        return list(zip(gate.sent, gate.askers, strict=True))

    assert sorted(asyncio.run(run())) == sorted(wanted)


@pytest.mark.parametrize("priority", list(Priority))
async def test_whoever_asks_for_much_keeps_others_of_the_same_urgency_waiting_for_one_turn_each(
    priority: Priority,
) -> None:
    gate = Gate(rate=1000, connections=1)
    for _ in range(50):
        gate.begin(priority, asker="U1")
    await asyncio.sleep(0)
    for asker in ("U2", "U3", "U2"):
        gate.begin(priority, asker=asker)
    await gate.all_done()
    others = [place for place, asker in enumerate(gate.askers) if asker != "U1"]
    assert [gate.askers[place] for place in others] == ["U2", "U3", "U2"]
    assert others[-1] < 10, "fifty were in line before them"


async def test_who_leaves_the_line_leaves_the_others_of_theirs_in_it() -> None:
    gate = Gate(rate=1000, connections=1)
    first, *rest = [
        gate.begin(Priority.LOOK, asker=asker) for asker in ("U1", "U1", "U2", "U2", "U2")
    ]
    await asyncio.sleep(0)
    rest[0].cancel()
    rest[2].cancel()
    await gate.all_done()
    assert first.done()
    assert gate.askers == ["U1", "U2", "U2"]
