"""A make-believe Stream Video with one call in it, and clients for it."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx
from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.models import CallRef, RtmpTarget, Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import Verb
from bot.clock import Clock
from bot.demo.vendors import AppTransport, StreamServer, Visitor
from bot.providers.http.client import Deadlines, HttpClient
from bot.providers.stream.acts_prepare import COUNT_ALL, LockRule
from bot.providers.stream.provider import StreamProvider, stream
from tests.fakes.clock import ManualClock
from tests.fakes.past_cases import case_of

CID = "default:standup"
REF = CallRef(vendor=Vendor.STREAM, id=CID)
ADA = Visitor("ada", "Ada Lovelace", "host")
BEN = Visitor("ben", "Ben")
KEY = "live-stream-key-nobody-may-read"
TARGETS = {"tv": RtmpTarget(url="rtmp://tv.example/live", key=SecretStr(KEY))}


def standup(clock: Clock) -> StreamServer:
    """Stream with Ada and Ben in a call."""
    server = StreamServer(clock)
    server.open(CID, "Stand-up")
    for visitor in (ADA, BEN):
        server.join(CID, visitor)
    return server


def client(
    server: StreamServer,
    *,
    secret: str = StreamServer.api_secret,
    moderator_id: str | None = None,
    rtmp_targets: Mapping[str, RtmpTarget] = TARGETS,
    deadlines: Deadlines | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    rate: float = 10_000,
    lock: LockRule = COUNT_ALL,
    clock: Clock | None = None,
) -> StreamProvider:
    """A client that has the right key, and the secret and the time unless told otherwise."""
    time = clock or server.clock
    pool = transport or AppTransport(server.app)
    connect = partial(HttpClient, clock=time, deadlines=deadlines, transport=pool)
    return stream(
        api_key=server.api_key,
        api_secret=SecretStr(secret),
        base_url="https://stream.test",
        clock=time,
        rtmp_targets=rtmp_targets,
        moderator_id=moderator_id,
        connect=connect,
        rate=rate,
        lock=lock,
    )


def answering(body: object) -> StreamProvider:
    """A client of a vendor that answers everything with this JSON, infinities included."""
    always = httpx.MockTransport(lambda _: httpx.Response(200, text=json.dumps(body)))
    return client(_NOBODY, transport=always)


_NOBODY = StreamServer(ManualClock())
"""Whose keys a client has that asks it nothing."""


def body(server: StreamServer, at: int = -1) -> Any:
    """What that request carried, the latest by default."""
    return json.loads(server.requests[at].body)


def order(
    verb: Verb, *people: Person, everyone: bool = False, spared: tuple[Person, ...] = ()
) -> Act:
    """An act in the call."""
    return Act(
        verb=verb, call=REF, title="Stand-up", people=people, everyone=everyone, spared=spared
    )


async def begun(provider: StreamProvider, act: Act, state: State = State.CONFIRMED) -> Case:
    """The case of an act as it is begun, and how it ended."""
    return case_of(await provider.acts.prepare(act, []), state)


def fill(server: StreamServer, people: int) -> None:
    """That many more people enter the call."""
    for number in range(people):
        server.join(CID, Visitor(f"p{number:03}", f"Person {number}"))


def here(server: StreamServer) -> set[str]:
    """Who is in the call."""
    return {stay.visitor.id for stay in server.rooms[CID].here()}


def asked(server: StreamServer, end: str) -> list[Any]:
    """What the requests carried whose path ends so, in order."""
    return [json.loads(seen.body) for seen in server.requests if seen.path.endswith(end)]


async def person(provider: StreamProvider, who: str = "ben") -> Person:
    """Somebody as a moderator sees them now."""
    there = (await provider.participants(REF, limit=100)).items
    return next(Person.of(person) for person in there if person.id == who)
