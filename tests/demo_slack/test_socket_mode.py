"""The stand-in's side of Socket Mode, to somebody who speaks it by hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.slack import Sender, Signature
from bot.demo.slack.delivery import TIMED_OUT
from bot.demo.slack.socket_mode import SocketModeServer
from bot.demo.slack.socket_transport import SocketTransport
from tests.demo_slack.conftest import Api, Town
from tests.fakes.clock import ManualClock

Json = dict[str, Any]


@pytest.fixture
async def exchange(town: Town) -> AsyncIterator[SocketModeServer]:
    async with town.server.exchange.serving():
        yield town.server.exchange


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


class Peer:
    """The app's end of one connection."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def told(self) -> Json:
        frame: Json = await self.ws.receive_json(timeout=5)
        return frame

    async def acks(self, envelope: Json, payload: Json | None = None) -> None:
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        await self.ws.send_json(answer if payload is None else {**answer, "payload": payload})


async def plugged(exchange: SocketModeServer, session: aiohttp.ClientSession) -> Peer:
    peer = Peer(await session.ws_connect(exchange.address()))
    assert (await peer.told())["type"] == "hello"
    return peer


def people(town: Town, exchange: SocketModeServer, timeout_s: float = 3.0) -> Sender:
    return Sender(town.world, SocketTransport(exchange, town.world.clock, timeout_s))


@pytest.mark.usefixtures("exchange")
async def test_an_address_is_asked_for_with_the_app_level_token(
    town: Town, api: Api, session: aiohttp.ClientSession
) -> None:
    token = town.world.credentials.app_token
    answer = await api("apps.connections.open", token=token)
    assert answer["ok"]
    peer = Peer(await session.ws_connect(answer["url"]))
    hello = await peer.told()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert (await api("apps.connections.open"))["error"] == "not_allowed_token_type"


async def test_a_command_is_an_envelope_and_its_ack_the_answer(
    town: Town, exchange: SocketModeServer, session: aiohttp.ClientSession
) -> None:
    peer = await plugged(exchange, session)
    typing = asyncio.create_task(people(town, exchange).command(town.ada, town.general, "a & b"))
    envelope = await peer.told()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert envelope["payload"]["text"] == "a & b"
    assert "retry_attempt" not in envelope
    await peer.acks(envelope, {"text": "hello"})
    assert (await typing).trouble is None
    assert town.world.latest(town.ada.id).text == "hello"


async def test_an_event_takes_no_answer_and_says_when_it_is_a_retry(
    town: Town, exchange: SocketModeServer, session: aiohttp.ClientSession
) -> None:
    peer, sender = await plugged(exchange, session), people(town, exchange)
    opening = asyncio.create_task(sender.app_home_opened(town.ada))
    first = await peer.told()
    assert (first["type"], first["accepts_response_payload"]) == ("events_api", False)
    await peer.acks(first)
    again = asyncio.create_task(sender.redeliver(await opening, number=2))
    second = await peer.told()
    assert (first["retry_attempt"], second["retry_attempt"]) == (0, 2)
    assert second["payload"] == first["payload"]
    await peer.acks(second)
    await again


async def test_what_was_not_acknowledged_goes_out_again_with_its_id(
    town: Town, exchange: SocketModeServer, session: aiohttp.ClientSession
) -> None:
    peer = await plugged(exchange, session)
    using = asyncio.create_task(people(town, exchange).shortcut(town.ada, "any"))
    lost = await peer.told()
    exchange.drop()
    other = await plugged(exchange, session)
    found = await other.told()
    assert found == lost
    await other.acks(found)
    assert (await using).trouble is None


async def test_an_ack_counts_on_its_own_connection_only(
    town: Town, exchange: SocketModeServer, session: aiohttp.ClientSession
) -> None:
    first = await plugged(exchange, session)
    second = await plugged(exchange, session)
    using = asyncio.create_task(people(town, exchange, 0.05).shortcut(town.ada, "any"))
    await first.acks(await second.told())
    assert (await using).trouble == TIMED_OUT


async def test_without_an_ack_in_time_the_person_is_told_so(
    town: Town, exchange: SocketModeServer
) -> None:
    sender = people(town, exchange, 0.01)
    assert (await sender.command(town.ada, town.general)).trouble == TIMED_OUT
    await sender.settle()
    assert exchange.connections == []


async def test_pings_come_and_are_answered(
    exchange: SocketModeServer, session: aiohttp.ClientSession
) -> None:
    ws = await session.ws_connect(exchange.address(), autoping=False)
    assert json.loads((await ws.receive()).data)["type"] == "hello"
    await exchange.ping()
    assert (await ws.receive()).type is aiohttp.WSMsgType.PING
    await ws.ping(b"you?")
    assert (await ws.receive()).data == b"you?"


async def test_nothing_is_signed_on_a_socket(town: Town, exchange: SocketModeServer) -> None:
    with pytest.raises(TypeError):
        people(town, exchange).sealed(Signature.BAD)


async def test_nobody_listens_once_it_is_over(town: Town, clock: ManualClock, api: Api) -> None:
    del clock
    async with town.server.exchange.serving():
        pass
    answer = await api("apps.connections.open", token=town.world.credentials.app_token)
    assert "made-up" in answer["url"]
