"""Two thousand live calls: typing to choose one of them, and listing them, against twenty."""

import json
import re
import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.bench.figure import ROUNDS, Figure
from tests.bench.listing import SLOW
from tests.bench.load import Check, acked, pour
from tests.bench.orders import slash
from tests.bench.processes import Outside, Processes
from tests.live.bot import CONFIG
from tests.live.http_client import Answer, Line, get, letterbox
from tests.live.slash import Question

MANY, FEW = 2_000, 20
"""Live calls at Stream; the rest of the world has eight."""

SHOWN = 100
"""Options in an answer: as many as Slack shows. The floor answers as many."""

LETTERS = 600
"""Answers in each half of a round, one after the other."""

WARM = 60

LISTS = 15
"""Lists in each half of a round; one of either world after the other."""

TYPED = ("", "crowd", "crowd 1", "stream 2", "default:crowd-0")
"""What somebody types; each fits more calls than are shown."""

SETTINGS = f"{CONFIG}stream_per_second = 1000\n"

COUNTED = re.compile(rb"^callwarden_vendor_request_seconds_count\{[^}]*\} (\d+)", re.MULTILINE)


class Listed(NamedTuple):
    """How long a list took, in seconds, and how many requests it cost the vendors."""

    seconds: float
    requests: int


async def crowd(ground: Processes) -> list[Figure]:
    """The figures from letters typed to options, and from `/calls` to the list."""
    typed = await _typing(ground)
    async with (
        ground.world(crowd={"stream": [MANY, 1]}, slow=SLOW) as big,
        ground.world(crowd={"stream": [FEW, 1]}, slow=SLOW) as small,
        ground.bot(big, SETTINGS) as crowded,
        ground.bot(small, SETTINGS) as quiet,
    ):
        rounds = [(await _listed(crowded), await _listed(quiet)) for _ in range(LISTS)]
    took = [many.seconds / few.seconds for many, few in rounds]
    asked = [many.requests / few.requests for many, few in rounds]
    return [
        Figure.of("options while typing, 2,000 calls / bare Bolt", typed, 3.0),
        Figure.of("/calls with 2,000 live calls / with 20", took, 1.2),
        Figure.of("vendor requests of /calls, 2,000 calls / 20", asked, 1.0),
    ]


async def _typing(ground: Processes) -> list[float]:
    """Both get the same questions, and answer a hundred options to each."""
    async with ground.world(crowd={"stream": [MANY, 1]}) as world:
        return [await _round(ground, world) for _ in range(ROUNDS)]


async def _round(ground: Processes, world: Outside) -> float:
    questions = [Question(TYPED[n % len(TYPED)]).request() for n in range(WARM + LETTERS)]
    async with ground.floor() as port:
        bare = await _median(port, questions, _full)
    async with ground.bot(world, SETTINGS) as port:
        await _read(port)
        ours = await _median(port, questions, _full)
    return ours / bare


async def _median(port: int, questions: Sequence[bytes], check: Check) -> float:
    await pour(port, questions[:WARM], check, lines=1)
    return (await pour(port, questions[WARM:], check, lines=1)).p50


async def _read(port: int) -> None:
    """Ask until the last call of the crowd is known: the first letters begin the reading."""
    line = Line(port)
    while not _options(await line.ask(Question(f"crowd-{MANY:05}").request())):
        pass
    line.close()


def _options(answer: Answer) -> list[object]:
    options: list[object] = json.loads(answer.body)["options"]
    return options


def _full(answer: Answer) -> bool:
    return acked(answer) and answer.body.count(b'"value"') == SHOWN


async def _listed(port: int) -> Listed:
    before = await _requests(port)
    async with letterbox() as box:
        line, begun = Line(port), time.perf_counter()
        await line.ask(slash("", box.url).request())
        await box.next()
        seconds = time.perf_counter() - begun
        line.close()
    return Listed(seconds, await _requests(port) - before)


async def _requests(port: int) -> int:
    """How many answers the bot had from vendors so far."""
    line = Line(port)
    told = await line.ask(get("/metrics"))
    line.close()
    return sum(int(count) for count in COUNTED.findall(told.body))
