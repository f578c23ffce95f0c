"""Equal looks at the same moment are one question to the vendor."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.calls.live import ListView
from bot.calls.models import Call, CallRef, Page, Vendor
from bot.calls.reports import Sightings
from bot.errors import VendorTimeout
from bot.moderation.live_calls import FIND_SECONDS, LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.priority import Priority, working_at
from bot.single_flight import SingleFlight
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider


class Slow:
    """Work that ends when it is told to; counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = self.cancelled = 0
        self.end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __call__(self) -> str:
        self.begun += 1
        try:
            return await asyncio.shield(self.end)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def waiting(flight: SingleFlight, work: Slow, many: int) -> "Sequence[asyncio.Task[str]]":
    tasks = [asyncio.create_task(flight.do("same", work)) for _ in range(many)]
    await asyncio.sleep(0)
    return tasks


async def test_equal_questions_are_asked_once_and_anew_once_answered() -> None:
    flight, work = SingleFlight(), Slow()
    tasks = await waiting(flight, work, 30)
    work.end.set_result("yes")
    assert await asyncio.gather(*tasks) == ["yes"] * 30
    assert work.begun == 1
    assert await flight.do("same", work) == "yes"
    assert work.begun == 2


async def test_who_goes_leaves_the_others_waiting() -> None:
    flight, work = SingleFlight(), Slow()
    first, *others = await waiting(flight, work, 3)
    first.cancel()
    await asyncio.wait({first})
    work.end.set_result("yes")
    assert await asyncio.gather(*others) == ["yes", "yes"]
    assert (work.begun, work.cancelled) == (1, 0)


async def test_once_nobody_waits_the_work_ends_and_the_next_one_begins_it_anew() -> None:
    flight, work = SingleFlight(), Slow()
    tasks = await waiting(flight, work, 2)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await asyncio.sleep(0)
    assert work.cancelled == 1
    (again,) = await waiting(flight, work, 1)
    work.end.set_result("yes")
    assert (await again, work.begun) == ("yes", 2)


async def test_an_error_is_everybodys() -> None:
    flight, work = SingleFlight(), Slow()
    tasks = await waiting(flight, work, 3)
    work.end.set_exception(VendorTimeout("It is silent.", vendor="stream"))
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(item) for item in told} == {VendorTimeout}


async def test_a_question_that_ended_in_the_same_moment_as_its_only_waiter_disturbs_nobody() -> (
    None
):
    flight, work = SingleFlight(), Slow()
    (task,) = await waiting(flight, work, 1)
    work.end.set_exception(VendorTimeout("It is silent.", vendor="stream"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    work.end = asyncio.get_running_loop().create_future()
    (again,) = await waiting(flight, work, 1)
    work.end.set_result("yes")
    assert await again == "yes"


class Counted(FakeProvider):
    """Takes a moment for each answer, and counts what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        await self._taking("list")
        return await super().list_live(limit=limit, cursor=cursor)

    async def get(self, call_id: str) -> Call:
        await self._taking("get")
        return await super().get(call_id)

    async def find(self, words: str) -> Sightings:
        await self._taking(f"find {words}")
        return await super().find(words)

    async def _taking(self, what: str) -> None:
        self.asked.append(what)
        await asyncio.sleep(0)


def live_calls(clock: ManualClock) -> tuple[LiveCalls, Counted, CallRef]:
    vendor = Counted()
    room = vendor.open_call("room", "ann=Ann")
    return LiveCalls({Vendor.STREAM: vendor}, clock, RecentCalls(clock)), vendor, room


async def test_looks_of_many_at_the_same_moment_are_one_request_each() -> None:
    live, vendor, room = live_calls(ManualClock())
    looks = [live.list_calls(ListView()) for _ in range(30)] + [live.open(room) for _ in range(30)]
    await asyncio.gather(*looks)
    assert sorted(vendor.asked) == ["get", "list"]


async def test_a_search_is_kept_for_seconds_and_then_made_anew() -> None:
    clock = ManualClock()
    live, vendor, _ = live_calls(clock)
    found = await asyncio.gather(*(live.find("ann") for _ in range(30)))
    found.append(await live.find("ann"))
    assert [len(item.people) for item in found] == [1] * 31
    assert vendor.asked == ["find ann"]
    clock.advance(FIND_SECONDS)
    await live.find("ann")
    await live.find("bob")
    assert vendor.asked == ["find ann", "find ann", "find bob"]


async def test_a_search_that_failed_is_not_kept() -> None:
    live, vendor, _ = live_calls(ManualClock())
    vendor.silent = VendorTimeout("It is silent.", vendor="stream")
    assert (await live.find("ann")).troubles
    vendor.silent = None
    assert not (await live.find("ann")).troubles


@pytest.mark.parametrize("priority", [Priority.ACT, Priority.ORDER])
async def test_what_is_urgent_does_not_wait_for_what_is_less_so(priority: Priority) -> None:
    live, vendor, room = live_calls(ManualClock())
    looking = asyncio.create_task(live.get(room))
    await asyncio.sleep(0)
    with working_at(priority):
        await live.get(room)
    await looking
    assert vendor.asked == ["get", "get"]
