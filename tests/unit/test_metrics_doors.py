"""`/metrics` and `/readyz` of the real bot before the make-believe world."""

import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Literal

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.stage import Show, open_show
from bot.service import entrance
from bot.settings import Settings
from handlers.inbound.app import web_app
from handlers.inbound.bodies import Bodies
from handlers.inbound.health import Check, HealthAccess, checks, ready_routes
from handlers.inbound.socket_mode import SocketHealth
from handlers.services import Services
from handlers.webhooks import Trust, webhook_routes
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))
ROOT = Path(__file__).parents[2]
TOKEN = "for-the-watchers"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened


def door(show: Show, services: Services | None = None, **environ: str) -> httpx.AsyncClient:
    settings = Settings.load({**show.stage.environ, **environ}, None)
    app = entrance(settings, services or show.services).web
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def watched(parts: Mapping[str, Check], timeout_s: float = 30.0) -> httpx.AsyncClient:
    """`/readyz` alone, which waits so many seconds for a part."""
    app = web_app(ready_routes(parts, HealthAccess(), timeout_s))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def figure(page: str, name: str) -> float:
    """A count so far; it goes on from test to test."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def figures(show: Show) -> httpx.Response:
    async with door(show) as client:
        return await client.get("/metrics")


async def test_an_order_shows_in_the_figures_and_nobodys_name_does(show: Show) -> None:
    before = (await figures(show)).text
    mira = Moderator(show)
    await mira.types(f"kick {SUPPORT} amina loud")
    await mira.sees("kicked Amina", "confirmed")
    await mira.types("help")
    await show.services.tasks.drain(30)
    answer = await figures(show)
    page = answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for line in (
        r'callwarden_acts_total\{state="confirmed",vendor="stream",verb="kick"\} 1.0',
        r'callwarden_vendor_request_seconds_count\{kind="act",outcome="ok",vendor="stream"\} 1.0',
        r'callwarden_breaker_state\{vendor="cometchat"\} 0.0',
        r'callwarden_cases_open\{vendor="stream"\} 0.0',
        r"callwarden_outbox_due 0.0",
        r"callwarden_store_batch_size_count \d",
    ):
        assert re.search(line, page), line
    asked = 'callwarden_ack_seconds_count{kind="command"}'
    assert figure(page, asked) == figure(before, asked) + 2
    for secret in ("mina", "support", show.stage.cast.moderator.id, "default:", "xoxb"):
        assert secret not in page


async def test_a_refusal_is_counted_by_its_kind(show: Show) -> None:
    cast, refusals = show.stage.cast, 'callwarden_refusals_total{kind="RoleTooLow"}'
    before = (await figures(show)).text
    await show.sender.command(cast.viewer, cast.ops, f"kick {SUPPORT} kofi loud")
    assert figure((await figures(show)).text, refusals) == figure(before, refusals) + 1


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": TOKEN}, 401),
        ({"authorization": "Bearer \xe4"}, 401),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
async def test_with_a_token_only_its_bearer_sees_the_figures(
    show: Show, shown: dict[str, str], status: int
) -> None:
    raw = {name.encode(): text.encode("latin-1") for name, text in shown.items()}
    async with door(show, METRICS_TOKEN=TOKEN) as client:
        answer = await client.get("/metrics", headers=raw)
    assert answer.status_code == status
    assert (b"callwarden" in answer.content) == (status == 200)


STRANGE: list[dict[str, str]] = [
    {"x-forwarded-for": "203.0.113.9"},
    {"forwarded": "for=203.0.113.9"},
    {"via": "1.1 proxy"},
    {"x-real-ip": "127.0.0.1"},
    {"host": "bot.example.com"},
    {"host": "bot.example.com:3000"},
    {"host": "127.0.0.1.example.com"},
    {"host": "[::2]:3000"},
    {"host": ""},
    {"host": "[" * 40},
]
NEAR = [{}, {"host": "localhost:3000"}, {"host": "LOCALHOST"}, {"host": "[::1]:3000"}]


async def seen(app: Starlette, headers: dict[str, str], peer: str = "127.0.0.1") -> list[bool]:
    """Whether the figures, and the parts that are ready, are shown."""
    transport = httpx.ASGITransport(app, client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        figures = await client.get("/metrics", headers=headers)
        ready = await client.get("/readyz", headers=headers)
    assert figures.status_code in {200, 401, 404}
    assert set(ready.json()) == {"status"} or "parts" in ready.json()
    return [figures.status_code == 200, "parts" in ready.json()]


@pytest.mark.parametrize("headers", NEAR)
async def test_on_loopback_whoever_asks_from_this_machine_sees_all(
    show: Show, headers: dict[str, str]
) -> None:
    app = entrance(Settings.load(show.stage.environ, None), show.services).web
    assert await seen(app, headers) == [True, True]
    assert await seen(app, headers, "::1") == [True, True]
    assert await seen(app, headers, "::ffff:127.0.0.1") == [True, True]
    assert await seen(app, headers, "10.0.0.7") == [False, False]


@pytest.mark.parametrize("headers", STRANGE)
async def test_what_a_proxy_beside_us_passes_on_is_a_strangers(
    show: Show, headers: dict[str, str]
) -> None:
    app = entrance(Settings.load(show.stage.environ, None), show.services).web
    assert await seen(app, headers) == [False, False]


async def test_as_the_procfile_starts_it_strangers_learn_only_whether_it_is_ready(
    show: Show,
) -> None:
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    (host,) = re.findall(r"^web:.*HOST=(\S+)", procfile, re.MULTILINE)
    settings = Settings.load({**show.stage.environ, "HOST": host}, None)
    app = entrance(settings, show.services).web
    router = {"host": "bot.example.com", "x-forwarded-for": "203.0.113.9"}
    for headers in (router, {}):
        assert await seen(app, headers, "10.1.2.3") == [False, False]
    assert await seen(app, {}) == [False, True]
    async with door(show, HOST=host) as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_on_a_port_of_their_own_whoever_reaches_it_sees_all(show: Show) -> None:
    open_to_all = {**show.stage.environ, "HOST": "0.0.0.0", "METRICS_PORT": "9090"}
    doors = entrance(Settings.load(open_to_all, None), show.services)
    assert doors.figures
    assert await seen(doors.figures, {}, "10.0.0.7") == [True, True]
    assert await seen(doors.web, {}, "10.0.0.7") == [False, False]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(doors.figures), base_url="http://127.0.0.1"
    ) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.post("/slack/events")).status_code == 404
        assert (await client.post("/webhooks/stream")).status_code == 404


async def test_with_a_token_its_bearer_sees_all_on_either_port(show: Show) -> None:
    told = {**show.stage.environ, "METRICS_PORT": "9090", "METRICS_TOKEN": TOKEN, "HOST": "::"}
    doors = entrance(Settings.load(told, None), show.services)
    for app in (doors.web, doors.figures):
        assert app
        bearer = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "203.0.113.9"}
        assert await seen(app, bearer, "10.0.0.7") == [True, True]
        assert await seen(app, {}, "10.0.0.7") == [False, False]


async def test_what_the_doors_know_is_in_no_text_of_theirs() -> None:
    secret = SecretStr("s3cret-of-a-door")
    assert "s3cret" not in repr(HealthAccess(secret))
    assert "s3cret" not in repr(Trust(stream=secret, cometchat_login=secret))
    routes = webhook_routes(
        Services("/calls"),
        Trust(secret, realtimekit=True, cometchat=True, cometchat_login=secret),
        Bodies(),
    )
    held = [cell.cell_contents for route in routes for cell in route.endpoint.__closure__ or ()]
    assert held
    assert "s3cret" not in repr(held)


async def test_it_says_part_by_part_what_is_ready(show: Show) -> None:
    async with door(show, COMETCHAT_API_KEY="") as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    parts = answer.json()["parts"]
    vendors = parts.pop("vendors")
    assert parts.pop("clock") in {"not compared yet", "right"}
    assert parts == {
        "counter": "open",
        "database": "takes orders",
        "migrations": "current",
        "socket": "not used",
    }
    assert vendors == {
        "stream": "on",
        "realtimekit": "on",
        "cometchat": "off: COMETCHAT_API_KEY is missing",
    }


async def test_while_it_is_opening_it_is_not_ready_and_has_no_figures(show: Show) -> None:
    opening = Services("/calls")
    async with door(show, opening) as client:
        assert (await client.get("/metrics")).content == b""
    async with watched(checks(opening, {}), 0.05) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["why"]) == (503, "There is no answer in time.")
    assert answer.json()["parts"]["socket"] == "not used"


async def test_tables_of_another_release_are_not_ready(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with open_show(tmp_path_factory.mktemp("old")) as old, door(old) as client:
        forget_revision(old)
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "tables that this release needs" in answer.json()["parts"]["migrations"]


@pytest.mark.parametrize("state", ["starting", "connected", "reconnecting", "dead"])
async def test_a_socket_that_slack_cannot_reach_is_not_ready(
    show: Show, state: Literal["starting", "connected", "reconnecting", "dead"]
) -> None:
    parts = checks(show.services, {}, lambda: SocketHealth(state, None, 0.0, 0))
    async with watched(parts) as client:
        answer = await client.get("/readyz")
    ready = state in {"connected", "reconnecting"}
    assert answer.status_code == (200 if ready else 503)
    assert state in answer.json()["parts"]["socket"]


def forget_revision(show: Show) -> None:
    with sqlite3.connect(show.environ["DATABASE_URL"].removeprefix("sqlite:///")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
