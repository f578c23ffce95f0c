"""The wiring: the only module that knows every concrete class."""

import asyncio
import os
import signal
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot.calls.models import Vendor
from bot.clock import Clock, SystemClock
from bot.errors import ConfigError
from bot.logs import configure_logs
from bot.moderation.board import Board
from bot.moderation.carry import Carrier
from bot.moderation.desk import Desk
from bot.moderation.executor import Executor, release_quietly
from bot.moderation.memory import Memory
from bot.moderation.plan import Planner
from bot.moderation.tasks import Tasks
from bot.policy import Policy
from bot.ports import CallProvider
from bot.providers.cometchat import cometchat
from bot.schedule.runner import Runner
from bot.schedule.sweeps import Sweeps
from bot.server import listening
from bot.settings import Settings
from bot.store import SqlStore
from bot.store.migrate import migrate
from handlers import register
from handlers.directory import SlackDirectory
from handlers.outbox import Outbox
from handlers.replies import Replies
from handlers.slack import bolt_app
from handlers.visit import Counter
from handlers.web import web_app

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 10.0
"""How long a stopping process finishes what it acknowledged; the rest is left to another one."""


@dataclass(frozen=True)
class House:
    """Everything wired and open."""

    counter: Counter
    store: SqlStore
    executor: Executor


@asynccontextmanager
async def open_house(
    settings: Settings, *, worker: bool, clock: Clock | None = None
) -> AsyncIterator[House]:
    """Open the database and every client; on leaving, finish what was acknowledged, then close.

    `worker` also sweeps up after processes that died. Raises ConfigError and StoreError.
    """
    clock = clock or SystemClock()
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_open_store(settings, clock))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        providers = await _connect_vendors(settings, clock, stack)
        slack = AsyncWebClient(
            token=_slack_token(settings),
            base_url=settings.slack.api_url,
            session=session,
            retry_handlers=[],
        )
        tasks, replies = Tasks(), Replies(session)
        board = Board(providers, clock, Memory(clock), tuple(settings.rtmp))
        executor = Executor(
            store=store,
            notifier=Outbox(slack, replies, board, store),
            carriers={
                vendor: Carrier(one, clock, settings.limits.patience)
                for vendor, one in providers.items()
            },
            clock=clock,
            tasks=tasks,
            owner=owner,
            lease=timedelta(seconds=settings.limits.lease_seconds),
        )
        policy = Policy(settings.rules, SlackDirectory(slack, clock))
        desk = Desk(board, Planner(board, store), policy, store, executor)
        runner = Runner()
        if worker:
            Sweeps(executor, store).schedule(runner)
        runner.start()
        executor.nudge()
        try:
            yield House(
                Counter(desk, slack, replies, tasks, settings.process.command), store, executor
            )
        finally:
            runner.stop()
            executor.close()
            left = await tasks.drain(DRAIN_SECONDS)
            await release_quietly(store, owner)
            log.info("stopped", left_to_others=left)


def connect(settings: Settings, clock: Clock) -> dict[Vendor, CallProvider]:
    """A client for each vendor whose credentials are complete."""
    found: list[CallProvider] = []
    if one := settings.cometchat:
        found.append(cometchat(api_key=one.api_key, base_url=one.base_url, clock=clock))
    return {provider.vendor: provider for provider in found}


async def _connect_vendors(
    settings: Settings, clock: Clock, stack: AsyncExitStack
) -> dict[Vendor, CallProvider]:
    providers = connect(settings, clock)
    for provider in providers.values():
        stack.push_async_callback(provider.aclose)
    for vendor, why in settings.off:
        log.warning("vendor is off", vendor=vendor, why=why)
    return providers


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[SqlStore]:
    """The record, for looking at it beside a running process: takes no lock and writes nothing."""
    store = SqlStore(settings.process.database_url.get_secret_value(), SystemClock())
    try:
        yield store
    finally:
        await store.stop()


@asynccontextmanager
async def _open_store(settings: Settings, clock: Clock) -> AsyncIterator[SqlStore]:
    """The database, brought up to date first where it is our own file."""
    url = settings.process.database_url.get_secret_value()
    store = SqlStore(url, clock, line_channel=settings.rules.slack.moderation_channel)
    if not await store.schema_is_current():
        if not url.startswith("sqlite"):
            raise ConfigError(
                "The database has not the tables of this release.",
                next_step="Run `callwarden migrate` first.",
            )
        await migrate(url)
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


def front_door(settings: Settings, house: asyncio.Future[House]) -> Starlette:
    """The web application. It may open before the house does; requests wait for that."""
    secret = settings.slack.signing_secret
    bolt = bolt_app(_slack_token(settings), secret.get_secret_value() if secret else "")

    async def counter() -> Counter:
        return (await asyncio.shield(house)).counter

    async def ready() -> None:
        await (await asyncio.shield(house)).store.ping()

    register(bolt, counter, settings.process.command)
    return web_app(bolt, ready)


async def serve(settings: Settings, *, worker: bool) -> None:
    """Answer Slack until SIGTERM or SIGINT. Raises ConfigError, StoreError or OSError (port)."""
    configure_logs(settings.process.log_level)
    house: asyncio.Future[House] = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as door:
        url = await door.enter_async_context(
            listening(front_door(settings, house), settings.process.host, settings.process.port)
        )
        async with open_house(settings, worker=worker) as opened:
            house.set_result(opened)
            log.info("serving", url=url, command=settings.process.command)
            await _told_to_stop()
            await door.aclose()  # first no new orders, then the end of those acknowledged


async def work(settings: Settings) -> None:
    """Sweep up until SIGTERM or SIGINT."""
    configure_logs(settings.process.log_level)
    async with open_house(settings, worker=True):
        log.info("working")
        await _told_to_stop()


async def _told_to_stop() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    await stop.wait()


def _slack_token(settings: Settings) -> str:
    missing = settings.slack.missing
    if missing or settings.slack.bot_token is None:
        raise ConfigError(
            f"Slack is not connected: {' and '.join(missing)} missing.",
            next_step="Set them in the environment; README.md says where to find them.",
        )
    return settings.slack.bot_token.get_secret_value()
