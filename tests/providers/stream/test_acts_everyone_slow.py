"""Orders on many people against a Stream that is slow, at a rate that is low."""

import asyncio

from bot.calls.acts import Person
from bot.calls.cases import Case
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Kick
from bot.clock import SystemClock
from bot.demo.vendors import StreamServer
from bot.moderation.performer import ActPerformer
from bot.priority import Priority, working_at
from bot.providers.http.breaker import BreakerState
from bot.providers.http.client import Deadlines
from bot.providers.stream.provider import StreamProvider
from tests.fakes.past_cases import case_of
from tests.providers.stream_setup import client, fill, here, order, standup

RATE, SLOW, READ = 25, 0.03, 0.5
"""Requests a second, and the seconds that the vendor takes, and may take, for one."""


def slow_call(people: int) -> tuple[StreamServer, StreamProvider]:
    server = standup(SystemClock())
    fill(server, people)
    server.faults.slow(SLOW, times=None)
    return server, client(server, rate=RATE, deadlines=Deadlines(read=READ, act=2.0))


async def carried(provider: StreamProvider, case: Case) -> list[Result]:
    with working_at(Priority.ACT):
        return [*await ActPerformer(provider, SystemClock()).perform_act(case)]


async def test_twenty_people_in_one_order_are_read_back_in_their_turn() -> None:
    """Each wait in our queue is longer than a read may take: none is cut off, nothing is opened."""
    server, provider = slow_call(20)
    people = [Person(id=f"p{number:03}") for number in range(20)]
    begun = asyncio.get_running_loop().time()
    results = await carried(provider, case_of(order(Kick(), *people)))
    assert asyncio.get_running_loop().time() - begun > 2 * READ, "the queue was longer than a read"
    assert {result.state for result in results} == {State.CONFIRMED}
    assert here(server) == {"ada", "ben"}
    assert provider.http.breaker.state is BreakerState.CLOSED


async def test_whoever_looks_at_much_does_not_keep_others_waiting_behind_it() -> None:
    server = StreamServer(SystemClock())
    theirs, mine = (server.open(f"default:{name}", name).id for name in ("theirs", "mine"))
    server.faults.slow(0.005, times=None)
    provider = client(server)
    with working_at(Priority.LOOK, "U1"):
        flood = [asyncio.create_task(provider.get(theirs)) for _ in range(200)]
    await asyncio.sleep(0)
    with working_at(Priority.LOOK, "U2"):
        await provider.get(mine)
    asked = [request.path.rpartition("/")[2] for request in server.requests]
    await asyncio.gather(*flood)
    assert asked.index("mine") < 100
    assert len(server.requests) == 201
