"""A kick while somebody opens thirty searches and thirty forms at once, at one vendor's rate.

In seconds, not against a floor: what keeps a moderator waiting would be our own queue, which goes
by the vendor's requests a second and not by the machine. Each round has a world and a bot of its
own. Budgets are wide here: what goes first has to hold without them.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from tests.bench.figure import Figure
from tests.bench.flooded import FORMS
from tests.bench.orders import look_at, short, slash
from tests.bench.processes import Outside, Processes
from tests.live.bot import CONFIG
from tests.live.http_client import Letterbox, Line, letterbox
from tests.live.names import LEAD, MODERATOR
from tests.live.process import Program
from tests.live.slash import Slash

SEARCHES = 30

FLOODS = 5

SETTINGS = CONFIG.replace(f'"{MODERATOR}"', f'"{MODERATOR}", "{LEAD}"')

CALL = "default:support-room"


class World(NamedTuple):
    """A world to point a bot at, with triggers for forms; `program` says when the kick came."""

    outside: Outside
    triggers: Sequence[str]
    program: Program


class Kicked(NamedTuple):
    """Seconds from typing the command: until the vendor has the request, and until the answer."""

    sent: float
    confirmed: float


async def flood(ground: Processes) -> list[Figure]:
    """The figures of what a moderator waits for, at the vendor and in Slack."""
    rounds = [await _round(ground) for _ in range(FLOODS)]
    sent, confirmed = [kicked.sent for kicked in rounds], [kicked.confirmed for kicked in rounds]
    return [
        Figure.of("a kick at the vendor, beside 30 searches and 30 forms", sent, 0.5, unit="s"),
        Figure.of("a kick confirmed, beside 30 searches and 30 forms", confirmed, 2.0, unit="s"),
    ]


async def _round(ground: Processes) -> Kicked:
    async with (
        _world(ground) as world,
        ground.bot(world.outside, SETTINGS) as port,
        letterbox() as box,
        letterbox() as searches,
    ):
        await look_at([CALL], port, box)
        await _pour(port, world.triggers, searches)
        return await _kick(port, world.program, box)


async def _pour(port: int, triggers: Sequence[str], box: Letterbox) -> None:
    """All at once, each on a connection of its own, until all are acknowledged."""
    wanted = [Slash(f"find zzz{n}", f"find-{n}", box.url, LEAD) for n in range(SEARCHES)]
    wanted += [Slash("kick", trigger, box.url, LEAD) for trigger in triggers]
    lines = [Line(port) for _ in wanted]
    await asyncio.gather(
        *(line.ask(asked.request()) for line, asked in zip(lines, wanted, strict=True))
    )
    for line in lines:
        line.close()


async def _kick(port: int, world: Program, box: Letterbox) -> Kicked:
    line, begun = Line(port), time.perf_counter()
    await line.ask(slash(f"kick {short(CALL)} amina loud", box.url).request())
    sent = json.loads(await world.line())["kicked"] - begun
    while b"confirmed" not in await box.next():
        pass
    line.close()
    return Kicked(sent, time.perf_counter() - begun)


@asynccontextmanager
async def _world(ground: Processes) -> AsyncIterator[World]:
    program = await ground.start("tests.bench.flooded")
    try:
        told = json.loads(await program.line())
        assert len(told["triggers"]) == FORMS
        yield World(Outside(told["environ"], {}), told["triggers"], program)
    finally:
        program.kill()
    await program.ended()
