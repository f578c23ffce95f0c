"""Hundreds of long bodies at once at every door: memory stays bounded, and Slack is still heard."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from bot.clock import SystemClock
from bot.demo.serving import serve
from bot.demo.slack.signing import Signature, headers
from bot.demo.stage import Stage, open_stage
from bot.service import entrance
from bot.settings import Settings
from handlers.inbound.bodies import HELD_BYTES
from handlers.services import Services
from tests.doors.memory import STATM, resident

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not STATM.exists(), reason="reads Linux's figures"),
]

CALLERS, BODY = 300, b"x" * 990_000
SLACK, HOOK = "/slack/events", "/webhooks/stream"
UNSIGNED = 24 * 1024 * 1024
"""Bytes that 300 connections themselves may take, with what the kernel hands over at once."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with open_stage(SystemClock()) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(stage: Stage) -> AsyncIterator[str]:
    settings = Settings.load({**stage.environ, "COMETCHAT_WEBHOOK_AUTH": "a:b"}, None)
    async with serve(entrance(settings, Services("/calls")).web) as opened:
        yield opened


@contextlib.contextmanager
def callers(url: str) -> Iterator[list[socket.socket]]:
    """Many connections; their senders copy nothing, so that what grows is the other side's."""
    with contextlib.ExitStack() as stack:
        where = ("127.0.0.1", int(url.rpartition(":")[2]))
        lines = []
        for _ in range(CALLERS):
            line = stack.enter_context(socket.socket())
            line.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                line.connect(where)
            lines.append(line)
        yield lines


async def posted(line: socket.socket, head: bytes, body: bytes) -> int:
    """Send all but the last byte, wait until it is answered or half a second passed, then the rest.

    The status; 0 where the other side hung up instead.
    """
    loop = asyncio.get_running_loop()
    told = b""
    with contextlib.suppress(ConnectionError):
        await loop.sock_sendall(line, head)
        await loop.sock_sendall(line, memoryview(body)[:-1])
    with contextlib.suppress(ConnectionError):
        try:
            async with asyncio.timeout(0.5):
                told = await loop.sock_recv(line, 1_000)
        except TimeoutError:
            await loop.sock_sendall(line, body[-1:])
            told = await loop.sock_recv(line, 1_000)
    return int(told[9:12] or 0)


async def grown(url: str, path: str, told: dict[str, str]) -> tuple[int, list[int]]:
    """How much memory was taken at the most, and the answers."""
    lines = {"host": "bot.test", "content-length": str(len(BODY)), **told}
    head = "".join(f"{name}: {text}\r\n" for name, text in lines.items())
    sent = f"POST {path} HTTP/1.1\r\n{head}\r\n".encode()
    before = most = resident()
    with callers(url) as connections:
        asking = asyncio.gather(*(posted(line, sent, BODY) for line in connections))
        while not asking.done():
            most = max(most, resident())
            await SystemClock().sleep(0.01)
        return most - before, await asking


@pytest.mark.parametrize("path", [SLACK, HOOK])
async def test_unsigned_bodies_take_no_memory(
    url: str, path: str, tell: Callable[[str], None]
) -> None:
    taken, told = await grown(url, path, {})
    assert set(told) <= {0, 401}
    tell(f"{path}: {CALLERS} unsigned bodies took {taken / 1e6:.1f} MB")
    assert taken < UNSIGNED


async def test_bodies_that_may_be_signed_take_what_is_set_aside_for_them_and_slack_is_heard(
    stage: Stage, url: str, tell: Callable[[str], None]
) -> None:
    """A signature that is made up can only be found out once the body is there."""
    told = headers(Signature.BAD, "s", BODY, SystemClock())
    asking = asyncio.create_task(grown(url, SLACK, told))
    await SystemClock().sleep(0.2)
    body = urlencode({"command": "/calls", "user_id": "U1", "text": "help"}).encode()
    signed = headers(Signature.GOOD, stage.environ["SLACK_SIGNING_SECRET"], body, SystemClock())
    async with httpx.AsyncClient(base_url=url) as client:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        heard = await client.post(SLACK, content=body, headers={**signed, **kind})
    assert heard.status_code == 200
    taken, statuses = await asking
    assert set(statuses) <= {0, 401, 503}
    tell(f"{SLACK}: {CALLERS} bodies with made-up signatures took {taken / 1e6:.1f} MB")
    assert taken < HELD_BYTES + UNSIGNED
