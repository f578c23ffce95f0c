"""A make-believe CometChat with one group call, and clients for it."""

import json
from datetime import timedelta
from functools import partial

import httpx
from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Verb
from bot.demo.vendors import AppTransport, CometChatServer, Visitor
from bot.providers.cometchat.provider import CometChatProvider, cometchat
from bot.providers.http.client import Deadlines, HttpClient
from tests.fakes.clock import START, ManualClock

ROOM = "v1.us.demo"
GROUP = "demo"
REF = CallRef(vendor=Vendor.COMETCHAT, id=ROOM, session=ROOM)


def support() -> CometChatServer:
    """CometChat with Ada in a group call, to which Carla was invited as well."""
    server = CometChatServer(ManualClock())
    server.open(ROOM, "Support", invited=["ada", "carla"])
    server.join(ROOM, Visitor(id="ada", name="Ada"))
    return server


def recorded(server: CometChatServer, times: int = 1) -> None:
    """The call was recorded for five minutes at each hour, and transcribed."""
    for hour in range(times):
        began = START + timedelta(hours=hour)
        server.recorded(ROOM, began, began + timedelta(minutes=5))


def client(
    server: CometChatServer,
    *,
    key: str = CometChatServer.api_key,
    deadlines: Deadlines | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    rate: float = 10_000,
) -> CometChatProvider:
    """A client that has the right key unless told otherwise."""
    pool = transport or AppTransport(server.app)
    connect = partial(HttpClient, clock=server.clock, deadlines=deadlines, transport=pool)
    return cometchat(
        api_key=SecretStr(key),
        base_url="https://comet.test/v3",
        chat_base_url="https://comet.test/chat/v3",
        clock=server.clock,
        connect=connect,
        rate=rate,
    )


def answering(body: object) -> CometChatProvider:
    """A client of a vendor that answers everything with this JSON, infinities included."""
    always = httpx.MockTransport(lambda _: httpx.Response(200, text=json.dumps(body)))
    return client(_NOBODY, transport=always)


_NOBODY = CometChatServer(ManualClock())
"""Whose keys a client has that asks it nothing."""


def order(verb: Verb, *people: str) -> Act:
    """An act in the call, aimed at these uids."""
    aimed = tuple(Person(id=uid) for uid in people)
    return Act(verb=verb, call=REF, title="demo", people=aimed)
