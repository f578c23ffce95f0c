"""Routes for machines that watch: `/readyz`, which parts are ready, and `/metrics`, how much."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeAlias

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import CallwardenError, NotAccepted
from bot.meter import Meter
from handlers.inbound.app import routes_for
from handlers.inbound.socket_mode import SocketHealth
from handlers.services import Services

PartState: TypeAlias = str | Mapping[str, str] | None
"""What a part says of itself; None is just "ok"."""

Check = Callable[[], Awaitable[PartState]]
"""Looks at one part; CallwardenError when orders could not be taken because of it."""

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What proxies write when they ask for somebody else (RFC 7239, and what came before it)."""

READY_SECONDS = 2.0
"""Whatever takes longer to be ready is not."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The text format (prometheus.io/docs/instrumenting/exposition_formats)."""


def checks(
    services: Services,
    vendors: Mapping[str, str],
    socket_health: Callable[[], SocketHealth] | None = None,
) -> Mapping[str, Check]:
    """The checks of `/readyz` by the name of the part; each raises CallwardenError when it is not.

    `vendors` says of each vendor whether it is on, or why not.
    With Socket Mode there is a `socket_health`: nothing comes before the first connection, or once
    Slack has not been heard for too long. Connecting anew takes no traffic away, so it is no fault.
    """

    async def opened() -> PartState:
        await services.wait()
        return "open"

    async def database() -> PartState:
        await services.wait()
        await services.moderation.require_ready()
        return "takes orders"

    async def migrations() -> PartState:
        await services.wait()
        if not await services.moderation.schema_fits():
            raise NotAccepted("The database has not the tables that this release needs.")
        return "current"

    async def vendor_states() -> PartState:
        return vendors

    async def socket() -> PartState:
        health = socket_health() if socket_health else None
        if health is not None and health.state in {"starting", "dead"}:
            raise NotAccepted(f"Slack cannot reach this process: its socket is {health.state}.")
        return "not used" if health is None else health.state

    async def clock() -> PartState:
        services.skew.require_right()
        return services.skew.in_words

    return {
        "clock": clock,
        "counter": opened,
        "database": database,
        "migrations": migrations,
        "socket": socket,
        "vendors": vendor_states,
    }


@dataclass(frozen=True)
class HealthAccess:
    """Who may see figures and parts; strangers learn only whether orders are taken.

    With a `token`, whoever shows it as a bearer. Without one: on a `private` listener everybody,
    and where this process is `on_loopback`, bound to loopback, whoever asks from this machine.
    """

    token: SecretStr | None = None
    private: bool = False
    on_loopback: bool = False

    def may_see_metrics(self, request: Request) -> bool:
        """Whether the sender of `request` may read `/metrics`."""
        if self.token is not None:
            return _shows(request, self.token.get_secret_value())
        return self.private or (self.on_loopback and is_local(request))

    def may_see_parts(self, request: Request) -> bool:
        """Whether the sender of `request` may read which part is not ready; anybody here may."""
        return self.may_see_metrics(request) or is_local(request)


def is_local(request: Request) -> bool:
    """Whether `request` comes from this machine, and on nobody else's behalf.

    A proxy beside us comes from this machine too, for others: it says so in a header, or passes on
    the name that they asked for.
    """
    if any(name in request.headers for name in FORWARDED) or request.client is None:
        return False
    host = request.headers.get("host", "")
    named = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return is_loopback(request.client.host) and is_loopback(named)


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine's loopback."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def ready_routes(
    parts: Mapping[str, Check], access: HealthAccess, timeout_s: float = READY_SECONDS
) -> list[Route]:
    """The route `GET /readyz`: 200 or 503, for who may see them with the parts, and `why` not.

    All parts are checked side by side; what does not answer in `timeout_s` seconds is not ready.
    """

    async def readyz(request: Request) -> Response:
        found = await asyncio.gather(*(_look(check, timeout_s) for check in parts.values()))
        why = next((words for words, well in found if not well), None)
        answer: dict[str, object] = {"status": "ready" if why is None else "not ready"}
        if access.may_see_parts(request):
            answer |= {} if why is None else {"why": why}
            answer["parts"] = {name: words for name, (words, _) in zip(parts, found, strict=True)}
        return JSONResponse(answer, status_code=200 if why is None else 503)

    return routes_for("/readyz", readyz)


async def _look(check: Check, timeout_s: float) -> tuple[str | Mapping[str, str], bool]:
    try:
        async with asyncio.timeout(timeout_s):
            return await check() or "ok", True
    except CallwardenError as error:
        return str(error), False
    except TimeoutError:
        return "There is no answer in time.", False


def metrics_routes(meter: Callable[[], Meter], access: HealthAccess) -> list[Route]:
    """The route `GET /metrics`: 401 without the wanted token; 404 for strangers where none is."""

    async def metrics(request: Request) -> Response:
        if access.may_see_metrics(request):
            return Response(await meter().page(), media_type=CONTENT_TYPE)
        if access.token is None:
            return Response(status_code=404)
        return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})

    return routes_for("/metrics", metrics)


def _shows(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())
