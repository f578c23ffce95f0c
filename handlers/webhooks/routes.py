"""The doors the vendors knock at, one for each that is on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.calls.models import Vendor
from handlers.counter import Counter
from handlers.web import Turned, body_of
from handlers.webhooks import cometchat, realtimekit, stream
from handlers.webhooks.happening import Happening

log = structlog.get_logger(__name__)

READY_SECONDS = 1.0
"""CometChat waits 2 s for an answer; a process that is still opening says so before that."""

Read = Callable[[bytes, Mapping[str, str]], Awaitable[Happening | None]]


class Trust(NamedTuple):
    """Which vendors are on, and what their events are verified with.

    `stream` is the API secret, None when Stream is off; `cometchat_login` is `user:password`.
    """

    stream: str | None = None
    realtimekit: bool = False
    cometchat: bool = False
    cometchat_login: str | None = None


def webhook_routes(counter: Counter, trust: Trust) -> list[Route]:
    """`POST /webhooks/<vendor>` for each vendor that is on; another one's is not found."""
    return [
        Route(f"/webhooks/{vendor}", _door(counter, read), methods=["POST"])
        for vendor, read in _readers(counter, trust).items()
    ]


def _readers(counter: Counter, trust: Trust) -> dict[Vendor, Read]:
    async def from_stream(body: bytes, headers: Mapping[str, str]) -> Happening | None:
        return stream.read(body, headers, trust.stream or "")

    async def from_realtimekit(body: bytes, headers: Mapping[str, str]) -> Happening | None:
        signature = headers.get(realtimekit.SIGNATURE, "")
        await realtimekit.verify(body, signature, counter.signatures)
        return realtimekit.read(body)

    async def from_cometchat(body: bytes, headers: Mapping[str, str]) -> Happening | None:
        return cometchat.read(body, headers, trust.cometchat_login)

    on = {
        Vendor.STREAM: (trust.stream is not None, from_stream),
        Vendor.REALTIMEKIT: (trust.realtimekit, from_realtimekit),
        Vendor.COMETCHAT: (trust.cometchat, from_cometchat),
    }
    return {vendor: read for vendor, (is_on, read) in on.items() if is_on}


def _door(counter: Counter, read: Read) -> Callable[[Request], Awaitable[Response]]:
    async def door(request: Request) -> Response:
        try:
            body = await body_of(request)
            await _open(counter)
            happened = await read(body, request.headers)
        except Turned as away:
            path = request.url.path
            log.warning("webhook turned away", path=path, status=away.status, why=str(away))
            return Response(status_code=away.status)
        if happened is not None:
            _heed(counter, happened)
        return Response(status_code=200)

    return door


async def _open(counter: Counter) -> None:
    """Turned with 503, after which vendors try again, while the process is still opening."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            await counter.ready()
    except TimeoutError as error:
        raise Turned(503, "still opening") from error


def _heed(counter: Counter, happened: Happening) -> None:
    """Who was in the call is not believed any more; the next name typed is looked up afresh.

    Deliveries need no de-duplication: forgetting twice, late or out of order costs one more look
    at the vendor and is never wrong.
    """
    counter.desk.board.memory.forget(happened.vendor, happened.call_id)
    log.debug("call changed", vendor=happened.vendor, kind=happened.kind)
