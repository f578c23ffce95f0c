"""The HTTP face: Slack's door and the health checks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from slack_bolt.adapter.starlette.async_handler import (
    to_async_bolt_request,
    to_starlette_response,
)
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import CallwardenError

log = structlog.get_logger(__name__)

MOST_BYTES = 1_000_000
"""Slack's and the vendors' payloads are far smaller; no more than this is read of a body."""

READY_SECONDS = 2.0
"""Whatever takes longer to be ready is not."""

STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"


class Turned(Exception):
    """A request that is turned away at the door, with an HTTP status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def web_app(
    bolt: AsyncApp,
    signing_secret: str,
    ready: Callable[[], Awaitable[None]],
    *,
    hooks: Sequence[Route] = (),
    patience: float = READY_SECONDS,
) -> Starlette:
    """`POST /slack/events` for all of Slack; `/healthz` (alive) and `/readyz` (can take orders).

    Nothing of a request is read as words before its signature is verified. `ready` raises
    CallwardenError when orders could not be written down; after `patience` seconds it is not ready.
    `hooks` are the vendors' doors.
    """
    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        try:
            body = await body_of(request)
            _verify(verifier, request, body)
            asked = _readable(request, body)
        except Turned as away:
            log.warning("request turned away", status=away.status, why=str(away))
            return Response(status_code=away.status)
        return to_starlette_response(await bolt.async_dispatch(asked))

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        try:
            async with asyncio.timeout(patience):
                await ready()
        except CallwardenError as error:
            return _not_ready(str(error))
        except TimeoutError:
            return _not_ready("There is no answer in time.")
        return JSONResponse({"status": "ready"})

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *hooks,
        ],
    )


def _not_ready(why: str) -> Response:
    return JSONResponse({"status": "not ready", "why": why}, status_code=503)


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


def _readable(request: Request, body: bytes) -> AsyncBoltRequest:
    """The request as Bolt takes it; 400 for what is signed and yet no form and no JSON object."""
    try:
        return to_async_bolt_request(request, body)
    except (ValueError, AttributeError, TypeError) as error:
        raise Turned(400, "neither a form nor a JSON object") from error
