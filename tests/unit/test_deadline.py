"""A time limit that does not count waiting for our own turn."""

import asyncio

import pytest

from bot.deadline import Deadline, uncounted


async def test_it_ends_what_takes_too_long() -> None:
    with pytest.raises(TimeoutError):
        async with Deadline(0.01):
            await asyncio.sleep(5)


async def test_waiting_for_a_turn_does_not_count() -> None:
    async with Deadline(0.05) as deadline:
        with uncounted():
            await asyncio.sleep(0.1)
        assert 0 < deadline.left <= 0.05


async def test_what_is_left_counts_on_after_it() -> None:
    async def then_more() -> None:
        async with Deadline(0.03):
            with uncounted():
                await asyncio.sleep(0.05)
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await then_more()


async def test_it_holds_for_the_inner_and_the_outer_one() -> None:
    async with Deadline(0.05), Deadline(0.04):
        with uncounted():
            await asyncio.sleep(0.08)


async def test_of_work_side_by_side_nothing_counts_while_a_part_of_it_waits() -> None:
    async def waits(seconds: float) -> None:
        with uncounted():
            await asyncio.sleep(seconds)

    async with Deadline(0.05):
        await asyncio.gather(waits(0.03), waits(0.1))

    async def then_more() -> None:
        async with Deadline(0.03):
            await asyncio.gather(waits(0.01), waits(0.02))
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await then_more()


async def test_work_that_gets_on_begins_anew() -> None:
    async with Deadline(0.05) as deadline:
        for _ in range(4):
            await asyncio.sleep(0.02)
            deadline.restart()
        with uncounted():
            deadline.restart(extra=1.0)
        deadline.restart()
        assert 1.0 < deadline.left <= 1.05


async def test_what_ends_after_it_disturbs_nothing() -> None:
    """A part that is cancelled by it ends its wait then; one that was left running, later still."""
    waits = asyncio.Event()

    async def waiting() -> None:
        with uncounted():
            await waits.wait()

    async with Deadline(0.05):
        left_running = asyncio.create_task(waiting())
        await asyncio.sleep(0)
    waits.set()
    await left_running

    async def cancelled() -> None:
        try:
            await asyncio.sleep(5)
        finally:
            with uncounted():
                await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        async with Deadline(0.01):
            await cancelled()
