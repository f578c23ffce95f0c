"""The bell rings again whatever happened at the last ring."""

import asyncio

from structlog.testing import capture_logs

from bot.schedule.runner import Runner
from bot.schedule.sweeps import Sweeps


class Bell:
    """Something rung for; it fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.rung = 0
        self.failures = failures
        self.thrice = asyncio.Event()

    async def ring(self) -> None:
        self.rung += 1
        if self.rung == 3:
            self.thrice.set()
        if self.rung <= self.failures:
            raise RuntimeError("the rope broke")


async def test_a_job_that_fails_is_logged_and_rung_for_again() -> None:
    bell, runner = Bell(failures=1), Runner()
    with capture_logs() as logs:
        runner.every(0.01, "bell", bell.ring)
        runner.start()
        async with asyncio.timeout(30):
            await bell.thrice.wait()
        runner.stop()
    (failure,) = [line for line in logs if line["log_level"] == "error"]
    assert (failure["event"], failure["job"]) == ("scheduled job failed", "bell")


async def test_a_stopped_bell_rings_no_more() -> None:
    stopped, other = Bell(), Bell()
    runners = [Runner(), Runner()]
    for runner, bell in zip(runners, (stopped, other), strict=True):
        runner.every(0.01, "bell", bell.ring)
        runner.start()
    runners[0].stop()
    async with asyncio.timeout(30):
        await other.thrice.wait()
    runners[1].stop()
    assert stopped.rung == 0


class Ringer:
    """An executor that counts its bells."""

    def __init__(self) -> None:
        self.nudged = 0

    def nudge(self) -> None:
        self.nudged += 1


async def test_a_sweep_rings_for_what_others_left_behind() -> None:
    ringer = Ringer()
    await Sweeps([ringer]).sweep()
    assert ringer.nudged == 1
