"""Five mistakes that are easily made with Stream Video, each shown not to be made here."""

import json
from datetime import timedelta

import httpx
import jwt
from jwt.types import Options

from bot.calls.acts import Person
from bot.calls.verbs import Block, Mute, Unblock
from bot.demo.vendors import AppTransport, StreamServer
from bot.providers.http.decode import moment
from bot.providers.stream.models import GetCallResponse
from tests.fakes.clock import START, ManualClock
from tests.providers.stream_setup import BEN, CID, REF, client, order, standup


async def test_blocking_never_posts_to_unblock() -> None:
    """A sample in the vendor's pages for "block user" does."""
    server = standup(ManualClock())
    server.faults.error(400, on="/kick", times=2)
    provider = client(server)
    await provider.acts.perform(order(Block(), Person(id="ben")))
    asked = [seen.path.rsplit("/", 1)[1] for seen in server.requests]
    assert asked == ["kick", "block"]
    assert server.rooms[CID].blocked == ["ben"]
    await provider.acts.perform(order(Unblock(), Person(id="ben")))
    assert server.rooms[CID].blocked == []


def test_nanoseconds_are_exact_to_the_microsecond() -> None:
    """Read as milliseconds this is the year 54 million, through a float it is 64 ns off."""
    at = moment(1_724_326_455_766_084_000)
    assert at is not None
    assert at.isoformat() == "2024-08-22T11:34:15.766084+00:00"
    state = {"call": {"cid": CID, "session": {"started_at": 1_724_326_455_766_084_999}}}
    call = GetCallResponse.model_validate_json(json.dumps(state)).call.to_domain()
    assert call.started_at == at
    assert moment(int(START.timestamp()) * 10**9 + 1_000) == START + timedelta(microseconds=1)


AT_ANY_TIME: Options = {"verify_exp": False, "verify_iat": False}


async def test_every_request_has_the_bare_token_and_the_key() -> None:
    """The vendor's curl samples write `Bearer` and leave the key out; the token is of nobody."""
    sent: list[httpx.Request] = []
    server = standup(ManualClock())
    inner = AppTransport(server.app)

    async def note(request: httpx.Request) -> httpx.Response:
        sent.append(httpx.Request(request.method, request.url, headers=request.headers))
        return await inner.handle_async_request(request)

    provider = client(server, transport=httpx.MockTransport(note))
    await provider.list_live(limit=5)
    await provider.participants(REF, limit=5)
    await provider.acts.perform(order(Mute(), Person(id="ben")))
    assert len(sent) == 4
    for request in sent:
        token = request.headers["authorization"]
        claims = jwt.decode(token, StreamServer.api_secret, ["HS256"], options=AT_ANY_TIME)
        assert set(claims) == {"exp"}
        assert request.headers["stream-auth-type"] == "jwt"
        assert request.url.params["api_key"] == StreamServer.api_key


async def test_everyone_is_a_boolean_and_not_a_list_of_people() -> None:
    """The vendor's first sample passes a list, its table says boolean."""
    server = standup(ManualClock())
    await client(server).acts.perform(order(Mute(), everyone=True))
    assert json.loads(server.requests[-1].body) == {"mute_all_users": True, "audio": True}
    assert len(server.effects) == 2


async def test_who_is_live_is_never_asked_of_totals_or_of_the_invited() -> None:
    server = standup(ManualClock())
    server.leave(CID, BEN.id)
    provider = client(server)
    [call] = (await provider.list_live(limit=5)).items
    people = await provider.participants(call.ref, limit=5)
    assert (call.people, [item.id for item in people.items]) == (1, ["ada"])
    asked = [seen.path for seen in server.requests]
    assert not any("active_calls_status" in path or "members" in path for path in asked)
    assert json.loads(server.requests[0].body)["filter_conditions"] == {"ongoing": True}
