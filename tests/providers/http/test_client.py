"""The shared way to a vendor, against hand-written servers."""

import asyncio
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.errors import (
    Ambiguous,
    AnswerLost,
    BreakerOpen,
    NotAtVendor,
    NotSent,
    VendorBusy,
    VendorDenied,
    VendorError,
    VendorFault,
    VendorGarbled,
    VendorRefused,
    VendorTimeout,
    VendorUnreachable,
)
from bot.meter import Meter
from bot.metrics import Metrics
from bot.providers.http.answers import TRY_AGAIN, VendorAnswer, VendorProblem
from bot.providers.http.breaker import BreakerState
from bot.providers.http.client import Deadlines, HttpClient, VendorEndpoint
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.http.salvage import LARGEST
from bot.providers.stream.models import ActResponse
from tests.fakes.clock import ManualClock
from tests.handlers.webhooks.signing import new_key

SECRET = "s3cr3t-of-ours"
LOOPBACK = ipaddress.ip_address("127.0.0.1")
Handler = Callable[[httpx.Request], httpx.Response]


def problem(body: bytes) -> VendorProblem:
    said = json.loads(body)
    return VendorProblem(str(said["code"]), said["message"])


class Server:
    """Answers from a script, the last line again and again; counts what reached it."""

    def __init__(self, *script: int | httpx.Response | Exception) -> None:
        self.script = list(script)
        self.seen = 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        step = self.script[min(self.seen, len(self.script) - 1)]
        self.seen += 1
        if isinstance(step, Exception):
            raise step
        if isinstance(step, int):
            return httpx.Response(step, json={"code": 7, "message": "no"})
        return step


def transport(handler: Handler, clock: ManualClock | None = None, read: float = 1.0) -> HttpClient:
    wire = VendorEndpoint(Vendor.STREAM, "https://vendor.test", 1000, problem, secrets=(SECRET,))
    return HttpClient(
        wire,
        clock or ManualClock(),
        deadlines=Deadlines(read=read, act=1.0),
        transport=httpx.MockTransport(handler),
    )


async def ask(http: HttpClient, kind: Idempotency = Idempotency.READ) -> VendorAnswer:
    return await http.send(kind, "GET", "/x")


@pytest.mark.parametrize("kind", [Idempotency.READ, Idempotency.REPEATABLE])
@pytest.mark.parametrize(
    "trouble", [503, 429, httpx.ConnectError("no"), httpx.ReadError("cut")], ids=repr
)
async def test_what_may_be_repeated_is_tried_again(
    kind: Idempotency, trouble: int | Exception
) -> None:
    assert (await ask(transport(Server(trouble, 200)), kind)).attempts == 2


@pytest.mark.parametrize("trouble", [429, httpx.ConnectError("no")], ids=repr)
async def test_a_once_is_tried_again_when_it_surely_was_not_executed(
    trouble: int | Exception,
) -> None:
    assert (await ask(transport(Server(trouble, 200)), Idempotency.ONCE)).attempts == 2


@pytest.mark.parametrize(
    ("trouble", "error"), [(500, VendorFault), (httpx.ReadError("cut"), AnswerLost)]
)
async def test_a_once_that_may_have_happened_is_never_sent_twice(
    trouble: int | Exception, error: type[VendorError]
) -> None:
    server = Server(trouble)
    with pytest.raises(error):
        await ask(transport(server), Idempotency.ONCE)
    assert server.seen == 1


@pytest.mark.parametrize("trouble", [500, httpx.ReadError("cut"), httpx.Response(302)], ids=repr)
async def test_only_what_may_have_changed_something_is_to_be_looked_at(
    trouble: int | Exception | httpx.Response,
) -> None:
    for kind, next_step in (
        (Idempotency.READ, TRY_AGAIN),
        (Idempotency.ONCE, Ambiguous.default_next_step),
    ):
        with pytest.raises(Ambiguous) as caught:
            await ask(transport(Server(*[trouble] * 4)), kind)
        assert caught.value.next_step == next_step


async def test_a_read_says_nothing_of_what_was_done() -> None:
    for kind, next_step in (
        (Idempotency.READ, TRY_AGAIN),
        (Idempotency.ONCE, VendorUnreachable.default_next_step),
    ):
        with pytest.raises(VendorUnreachable) as caught:
            await ask(transport(Server(*[httpx.ConnectError("refused")] * 4)), kind)
        assert caught.value.next_step == next_step


async def test_an_answer_that_cannot_be_read_changed_nothing_where_nothing_was_to_be_changed() -> (
    None
):
    http = transport(lambda _: httpx.Response(200, text="<html>"))
    for kind, next_step in (
        (Idempotency.READ, TRY_AGAIN),
        (Idempotency.ONCE, Ambiguous.default_next_step),
    ):
        with pytest.raises(VendorGarbled) as caught:
            read(http, ActResponse, await ask(http, kind))
        assert caught.value.next_step == next_step


async def test_a_retry_after_beyond_the_deadline_is_not_waited_for() -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": "60"}))
    with pytest.raises(VendorBusy) as caught:
        await ask(transport(server))
    assert (server.seen, caught.value.retry_after) == (1, 60.0)


async def test_a_retry_after_may_be_a_date() -> None:
    date = {"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}
    with pytest.raises(VendorBusy) as caught:
        await ask(transport(Server(httpx.Response(429, headers=date))))
    assert caught.value.retry_after == 30.0


async def test_a_trickle_of_bytes_ends_at_the_total_deadline() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    http = transport(lambda _: httpx.Response(200, content=trickle()), read=0.1)
    with pytest.raises(VendorTimeout, match="Stream Video did not answer"):
        await ask(http)


async def test_an_answer_without_end_is_given_up() -> None:
    with pytest.raises(VendorGarbled):
        await ask(transport(Server(httpx.Response(200, content=b" " * (LARGEST + 1)))))


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, VendorRefused), (401, VendorDenied), (403, VendorDenied), (404, NotAtVendor)],
)
async def test_a_refusal_carries_the_vendors_code(status: int, error: type[VendorRefused]) -> None:
    with pytest.raises(error) as caught:
        await ask(transport(Server(status)))
    assert (caught.value.status, caught.value.code) == (status, "7")


async def test_no_secret_or_address_survives_in_a_message() -> None:
    said = f"bad {SECRET} stream_key=abc at rtmp://live.test/app?sig=zz with eyJhb.eyJz.sig"
    body = httpx.Response(400, json={"code": 4, "message": said})
    with pytest.raises(VendorRefused) as caught:
        await ask(transport(Server(body)))
    assert not [s for s in (SECRET, "abc", "zz", "live.test", "eyJ") if s in str(caught.value)]


async def fail(http: HttpClient, times: int) -> None:
    for _ in range(times):
        with pytest.raises(VendorFault):
            await ask(http, Idempotency.ONCE)


async def test_three_failures_in_a_row_open_the_breaker_and_nothing_is_sent() -> None:
    server = Server(500)
    http = transport(server)
    await fail(http, 3)
    with pytest.raises(BreakerOpen) as caught:
        await ask(http)
    assert str(caught.value) == "Stream Video is not responding."
    assert caught.value.next_step == "Try again in 10 s."
    assert (server.seen, http.breaker.state) == (3, BreakerState.OPEN)


async def test_a_good_probe_after_the_cool_down_closes_the_breaker() -> None:
    clock = ManualClock()
    http = transport(Server(500, 500, 500, 200), clock)
    await fail(http, 3)
    clock.advance(10)
    await ask(http)
    assert http.breaker.state is BreakerState.CLOSED


async def test_a_bad_probe_opens_it_again() -> None:
    clock = ManualClock()
    http = transport(Server(500), clock)
    await fail(http, 3)
    clock.advance(10)
    await fail(http, 1)
    assert http.breaker.state is BreakerState.OPEN


async def test_a_vendor_that_refuses_is_not_a_vendor_that_fails() -> None:
    http = transport(Server(400))
    for _ in range(4):
        with pytest.raises(VendorRefused):
            await ask(http)
    assert http.breaker.state is BreakerState.CLOSED


async def test_a_vendor_that_cannot_be_reached_says_so() -> None:
    with pytest.raises(VendorUnreachable, match="cannot be reached"):
        await ask(transport(Server(httpx.ConnectError("no"))))


def self_made(folder: Path) -> ssl.SSLContext:
    """A server's certificate for 127.0.0.1 that nobody vouches for."""
    key, name = new_key(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .sign(key, SHA256())
    )
    pem, plain = Encoding.PEM, PrivateFormat.PKCS8
    file = folder / "both.pem"
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, plain, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    heard: list[object] = []
    server = await asyncio.start_server(
        lambda reader, _: heard.append(reader), str(LOOPBACK), ssl=self_made(tmp_path)
    )
    url = "https://{}:{}".format(*server.sockets[0].getsockname())
    http = HttpClient(VendorEndpoint(Vendor.STREAM, url, 1000, problem), ManualClock())
    async with server:
        with pytest.raises(VendorUnreachable) as caught:
            await ask(http)
    assert "CERTIFICATE_VERIFY_FAILED" in str(caught.value.__cause__)
    assert heard == []
    await http.aclose()


async def test_what_waited_for_its_turn_too_long_was_not_sent_and_may_be_tried_again() -> None:
    server = Server(200)
    wire = VendorEndpoint(Vendor.STREAM, "https://vendor.test", 1, problem)
    http = HttpClient(
        wire,
        ManualClock(),
        deadlines=Deadlines(queue=0.05),
        transport=httpx.MockTransport(server),
    )
    await ask(http)
    with pytest.raises(NotSent) as caught:
        await ask(http)
    assert (server.seen, caught.value.retry_after) == (1, 1.0)
    assert http.breaker.state is BreakerState.CLOSED


def slow_vendor(rate: float, seconds: float, deadlines: Deadlines, meter: Meter) -> HttpClient:
    async def answer(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(seconds)
        return httpx.Response(200)

    wire = VendorEndpoint(Vendor.STREAM, "https://vendor.test", rate, problem)
    client = httpx.MockTransport(answer)
    return HttpClient(wire, SystemClock(), deadlines=deadlines, transport=client, meter=meter)


async def test_time_in_our_own_queue_is_not_the_vendors() -> None:
    """They wait for longer than the vendor may take: none is cut off, and none counts as slow."""
    metrics = Metrics(SystemClock())
    http = slow_vendor(20, 0.01, Deadlines(read=0.7), metrics)
    await asyncio.gather(*(ask(http) for _ in range(36)))
    told = (await metrics.page()).decode()
    assert http.breaker.state is BreakerState.CLOSED
    slow = 'kind="read",le="0.5",outcome="ok",vendor="stream"} 36.0'
    assert f"callwarden_vendor_request_seconds_bucket{{{slow}" in told
    queued = 'callwarden_vendor_queue_seconds_bucket{le="0.5",priority="look",vendor="stream"} '
    assert float(told.split(queued)[1].split()[0]) < 36


async def test_a_failing_vendor_is_not_asked_by_those_who_waited_meanwhile() -> None:
    """What was queued before the breaker opened is not sent after it."""
    server = Server(500)
    wire = VendorEndpoint(Vendor.STREAM, "https://vendor.test", 20, problem)
    http = HttpClient(wire, ManualClock(), transport=httpx.MockTransport(server))
    tried = await asyncio.gather(
        *(ask(http, Idempotency.ONCE) for _ in range(30)), return_exceptions=True
    )
    kinds = {type(error) for error in tried}
    assert kinds == {VendorFault, BreakerOpen}
    assert server.seen < 30


@pytest.mark.parametrize("then", [429, httpx.ConnectError("no"), 400], ids=repr)
async def test_a_doubt_is_not_forgotten_when_the_repetition_is_not_executed(
    then: int | Exception,
) -> None:
    """What was sent first may have happened, whatever became of the second sending."""
    with pytest.raises(AnswerLost):
        await ask(transport(Server(httpx.ReadError("cut"), then)), Idempotency.REPEATABLE)
