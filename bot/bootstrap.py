"""The wiring: the only module that knows every concrete class."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from random import SystemRandom

import aiohttp
import structlog
from aiolimiter import AsyncLimiter
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.capabilities import Capability
from bot.calls.models import Vendor
from bot.clock import Clock, SystemClock
from bot.errors import ConfigError
from bot.logs import lines_dropped
from bot.meter import UNMETERED, Meter
from bot.metrics import Metrics
from bot.moderation.asking import Asking
from bot.moderation.authorize import Authorizer
from bot.moderation.board import Board
from bot.moderation.cards import Cards
from bot.moderation.carry import Carrier
from bot.moderation.desk import Desk
from bot.moderation.executor import Executor, release_quietly
from bot.moderation.lookups import Lookups
from bot.moderation.memory import Memory
from bot.moderation.plan import Planner
from bot.moderation.subscribing import Subscribing
from bot.policy import Policy
from bot.ports import Directory, VendorClient
from bot.providers.cometchat import cometchat
from bot.providers.http import Deadlines
from bot.providers.realtimekit import realtimekit
from bot.providers.realtimekit_keys import KitSignatures, kit_signatures
from bot.providers.stream import stream
from bot.providers.stream_prepare import LockRule
from bot.schedule.audit_checks import AuditChecks
from bot.schedule.backfill import Backfill
from bot.schedule.bell import DigestBell
from bot.schedule.clock_checks import ClockChecks
from bot.schedule.freshness import Freshness
from bot.schedule.making import Maker, Prices
from bot.schedule.refusal_counts import RefusalCounts
from bot.schedule.rounds import Rounds
from bot.schedule.runner import Runner
from bot.schedule.sweeps import Sweeps
from bot.settings import Settings
from bot.store import SqlStore, opening
from handlers.alerts import AdminAlerts
from handlers.asking import SlackAsks
from handlers.clients import ask_for_anything, open_session, web_client
from handlers.commands.lookups import look_up
from handlers.counter import Behind, Counter, Digests
from handlers.digests import SlackDigests
from handlers.directory import SlackDirectory
from handlers.history import ChannelHistory
from handlers.outbox import Outbox
from handlers.replies import Replies
from handlers.sharing import OwnChannels, OwnDigests, OwnLines

log = structlog.get_logger(__name__)

LINES_IN_A_BURST = 5
"""Lines the moderation channel gets at once before they are paced."""

KEPT_SECONDS = 3.0
"""Of the time in which a process has to stop, what is kept for giving back and for closing.

In all before, it finishes what it acknowledged; the rest is left to another process.
"""

STOP_WRITING_SECONDS = 0.5
"""How long is waited at the end for what is still to be written: all before had its own time."""


@asynccontextmanager
async def open_house(
    settings: Settings, counter: Counter, *, worker: bool, clock: Clock | None = None
) -> AsyncIterator[SqlStore]:
    """Open the database and every client, and furnish the counter with them.

    On leaving, finish what was acknowledged, then close. `worker` also sweeps up after processes
    that died. Raises ConfigError and StoreError.
    """
    clock = clock or SystemClock()
    owner, lease = _owner(), timedelta(seconds=settings.limits.lease_seconds)
    async with AsyncExitStack() as stack:
        metrics = Metrics(clock)
        metrics.lines_dropped(lines_dropped)
        metrics.clock(counter.skew)
        store = await stack.enter_async_context(_open_store(settings, clock, metrics, wait=True))
        metrics.queue(store.backlog)
        session = await stack.enter_async_context(
            open_session(settings.network, counter.skew.hear_date)
        )
        providers = await _connect_vendors(settings, clock, stack, metrics)
        signatures = _signatures(settings, clock, stack)
        slack, replies = _slack(settings, session), Replies(session, settings.network)
        history = ChannelHistory(slack, clock)
        board = Board(providers, clock, Memory(clock), tuple(settings.rtmp), store)
        directory = SlackDirectory(slack, clock)
        policy = Policy(settings.rules, directory)
        authorizer, planner = Authorizer(policy, board), Planner(board, store)
        cards = Cards(board, policy, store, planner.absentees)
        pace, own = _pace(settings), _own_channels(settings, directory)
        alerts = AdminAlerts(slack, _admins(settings))
        outbox = Outbox(slack, history, replies, cards, directory, pace, alerts)
        executor = Executor(
            store=store,
            notifier=OwnLines(outbox, own, store),
            carriers=_carriers(settings, providers, clock),
            authorizer=authorizer,
            clock=clock,
            tasks=counter.tasks,
            owner=owner,
            lease=lease,
            meter=metrics,
        )
        desk = Desk(board, planner, policy, store, executor, authorizer)
        freshness = Freshness(providers, store, store, clock)
        digester = SlackDigests(slack, history, settings.process.command)
        rounds = _rounds(settings, store, freshness, digester, own, owner)
        digests = Digests(Subscribing(policy, directory, store, store, clock), rounds)
        bell = DigestBell(rounds, freshness.catch_up, counter.tasks)
        lookups = Lookups(store, partial(look_up, counter), counter.tasks, owner, lease)
        poster = _ask_poster(settings, slack, history, directory, own, pace)
        asking = Asking(store, poster, board, clock, counter.tasks, owner, lease)
        behind = Behind(
            desk, slack, replies, signatures, settings.reasons, metrics, digests, lookups, asking
        )
        counter.furnish(behind)
        pumps = (executor, lookups, asking)
        checks = AuditChecks(store, clock, SystemRandom(), metrics)
        async with _at_work(pumps, store, counter, owner, bell, checks, worker=worker):
            yield store


@asynccontextmanager
async def sending(settings: Settings) -> AsyncIterator[Rounds]:
    """What sends a digest from the command line, beside the other processes.

    What it did not send is free for the next try at once. Raises ConfigError and StoreError;
    InstanceLocked while another process holds our SQLite file.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_open_store(settings, clock, UNMETERED))
        session = await stack.enter_async_context(open_session(settings.network))
        providers = await _connect_vendors(settings, clock, stack, UNMETERED)
        freshness, owner = Freshness(providers, store, store, clock), _owner()
        stack.push_async_callback(release_quietly, store, owner)
        slack, command = _slack(settings, session), settings.process.command
        poster = SlackDigests(slack, ChannelHistory(slack, clock), command)
        own = _own_channels(settings, SlackDirectory(slack, clock))
        yield _rounds(settings, store, freshness, poster, own, owner)


@asynccontextmanager
async def backfilling(settings: Settings) -> AsyncIterator[Backfill]:
    """What reads the vendors' past into the database; raises as `sending`."""
    if not settings.vendors:
        told = "; ".join(f"{off.vendor.label}: {off.why}" for off in settings.off)
        raise ConfigError("No vendor is on, so there is no past to be read.", next_step=f"{told}.")
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_open_store(settings, clock, UNMETERED))
        providers = await _connect_vendors(settings, clock, stack, UNMETERED)
        yield Backfill(providers, store, clock)


def _carriers(
    settings: Settings, providers: Mapping[Vendor, VendorClient], clock: Clock
) -> dict[Vendor, Carrier]:
    patience = settings.limits.patience
    return {vendor: Carrier(one, clock, patience) for vendor, one in providers.items()}


def _rounds(
    settings: Settings,
    store: SqlStore,
    fresh: Freshness,
    poster: SlackDigests,
    own: OwnChannels,
    owner: str,
) -> Rounds:
    return Rounds(
        digests=store,
        maker=digest_maker(settings, store, fresh.clock),
        poster=OwnDigests(poster, own),
        fresh=fresh.fresh,
        clock=fresh.clock,
        owner=owner,
    )


def _own_channels(settings: Settings, directory: Directory) -> OwnChannels:
    return OwnChannels(directory, frozenset(settings.rules.slack.shared_channels))


def _admins(settings: Settings) -> list[str]:
    """The admins who are named one by one: they can be written to."""
    return [who for who in settings.rules.people.admins if not who.startswith("S")]


def _ask_poster(
    settings: Settings,
    slack: AsyncWebClient,
    history: ChannelHistory,
    directory: Directory,
    own: OwnChannels,
    pace: AsyncLimiter,
) -> SlackAsks | None:
    """What asks those who may in the moderation channel; None where there is none."""
    channel = settings.rules.slack.moderation_channel
    if channel is None:
        return None
    return SlackAsks(slack, history, directory, own, channel, pace)


def _owner() -> str:
    """This process, among all that ever work on one database."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def digest_maker(settings: Settings, store: SqlStore, clock: Clock) -> Maker:
    """What makes digests of what is stored, with the prices of callwarden.toml."""
    prices = settings.prices
    return Maker(
        usage=store,
        digests=store,
        chain=store,
        clock=clock,
        vendors=settings.vendors,
        prices=Prices(a_minute=prices.a_minute, currency=prices.currency),
    )


@asynccontextmanager
async def _at_work(
    pumps: Sequence[Executor | Lookups | Asking],
    store: SqlStore,
    counter: Counter,
    owner: str,
    bell: DigestBell,
    checks: AuditChecks,
    *,
    worker: bool,
) -> AsyncIterator[None]:
    """Take up what is due while the context lasts; then finish what was acknowledged."""
    life, tasks, runner = counter.life, counter.tasks, Runner(meter=counter.meter)
    life.watch(store.writing)
    slack = partial(ask_for_anything, counter.slack)
    ClockChecks(counter.skew, slack, store.time, tasks).schedule(runner)
    if worker:
        Sweeps(pumps).schedule(runner)
        checks.schedule(runner)
        RefusalCounts(store).schedule(runner)
        bell.schedule(runner)
        tasks.spawn(checks.look(), "audit log")
        await bell.ring()
        await bell.catch_up()
    runner.start()
    watch = asyncio.create_task(runner.watch(), name="scheduler")
    life.watch(watch)
    for pump in pumps:
        pump.nudge()
    try:
        yield
    finally:
        life.stop()
        watch.cancel()
        runner.stop()
        bell.close()
        for pump in pumps:
            pump.close()
        left = await tasks.drain(life.left(keep=KEPT_SECONDS))
        await release_quietly(store, owner)
        if worker:
            await RefusalCounts(store).at_stop(life.left(keep=STOP_WRITING_SECONDS))
            await checks.at_stop(life.left(keep=STOP_WRITING_SECONDS))
        await store.stop(min(STOP_WRITING_SECONDS, life.left()))
        log.info("stopped", left_to_others=left)


def _slack(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    slack = settings.slack
    return web_client(session, slack.api_url, slack.token(), settings.network)


def _pace(settings: Settings) -> AsyncLimiter:
    return AsyncLimiter(LINES_IN_A_BURST, LINES_IN_A_BURST / settings.limits.lines_per_second)


def connect(
    settings: Settings, clock: Clock, meter: Meter = UNMETERED
) -> dict[Vendor, VendorClient]:
    """A client for each vendor whose credentials are complete."""
    deadlines = Deadlines(read=settings.limits.list_seconds, act=settings.limits.act_seconds)
    found: list[VendorClient] = []
    if video := settings.stream:
        found.append(
            stream(
                api_key=video.api_key,
                api_secret=video.api_secret,
                base_url=video.base_url,
                moderator_id=video.moderator_id,
                lock=LockRule(settings.lock.exclude_roles, settings.lock.exclude_owner),
                rtmp_targets=settings.rtmp,
                clock=clock,
                deadlines=deadlines,
                meter=meter,
                network=settings.network,
                rate=settings.limits.stream_per_second,
            )
        )
    if kit := settings.realtimekit:
        found.append(
            realtimekit(
                account_id=kit.account_id,
                app_id=kit.app_id,
                api_token=kit.api_token,
                base_url=kit.base_url,
                rtmp_targets=settings.rtmp,
                clock=clock,
                deadlines=deadlines,
                meter=meter,
                network=settings.network,
            )
        )
    if chat := settings.cometchat:
        found.append(
            cometchat(
                api_key=chat.api_key,
                base_url=chat.base_url,
                chat_base_url=chat.chat_base_url,
                clock=clock,
                deadlines=deadlines,
                meter=meter,
                network=settings.network,
            )
        )
    return {provider.vendor: provider for provider in found}


async def capabilities(settings: Settings) -> dict[Vendor, Mapping[str, Capability]]:
    """What each vendor that is on lets a moderator do, with these settings. Asks nobody."""
    providers = connect(settings, SystemClock())
    for provider in providers.values():
        await provider.aclose()
    return {vendor: provider.capabilities for vendor, provider in providers.items()}


async def _connect_vendors(
    settings: Settings, clock: Clock, stack: AsyncExitStack, meter: Meter
) -> dict[Vendor, VendorClient]:
    providers = connect(settings, clock, meter)
    for provider in providers.values():
        stack.push_async_callback(provider.aclose)
    return providers


def _signatures(settings: Settings, clock: Clock, stack: AsyncExitStack) -> KitSignatures:
    """Asks for no key before an event comes; while RealtimeKit is off there is no door for one."""
    kit = settings.realtimekit
    url = kit.webhook_keys_url if kit else ""
    signatures = kit_signatures(url, clock, network=settings.network)
    stack.push_async_callback(signatures.aclose)
    return signatures


def reading(settings: Settings) -> AbstractAsyncContextManager[SqlStore]:
    """The record, for looking at it; see `bot.store.opening.reading`."""
    return opening.reading(settings.process.database_url.get_secret_value())


def _open_store(
    settings: Settings, clock: Clock, meter: Meter, *, wait: bool = False
) -> AbstractAsyncContextManager[SqlStore]:
    url = settings.process.database_url.get_secret_value()
    channel = settings.rules.slack.moderation_channel
    return opening.working(url, clock, line_channel=channel, meter=meter, wait=wait)
