"""A process that cannot go on says so and ends; one that is told to stop has done so in 10 s."""

import asyncio
import subprocess
import sys
import time
from contextlib import AsyncExitStack

import pytest

from bot.bootstrap import open_app
from bot.errors import ProcessBroken
from bot.lifecycle import CUT_SHORT, STOP_SECONDS, Lifecycle
from bot.service import serve
from handlers.services import Services
from tests.fakes.clock import ManualClock
from tests.fakes.locked_tables import locked
from tests.fakes.logs import written_log
from tests.live.process import ROOT, free_port
from tests.store.orders import order
from tests.unit.test_bootstrap import STREAM, settings


async def gone() -> None:
    raise OSError


async def test_a_part_that_ends_before_it_is_told_to_ends_the_process() -> None:
    stopped: list[bool] = []
    life = Lifecycle(lambda: stopped.append(True))
    life.require_whole()
    with written_log() as log:
        life.watch(asyncio.create_task(gone(), name="database writer"))
        async with asyncio.timeout(5):
            await life.stopping.wait()
    assert stopped == [True]
    assert '"process broken"' in log.getvalue()
    with pytest.raises(ProcessBroken, match="database writer") as caught:
        life.require_whole()
    assert caught.value.exit_code == 70


async def test_what_ends_after_it_was_told_to_is_no_loss() -> None:
    life = Lifecycle()
    life.stop()
    task = asyncio.create_task(asyncio.sleep(0))
    life.watch(task)
    await task
    await asyncio.sleep(0)
    life.require_whole()


async def test_the_time_to_stop_in_runs_from_the_first_word_of_it(clock: ManualClock) -> None:
    life = Lifecycle(monotonic=clock.monotonic)
    life.stop()
    clock.advance(2)
    life.stop()
    assert life.left() == STOP_SECONDS - 2
    assert life.left(keep=1) == STOP_SECONDS - 3
    clock.advance(60)
    assert life.left() == 0


@pytest.mark.usefixtures("log_setup")
@pytest.mark.parametrize("part", ["database writer", "web server"])
async def test_serve_ends_when_a_part_is_gone_without_which_nobody_is_answered(
    part: str, sqlite_url: str
) -> None:
    port = free_port()
    serving = asyncio.create_task(
        serve(settings(**STREAM, DATABASE_URL=sqlite_url, PORT=str(port)), worker=True)
    )
    task = await named(part)
    task.cancel()
    async with asyncio.timeout(30):
        with pytest.raises(ProcessBroken, match=part):
            await serving


async def named(name: str) -> asyncio.Task[None]:
    """That task, once the house is open and it is watched."""
    for _ in range(3_000):
        tasks = {task.get_name(): task for task in asyncio.all_tasks()}
        if {name, "database writer"} <= tasks.keys():
            return tasks[name]
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_a_locked_table_holds_up_no_stop(postgres_url: str) -> None:
    """What waits for the lock is left to others: an order in progress, claims to be given back."""
    life = Lifecycle(seconds=3.5)
    async with AsyncExitStack() as when_over:
        house = open_app(
            settings(DATABASE_URL=postgres_url), Services("/calls", life=life), worker=True
        )
        async with house as app:
            await app.store.accept(order())
            await when_over.enter_async_context(locked(postgres_url, "moderation_case", "outbox"))
            looks = [asyncio.create_task(app.store.case(1)) for _ in range(3)]
            began = time.monotonic()
        took = time.monotonic() - began
        await asyncio.gather(*looks, return_exceptions=True)
    assert took < 5


def test_what_hangs_at_the_end_is_cut_off() -> None:
    """Such as a thread that waits for a name server, which Python would wait for."""
    hanging = (
        "import threading\n"
        "from bot.lifecycle import cut_short\n"
        "with cut_short(0.2) as when_stopping:\n"
        "    when_stopping()\n"
        "    threading.Event().wait()\n"
    )
    ended = subprocess.run([sys.executable, "-c", hanging], cwd=ROOT, check=False, timeout=60)
    assert ended.returncode == CUT_SHORT
