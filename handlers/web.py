"""The HTTP face: Slack's door and the health checks."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock, SystemClock
from bot.meter import UNMETERED, Meter
from handlers.arrivals import arriving
from handlers.socket import Pulse
from handlers.watching import READY_SECONDS, Check, ready_route

log = structlog.get_logger(__name__)

MOST_BYTES = 1_000_000
"""Slack's and the vendors' payloads are far smaller; no more than this is read of a body."""

HEARD = ("content-type", "x-slack-retry-num", "x-slack-retry-reason")
STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"


class Turned(Exception):
    """A request that is turned away at the door, with an HTTP status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def web_app(
    bolt: AsyncApp,
    signing_secret: str | None,
    ready: Mapping[str, Check],
    *,
    pulse: Callable[[], Pulse] | None = None,
    hooks: Sequence[Route] = (),
    patience: float = READY_SECONDS,
    meter: Callable[[], Meter] = lambda: UNMETERED,
) -> Starlette:
    """`POST /slack/events` for all of Slack; `/healthz` (alive) and `/readyz` (can take orders).

    Nothing of a request is read as words before its signature is verified. `ready` are the parts
    that orders need; what does not answer in `patience` seconds is not ready. `hooks` are further
    doors, such as the vendors'. `meter` is told how soon Slack had its answer. Without a signing
    secret Slack has no door here; with `pulse` it comes by a socket, and alive means that this is.
    """
    routes = [Route("/healthz", partial(_healthz, pulse)), ready_route(ready, patience), *hooks]
    if signing_secret is not None:
        routes.insert(0, _slack_door(bolt, signing_secret, meter, SystemClock()))
    return Starlette(routes=routes)


def _slack_door(
    bolt: AsyncApp, signing_secret: str, meter: Callable[[], Meter], clock: Clock
) -> Route:
    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        with arriving(meter, clock) as arrival:
            try:
                body = await body_of(request)
                _verify(verifier, request, body)
                asked = _readable(request, body)
            except Turned as away:
                log.warning("request turned away", status=away.status, why=str(away))
                return Response(status_code=away.status)
            arrival.body = asked.body
            return to_starlette_response(await bolt.async_dispatch(asked))

    return Route("/slack/events", events, methods=["POST"])


async def _healthz(pulse: Callable[[], Pulse] | None, _: Request) -> Response:
    """200 while the process is alive; 503 once Slack has not been heard for too long."""
    if pulse is None:
        return JSONResponse({"status": "ok"})
    beat = pulse()
    socket = {
        "state": beat.state,
        "connected_since": None if beat.since is None else beat.since.isoformat(),
        "last_frame_seconds": round(beat.silent, 1),
        "reconnects": beat.reconnects,
    }
    told = {"status": "ok" if beat.well else "dead", "socket": socket}
    return JSONResponse(told, status_code=200 if beat.well else 503)


async def body_of(request: Request) -> bytes:
    """The body; Turned with 413 as soon as it is too long, whatever its header says."""
    read = bytearray()
    try:
        async for part in request.stream():
            read += part
            if len(read) > MOST_BYTES:
                raise Turned(413, "too long")
    except ClientDisconnect as error:
        raise Turned(400, "broken off") from error
    return bytes(read)


def _verify(verifier: SignatureVerifier, request: Request, body: bytes) -> None:
    """401 unless Slack signed these bytes within the last 5 minutes."""
    stamp, signature = request.headers.get(STAMP), request.headers.get(SIGNATURE)
    if stamp is None or signature is None:
        raise Turned(401, "not signed")
    try:
        genuine = verifier.is_valid(body, stamp, signature)
    except (ValueError, TypeError) as error:  # no number, no UTF-8, no ASCII
        raise Turned(401, "a signature that cannot be read") from error
    if not genuine:
        raise Turned(401, "signed with another secret, or more than 5 minutes ago")


def _heard(request: Request) -> dict[str, str | Sequence[str]]:
    """The headers that say how a body is written and that it comes again; Bolt reads no others."""
    headers = request.headers
    return {name: headers[name] for name in HEARD if name in headers}


def _readable(request: Request, body: bytes) -> AsyncBoltRequest:
    """The request as Bolt takes it; 400 for what is signed and yet no form and no JSON object."""
    try:
        return AsyncBoltRequest(body=body.decode(), headers=_heard(request))
    except (ValueError, AttributeError, TypeError) as error:
        raise Turned(400, "neither a form nor a JSON object") from error
