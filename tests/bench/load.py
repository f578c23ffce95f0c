"""Requests poured over a few kept-alive connections, each as soon as the one before is answered."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.live.http_client import Answer, Line

Check = Callable[[Answer], bool]
"""Whether an answer is the right one: what is fast and wrong does not count."""


@dataclass(frozen=True)
class Load:
    """How long the requests of one round took; times in seconds."""

    p50: float
    p99: float
    per_second: float

    @classmethod
    def of(cls, taken: Sequence[float], span: float) -> "Load":
        """From how long each request took, and all of them together."""
        ordered = sorted(taken)
        last = len(ordered) - 1
        return cls(ordered[last // 2], ordered[last * 99 // 100], len(taken) / span)


async def pour(port: int, requests: Sequence[bytes], check: Check, *, lines: int = 16) -> Load:
    """Send every request over `lines` connections; RuntimeError for the first wrong answer."""
    waiting, taken = iter(requests), list[float]()
    connections = [Line(port) for _ in range(lines)]
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for line in connections:
            group.create_task(_send(line, waiting, check, taken))
    span = time.perf_counter() - begun
    for line in connections:
        line.close()
    return Load.of(taken, span)


async def _send(line: Line, waiting: Iterator[bytes], check: Check, taken: list[float]) -> None:
    for request in waiting:
        begun = time.perf_counter()
        answer = await line.ask(request)
        taken.append(time.perf_counter() - begun)
        if not check(answer):
            raise RuntimeError(f"a wrong answer: {answer.status} {answer.body.decode()[:500]}")


def acked(answer: Answer) -> bool:
    """Whether Slack would take the answer: any 200."""
    return answer.status == 200


def recorded(answer: Answer) -> bool:
    """Whether the answer acknowledges an order that is on disk: with nothing to say."""
    return acked(answer) and not answer.body
