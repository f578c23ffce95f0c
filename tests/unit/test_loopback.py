"""Neither the demo nor a test points a bot at anybody outside this machine."""

import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from bot.demo.stage import Show, open_show
from tests.doctor import surroundings
from tests.fakes import loopback
from tests.fakes.loopback import is_at_home, strangers

pytestmark = pytest.mark.asyncio(loop_scope="module")

ABROAD = "callwarden.example.com"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened


async def test_the_demos_bot_asks_this_machine_only(show: Show) -> None:
    assert strangers(show.environ) == []
    assert strangers(show.stage.environ) == []


async def test_a_variable_that_is_left_out_would_show(show: Show) -> None:
    urls = [name for name in show.stage.environ if name.endswith("_URL")]
    assert len(urls) == 6
    for name in urls:
        left = {key: text for key, text in show.stage.environ.items() if key != name}
        assert len(strangers(left)) == 1


async def test_the_doctors_patient_asks_this_machine_only() -> None:
    async with surroundings.open_app() as stage:
        assert strangers(stage.environ) == []


async def test_the_key_of_the_demos_events_is_on_this_machine_and_fits(show: Show) -> None:
    body = b'{"event":"meeting.ended","meeting":{"id":"m-1"}}'
    keys = show.stage.world.realtimekit.webhook_keys
    signed, other = keys.sign(body), keys.sign(body + b" ")
    told = []
    for signature in (signed, other):
        headers = {"rtk-signature": signature}
        answer = await show.http.post("/webhooks/realtimekit", content=body, headers=headers)
        told.append(answer.status_code)
    assert told == [200, 401]


async def test_whoever_asks_outside_is_kept_from_it_and_found_out() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError, match=ABROAD):
            await client.get(f"http://{ABROAD}/")
    with socket.socket() as line, pytest.raises(OSError, match=r"8\.8\.8\.8"):
        line.connect(("8.8.8.8", 53))
    assert loopback.asked == [ABROAD, "8.8.8.8"]
    loopback.asked.clear()


@pytest.mark.parametrize(
    ("host", "at_home"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("localhost", True),
        ("nobody.invalid", True),
        ("1.1.1.1", False),
        ("slack.com", False),
        ("localhost.slack.com", False),
    ],
)
async def test_what_is_on_this_machine(host: str, at_home: bool) -> None:
    assert is_at_home(host) is at_home
