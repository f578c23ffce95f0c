"""The socket: kept alive, replaced in time, given up on in the end; time is passed in."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.background import BackgroundTasks
from bot.demo.slack.socket_mode import MOST, Cut
from bot.errors import ConfigError, SocketLost
from bot.meter import UNMETERED
from handlers.inbound.bolt_app import bolt_app
from handlers.inbound.socket_mode import (
    DEAD_SECONDS,
    LINGER_SECONDS,
    PAUSES,
    PING_SECONDS,
    SETTLED_SECONDS,
    SILENT_SECONDS,
    TRIES,
    SlackAddress,
    SocketModeClient,
)
from tests.fakes.clock import HeldClock, ManualClock
from tests.handlers.inbound.socket_bench import COMMAND, EVENT, Bench, bench, kept, until


@pytest.fixture
def held() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def made(held: HeldClock) -> AsyncIterator[Bench]:
    """A socket that is connected."""
    async with bench(held) as here, kept(here):
        await here.opened(1)
        yield here


async def test_an_envelope_is_acknowledged_with_the_listeners_answer(made: Bench) -> None:
    assert await made.exchange.send("slash_commands", COMMAND) == {"text": "you said help"}


async def test_no_word_of_a_command_loses_it_on_a_socket_either(made: Bench) -> None:
    told = {**COMMAND, "text": "payload", "user_name": "payload", "channel_name": "payload"}
    assert await made.exchange.send("slash_commands", told) == {"text": "you said payload"}


async def test_an_envelope_that_lacks_what_its_kind_has_is_acknowledged_and_done_nothing_with(
    made: Bench,
) -> None:
    with capture_logs() as log:
        for payload in ({"command": "/calls"}, {"type": "block_actions"}, {"type": ["x"]}):
            assert await made.exchange.send("interactive", payload) is None
    told = [line["event"] for line in log if line["log_level"] == "warning"]
    assert told == ["envelope not read"] * 3
    assert made.heard == []


async def test_what_takes_no_answer_is_acknowledged_without_one(made: Bench) -> None:
    assert await made.exchange.send("events_api", EVENT) is None
    assert made.heard == [EVENT]


async def test_that_an_event_is_a_retry_stands_where_it_does_by_http(made: Bench) -> None:
    await made.exchange.send("events_api", EVENT)
    await made.exchange.send("events_api", EVENT, attempt=2)
    assert made.retries == [None, ["2"]]


async def test_an_answer_under_way_holds_up_no_other(made: Bench) -> None:
    made.gate.clear()
    slow = asyncio.create_task(made.exchange.send("slash_commands", COMMAND))
    await made.exchange.send("events_api", EVENT)
    assert not slow.done()
    made.gate.set()
    assert await slow == {"text": "you said help"}


async def test_what_no_listener_takes_is_not_acknowledged(made: Bench) -> None:
    with capture_logs() as log:
        sending = asyncio.create_task(
            made.exchange.send("slash_commands", {**COMMAND, "command": "/other"})
        )
        await until(lambda: any(line["event"] == "envelope not taken" for line in log))
    assert not sending.done()
    sending.cancel()


async def test_slacks_pings_keep_a_quiet_connection(made: Bench, held: HeldClock) -> None:
    for _ in range(10):
        held.advance(PING_SECONDS - 1)
        await made.exchange.ping()
        await until(lambda: not made.socket.health().silent_s)
    assert (made.exchange.opened, made.socket.health().reconnects) == (1, 0)


async def test_a_quiet_connection_is_asked_for_a_sign_of_life(made: Bench, held: HeldClock) -> None:
    """Slack's side may go quiet for good reasons: its pong is a frame like any other."""
    held.advance(PING_SECONDS)
    await until(lambda: not made.socket.health().silent_s)
    held.advance(SILENT_SECONDS - 1)
    await until(lambda: not made.socket.health().silent_s)
    assert made.exchange.opened == 1


async def test_a_connection_that_went_deaf_and_dumb_is_replaced(
    made: Bench, held: HeldClock
) -> None:
    made.exchange.numb()
    held.advance(SILENT_SECONDS)
    await made.opened(2)
    await made.closed(1)
    assert await made.exchange.send("slash_commands", COMMAND) == {"text": "you said help"}
    assert made.socket.health().reconnects == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_next_connection_is_open_before_a_recycled_one_is_closed(
    made: Bench, held: HeldClock, reason: str
) -> None:
    held.advance(SETTLED_SECONDS - 1)
    await made.exchange.disconnect(reason)
    await made.opened(2)
    assert len(made.exchange.connections) == 2
    await asyncio.sleep(0.01)  # until the old one waits by that clock
    held.advance(LINGER_SECONDS)
    await made.closed(1)


async def test_what_still_comes_on_a_recycled_connection_is_answered(made: Bench) -> None:
    await made.exchange.disconnect("refresh_requested")
    await made.opened(2)
    made.exchange.connections.reverse()
    assert await made.exchange.send("slash_commands", COMMAND) == {"text": "you said help"}
    await made.exchange.close(made.exchange.connections[1])
    await made.closed(1)
    assert made.socket.health().state == "connected"


async def test_a_connection_that_is_switched_off_is_closed_first(made: Bench) -> None:
    await made.exchange.disconnect("link_disabled")
    await made.opened(2)
    assert len(made.exchange.connections) == 1


async def test_one_connection_too_many_is_not_taken_for_one(held: HeldClock) -> None:
    async with bench(held) as here, aiohttp.ClientSession() as session:
        others = [await session.ws_connect(here.exchange.address()) for _ in range(MOST)]
        await here.closed(MOST)
        with capture_logs() as log:
            async with kept(here):
                refused = "too_many_websockets"
                await until(lambda: any(line.get("why") == refused for line in log))
                await others.pop().close()
                await until(lambda: here.socket.health().since, lambda: held.advance(1))
        for other in others:
            await other.close()


async def test_an_address_is_good_for_one_connection(held: HeldClock) -> None:
    async with bench(held) as here, aiohttp.ClientSession() as session:
        address = here.exchange.address()
        await (await session.ws_connect(address)).close()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)


@pytest.mark.parametrize("cut", Cut)
async def test_a_connection_that_breaks_around_an_ack_costs_nobody_the_answer(
    made: Bench, cut: Cut
) -> None:
    made.exchange.cuts.append(cut)
    assert await made.exchange.send("slash_commands", COMMAND) == {"text": "you said help"}
    await made.opened(2)
    assert len(made.heard) == (2 if cut is Cut.ACK_LOST else 1)


async def test_what_comes_while_nobody_is_connected_is_delivered_later(made: Bench) -> None:
    made.exchange.drop()
    assert await made.exchange.send("slash_commands", COMMAND) == {"text": "you said help"}


async def test_each_further_try_waits_longer_and_the_last_one_ends_the_process() -> None:
    clock = ManualClock()
    async with bench(clock) as here:
        here.faults.error(500, on="apps.connections.open", times=None)
        with pytest.raises(SocketLost, match=f"{TRIES} tries") as lost:
            await here.socket.run(here.stop)
    waited = [*PAUSES, *[PAUSES[-1]] * TRIES][: TRIES - 1]
    assert clock.slept == waited
    assert lost.value.exit_code == 75


async def test_slacks_own_wish_to_wait_is_heeded() -> None:
    clock = ManualClock()
    async with bench(clock) as here:
        here.faults.limit(42, on="apps.connections.open")
        here.faults.error(500, on="apps.connections.open", times=None)
        with pytest.raises(SocketLost):
            await here.socket.run(here.stop)
    assert clock.slept[:2] == [42, PAUSES[1]]


async def test_connections_that_break_again_and_again_end_the_process_too(
    held: HeldClock,
) -> None:
    """As the loops of “Session is closed” do: connected each time, and never for long."""
    async with bench(held) as here:
        keeping = asyncio.create_task(here.socket.run(here.stop))

        def trouble() -> None:
            here.exchange.drop()
            held.advance(1)

        await until(keeping.done, trouble)
        with pytest.raises(SocketLost):
            await keeping
    assert here.exchange.opened == TRIES


async def test_a_connection_that_lasted_is_no_failure(made: Bench, held: HeldClock) -> None:
    for number in range(2, TRIES + 3):
        for _ in range(2):
            held.advance(SETTLED_SECONDS / 2)
            await made.exchange.ping()
            await until(lambda: not made.socket.health().silent_s)
        made.exchange.drop()
        await made.opened(number)


@pytest.mark.parametrize("address", ["ws://127.0.0.1:9/link", "", "ws://127.0.0.1/not:a:port"])
async def test_an_address_that_leads_nowhere_is_a_failure_like_any_other(address: str) -> None:
    clock = ManualClock()
    async with bench(clock) as here:
        here.world.socket_address = lambda: address
        with pytest.raises(SocketLost):
            await here.socket.run(here.stop)
    assert len(clock.slept) == TRIES - 1


async def test_a_slack_that_is_away_is_a_failure_like_any_other() -> None:
    clock = ManualClock()
    app_token, away = SecretStr("xapp-1"), "http://127.0.0.1:9/api/"
    socket = SocketModeClient(
        bolt_app("xoxb-1"),
        app_token,
        SlackAddress(away),
        BackgroundTasks(),
        clock,
        lambda: UNMETERED,
    )
    with pytest.raises(SocketLost):
        await socket.run(asyncio.Event())


@pytest.mark.parametrize("token", ["xapp-of-somebody-else", "xoxb-made-up-token"])
async def test_a_token_that_slack_refuses_is_not_tried_twice(token: str) -> None:
    clock = ManualClock()
    async with bench(clock, token) as here:
        with pytest.raises(ConfigError, match="SLACK_APP_TOKEN") as wrong:
            await here.socket.run(here.stop)
    assert clock.slept == []
    assert token not in str(wrong.value)


async def test_a_socket_that_is_dead_for_long_is_not_well(held: HeldClock) -> None:
    async with bench(held) as here:
        assert here.socket.health().state == "starting"
        async with kept(here):
            await here.opened(1)
            assert here.socket.health().since == held.now()
            here.faults.error(500, on="apps.connections.open", times=None)
            here.exchange.drop()
            await until(lambda: here.socket.health().state != "connected")
            assert here.socket.health().state == "reconnecting"
            assert here.socket.health().is_alive
            held.advance(DEAD_SECONDS + 1)
            assert here.socket.health().state == "dead"
            assert not here.socket.health().is_alive


async def test_told_to_stop_it_finishes_what_it_owes_and_takes_nothing_new(
    held: HeldClock,
) -> None:
    async with bench(held) as here:
        async with kept(here) as keeping:
            await here.opened(1)
            here.gate.clear()
            owed = asyncio.create_task(here.exchange.send("slash_commands", COMMAND))
            await until(lambda: here.heard)
            here.stop.set()
            await until(lambda: not here.socket._unanswered)
            late = asyncio.create_task(here.exchange.send("events_api", EVENT))
            await asyncio.sleep(0.01)
            here.gate.set()
            assert await owed == {"text": "you said help"}
            await keeping
        assert len(here.heard) == 1
        assert not late.done()
        late.cancel()


@pytest.mark.parametrize("frame", ["", "[]", "no json", '{"type": "new"}', '{"envelope_id": 7}'])
async def test_a_frame_that_means_nothing_changes_nothing(made: Bench, frame: str) -> None:
    await made.exchange.connections[0].ws.send_str(frame)
    assert await made.exchange.send("slash_commands", COMMAND) == {"text": "you said help"}
    assert made.exchange.opened == 1


@pytest.mark.parametrize("payload", ["words", None, {"user": 7, "team": []}])
async def test_an_envelope_that_cannot_be_read_is_acknowledged_once_and_for_all(
    made: Bench, payload: Any
) -> None:
    assert await made.exchange.send("interactive", payload) is None


async def test_no_ticket_and_no_token_is_logged(held: HeldClock) -> None:
    async with bench(held) as here:
        with capture_logs() as log:
            async with kept(here):
                await here.opened(1)
                await here.exchange.disconnect("link_disabled")
                await here.opened(2)
        told = str(log)
        assert "ticket" not in told
        assert here.world.credentials.app_token not in told
