"""The doors for machines that watch: `/readyz`, which parts are ready, and `/metrics`, how much."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import CallwardenError, NotAccepted
from bot.meter import Meter
from handlers.counter import Counter
from handlers.socket import Pulse

Told: TypeAlias = str | Mapping[str, str] | None
"""What a part says of itself; None is just "ok"."""

Check = Callable[[], Awaitable[Told]]
"""Looks at one part; CallwardenError when orders could not be taken because of it."""

READY_SECONDS = 2.0
"""Whatever takes longer to be ready is not."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The text format (prometheus.io/docs/instrumenting/exposition_formats)."""


def checks(
    counter: Counter, vendors: Mapping[str, str], pulse: Callable[[], Pulse] | None = None
) -> Mapping[str, Check]:
    """What an order needs, part by part; `vendors` says of each whether it is on, or why not.

    With Socket Mode there is a `pulse`: nothing comes before the first connection, or once Slack
    has not been heard for too long. Connecting anew takes no traffic away, so it is no fault.
    """

    async def opened() -> Told:
        await counter.ready()
        return "open"

    async def database() -> Told:
        await counter.ready()
        await counter.desk.store.ping()
        return "answers"

    async def migrations() -> Told:
        await counter.ready()
        if not await counter.desk.store.schema_fits():
            raise NotAccepted("The database has not the tables that this release needs.")
        return "current"

    async def told() -> Told:
        return vendors

    async def socket() -> Told:
        beat = pulse() if pulse else None
        if beat is not None and beat.state in {"starting", "dead"}:
            raise NotAccepted(f"Slack cannot reach this process: its socket is {beat.state}.")
        return "not used" if beat is None else beat.state

    return {
        "counter": opened,
        "database": database,
        "migrations": migrations,
        "socket": socket,
        "vendors": told,
    }


def ready_route(parts: Mapping[str, Check], patience: float = READY_SECONDS) -> Route:
    """`GET /readyz`: 200 or 503, and each part; `why` is the first one that is not ready.

    All are looked at side by side; what does not answer in `patience` seconds is not ready.
    """

    async def readyz(_: Request) -> Response:
        found = await asyncio.gather(*(_look(check, patience) for check in parts.values()))
        told = {name: words for name, (words, _) in zip(parts, found, strict=True)}
        why = next((words for words, well in found if not well), None)
        if why is None:
            return JSONResponse({"status": "ready", "parts": told})
        return JSONResponse({"status": "not ready", "why": why, "parts": told}, status_code=503)

    return Route("/readyz", readyz)


async def _look(check: Check, patience: float) -> tuple[str | Mapping[str, str], bool]:
    try:
        async with asyncio.timeout(patience):
            return await check() or "ok", True
    except CallwardenError as error:
        return str(error), False
    except TimeoutError:
        return "There is no answer in time.", False


def metrics_route(meter: Callable[[], Meter], token: str | None) -> Route:
    """`GET /metrics`. With a `token`, only for those who show it as a bearer."""

    async def metrics(request: Request) -> Response:
        if token is not None and not _shows(request, token):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(await meter().page(), media_type=CONTENT_TYPE)

    return Route("/metrics", metrics)


def _shows(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())
