"""The routes of the vendors' webhooks, one for each vendor that is on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import NamedTuple

import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.calls.models import Vendor
from bot.errors import Rejected
from handlers.inbound.app import Endpoint, routes_for
from handlers.inbound.bodies import Bodies, declared_length
from handlers.services import Services
from handlers.webhooks import cometchat, realtimekit, stream
from handlers.webhooks.vendor_event import VendorEvent

log = structlog.get_logger(__name__)

READY_SECONDS = 1.0
"""CometChat waits 2 s for an answer; a process that is still opening says so before that."""

Read = Callable[[bytes, Mapping[str, str]], Awaitable[VendorEvent | None]]


class Trust(NamedTuple):
    """Which vendors are on, and what their events are verified with.

    `stream` is the API secret, None when Stream is off; `cometchat_login` is `user:password`.
    """

    stream: SecretStr | None = None
    realtimekit: bool = False
    cometchat: bool = False
    cometchat_login: SecretStr | None = None


class VendorReader(NamedTuple):
    """One vendor's events. `require_sender` raises Rejected before the body is read.

    `read` gives the event, None for one that is not for us; Rejected when it is not to be believed.
    """

    require_sender: Callable[[Mapping[str, str]], None]
    read: Read


def webhook_routes(services: Services, trust: Trust, bodies: Bodies) -> list[Route]:
    """The routes `POST /webhooks/<vendor>`, one for each vendor that is on.

    `bodies` are those of the whole process.
    """
    return [
        route
        for vendor, reader in _readers(services, trust).items()
        for route in routes_for(
            f"/webhooks/{vendor}", _endpoint(services, reader, bodies), posted=True
        )
    ]


def _readers(services: Services, trust: Trust) -> dict[Vendor, VendorReader]:
    async def from_stream(body: bytes, headers: Mapping[str, str]) -> VendorEvent | None:
        secret = trust.stream.get_secret_value() if trust.stream else ""
        return stream.read(body, headers, secret)

    async def from_realtimekit(body: bytes, headers: Mapping[str, str]) -> VendorEvent | None:
        await realtimekit.require_signed(body, headers[realtimekit.SIGNATURE], services.signatures)
        return realtimekit.read(body)

    async def from_cometchat(body: bytes, _: Mapping[str, str]) -> VendorEvent | None:
        return cometchat.read(body)

    login = partial(cometchat.require_login, login=trust.cometchat_login)
    on = {
        Vendor.STREAM: (
            trust.stream is not None,
            VendorReader(stream.require_signature, from_stream),
        ),
        Vendor.REALTIMEKIT: (
            trust.realtimekit,
            VendorReader(realtimekit.require_signature, from_realtimekit),
        ),
        Vendor.COMETCHAT: (trust.cometchat, VendorReader(login, from_cometchat)),
    }
    return {vendor: reader for vendor, (is_on, reader) in on.items() if is_on}


def _endpoint(services: Services, reader: VendorReader, bodies: Bodies) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            declared_length(request)
            reader.require_sender(request.headers)
            await _require_open(services)
            async with bodies.reading(request) as body:
                event = await reader.read(body, request.headers)
        except Rejected as away:
            path = request.url.path
            log.warning("webhook turned away", path=path, status=away.status, why=str(away))
            return Response(status_code=away.status)
        if event is not None:
            _forget_people(services, event)
        return Response(status_code=200)

    return endpoint


async def _require_open(services: Services) -> None:
    """Rejected with 503, after which vendors try again, while the process is still opening."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            await services.wait()
    except TimeoutError as error:
        raise Rejected(503, "still opening") from error


def _forget_people(services: Services, event: VendorEvent) -> None:
    """Who was in the call is not believed any more; the next name typed is looked up afresh.

    Deliveries need no de-duplication: forgetting twice, late or out of order costs one more look
    at the vendor and is never wrong.
    """
    services.moderation.forget_people(event.vendor, event.call_id)
    log.debug("call changed", vendor=event.vendor, kind=event.kind)
