"""Connections of strangers: each wait has an end, and nobody fills memory by what they send."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from queue import Queue
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import SystemClock
from bot.connections import ConnectionLimits
from bot.server import listening
from bot.service import on_a_fast_loop

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORT = ConnectionLimits(request=0.25, answer=0.25, goodbye=0.15, head=2_000)
ASKED = b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n"
MUCH = 20_000_000


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def slow(_: Request) -> Response:
    await SystemClock().sleep(SHORT.request * 2)
    return PlainTextResponse("late")


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def refuse(_: Request) -> Response:
    """Answers without a look at the body."""
    return Response(status_code=401)


async def much(_: Request) -> Response:
    return Response(b"x" * MUCH)


ROUTES = [
    Route("/hello", hello),
    Route("/slow", slow),
    Route("/much", much),
    Route("/echo", echo, methods=["POST"]),
    Route("/refuse", refuse, methods=["POST"]),
]


@pytest.fixture(scope="module", params=[asyncio.run, on_a_fast_loop])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server in a thread of its own, on asyncio's loop and on that of the product."""
    opened: Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Queue()

    async def served() -> None:
        stop = asyncio.Event()
        async with listening(Starlette(routes=ROUTES), limits=SHORT) as url:
            opened.put((asyncio.get_running_loop(), stop, int(url.rpartition(":")[2])))
            await stop.wait()

    thread = Thread(target=lambda: request.param(served()))
    thread.start()
    loop, stop, number = opened.get(timeout=30)
    yield number
    loop.call_soon_threadsafe(stop.set)
    thread.join()


class Caller:
    """One connection, as raw as it gets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> bytes:
        """The next answer whole."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return head + await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """All that still comes until the other side hangs up; TimeoutError when it does not."""
        async with asyncio.timeout(5):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


@contextlib.asynccontextmanager
async def calling(port: int) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"POST /ec", b"408"),
        (b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-le", b"408"),
        (b"POST /echo HTTP/1.1\r\ncontent-length: 100\r\n\r\nhalf", b"408"),
        (b"POST /echo HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n", b"408"),
    ],
)
async def test_a_connection_on_which_no_whole_request_comes_is_closed(
    port: int, said: bytes, told: bytes
) -> None:
    async with calling(port) as caller:
        began = time.monotonic()
        caller.send(said)
        assert told in await caller.rest()
        assert time.monotonic() - began < SHORT.request + 2


@pytest.mark.parametrize(
    "start", [b"", ASKED, b"POST /echo HTTP/1.1\r\nx: ", b"POST /echo HTTP/1.1\r\nx: y\r\n"]
)
async def test_it_is_not_held_open_byte_by_byte(port: int, start: bytes) -> None:
    async with calling(port) as caller:
        caller.send(start)
        if start == ASKED:
            await caller.answer()
        drip = b"a" if start.endswith(b"x: ") else b"\r\n" if start in {b"", ASKED} else b"z"
        dripping = asyncio.create_task(dripped(caller, drip))
        await caller.rest()
        dripping.cancel()


async def dripped(caller: Caller, drip: bytes) -> None:
    while True:
        caller.send(drip)
        await SystemClock().sleep(SHORT.request / 5)


async def test_what_takes_us_long_is_not_cut_off(port: int) -> None:
    async with calling(port) as caller:
        caller.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await caller.answer()).endswith(b"late")
        caller.send(ASKED)
        assert (await caller.answer()).endswith(b"hello")


async def test_an_answer_before_the_end_of_a_body_leaves_the_connection_usable(port: int) -> None:
    async with calling(port) as caller:
        caller.send(b"POST /refuse HTTP/1.1\r\ncontent-length: 1900\r\n\r\n")
        assert b"401" in await caller.answer()
        caller.send(b"x" * 1_900)
        caller.send(b"POST /echo HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc")
        assert (await caller.answer()).endswith(b"3")


async def test_after_such_an_answer_a_long_body_is_not_read(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setblocking(False)
        loop, head = (
            asyncio.get_running_loop(),
            b"POST /refuse HTTP/1.1\r\ncontent-length: %d\r\n\r\n",
        )
        await loop.sock_sendall(line, head % MUCH)
        with pytest.raises(ConnectionError):
            await loop.sock_sendall(line, b"x" * MUCH)


@pytest.mark.parametrize("more", [b"", b"x" * 99])
async def test_after_such_an_answer_the_rest_is_waited_for_a_moment_only(
    port: int, more: bytes
) -> None:
    async with calling(port) as caller:
        caller.send(b"POST /refuse HTTP/1.1\r\ncontent-length: 100\r\n\r\n")
        assert b"401" in await caller.answer()
        caller.send(more)
        assert await caller.rest() == b""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"GET /" + b"x" * 3_000, b"431"),
        (b"GET /hello HTTP/1.1\r\nx: " + b"x" * 3_000, b"431"),
        (b"GET /hello HTTP/1.1\r\nx: " + b"x" * 3_000 + b"\r\n\r\n", b"400"),
        (b"GET /hello HTTP/1.1\r\n" + b"ab: cd\r\n" * 600 + b"\r\n", b"400"),
        (b"GET /hello HTTP/1.1\r\n\r\n" * 50, b"400"),
        (b"\x16\x03\x01\x02\x00", b"400"),
    ],
)
async def test_headers_and_requests_ahead_are_bounded(port: int, said: bytes, told: bytes) -> None:
    async with calling(port) as caller:
        caller.send(said)
        assert told in await caller.rest()


@pytest.mark.parametrize("more", [b"a: " + b"x" * 5_000, b"a: b\r\n" * 1_000])
async def test_what_follows_a_body_is_bounded_too(port: int, more: bytes) -> None:
    async with calling(port) as caller:
        caller.send(b"POST /echo HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
        await SystemClock().sleep(0.05)
        caller.send(more)
        assert (await caller.rest()).startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))


async def test_a_few_requests_ahead_are_answered_in_their_order(port: int) -> None:
    async with calling(port) as caller:
        caller.send(ASKED + b"POST /echo HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc" + ASKED)
        told = [(await caller.answer()).rpartition(b"\r\n\r\n")[2] for _ in range(3)]
        assert told == [b"hello", b"3", b"hello"]


async def test_whoever_takes_no_answer_is_cut_off(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET /much HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(5):
            with pytest.raises(ConnectionError):  # what is sent to nobody is answered with a reset
                await kept_sending(line)


async def kept_sending(line: socket.socket) -> None:
    while True:
        line.send(b"x")
        await SystemClock().sleep(SHORT.answer / 5)


@given(said=st.binary(max_size=300) | st.binary(max_size=100).map(lambda tail: ASKED[:-2] + tail))
async def test_any_bytes_are_answered_below_500_or_hung_up_on(port: int, said: bytes) -> None:
    async with calling(port) as caller:
        caller.send(said)
        with contextlib.suppress(OSError):  # hung up on already
            caller.writer.write_eof()
        told = await caller.rest()
    assert not told.startswith(b"HTTP/1.1 5")
