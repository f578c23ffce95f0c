"""Every fault is what a real client sees, called directly and once over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.demo.serving import serve
from bot.demo.vendors import CometChatServer, RealtimeKitServer, StreamServer
from tests.demo.vendors.clients import stream_client
from tests.fakes.clock import ManualClock

KICK = "/call/default/standup/kick"
BEN = {"user_id": "ben"}
KICKED = [("kick", "default:standup", "ben")]


@pytest.fixture(params=["direct", "loopback"])
async def client(
    stream: StreamServer, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    if request.param == "direct":
        async with stream_client(stream) as client:
            yield client
    else:
        async with serve(stream.app) as base, stream_client(stream, base) as client:
            yield client


@pytest.mark.parametrize(("after", "effects"), [(False, []), (True, KICKED)])
async def test_a_dropped_connection_looks_alike_whether_or_not_it_happened(
    stream: StreamServer, client: httpx.AsyncClient, after: bool, effects: list[object]
) -> None:
    stream.faults.drop(after=after)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(KICK, json=BEN)
    assert stream.effects == effects
    assert (await client.post(KICK, json=BEN)).status_code == 201
    assert stream.effects == KICKED


@pytest.mark.parametrize(("after", "effects"), [(False, []), (True, KICKED)])
async def test_an_error_has_the_vendors_body_whether_or_not_it_happened(
    stream: StreamServer, client: httpx.AsyncClient, after: bool, effects: list[object]
) -> None:
    stream.faults.error(503, after=after)
    answer = await client.post(KICK, json=BEN)
    assert (answer.status_code, answer.json()["StatusCode"]) == (503, 503)
    assert stream.effects == effects


@pytest.mark.parametrize(("after", "effects"), [(False, []), (True, KICKED)])
async def test_a_hang_lasts_until_the_client_gives_up(
    stream: StreamServer, client: httpx.AsyncClient, after: bool, effects: list[object]
) -> None:
    stream.faults.hang(after=after)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.post(KICK, json=BEN)
    assert stream.effects == effects


async def test_a_rate_limit_says_how_long_to_wait_and_nothing_happened(
    stream: StreamServer, client: httpx.AsyncClient
) -> None:
    stream.faults.limit(7)
    answer = await client.post(KICK, json=BEN)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.json()["code"] == 9
    assert stream.effects == []


async def test_a_slow_answer_sleeps_on_the_clock_it_was_given(
    stream: StreamServer, client: httpx.AsyncClient, clock: ManualClock
) -> None:
    stream.faults.slow(30)
    assert (await client.post(KICK, json=BEN)).status_code == 201
    assert clock.slept == [30]


async def test_a_trickling_answer_arrives_byte_by_byte_and_whole(
    stream: StreamServer, client: httpx.AsyncClient, clock: ManualClock
) -> None:
    stream.faults.trickle(0.5)
    answer = await client.post(KICK, json=BEN)
    assert answer.json()["duration"]
    assert clock.slept == [0.5] * len(answer.content)


async def test_malformed_json_comes_with_a_happy_status(
    stream: StreamServer, client: httpx.AsyncClient
) -> None:
    stream.faults.malformed()
    answer = await client.get("/call/default/standup")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_an_html_page_comes_instead_of_json(
    stream: StreamServer, client: httpx.AsyncClient
) -> None:
    stream.faults.html()
    answer = await client.post(KICK, json=BEN)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert stream.effects == []


async def test_named_fields_are_null_wherever_they_stand(
    stream: StreamServer, client: httpx.AsyncClient
) -> None:
    stream.faults.nulls("joined_at", "session")
    answer = await client.post("/call/default/standup/participants", json={})
    assert [person["joined_at"] for person in answer.json()["participants"]] == [None, None]
    assert answer.json()["call"]["session"] is None


async def test_a_fault_hits_only_its_path_and_only_so_often(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.faults.error(500, on="/kick", times=2)
    assert (await to_stream.get("/call/default/standup")).status_code == 200
    statuses = [(await to_stream.post(KICK, json=BEN)).status_code for _ in range(3)]
    assert statuses == [500, 500, 201]
    assert len(stream.requests) == 4


async def test_a_fault_without_a_number_lasts_until_cleared(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.faults.error(500, times=None)
    assert [(await to_stream.post(KICK, json=BEN)).status_code for _ in range(5)] == [500] * 5
    stream.faults.clear()
    assert (await to_stream.post(KICK, json=BEN)).status_code == 201


async def test_a_slow_answer_can_also_be_wrong_and_the_rest_take_turns(
    stream: StreamServer, to_stream: httpx.AsyncClient, clock: ManualClock
) -> None:
    stream.faults.slow(2)
    stream.faults.error(500, after=True)
    stream.faults.limit()
    statuses = [(await to_stream.post(KICK, json=BEN)).status_code for _ in range(3)]
    assert statuses == [500, 429, 201]
    assert clock.slept == [2]
    assert stream.effects == KICKED


async def test_each_vendor_fails_in_its_own_words(
    kit: RealtimeKitServer,
    to_kit: httpx.AsyncClient,
    comet: CometChatServer,
    to_comet: httpx.AsyncClient,
) -> None:
    for status in (429, 500):
        kit.faults.error(status)
        comet.faults.error(status)
    gateway, product = [(await to_kit.get("/sessions")).json() for _ in range(2)]
    assert gateway["errors"][0]["message"]
    assert product["error"]["code"] == 500
    words = [(await to_comet.get("/calls")).json()["error"]["code"] for _ in range(2)]
    assert words == ["ERR_TOO_MANY_REQUESTS", "ERR_INTERNAL"]
