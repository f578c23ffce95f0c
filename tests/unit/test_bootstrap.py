"""What is wired from the settings, and how the real process begins and ends."""

import asyncio
import gc
import json
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bot.bootstrap import open_app, reading
from bot.bootstrap.vendors import capabilities, connect
from bot.calls.cases import Refusal
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS
from bot.clock import SystemClock
from bot.demo.slack.workspace import SIGNING_SECRET
from bot.doctor.preflight import preflight
from bot.errors import ChainBroken, ConfigError, DatabaseUnusable, InstanceLocked, NotAccepted
from bot.service import serve, work
from bot.settings import Settings
from handlers.services import Services
from tests.fakes.clock import ManualClock
from tests.live.bot import TIMEOUT_S, Deployment, first_answer
from tests.live.http_client import get
from tests.live.process import Program, free_port
from tests.live.slash import Slash
from tests.live.warm import warm
from tests.store.damage import damage
from tests.store.orders import MARY, order

SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "SLACK_API_URL": "http://127.0.0.1:9/api",
}
STREAM = {
    "STREAM_API_KEY": "key",
    "STREAM_API_SECRET": "a-secret-of-thirty-two-characters",
    "STREAM_BASE_URL": "http://127.0.0.1:9",
}
KIT = {
    "REALTIMEKIT_ACCOUNT_ID": "account",
    "REALTIMEKIT_APP_ID": "app",
    "REALTIMEKIT_API_TOKEN": "token",
}
COMET = {"COMETCHAT_APP_ID": "app", "COMETCHAT_REGION": "us", "COMETCHAT_API_KEY": "key"}


def settings(**environ: str) -> Settings:
    return Settings.load({**SLACK, **environ}, None)


async def wired(**environ: str) -> set[Vendor]:
    providers = connect(settings(**environ), SystemClock())
    for provider in providers.values():
        await provider.aclose()
    return set(providers)


async def test_every_vendor_with_credentials_is_connected() -> None:
    assert await wired(**STREAM, **KIT, **COMET) == set(Vendor)
    assert await wired(**KIT) == {Vendor.REALTIMEKIT}
    assert await wired() == set()


async def test_capabilities_are_told_for_every_verb() -> None:
    told = await capabilities(settings(**STREAM, **KIT, **COMET))
    assert {vendor: set(table) for vendor, table in told.items()} == {
        vendor: set(VERBS) for vendor in Vendor
    }


async def test_a_half_set_vendor_is_off_and_a_start_says_what_is_missing(sqlite_url: str) -> None:
    half = settings(**KIT, STREAM_API_KEY="key", COMETCHAT_REGION="mars", DATABASE_URL=sqlite_url)
    services = Services("/calls")
    async with open_app(half, services, worker=False):
        assert set(services.moderation.vendors) == {Vendor.REALTIMEKIT}
    told = {found.about: found.says for found in await preflight(half, SystemClock())}
    assert "half set up: STREAM_API_SECRET is missing" in told["Stream Video"]
    assert "COMETCHAT_APP_ID" in told["CometChat"]
    assert "RealtimeKit" not in told


async def test_without_slack_nothing_is_opened(sqlite_url: str) -> None:
    bare = Settings.load({"DATABASE_URL": sqlite_url}, None)
    with pytest.raises(ConfigError, match="SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET"):
        async with open_app(bare, Services("/calls"), worker=False):
            pass


async def test_a_new_sqlite_file_gets_its_tables_by_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    async with open_app(settings(DATABASE_URL=url), Services("/calls"), worker=True) as app:
        assert await app.store.verify() == 0


async def test_a_stop_leaves_a_checkpoint_so_that_a_cut_shows(database_url: str) -> None:
    """Orders of the last hour too, whatever is cut while nothing runs."""
    one = settings(DATABASE_URL=database_url)
    async with open_app(one, Services("/calls"), worker=True) as app:
        await app.store.refuse(Refusal(key="k1", actor=MARY, why="No."))
        await app.store.refuse(Refusal(key="k2", actor=MARY, why="No."))
    damage(database_url, "DELETE FROM audit WHERE id = 2")
    async with reading(one) as record:
        with pytest.raises(ChainBroken) as caught:
            await record.verify()
    assert caught.value.entry_id == 2


async def test_a_second_house_on_one_sqlite_file_is_refused(sqlite_url: str) -> None:
    one = settings(DATABASE_URL=sqlite_url)
    async with open_app(one, Services("/calls"), worker=False):
        with pytest.raises(InstanceLocked):
            async with open_app(one, Services("/calls"), worker=False):
                pass
        async with reading(one) as record:
            assert await record.verify() == 0


async def test_postgresql_without_tables_asks_for_a_migration(postgres_server: str) -> None:
    url = postgres_server.replace("/postgres?", "/template1?")
    with pytest.raises(ConfigError) as error:
        async with open_app(settings(DATABASE_URL=url), Services("/calls"), worker=False):
            pass
    assert "callwarden migrate" in error.value.next_step


class UntilThen(ManualClock):
    """A clock on which something happens as soon as somebody waits."""

    def __init__(self, happen: Callable[[], None]) -> None:
        super().__init__()
        self._happen = happen

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        self._happen()


async def test_a_database_that_comes_later_is_waited_for(postgres_url: str, tmp_path: Path) -> None:
    before, _, folder = postgres_url.partition("?host=")
    later = tmp_path / "socket"
    clock = UntilThen(lambda: later.symlink_to(folder))
    one = settings(DATABASE_URL=f"{before}?host={later}")
    with capture_logs() as log:
        async with open_app(one, Services("/calls"), worker=False, clock=clock) as app:
            await app.store.ping()
    waiting = [line for line in log if line["event"] == "database not reached"]
    assert ["no server listens there" in line["why"] for line in waiting] == [True]


async def test_a_database_that_can_never_be_opened_is_not_waited_for(postgres_url: str) -> None:
    nowhere = settings(DATABASE_URL=postgres_url.replace("/postgres?", "/nowhere?"))
    with pytest.raises(DatabaseUnusable, match="no database nowhere"):
        async with open_app(nowhere, Services("/calls"), worker=False):
            pass


async def test_a_record_without_tables_asks_for_a_migration(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(ConfigError) as error:
        async with reading(settings(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")):
            pass
    assert "callwarden migrate" in error.value.next_step


async def test_the_record_is_open_for_looking_only(sqlite_url: str) -> None:
    async with reading(settings(DATABASE_URL=sqlite_url)) as record:
        with pytest.raises(NotAccepted, match="closed"):
            await record.accept(order())


def log_of(program: Program) -> list[dict[str, Any]]:
    return [json.loads(line) for line in program.last_words().splitlines()]


async def written(program: Program, event: str) -> None:
    """Wait until the program's log has that line."""
    for _ in range(600):
        if event in [line["event"] for line in log_of(program)]:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(program.last_words())


async def ready(program: Program, port: int) -> None:
    """Wait until all of it is open; it waits two seconds itself before it says that it is not."""
    for _ in range(15):
        if (await first_answer(program, port, get("/readyz"))).status == 200:
            return
    raise TimeoutError(program.last_words())


async def ended(program: Program) -> int:
    async with asyncio.timeout(TIMEOUT_S):
        return await program.ended()


@pytest.mark.parametrize(
    ("launch", "stop"), [(Program.start, Program.stop), (warm, Program.interrupt)]
)
async def test_serve_takes_orders_is_looked_into_and_leaves_politely_when_asked(
    tmp_path: Path,
    sqlite_url: str,
    launch: Callable[..., Awaitable[Program]],
    stop: Callable[[Program], None],
) -> None:
    world = {**SLACK, **STREAM, "LOG_LEVEL": "INFO"}
    deployment, port = Deployment(tmp_path, sqlite_url, world, launch=launch), free_port()
    program = await deployment.start("serve", port=port)
    await ready(program, port)
    answer = await first_answer(program, port, Slash("help", "t1").request())
    assert (answer.status, b"/calls kick" in answer.body) == (200, True)
    verify = await replace(deployment, launch=warm).start("audit", "verify")
    assert (await verify.line()).startswith("0 entries, unbroken.")
    assert await verify.ended() == 0
    stop(program)
    assert await ended(program) == 0
    first = next(line for line in log_of(program) if line["level"] == "info")
    assert first["event"] == "process started"
    assert (first["role"], first["slack"], first["cases"]) == ("serve", "HTTP", 0)
    assert first["vendors"] == ["stream"]
    assert first["database"] == f"SQLite file {sqlite_url.removeprefix('sqlite:///')}"
    warned = {line["about"] for line in log_of(program) if line["level"] == "warning"}
    assert warned == {"Slack token", "Signing secret"}


SIGNALS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.usefixtures("log_setup")
@pytest.mark.parametrize("number", SIGNALS)
async def test_serve_closes_its_door_and_its_database_on_a_signal(
    sqlite_url: str, number: signal.Signals
) -> None:
    port = free_port()
    one = settings(**STREAM, DATABASE_URL=sqlite_url, PORT=str(port))
    serving = asyncio.create_task(serve(one, worker=True))
    await heeded(number)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/readyz")).status_code == 200
        assert gc.isenabled()
        signal.raise_signal(number)
        await serving
        with pytest.raises(httpx.TransportError):
            await client.get("/healthz")
    async with open_app(one, Services("/calls"), worker=False) as app:
        assert await app.store.verify() == 0


@pytest.mark.usefixtures("log_setup")
@pytest.mark.parametrize("number", SIGNALS)
async def test_work_ends_on_a_signal(sqlite_url: str, number: signal.Signals) -> None:
    working = asyncio.create_task(work(settings(**STREAM, DATABASE_URL=sqlite_url)))
    await heeded(number)
    signal.raise_signal(number)
    await working


async def heeded(number: signal.Signals) -> None:
    """Wait until this process does something of its own about that signal."""
    before = signal.getsignal(number)
    for _ in range(3_000):
        if signal.getsignal(number) != before:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


@pytest.mark.parametrize("stop", [Program.stop, Program.interrupt])
async def test_a_worker_leaves_politely_too(
    tmp_path: Path, sqlite_url: str, stop: Callable[[Program], None]
) -> None:
    world = {**SLACK, **STREAM, "LOG_LEVEL": "INFO"}
    deployment = Deployment(tmp_path, sqlite_url, world, launch=warm)
    (tmp_path / "bot.log").touch()  # a warm process makes it in its own time
    program = await deployment.start("worker")
    await written(program, "process started")
    stop(program)
    assert await ended(program) == 0
    assert log_of(program)[-1]["event"] == "process stopped"
