"""The HTTP doors: what is let in, what is turned away, and what is said about it."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message as AsgiMessage
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.demo.slack.signing import Signature, headers
from bot.demo.stage import Show, open_show
from bot.errors import ConfigError
from bot.service import entrance
from bot.settings import Settings
from bot.store import SqlStore
from handlers.inbound.app import web_app
from handlers.inbound.bodies import MOST_BYTES
from handlers.inbound.health import HealthAccess, ready_routes

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOOR = "/slack/events"
FORM = "application/x-www-form-urlencoded"


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    """One for all: who knocks here changes nothing."""
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(show: Show) -> AsyncIterator[httpx.AsyncClient]:
    """The bot's front door, without a network before it."""
    settings = Settings.load(show.stage.environ, None)
    async with client(entrance(settings, show.services).web) as opened:
        yield opened


def sealed(
    show: Show, body: bytes, seal: Signature = Signature.GOOD, kind: str = FORM
) -> dict[str, str]:
    secret = show.workspace.credentials.signing_secret
    return {"content-type": kind, **headers(seal, secret, body, SystemClock())}


def command(show: Show, text: str) -> bytes:
    cast = show.stage.cast
    fields = {
        "command": "/calls",
        "text": text,
        "user_id": cast.viewer.id,
        "team_id": show.workspace.team,
        "channel_id": cast.ops.id,
        "trigger_id": "1.2.3",
        "response_url": f"{show.workspace.base_url}/respond/secret-reply",
    }
    return urlencode(fields).encode()


async def test_what_slack_signed_is_let_in(show: Show, door: httpx.AsyncClient) -> None:
    body = command(show, "help")
    answer = await door.post(DOOR, content=body, headers=sealed(show, body))
    assert answer.status_code == 200
    assert "/calls kick" in answer.text


async def test_a_list_asked_for_without_an_address_to_answer_to_is_let_in_and_told_nowhere(
    show: Show, door: httpx.AsyncClient
) -> None:
    body = command(show, "").split(b"&response_url")[0]
    with capture_logs() as log:
        answer = await door.post(DOOR, content=body, headers=sealed(show, body))
        await show.services.tasks.drain(30)
    assert (answer.status_code, answer.content) == (200, b"")
    assert [line for line in log if line["log_level"] != "debug"] == []


@pytest.mark.parametrize(
    ("seal", "why"),
    [
        (Signature.NONE, "not signed"),
        (Signature.BAD, "signed with another secret"),
        (Signature.OLD, "signed more than 5 minutes ago, or by another clock"),
    ],
)
async def test_what_slack_did_not_sign_just_now_gets_401_and_one_line_in_the_log(
    show: Show, door: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, seal: Signature, why: str
) -> None:
    body = command(show, "help")
    with capture_logs() as log:
        answer = await door.post(DOOR, content=body, headers=sealed(show, body, seal))
    assert (answer.status_code, answer.content) == (401, b"")
    assert log == [
        {"event": "request turned away", "log_level": "warning", "status": 401, "why": why}
    ]
    assert caplog.records == []


@pytest.mark.parametrize(
    "told",
    [
        {"x-slack-request-timestamp": "soon", "x-slack-signature": "v0=1"},
        *(
            {"x-slack-request-timestamp": "9" * length, "x-slack-signature": f"v0={'0' * 64}"}
            for length in (12, 13, 400, 5_000)
        ),
        {"x-slack-request-timestamp": "\uff11\uff12", "x-slack-signature": f"v0={'0' * 64}"},
        {"x-slack-request-timestamp": "-1e400", "x-slack-signature": f"v0={'0' * 64}"},
        {"x-slack-request-timestamp": "", "x-slack-signature": ""},
        {"x-slack-request-timestamp": "now", "x-slack-signature": b"v0=\xff"},
        {"x-slack-request-timestamp": None, "x-slack-signature": b"v0=\xff"},
    ],
)
async def test_a_signature_that_cannot_be_read_is_none(
    show: Show, door: httpx.AsyncClient, told: dict[str, Any]
) -> None:
    stamp = sealed(show, b"")["X-Slack-Request-Timestamp"]
    told = {name: stamp if value is None else value for name, value in told.items()}
    raw = [
        (name.encode(), text.encode() if isinstance(text, str) else text)
        for name, text in told.items()
    ]
    answer = await door.post(DOOR, content=b"{}", headers=raw)
    assert answer.status_code == 401


async def test_a_signature_over_other_bytes_is_refused(show: Show, door: httpx.AsyncClient) -> None:
    told = sealed(show, command(show, "help"))
    answer = await door.post(DOOR, content=command(show, "end K7QX"), headers=told)
    assert answer.status_code == 401


@given(body=st.binary(max_size=200))
async def test_no_bytes_get_in_unsigned_and_none_break_anything(
    door: httpx.AsyncClient, body: bytes
) -> None:
    answer = await door.post(DOOR, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 401


@given(text=st.text(max_size=200), kind=st.sampled_from(["application/json", FORM, "text/plain"]))
async def test_signed_nonsense_is_told_to_be_nonsense(
    show: Show, door: httpx.AsyncClient, text: str, kind: str
) -> None:
    body = text.encode()
    answer = await door.post(DOOR, content=body, headers=sealed(show, body, kind=kind))
    assert answer.status_code in {400, 404}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xfe{}", "application/json", 401),
        (b"{", "application/json", 400),
        (b'["no", "object"]', "application/json", 400),
        (b"payload=%7Bhalf", FORM, 400),
        (b"", FORM, 404),
    ],
)
async def test_a_body_that_cannot_be_read_is_no_error_of_ours(
    show: Show, door: httpx.AsyncClient, body: bytes, kind: str, status: int
) -> None:
    answer = await door.post(DOOR, content=body, headers=sealed(show, body, kind=kind))
    assert answer.status_code == status


async def test_a_body_longer_than_slacks_is_refused(show: Show, door: httpx.AsyncClient) -> None:
    body = b"x" * (MOST_BYTES + 1)
    answer = await door.post(DOOR, content=body, headers=sealed(show, body))
    assert answer.status_code == 413


async def test_a_body_without_a_length_is_read_no_further_than_the_cap(
    show: Show, door: httpx.AsyncClient
) -> None:
    given_away = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given_away
        while True:
            given_away += 100_000
            yield b"x" * 100_000

    assert (await door.post(DOOR, content=endless())).status_code == 401
    assert given_away <= 100_000
    answer = await door.post(DOOR, content=endless(), headers=sealed(show, b""))
    assert answer.status_code == 413
    assert given_away <= MOST_BYTES + 300_000


async def test_a_length_that_is_no_number_breaks_nothing(door: httpx.AsyncClient) -> None:
    answer = await door.post(DOOR, content=b"{}", headers={"content-length": "many"})
    assert answer.status_code == 401


async def test_a_sender_who_hangs_up_in_the_middle_leaves_one_line(show: Show) -> None:
    app = entrance(Settings.load(show.stage.environ, None), show.services).web
    sent: list[AsgiMessage] = []
    heard: list[AsgiMessage] = [
        {"type": "http.request", "body": b"command=", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> AsgiMessage:
        return heard.pop(0)

    async def send(message: AsgiMessage) -> None:
        sent.append(message)

    told = [(name.lower().encode(), text.encode()) for name, text in sealed(show, b"").items()]
    scope = {"type": "http", "method": "POST", "path": DOOR, "headers": told, "query_string": b""}
    with capture_logs() as log:
        await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert [line["why"] for line in log] == ["broken off"]


async def test_slack_may_ask_whether_the_address_is_ours(
    show: Show, door: httpx.AsyncClient
) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c4"}).encode()
    told = sealed(show, body, kind="application/json")
    answer = await door.post(DOOR, content=body, headers=told)
    assert (answer.status_code, answer.text) == (200, '{"challenge": "c4"}')


async def test_what_nothing_is_registered_for_is_unknown(show: Show) -> None:
    """Slack never sends it; if it did, somebody should look at the manifest."""
    assert (await show.sender.shortcut(show.stage.cast.viewer, "nobody's")).status == 404


async def test_an_event_that_nobody_asked_for_is_acknowledged(show: Show) -> None:
    """Anything else would make Slack deliver it three times more."""
    assert (await show.sender.event({"type": "app_uninstalled"})).status == 200


@pytest.mark.parametrize("path", ["/", "/slack", "/slack/events/more", "/metrics.txt", "/../etc"])
async def test_there_are_no_other_doors(door: httpx.AsyncClient, path: str) -> None:
    assert (await door.get(path)).status_code == 404


async def test_the_door_takes_posts_only(door: httpx.AsyncClient) -> None:
    assert (await door.get(DOOR)).status_code == 405


async def test_it_says_that_it_is_alive_and_ready(door: httpx.AsyncClient) -> None:
    assert (await door.get("/healthz")).json() == {"status": "ok"}
    answer = await door.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


async def test_it_is_alive_but_not_ready_without_its_database() -> None:
    store = SqlStore("postgresql://nobody@127.0.0.1:9/none", SystemClock())
    async with client(web_app(ready_routes({"database": store.ping}, HealthAccess()))) as door:
        answer = await door.get("/readyz")
        why = answer.json()["why"]
        assert (answer.status_code, "refuses the connection" in why) == (503, True)
        assert answer.json()["parts"] == {"database": why}
        assert (await door.get("/healthz")).status_code == 200
    await store.stop()


async def test_what_does_not_answer_in_time_is_not_ready() -> None:
    async def never() -> None:
        await SystemClock().sleep(60)

    async with client(web_app(ready_routes({"part": never}, HealthAccess(), 0.01))) as door:
        answer = await door.get("/readyz")
    assert (answer.status_code, answer.json()["why"]) == (503, "There is no answer in time.")


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"])
async def test_without_slacks_credentials_there_is_no_door(show: Show, missing: str) -> None:
    environ = {name: word for name, word in show.stage.environ.items() if name != missing}
    with pytest.raises(ConfigError, match=missing) as error:
        entrance(Settings.load(environ, None), show.services)
    assert "environment" in error.value.next_step
