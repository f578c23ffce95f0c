"""A make-believe RealtimeKit with one meeting in session, and clients for it."""

import json
from collections.abc import Mapping
from functools import partial

import httpx
from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.models import Call, RtmpTarget
from bot.calls.verbs import Verb
from bot.demo.vendors import AppTransport, RealtimeKitServer, Visitor
from bot.providers.http.client import Deadlines, HttpClient
from bot.providers.realtimekit.provider import RealtimeKitProvider, realtimekit
from tests.fakes.clock import ManualClock

ADA = Visitor("ada", "Ada Lovelace")
BEN = Visitor("ben", "Ben")
KEY = "very-secret-stream-key"
TARGETS = {
    name: RtmpTarget(url="rtmps://live.example/app", key=SecretStr(KEY))
    for name in ("tube", "tube_two")
}


class StuckPages(AppTransport):
    """A vendor that answers every page with the first one."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "page_no" in request.url.params:
            request.url = request.url.copy_set_param("page_no", 1)
        return await super().handle_async_request(request)


class EndlessPages(AppTransport):
    """A vendor that promises another page after every page."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        body = json.loads(await answer.aread())
        if "page_no" in request.url.params and answer.is_success:
            body["paging"] = {"total_count": 10**9, "start_offset": 0, "end_offset": 1}
        return httpx.Response(answer.status_code, json=body)


class Refuses(AppTransport):
    """A vendor that fails at one method, having done nothing."""

    def __init__(self, server: RealtimeKitServer, method: str) -> None:
        super().__init__(server.app)
        self._method = method

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == self._method:
            return httpx.Response(400, json={"success": False, "error": {"code": 400}})
        return await super().handle_async_request(request)


def clinic() -> RealtimeKitServer:
    """RealtimeKit with Ada and Ben in a meeting."""
    server = RealtimeKitServer(ManualClock())
    room = server.open("clinic", "Clinic")
    for visitor in (ADA, BEN):
        server.join(room.id, visitor)
    return server


def client(
    server: RealtimeKitServer,
    *,
    token: str = RealtimeKitServer.api_token,
    rtmp_targets: Mapping[str, RtmpTarget] = TARGETS,
    deadlines: Deadlines | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    rate: float = 10_000,
) -> RealtimeKitProvider:
    """A client that has the right token unless told otherwise."""
    pool = transport or AppTransport(server.app)
    connect = partial(HttpClient, clock=server.clock, deadlines=deadlines, transport=pool)
    return realtimekit(
        account_id=server.account_id,
        app_id=server.app_id,
        api_token=SecretStr(token),
        base_url="https://kit.test/client/v4",
        clock=server.clock,
        rtmp_targets=rtmp_targets,
        connect=connect,
        rate=rate,
    )


def answering(body: object) -> RealtimeKitProvider:
    """A client of a vendor that answers everything with this JSON, infinities included."""
    always = httpx.MockTransport(lambda _: httpx.Response(200, text=json.dumps(body)))
    return client(_NOBODY, transport=always)


_NOBODY = RealtimeKitServer(ManualClock())
"""Whose keys a client has that asks it nothing."""


def order(
    verb: Verb, call: Call, *people: Person, everyone: bool = False, spared: tuple[Person, ...] = ()
) -> Act:
    """An act in a call."""
    return Act(
        verb=verb,
        call=call.ref,
        title=call.title,
        people=people,
        everyone=everyone,
        spared=spared,
    )


async def person(provider: RealtimeKitProvider, call: Call, who: str = "ben") -> Person:
    """Somebody as a moderator sees them now, by the app's own id."""
    there = (await provider.participants(call.ref, limit=10)).items
    return next(Person.of(person) for person in there if person.custom_id == who)
