"""Why no connection came about: told apart by both kinds of clients, from the real thing."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from structlog.testing import capture_logs

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.errors import (
    AnswerLost,
    BreakerOpen,
    Diagnosis,
    SlackSilent,
    VendorTimeout,
    VendorUnreachable,
)
from bot.network import DIRECT, Cause, Network, cause_of, diagnose
from bot.providers.http.answers import VendorProblem
from bot.providers.http.breaker import Breaker
from bot.providers.http.client import Deadlines, HttpClient, VendorEndpoint
from bot.providers.http.retry import Idempotency
from handlers.slack_api.probe import open_probe
from tests.fakes.clock import ManualClock
from tests.live.process import refusing_port
from tests.network.harness import LOOPBACK, Answer, NetworkHarness, serving
from tests.network.test_trust import well

Place = Callable[[NetworkHarness], AbstractAsyncContextManager[str]]
"""A server where something is wrong; its address."""


async def cuts(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up before a word was said."""
    writer.transport.abort()


async def answers_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What a server says to bytes that are no HTTP."""
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    writer.close()


async def refuses(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """TLS's alert for versions or ciphers that have nothing in common (RFC 8446, 6)."""
    writer.write(b"\x15\x03\x03\x00\x02\x02\x28")
    writer.close()


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Take the connection and never say a word."""
    await reader.read()


def speaking(
    context: Callable[[NetworkHarness], ssl.SSLContext | None], answer: Answer = well
) -> Place:
    @asynccontextmanager
    async def place(office: NetworkHarness) -> AsyncIterator[str]:
        async with serving(answer, context(office)) as port:
            yield f"https://{LOOPBACK}:{port}"

    return place


def at(url: Callable[[], str]) -> Place:
    @asynccontextmanager
    async def place(_: NetworkHarness) -> AsyncIterator[str]:
        yield url()

    return place


def expired(office: NetworkHarness) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    then = datetime.now(UTC) - timedelta(days=1)
    office.ca.issue_cert(LOOPBACK, not_after=then).configure_cert(context)
    return context


class Case(NamedTuple):
    """A place, whom is believed there, and what is found."""

    place: Place
    cause: Cause
    says: str
    believed: bool = True

    @property
    def timeout_s(self) -> float:
        """Only what never ends is waited for in vain."""
        return 0.3 if self.cause is Cause.TIMEOUT else 20.0


CASES = {
    "no name": Case(at(lambda: "https://nobody.invalid"), Cause.DNS, "the name nobody.invalid "),
    "refused": Case(
        at(lambda: f"https://{LOOPBACK}:{refusing_port()}"), Cause.REFUSED, "refuses the connection"
    ),
    "unknown CA": Case(
        speaking(NetworkHarness.server), Cause.UNTRUSTED, "not trusted", believed=False
    ),
    "expired": Case(speaking(expired), Cause.EXPIRED, "not valid at this time"),
    "wrong name": Case(
        speaking(lambda office: office.server("other.test")), Cause.WRONG_NAME, "another name"
    ),
    "plain HTTP": Case(
        speaking(lambda _: None, answers_plainly), Cause.NOT_TLS, "does not speak TLS"
    ),
    "no cipher": Case(speaking(lambda _: None, refuses), Cause.TLS, "No TLS connection"),
    "cut": Case(speaking(lambda _: None, cuts), Cause.CUT, "was cut"),
    "hangs": Case(speaking(lambda _: None, hangs), Cause.TIMEOUT, "in time"),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def network(case: Case, office: NetworkHarness) -> Network:
    return Network(ca_file=str(office.file)) if case.believed else DIRECT


def to(
    url: str, network: Network, timeout_s: float = 20.0, breaker: Breaker | None = None
) -> HttpClient:
    wire = VendorEndpoint(Vendor.STREAM, url, 1000, lambda _: VendorProblem(None, ""))
    deadlines = Deadlines(read=timeout_s, act=timeout_s)
    return HttpClient(wire, SystemClock(), deadlines=deadlines, network=network, breaker=breaker)


def told(diagnosis: Diagnosis | None, case: Case) -> bool:
    """Whether it is that cause, in words that are whole sentences."""
    assert diagnosis
    assert re.fullmatch(r"[A-Z0-9].+\.", diagnosis.says)
    assert re.fullmatch(r"[A-Z].+\.", diagnosis.mend)
    assert "{" not in str(diagnosis)
    return (diagnosis.cause, case.says in diagnosis.says) == (case.cause, True)


@pytest.mark.parametrize("kind", [Idempotency.READ, Idempotency.ONCE])
async def test_a_vendor(
    case: Case, office: NetworkHarness, network: Network, kind: Idempotency
) -> None:
    """Nothing was sent, whatever it was that hindered it: an act is no doubt then."""
    async with case.place(office) as url:
        http = to(url, network, case.timeout_s)
        with capture_logs() as log, pytest.raises(VendorUnreachable) as caught:
            await http.send(kind, "POST", "/a?token=s3cret")
        await http.aclose()
    assert told(caught.value.diagnosis, case)
    assert str(caught.value) == "Stream Video cannot be reached."
    failed = [line for line in log if line["event"] == "vendor failed"]
    assert case.cause is Cause.TIMEOUT or {line["cause"] for line in failed} == {case.cause}
    assert "s3cret" not in str(log) + str(caught.value.diagnosis)


async def test_slack(case: Case, office: NetworkHarness, network: Network) -> None:
    async with case.place(office) as url:
        asking = open_probe("xoxb-1", f"{url}/api/", SystemClock(), case.timeout_s, network)
        async with asking as slack:
            with pytest.raises(SlackSilent) as caught:
                await slack.ask("auth.test")
            assert told(caught.value.diagnosis, case)
            with pytest.raises(SlackSilent) as caught:
                await slack.connect(url.replace("https:", "wss:"))
            assert told(caught.value.diagnosis, case)


async def test_a_connection_that_came_to_nothing_is_not_left_open(office: NetworkHarness) -> None:
    """One that hangs in TLS's handshake: the other side sees it end when it is given up."""
    ended = asyncio.Event()

    async def hangs_until_left(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async with serving(hangs_until_left) as port:
        http = to(f"https://{LOOPBACK}:{port}", Network(ca_file=str(office.file)), 0.1)
        with pytest.raises(VendorUnreachable):
            await http.send(Idempotency.READ, "GET", "/")
        async with asyncio.timeout(20):
            await ended.wait()
        await http.aclose()


async def test_a_vendor_that_hangs_once_the_request_is_sent_leaves_a_doubt(
    office: NetworkHarness,
) -> None:
    """The connection was there, so what was asked may have happened."""
    network = Network(ca_file=str(office.file))
    async with serving(hangs, office.server()) as port:
        http = to(f"https://{LOOPBACK}:{port}", network, 0.3)
        with pytest.raises(VendorTimeout):
            await http.send(Idempotency.ONCE, "POST", "/a")
        await http.aclose()


async def test_a_connection_that_breaks_once_the_request_is_sent_leaves_a_doubt(
    office: NetworkHarness,
) -> None:
    async def reads_and_cuts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    network = Network(ca_file=str(office.file))
    async with serving(reads_and_cuts, office.server()) as port:
        http = to(f"https://{LOOPBACK}:{port}", network)
        with pytest.raises(AnswerLost) as caught:
            await http.send(Idempotency.ONCE, "POST", "/a")
        await http.aclose()
    assert caught.value.diagnosis
    assert caught.value.diagnosis.cause == Cause.CUT


async def test_a_vendor_that_is_left_alone_is_so_for_the_cause_it_failed_for() -> None:
    http = to(
        f"http://{LOOPBACK}:{refusing_port()}",
        DIRECT,
        breaker=Breaker(Vendor.STREAM, ManualClock()),
    )
    with suppress(VendorUnreachable):
        for _ in range(4):
            with suppress(VendorUnreachable):
                await http.send(Idempotency.READ, "GET", "/")
    with pytest.raises(BreakerOpen) as caught:
        await http.send(Idempotency.READ, "GET", "/")
    await http.aclose()
    assert caught.value.diagnosis
    assert caught.value.diagnosis.cause == Cause.REFUSED


async def test_a_vendor_that_answers_again_has_no_cause() -> None:
    async with serving(well) as port:
        http = to(f"http://{LOOPBACK}:{port}", DIRECT)
        http.breaker.diagnosis = Diagnosis("dns", "It was away.", "Wait.")
        await http.send(Idempotency.READ, "GET", "/")
        await http.aclose()
    assert http.breaker.diagnosis is None


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(101, "Network is unreachable"), Cause.UNREACHABLE),
        (OSError(113, "No route to host"), Cause.UNREACHABLE),
        (ConnectionResetError(), Cause.CUT),
        (ssl.SSLZeroReturnError(), Cause.CUT),
        (ValueError("no address"), Cause.OTHER),
        (ExceptionGroup("both", [ValueError(), ConnectionRefusedError()]), Cause.REFUSED),
    ],
    ids=repr,
)
def test_the_system_s_own_errors(error: Exception, cause: Cause) -> None:
    around = RuntimeError("what a client made of it")
    around.__cause__ = error
    error.__context__ = around  # a ring, as a careless client leaves one
    assert cause_of(around) is cause


def test_an_address_that_is_none_is_told_without_being_shown() -> None:
    said = str(diagnose(ValueError(), "https://h:s3cret/", DIRECT))
    assert "that address" in said
    assert "s3cret" not in said
