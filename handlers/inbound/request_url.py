"""The Request URL of the Slack app: where Slack posts commands, interactions and events by HTTP."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.clock_skew import ClockSkew
from bot.errors import PayloadUnreadable, Rejected
from bot.meter import Meter
from handlers.inbound.app import routes_for
from handlers.inbound.bodies import Bodies, declared_length
from handlers.inbound.payloads import bolt_request, is_ssl_check, read_payload
from handlers.inbound.request_metrics import RequestTimer
from handlers.inbound.signatures import SIGNATURE, TIMESTAMP, SlackSignatures, TooLate
from handlers.slack_api.json_object import Json

log = structlog.get_logger(__name__)

RETRY_HEADERS = ("x-slack-retry-num", "x-slack-retry-reason")

SSL_CHECK_BYTES = 1_000
"""So much is read of an unsigned form, to see whether Slack asks about our certificate."""

LATE_BYTES = 20_000
"""A request that comes too late is read to see whether Slack signed it, where it is shorter."""

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class RequestUrl:
    """The endpoint `POST /slack/events`; it reads no body that its headers already rule out.

    What Slack did not sign is rejected. `bodies` are those of the whole process. `meter` is told
    how soon Slack had its answer.
    """

    bolt: AsyncApp
    signatures: SlackSignatures
    bodies: Bodies
    meter: Callable[[], Meter]
    clock: Clock
    skew: ClockSkew

    @property
    def routes(self) -> list[Route]:
        """The routes of the Request URL."""
        return routes_for("/slack/events", self.events, posted=True)

    async def events(self, request: Request) -> Response:
        """Answer one request: verify it, read it, and have Bolt's listeners answer it."""
        with RequestTimer(self.meter, self.clock) as timer:
            try:
                if await _is_ssl_check(request, self.bodies):
                    return Response()
                return await self._answer(request, timer)
            except Rejected as away:
                log.warning("request turned away", status=away.status, why=str(away))
                return Response(status_code=away.status)

    async def _answer(self, request: Request, timer: RequestTimer) -> Response:
        try:
            claimed = self.signatures.read(request)
        except TooLate as late:
            await self._ask_whose_clock(request, late)
            raise
        async with self.bodies.reading(request) as body:
            self.signatures.require_signed(claimed, body)
            payload = _read(request, body)
            if is_ssl_check(payload):
                return Response()
            asked = _for_bolt(request, payload)
            timer.body = asked.body
            return to_starlette_response(await self.bolt.async_dispatch(asked))

    async def _ask_whose_clock(self, request: Request, late: TooLate) -> None:
        """Where Slack did sign it, our clock may be wrong, or somebody repeats it: we ask Slack.

        Only what is as short as a command is read for that.
        """
        if (declared_length(request) or LATE_BYTES) < LATE_BYTES:
            async with self.bodies.reading(request) as body:
                if self.signatures.was_signed(late, body):
                    self.skew.recheck()


async def _is_ssl_check(request: Request, bodies: Bodies) -> bool:
    """Whether an unsigned form asks about our certificate and about nothing else.

    Slack sends it unsigned, with its token at most (interactivity/implementing-slash-commands). Of
    anything longer, or of unknown length, nothing is read.
    """
    headers = request.headers
    if SIGNATURE in headers or TIMESTAMP in headers or _kind(request) != FORM:
        return False
    if not 0 < (declared_length(request) or 0) <= SSL_CHECK_BYTES:
        return False
    async with bodies.reading(request) as body:
        try:
            return is_ssl_check(read_payload(body.decode()))
        except ValueError:
            return False


def _read(request: Request, body: bytes) -> Json:
    """What a verified body says; Rejected with 400 when it is no form and no object."""
    try:
        return read_payload(body.decode(), _kind(request))
    except ValueError as error:
        raise Rejected(400, "neither a form nor a JSON object") from error


def _for_bolt(request: Request, payload: Json) -> AsyncBoltRequest:
    """The request as Bolt takes it, with the headers that say whether it comes again."""
    headers = request.headers
    try:
        return bolt_request(
            payload, {name: headers[name] for name in RETRY_HEADERS if name in headers}
        )
    except PayloadUnreadable as error:
        raise Rejected(400, str(error)) from error


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
