"""Slack waits so long for an answer and no longer; the app goes on."""

import asyncio

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import SystemClock
from bot.demo.slack.delivery import ACK_SECONDS
from bot.demo.slack.http_transport import HttpTransport
from bot.demo.slack.signing import Signature


async def test_a_late_app_is_not_waited_for_and_not_interrupted() -> None:
    go, done = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        await go.wait()
        done.set()
        return Response()

    app = Starlette(routes=[Route("/slack/events", slow, methods=["POST"])])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        line = HttpTransport(client, SystemClock(), SystemClock(), "secret", timeout_s=0.01)
        answer, _ = await line.post(b"x", {}, Signature.GOOD)
        assert (answer.status, answer.trouble) == (None, "operation_timeout")
        assert answer.seconds > ACK_SECONDS
        go.set()
        await line.settle()
    assert done.is_set()
