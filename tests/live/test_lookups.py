"""A process is killed while it is still looking for whom an order means: another one goes on."""

import asyncio
from pathlib import Path

from bot.clock import SystemClock
from bot.demo.slack.render import as_text
from bot.demo.stage import Stage, open_stage
from tests.live.bot import TIMEOUT_S, Deployment, first_answer
from tests.live.names import MODERATOR
from tests.live.process import Program, free_port
from tests.live.slash import Slash
from tests.live.warm import warm
from tests.storm.storm import SETTINGS

CALL = "default:support-room"


async def test_an_order_that_is_looked_for_outlives_its_process(
    database_url: str, tmp_path: Path
) -> None:
    async with open_stage(SystemClock()) as stage:
        bot = Deployment(tmp_path, database_url, stage.environ, SETTINGS, warm)
        port, order = (
            free_port(),
            Slash(f"kick stream:{CALL} kofi spam", _trigger(stage), _url(stage)),
        )
        stage.world.stream.faults.hang(on="/participants", times=None)
        first = await bot.start("serve", port=port)
        await _acknowledged(first, port, order)
        first.kill()
        await first.ended()
        assert "kofi" in _there(stage)
        stage.world.stream.faults.clear()
        second = await bot.start("serve", port=port)
        try:
            told = await stage.slack.world.until(lambda: _told(stage), TIMEOUT_S)
        finally:
            second.kill()
            await second.ended()
        assert "✅ #1 kicked Kofi Mensah" in told
        assert stage.world.stream.effects == [("kick", CALL, "kofi")]


async def _acknowledged(program: Program, port: int, order: Slash) -> None:
    """Deliver it until it is acknowledged without words: a process that starts may say so first."""
    async with asyncio.timeout(TIMEOUT_S):
        while (answer := await first_answer(program, port, order.request())).body:
            assert b"still starting" in answer.body


def _trigger(stage: Stage) -> str:
    return stage.slack.world.tickets.trigger(MODERATOR)


def _url(stage: Stage) -> str:
    workspace = stage.slack.world
    return f"{workspace.base_url}/respond/{workspace.tickets.reply(MODERATOR, stage.cast.ops.id)}"


def _there(stage: Stage) -> list[str]:
    return [stay.visitor.id for stay in stage.world.stream.rooms[CALL].here()]


def _told(stage: Stage) -> str | None:
    """What the asker reads, once it is more than that it is looked for or in progress."""
    texts = [as_text(message) for message in stage.slack.world.ephemerals.get(MODERATOR, [])]
    return next((text for text in texts if text.startswith("✅")), None)
