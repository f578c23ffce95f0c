"""The HTTP client of one vendor: connection pool, rate, total deadline, retries and breaker."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
import stamina
import structlog

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.deadline import Deadline, uncounted
from bot.errors import (
    Ambiguous,
    AnswerLost,
    BreakerOpen,
    Diagnosis,
    NotSent,
    VendorBusy,
    VendorError,
    VendorGarbled,
    VendorRefused,
    VendorTimeout,
    VendorUnreachable,
)
from bot.held_lease import require_held
from bot.meter import UNMETERED, Meter
from bot.network import DIRECT, Network, diagnose
from bot.priority import Priority, asker, current
from bot.providers.http.answers import TRY_AGAIN, AnswerReader, VendorAnswer, VendorProblem
from bot.providers.http.breaker import Breaker
from bot.providers.http.rate import PriorityLimiter
from bot.providers.http.redact import Redactor
from bot.providers.http.request_trace import RequestTrace
from bot.providers.http.retry import Idempotency, RetryPolicy
from bot.responses import ACCEPT_ENCODING

log = structlog.get_logger(__name__)

OK = "ok"
"""The outcome of a request that was answered with a 2xx; all others are errors' classes."""

CONNECTIONS = 20
"""Connections to one vendor, and requests that are under way there at the same time."""

Params = Mapping[str, str | int | Sequence[str]]
"""A request's query; of a parameter with several values, each is sent with its name."""

NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Errors before anything was sent to the vendor; a proxy's is its no to a tunnel."""

CONNECTION_RESET = ConnectionResetError()
"""What became of a connection that ended before the answer, whatever ended it."""


@dataclass(frozen=True)
class VendorEndpoint:
    """Where one vendor is reached and how it is spoken to; `rate` is requests a second.

    `auth` adds the credentials to each request. `secrets` are never to be shown; neither of the two
    is in the repr.
    """

    vendor: Vendor
    base_url: str
    rate: float
    problem: Callable[[bytes], VendorProblem]
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    secrets: Iterable[str] = field(default=(), repr=False)
    request_id_header: str | None = None
    auth: httpx.Auth | None = field(default=None, repr=False)


class Deadlines(NamedTuple):
    """The seconds that a whole request may take, retries included, from when it may first be sent.

    `queue` is how long something that somebody waits for may wait for its turn before that. What an
    order does waits as long as the order lasts: its turn always comes.
    """

    read: float = 2.0
    act: float = 8.0
    queue: float = 5.0

    def turn(self, priority: Priority) -> float | None:
        """The longest wait for a turn, in seconds; None for no end."""
        return self.queue if priority in {Priority.ORDER, Priority.LOOK} else None


class HttpClient:
    """Sends requests to one vendor; one connection pool for the life of the process."""

    def __init__(
        self,
        endpoint: VendorEndpoint,
        clock: Clock,
        *,
        deadlines: Deadlines | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        breaker: Breaker | None = None,
        meter: Meter = UNMETERED,
        network: Network = DIRECT,
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._deadlines = deadlines or Deadlines()
        self._reader = AnswerReader(
            vendor=endpoint.vendor,
            problem=endpoint.problem,
            request_id_header=endpoint.request_id_header,
            redact=Redactor(endpoint.secrets),
            clock=clock,
        )
        self._limiter = PriorityLimiter(endpoint.rate, CONNECTIONS)
        self.breaker = breaker or Breaker(endpoint.vendor, clock)
        self._meter = meter
        self._network = network
        meter.watch(endpoint.vendor, lambda: self.breaker.state)
        self._client = httpx.AsyncClient(
            base_url=endpoint.base_url,
            headers={"Accept-Encoding": ACCEPT_ENCODING, **endpoint.headers},
            params=dict(endpoint.params),
            auth=endpoint.auth,
            transport=transport,
            verify=network.trust,
            proxy=_proxy(network, endpoint.base_url),
            trust_env=False,
            timeout=None,  # noqa: S113 - the total deadline in `send` is the stricter one
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=10),
        )

    async def send(
        self,
        kind: Idempotency,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
    ) -> VendorAnswer:
        """Send a request within the deadline of its kind, and return the answer.

        Raises the VendorError that fits any response but a 2xx, VendorTimeout after the deadline,
        VendorUnreachable where nothing was sent, AnswerLost where the connection broke later,
        NotSent after too long a wait for a turn, and BreakerOpen while the vendor is left alone.
        """
        seconds = self._deadlines.read if kind is Idempotency.READ else self._deadlines.act
        request = self._client.build_request(method, path, params=params, json=json)
        timed, outcome = _RequestTimer(self._clock), "cancelled"
        try:
            with self.breaker:
                answer = await self._within_deadline(seconds, kind, request, timed)
            outcome = OK
        except VendorError as error:
            outcome = type(error).__name__
            if kind is Idempotency.READ and _next_step_is_about_an_act(error):
                error.next_step = TRY_AGAIN
            raise
        finally:
            self._count("read" if kind is Idempotency.READ else "act", outcome, timed)
        return answer

    def _count(self, kind: str, outcome: str, timed: "_RequestTimer") -> None:
        """The wait in our own queue is told apart: it is none of the vendor's."""
        self._meter.queued(self._endpoint.vendor, current().label, timed.queued)
        self._meter.asked(self._endpoint.vendor, kind, outcome, timed.spent)

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self._client.aclose()

    async def _within_deadline(
        self, seconds: float, kind: Idempotency, request: httpx.Request, timed: "_RequestTimer"
    ) -> VendorAnswer:
        try:
            async with Deadline(seconds) as deadline:
                return await self._with_retries(deadline, kind, request, timed)
        except TimeoutError as error:
            trace = RequestTrace.of(request)
            if trace.never_sent:
                raise self._unreachable(trace.failure or error, request) from error
            raise VendorTimeout(
                f"{self._label} did not answer within {seconds:g} s.", vendor=self._endpoint.vendor
            ) from error

    async def _with_retries(
        self, deadline: Deadline, kind: Idempotency, request: httpx.Request, timed: "_RequestTimer"
    ) -> VendorAnswer:
        retry = RetryPolicy(kind, deadline)
        retries = stamina.retry_context(
            on=retry, attempts=4, timeout=None, wait_initial=0.05, wait_max=1, wait_jitter=0.05
        )
        try:
            async for attempt in retries:
                with attempt:
                    if attempt.num > 1:
                        log.warning(
                            "vendor asked again", vendor=self._endpoint.vendor, attempt=attempt.num
                        )
                    async with self._turn(timed):
                        return await self._send_logged(kind, request, attempt.num)
        except (VendorRefused, VendorBusy, VendorUnreachable) as error:
            if retry.doubt is not None:
                raise retry.doubt from error
            raise
        raise AssertionError  # pragma: no cover - stamina raises or the loop returns

    @asynccontextmanager
    async def _turn(self, timed: "_RequestTimer") -> AsyncIterator[None]:
        """Wait for a turn at the vendor, and hold it; NotSent where that takes too long.

        BreakerOpen where it was found out meanwhile that the vendor fails.
        """
        async with AsyncExitStack() as held:
            await self._take_turn(held, timed)
            self.breaker.require_not_open()
            yield

    async def _take_turn(self, held: AsyncExitStack, timed: "_RequestTimer") -> None:
        priority = current()
        try:
            with uncounted(), timed.waiting():
                async with asyncio.timeout(self._deadlines.turn(priority)):
                    await held.enter_async_context(self._limiter.turn(priority, asker()))
        except TimeoutError as error:
            raise NotSent(
                f"Too many requests to {self._label} at once; this one was not sent.",
                vendor=self._endpoint.vendor,
                retry_after=1.0,
            ) from error

    async def _send_logged(
        self, kind: Idempotency, request: httpx.Request, attempt: int
    ) -> VendorAnswer:
        """Send it, and write down how that went: the path, never the query or what was sent.

        The part all paths share is left out: account and app ids are nobody's business.
        """
        path = request.url.path.removeprefix(self._client.base_url.path.rstrip("/"))
        operation = f"{request.method} {path}"
        line = log.bind(vendor=self._endpoint.vendor, operation=operation, attempt=attempt)
        if kind is not Idempotency.READ:
            require_held()
        began = self._clock.monotonic()
        try:
            answer = await self._send_once(request, attempt)
        except VendorError as error:
            line.info(
                "vendor failed",
                error=type(error).__name__,
                status=getattr(error, "status", None),
                cause=error.diagnosis and error.diagnosis.cause,
                ms=self._ms_since(began),
                vendor_request=error.request_id,
            )
            raise
        except asyncio.CancelledError:
            line.info("vendor not waited for", ms=self._ms_since(began))
            raise
        answer = answer._replace(read=kind is Idempotency.READ)
        line.log(
            logging.DEBUG if answer.read else logging.INFO,
            "vendor answered",
            status=answer.status,
            ms=self._ms_since(began),
            vendor_request=answer.request_id,
        )
        return answer

    def _ms_since(self, began: float) -> int:
        return round((self._clock.monotonic() - began) * 1000)

    async def _send_once(self, request: httpx.Request, attempt: int) -> VendorAnswer:
        trace = RequestTrace.of(request)
        trace.begin()
        try:
            response = await self._client.send(request, stream=True)
            try:
                return await self._reader.read(response, attempt)
            finally:
                await response.aclose()
        except asyncio.CancelledError:
            await trace.hang_up()
            raise
        except httpx.TransportError as error:
            if isinstance(error, NEVER_SENT) or trace.unsent:
                trace.failure = error
                raise self._unreachable(error, request) from error
            raise AnswerLost(
                f"The connection to {self._label} broke before it answered.",
                vendor=self._endpoint.vendor,
                diagnosis=self._diagnosis(CONNECTION_RESET, request),
            ) from error

    def _unreachable(self, error: Exception, request: httpx.Request) -> VendorUnreachable:
        return VendorUnreachable(
            f"{self._label} cannot be reached.",
            vendor=self._endpoint.vendor,
            diagnosis=self._diagnosis(error, request),
        )

    def _diagnosis(self, error: Exception, request: httpx.Request) -> Diagnosis:
        """Why; httpx has what a proxy answered only as the beginning of its error's words."""
        status = str(error)[:3] if isinstance(error, httpx.ProxyError) else ""
        proxy_status = int(status) if status.isascii() and status.isdigit() else None
        return diagnose(error, str(request.url), self._network, proxy_status)

    def garbled(self, why: str = "sent an answer that cannot be read") -> VendorGarbled:
        """An error for an answer that is not as the vendor documents it; it is not raised here."""
        return self._reader.garbled(why)

    @property
    def _label(self) -> str:
        return self._endpoint.vendor.label


Connect = Callable[[VendorEndpoint], HttpClient]
"""Makes a vendor's `HttpClient`, with what is the same for all of them, such as the network."""


class _RequestTimer:
    """The seconds of one request: those in our own queue, and the others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self.queued = 0.0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """What follows is spent in our own queue."""
        since = self._clock.monotonic()
        try:
            yield
        finally:
            self.queued += self._clock.monotonic() - since

    @property
    def spent(self) -> float:
        """Since the beginning, without the queue."""
        return self._clock.monotonic() - self._began - self.queued


def _proxy(network: Network, url: str) -> httpx.Proxy | None:
    """The proxy on the way to `url`; one that is spoken to by TLS is checked like all others."""
    address = network.proxy_for(url)
    if address is None:
        return None
    by_tls = address.startswith("https:")
    return httpx.Proxy(address, ssl_context=network.trust if by_tls else None)


def _next_step_is_about_an_act(error: VendorError) -> bool:
    """Whether its next step is about an act: a read neither did nor left undone anything."""
    unreachable = isinstance(error, VendorUnreachable) and not isinstance(error, BreakerOpen)
    return unreachable or isinstance(error, Ambiguous)
