"""Whatever answers at Slack's addresses is read within bounds, and is one of the known errors."""

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import DeliveryDeferred, DeliveryImpossible, SlackSilent
from handlers.blocks.message import Message
from handlers.slack_api.clients import open_session, web_client
from handlers.slack_api.errors import complaints, error_code, retry_after
from handlers.slack_api.probe import open_probe
from handlers.slack_api.response_url import ResponseUrlClient
from handlers.slack_api.responses import LARGEST, SlackRedirected, SlackUnreadable
from tests.fakes.clock import ManualClock

HELLO = Message("hello", [])
JSON = "application/json"


class RawServer:
    """A server that answers every request with the same bytes; `asked` are the requests."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked: list[bytes] = []
        self.url = ""

    def says(self, body: bytes, status: str = "200 OK", kind: str = JSON, **more: str) -> None:
        named = {"content-type": kind, "content-length": str(len(body)), "connection": "close"}
        named |= {name.replace("_", "-"): value for name, value in more.items()}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
        self.answer = "\r\n".join([*lines, "", ""]).encode() + body

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        with_no_client_left = (ConnectionError, TimeoutError)
        try:
            await writer.drain()
        except with_no_client_left:
            return
        finally:
            writer.close()


@pytest.fixture
async def raw_server() -> AsyncIterator[RawServer]:
    raw_server = RawServer()
    server = await asyncio.start_server(raw_server.take, "127.0.0.1")
    raw_server.url = "http://{}:{}/".format(*server.sockets[0].getsockname())
    async with server:
        yield raw_server


@asynccontextmanager
async def asking() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


async def end_of(raw_server: RawServer) -> Exception | None:
    async with asking() as session:
        try:
            await web_client(session, raw_server.url, "xoxb-1").auth_test()
        except (SlackApiError, aiohttp.ClientError) as error:
            return error
    return None


GARBLED: dict[str, tuple[bytes, str]] = {
    "text": (b"ok", "text/plain"),
    "page": (b"<html>sign in</html>", "text/html"),
    "file": (b"\x1f\x8b\x08", "application/gzip"),
    "list": (b'["ok"]', JSON),
    "null": (b"null", JSON),
    "nothing": (b"", JSON),
    "deep": (b'{"ok": true, "a": ' + b"[" * 50_000, JSON),
    "huge number": (b'{"ok": true, "a": %b}' % (b"9" * 5000), JSON),
    "odd charset": (b"\xff\xfe", f"{JSON}; charset=rot13"),
    "no error": (b'{"ok": false}', JSON),
    "odd error": (b'{"ok": false, "error": {"a": 1}, "response_metadata": ["x"]}', JSON),
}


@pytest.mark.parametrize("case", GARBLED)
async def test_what_is_not_slacks_json_is_garbled(raw_server: RawServer, case: str) -> None:
    body, kind = GARBLED[case]
    raw_server.says(body, kind=kind)
    error = await end_of(raw_server)
    assert isinstance(error, SlackApiError)
    assert (error_code(error), complaints(error)) == ("garbled", [])


@pytest.mark.parametrize("status", ["204 x", "403 x", "460 x", "502 x", "600 x", "999 x"])
async def test_any_status_but_200_is_an_error(raw_server: RawServer, status: str) -> None:
    raw_server.says(b'{"ok": true}', status)
    assert isinstance(await end_of(raw_server), SlackApiError | aiohttp.ClientError)


async def test_slacks_yes_is_read_packed_or_not_and_with_half_an_emoji(
    raw_server: RawServer,
) -> None:
    for body, more in (
        (rb'{"ok": true, "user": "Lo\ud83d"}', {}),
        (gzip.compress(b'{"ok": true}'), {"content_encoding": "gzip"}),
        (b'{"ok": true, "response_metadata": "x"}', {}),
    ):
        raw_server.says(body, "200 OK", JSON, **more)
        assert await end_of(raw_server) is None
    assert b"Accept-Encoding: gzip\r\n" in raw_server.asked[0]


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "zstd", "rot13"])
async def test_encodings_that_were_not_asked_for_are_refused(
    raw_server: RawServer, encoding: str
) -> None:
    raw_server.says(gzip.compress(gzip.compress(b'{"ok": true}')), content_encoding=encoding)
    assert isinstance(await end_of(raw_server), SlackUnreadable)


async def test_no_packed_answer_fills_the_memory(raw_server: RawServer) -> None:
    raw_server.says(gzip.compress(b" " * (5 * LARGEST)), content_encoding="gzip")
    tracemalloc.start()
    error = await end_of(raw_server)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(error, SlackUnreadable)
    assert peak < 3 * LARGEST


async def test_no_more_is_read_than_is_believed(raw_server: RawServer) -> None:
    raw_server.says(b" " * (LARGEST + 1))
    assert isinstance(await end_of(raw_server), SlackUnreadable)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
async def test_a_redirect_is_not_followed(raw_server: RawServer, status: int) -> None:
    """The token would be sent along, and a message to a response_url would be lost in silence."""
    raw_server.says(b"{}", f"{status} x", location=f"{raw_server.url}elsewhere")
    assert isinstance(await end_of(raw_server), SlackRedirected)
    async with asking() as session:
        with pytest.raises(DeliveryDeferred):
            await ResponseUrlClient(session).post(raw_server.url, HELLO, in_place=False)
    assert not [asked for asked in raw_server.asked if b"elsewhere" in asked]
    assert len(raw_server.asked) == 2


async def test_the_doctor_says_what_answers_in_slacks_place(raw_server: RawServer) -> None:
    async with open_probe("xoxb-1", raw_server.url, ManualClock(), 5.0) as asked:
        raw_server.says(b"{}", "302 x", location="https://login.test/")
        with pytest.raises(SlackSilent, match=r"not Slack.*another address"):
            await asked.ask("auth.test")
        raw_server.says(b"{}", content_encoding="br")
        with pytest.raises(SlackSilent, match="not Slack"):
            await asked.ask("auth.test")


@pytest.mark.parametrize(
    ("status", "end"),
    [
        ("200 x", None),
        ("404 x", DeliveryImpossible),
        ("460 x", DeliveryImpossible),
        ("503 x", DeliveryDeferred),
        ("999 x", DeliveryDeferred),
    ],
)
async def test_a_reply_ends_as_its_status_says(
    raw_server: RawServer, status: str, end: type[Exception] | None
) -> None:
    raw_server.says(b"\xff no text", status, "text/plain; charset=rot13")
    async with asking() as session:
        if end is None:
            await ResponseUrlClient(session).post(raw_server.url, HELLO, in_place=False)
            return
        with pytest.raises(end):
            await ResponseUrlClient(session).post(raw_server.url, HELLO, in_place=False)


@pytest.mark.parametrize(
    ("said", "seconds"), [("97200", 300.0), ("0", 0.5), ("2.5", 2.5), ("x", 1.0)]
)
async def test_slack_is_given_half_a_second_to_five_minutes(
    raw_server: RawServer, said: str, seconds: float
) -> None:
    raw_server.says(b'{"ok": false, "error": "ratelimited"}', "429 x", retry_after=said)
    error = await end_of(raw_server)
    assert isinstance(error, SlackApiError)
    assert retry_after(error.response.headers, 1.0) == seconds
    async with asking() as session:
        with pytest.raises(DeliveryDeferred) as caught:
            await ResponseUrlClient(session).post(raw_server.url, HELLO, in_place=False)
    assert caught.value.seconds == seconds
