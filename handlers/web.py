"""The HTTP face: Slack's door and the health checks."""

from collections.abc import Awaitable, Callable

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import CallwardenError

MOST_BYTES = 1_000_000
"""Slack's payloads are far smaller; a larger body is refused unread."""


def web_app(bolt: AsyncApp, ready: Callable[[], Awaitable[None]]) -> Starlette:
    """`POST /slack/events` for all of Slack; `/healthz` (alive) and `/readyz` (can take orders).

    `ready` raises CallwardenError when orders could not be written down.
    """
    slack = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > MOST_BYTES:
            return Response(status_code=413)
        return await slack.handle(request)

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        try:
            await ready()
        except CallwardenError as error:
            return JSONResponse({"status": "not ready", "why": str(error)}, status_code=503)
        return JSONResponse({"status": "ready"})

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
    )
