"""Whatever a vendor, or a gateway before it, answers is an answer or one of our errors."""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.models import Vendor
from bot.demo.vendors import CometChatServer, RealtimeKitServer, StreamServer
from bot.errors import (
    Ambiguous,
    AnswerLost,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorError,
    VendorFault,
    VendorGarbled,
    VendorRedirected,
    VendorRefused,
)
from bot.ports import CallProvider
from bot.providers.http.answers import LARGEST_REFUSAL, LONGEST_WORD, VendorAnswer
from bot.providers.http.client import Deadlines, HttpClient, VendorEndpoint
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.http.salvage import LARGEST
from bot.providers.realtimekit import models
from bot.providers.realtimekit.signatures import realtimekit_signatures
from bot.providers.stream.models import ActResponse, problem
from tests.fakes.chunked_body import Pieces
from tests.fakes.clock import ManualClock
from tests.providers import cometchat_setup, realtimekit_setup, stream_setup
from tests.providers.http.test_client import ask


def answering(status: int, body: bytes = b"{}", **headers: str) -> httpx.Response:
    """A response as it comes over a wire, its body unread."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=Pieces([body]))


def vendor_that_answers(status: int, body: bytes = b"{}", **headers: str) -> HttpClient:
    return asking(lambda _: answering(status, body, **headers))


def asking(handler: Callable[[httpx.Request], httpx.Response], **more: Any) -> HttpClient:
    wire = VendorEndpoint(Vendor.STREAM, "https://vendor.test", 10_000, problem)
    transport = httpx.MockTransport(handler)
    return HttpClient(wire, ManualClock(), transport=transport, **more)


async def end_of(
    http: HttpClient, kind: Idempotency = Idempotency.ONCE
) -> VendorAnswer | VendorError:
    try:
        return await ask(http, kind)
    except VendorError as error:
        return error


@given(status=st.integers(100, 999), body=st.binary(max_size=50))
async def test_any_status_with_any_body_is_an_answer_or_an_error_of_ours(
    status: int, body: bytes
) -> None:
    """As RFC 9110, section 15, has it: the first digit counts, beyond 599 as an internal error."""
    end = await end_of(vendor_that_answers(status, body))
    if 200 <= status <= 299:
        assert isinstance(end, VendorAnswer)
    elif status in {460, 499}:
        assert isinstance(end, AnswerLost)
    elif status == 429:
        assert isinstance(end, VendorBusy)
    elif 400 <= status <= 499:
        assert isinstance(end, VendorRefused)
        assert not isinstance(end, Ambiguous)
    else:
        assert isinstance(end, VendorGarbled if status < 400 else VendorFault)


def provider(vendor: Vendor, status: int, body: bytes) -> CallProvider:
    always = httpx.MockTransport(lambda _: answering(status, body))
    if vendor is Vendor.STREAM:
        return stream_setup.client(StreamServer(ManualClock()), transport=always)
    if vendor is Vendor.REALTIMEKIT:
        return realtimekit_setup.client(RealtimeKitServer(ManualClock()), transport=always)
    return cometchat_setup.client(CometChatServer(ManualClock()), transport=always)


@pytest.mark.parametrize("status", [101, 302, 418, 451, 460, 499, 520, 599, 600, 999])
@pytest.mark.parametrize("vendor", Vendor)
async def test_an_odd_status_is_one_vendors_trouble(vendor: Vendor, status: int) -> None:
    one = provider(vendor, status, b"<html>gateway</html>")
    with pytest.raises(VendorError):
        await one.list_live(limit=100)
    await one.aclose()


@pytest.mark.parametrize(
    "line", ["460 ", "599 x", "999 ", "101 Switching Protocols", "099 x", "1000 x", "abc", "20"]
)
async def test_any_status_line_on_a_wire_is_one_of_our_errors(line: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {line}\r\ncontent-length: 2\r\n\r\n{{}}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    url = "http://{}:{}".format(*server.sockets[0].getsockname())
    http = HttpClient(VendorEndpoint(Vendor.STREAM, url, 1000, problem), ManualClock())
    async with server:
        assert isinstance(await end_of(http), VendorError)
    await http.aclose()


async def test_a_refusal_is_one_whatever_its_body_is() -> None:
    for body, headers in (
        (b"\xff" * 2 * LARGEST_REFUSAL, {}),
        (b"{}", {"content_encoding": "gzip, gzip"}),
        (b"no gzip", {"content_encoding": "gzip"}),
    ):
        end = await end_of(vendor_that_answers(404, body, **headers))
        assert isinstance(end, NotAtVendor)
        assert str(end) == "Stream Video refused: Not Found"


async def test_no_more_of_a_refusal_is_read_than_is_needed() -> None:
    body = Pieces(b" " * 1000 for _ in range(10_000))
    end = await end_of(asking(lambda _: httpx.Response(400, stream=body)))
    assert isinstance(end, VendorRefused)
    assert body.sent <= LARGEST_REFUSAL + 1000


async def test_a_refusal_whose_body_breaks_off_was_not_executed() -> None:
    def cut() -> Iterator[bytes]:
        yield b'{"code":'
        raise httpx.ReadError("cut")

    end = await end_of(asking(lambda _: httpx.Response(409, stream=Pieces(cut()))))
    assert isinstance(end, VendorRefused)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
async def test_a_redirect_is_not_followed_and_told_as_such(status: int) -> None:
    asked: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answering(status, location="https://elsewhere.test/login?next=secret")

    end = await end_of(asking(elsewhere))
    assert isinstance(end, VendorRedirected)
    assert str(end) == (
        f"Stream Video sends us to another address ({status}), which is not followed."
    )
    assert asked == ["https://vendor.test/x"]


async def test_what_is_taken_is_said() -> None:
    asked: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["accept-encoding"])
        return answering(200)

    await ask(asking(note))
    assert asked == ["gzip"]


async def test_a_packed_answer_is_read() -> None:
    body = gzip.compress(b'{"duration": "1ms"}')
    answer = await ask(vendor_that_answers(200, body, content_encoding="gzip"))
    assert answer.body == b'{"duration": "1ms"}'


BOMB = gzip.compress(gzip.compress(b" " * 1_000_000))


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "gzip, identity, gzip", "zstd"])
async def test_nested_and_unknown_encodings_are_refused_before_they_are_decoded(
    encoding: str,
) -> None:
    body = Pieces([BOMB])
    http = asking(
        lambda _: httpx.Response(200, headers={"content-encoding": encoding}, stream=body)
    )
    assert isinstance(await end_of(http), VendorGarbled)
    assert body.sent == 0


async def test_a_bomb_is_given_up_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(b" " * 40_000_000)
    slowed = Deadlines(read=60, act=60)  # by what counts the memory
    answer = answering(200, bomb, content_encoding="gzip")
    http = asking(lambda _: answer, deadlines=slowed)
    tracemalloc.start()
    end = await end_of(http)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(end, VendorGarbled)
    assert peak < 4 * LARGEST


async def test_a_vendor_that_asks_for_no_wait_is_not_hammered() -> None:
    asked = 0

    def busy(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return answering(429, retry_after="0")

    end = await end_of(asking(busy, deadlines=Deadlines(read=0.3)), Idempotency.READ)
    assert isinstance(end, VendorBusy)
    assert (end.retry_after, asked) == (0.5, 1)


async def test_a_vendor_that_asks_for_a_day_is_believed_for_five_minutes() -> None:
    end = await end_of(vendor_that_answers(429, retry_after="97200"))
    assert isinstance(end, VendorBusy)
    assert end.retry_after == 300.0


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b'{"a": %b}' % (b"9" * 5000),
        b'{"a": "\\ud800',
        b"\xff\xfe",
        b"NaN",
        b"",
        b"null",
        b"{} {}",
    ],
    ids=lambda body: repr(body)[:12],
)
async def test_json_that_cannot_be_read_is_garbled(body: bytes) -> None:
    http = vendor_that_answers(200, body)
    answer = await ask(http)
    with pytest.raises(VendorGarbled):
        read(http, ActResponse, answer)


async def test_of_a_name_that_is_given_twice_the_last_counts() -> None:
    http = asking(lambda _: answering(400, b'{"code": 1, "code": 4, "message": "x"}'))
    end = await end_of(http)
    assert isinstance(end, VendorRefused)
    assert end.code == "4"


async def test_a_vendors_own_words_are_kept_short() -> None:
    body = json.dumps({"error": {"code": "c" * 5000, "message": "m" * 5000}}).encode()
    said = models.problem
    wire = VendorEndpoint(
        Vendor.REALTIMEKIT, "https://v.test", 1000, said, request_id_header="cf-ray"
    )
    answer = answering(400, body, cf_ray="r" * 5000)
    http = HttpClient(wire, ManualClock(), transport=httpx.MockTransport(lambda _: answer))
    end = await end_of(http)
    assert isinstance(end, VendorRefused)
    assert (len(end.code or ""), len(end.request_id or "")) == (LONGEST_WORD, LONGEST_WORD)
    assert len(str(end)) < 300


async def test_401_is_about_our_credentials_and_403_may_be() -> None:
    body = b'{"code": 5, "message": "token is not valid"}'
    refused = await end_of(vendor_that_answers(401, body))
    assert isinstance(refused, VendorDenied)
    assert str(refused) == ("Stream Video does not accept our credentials: token is not valid")
    assert isinstance(await end_of(vendor_that_answers(403, body)), VendorDenied)


def fat(vendor: Vendor, filling: Any) -> bytes:
    """A page of three live calls, of which the second carries far too much."""
    calls: list[dict[str, Any]]
    if vendor is Vendor.STREAM:
        calls = [{"call": {"cid": f"default:{name}"}} for name in "abc"]
        calls[1]["extra"] = filling
        return json.dumps({"calls": calls}).encode()
    if vendor is Vendor.REALTIMEKIT:
        calls = [{"id": name, "associated_id": name, "status": "LIVE"} for name in "abc"]
        calls[1]["extra"] = filling
        return json.dumps({"success": True, "data": {"sessions": calls}}).encode()
    calls = [{"sessionId": name, "status": "ongoing"} for name in "abc"]
    calls[1]["extra"] = filling
    return json.dumps({"data": calls}).encode()


FILLINGS: dict[str, Any] = {
    "custom data": {"note": "x" * LARGEST},
    "10,000 members": [{"uid": "u" * 900, "isJoined": True}] * 10_000,
    "deep": json.loads("[" * 230 + "]" * 230),
    "half an emoji": {"note": "\ud83d"},
}


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("vendor", Vendor)
async def test_one_fat_call_hides_no_other(vendor: Vendor, filling: str) -> None:
    one = provider(vendor, 200, fat(vendor, FILLINGS[filling]))
    page = await one.list_live(limit=100)
    names = [call.ref.id.removeprefix("default:") for call in page.items]
    read_all = filling == "half an emoji"
    assert names == (["a", "b", "c"] if read_all else ["a", "c"])
    assert page.unknown == (0 if read_all else 1)
    await one.aclose()


@pytest.mark.parametrize(
    ("status", "body", "headers", "error"),
    [
        (301, b"", {"location": "https://elsewhere.test/"}, VendorRedirected),
        (460, b"", {}, AnswerLost),
        (200, b"x" * 20_000, {"content_encoding": "gzip, gzip"}, VendorGarbled),
        (200, b'{"data": {"publicKey": "no key"}}', {}, VendorGarbled),
        (200, b'{"data": {"publicKey": %b}}' % (b"9" * 5000), {}, VendorGarbled),
    ],
)
async def test_the_key_that_events_are_signed_with_is_read_like_any_answer(
    status: int, body: bytes, headers: dict[str, str], error: type[VendorError]
) -> None:
    always = httpx.MockTransport(lambda _: answering(status, body, **headers))
    clock = ManualClock()
    connect = partial(HttpClient, clock=clock, transport=always)
    signatures = realtimekit_signatures("https://k.test/key", clock, connect=connect, rate=100)
    with pytest.raises(error):
        await signatures.probe()
    await signatures.aclose()
