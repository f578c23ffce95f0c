"""The wiring: opens the database and the clients, and makes every concrete class once."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from random import SystemRandom
from typing import NamedTuple

import structlog

from bot.bootstrap.slack import SlackSide, ask_poster, notifier, open_slack
from bot.bootstrap.vendors import open_vendors, performers, signatures, usage_sources
from bot.clock import Clock, SystemClock
from bot.digest_delivery.builder import DigestBuilder, Prices
from bot.digest_delivery.dispatcher import DigestDispatcher
from bot.digest_delivery.jobs import DigestJobs
from bot.digest_delivery.refresh import UsageRefresh
from bot.digest_delivery.service import DigestService
from bot.errors import ConfigError
from bot.logs import lines_dropped
from bot.meter import UNMETERED, Meter
from bot.metrics import Metrics
from bot.moderation.asks import AskService
from bot.moderation.authorizer import Authorizer
from bot.moderation.call_cards import CallCards
from bot.moderation.executor import Executor, release_quietly
from bot.moderation.lease_consumer import Claimant
from bot.moderation.live_calls import LiveCalls
from bot.moderation.lookups import OrderLookups
from bot.moderation.recent_calls import RecentCalls
from bot.moderation.resolver import TargetResolver
from bot.moderation.service import ModerationService
from bot.policy import Policy
from bot.scheduler.audit_checks import AuditChecks
from bot.scheduler.clock_checks import ClockChecks
from bot.scheduler.jobs import SweepJobs
from bot.scheduler.refusal_counts import RefusalCounts
from bot.scheduler.scheduler import Scheduler
from bot.settings import Settings
from bot.store import SqlStore, startup
from bot.usage_import.backfill import Backfill
from handlers.commands.lookups import look_up
from handlers.services import OpenServices, Services
from handlers.slack_api.clients import ask_for_date
from handlers.slack_api.digest_poster import SlackDigestPoster
from handlers.slack_api.shared_channels import GuardedDigestPoster

log = structlog.get_logger(__name__)

KEPT_SECONDS = 3.0
"""Of the time in which a process has to stop, what is kept for giving back and for closing.

In all before, it finishes what it acknowledged; the rest is left to another process.
"""

STOP_WRITING_SECONDS = 0.5
"""How long is waited at the end for what is still to be written: all before had its own time."""


class App(NamedTuple):
    """The parts of an open app that the process, and tests of it, hold besides the services."""

    store: SqlStore
    live_calls: LiveCalls
    policy: Policy
    authorizer: Authorizer
    executor: Executor
    dispatcher: DigestDispatcher


@asynccontextmanager
async def open_app(
    settings: Settings, services: Services, *, worker: bool, clock: Clock | None = None
) -> AsyncIterator[App]:
    """Open the database and every client, and provide the services with them.

    On leaving, finish what was acknowledged, then close. `worker` also sweeps up after processes
    that died. Raises ConfigError and StoreError.
    """
    clock = clock or SystemClock()
    owner, lease = _owner(), timedelta(seconds=settings.limits.lease_seconds)
    by = Claimant(clock, services.tasks, owner, lease)
    async with AsyncExitStack() as stack:
        metrics = Metrics(clock)
        metrics.lines_dropped(lines_dropped)
        metrics.clock(services.skew)
        store = await stack.enter_async_context(_open_store(settings, clock, metrics, wait=True))
        metrics.queue(store.backlog)
        slack = await open_slack(settings, clock, stack, services.skew)
        providers = await open_vendors(settings, clock, stack, metrics)
        live_calls = LiveCalls(providers, clock, RecentCalls(clock), tuple(settings.rtmp), store)
        policy = Policy(settings.rules, slack.directory)
        authorizer, resolver = Authorizer(policy, live_calls), TargetResolver(live_calls, store)
        call_cards = CallCards(live_calls, policy, store, resolver.absent_people)
        executor = Executor(
            store=store,
            notifier=notifier(settings, slack, call_cards, store),
            performers=performers(settings, providers, clock),
            authorizer=authorizer,
            by=by,
            meter=metrics,
        )
        service = ModerationService(
            live_calls, resolver, policy, store, executor, authorizer, services.tasks
        )
        refresh = UsageRefresh(usage_sources(providers), store, store, clock)
        dispatcher = _dispatcher(settings, store, refresh, slack, owner)
        digests = DigestService(policy, slack.directory, store, store, dispatcher)
        jobs = DigestJobs(dispatcher, refresh.catch_up, services.tasks)
        lookups = OrderLookups(store, partial(look_up, services), by)
        asking = AskService(store, ask_poster(settings, slack), live_calls, by)
        open_services = OpenServices(
            moderation=service,
            slack=slack.client,
            response_urls=slack.response_urls,
            signatures=signatures(settings, clock, stack),
            reasons=settings.reasons,
            meter=metrics,
            digests=digests,
            lookups=lookups,
            asking=asking,
        )
        services.provide(open_services)
        consumers = (executor, lookups, asking)
        checks = AuditChecks(store, clock, SystemRandom(), metrics)
        async with _running(consumers, store, services, owner, jobs, checks, worker=worker):
            yield App(store, live_calls, policy, authorizer, executor, dispatcher)


@asynccontextmanager
async def sending(settings: Settings) -> AsyncIterator[DigestDispatcher]:
    """The sender of digests for the command line, while the context lasts, beside other processes.

    What it did not send is free for the next try at once. Raises ConfigError and StoreError;
    InstanceLocked while another process holds our SQLite file.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_open_store(settings, clock, UNMETERED))
        slack = await open_slack(settings, clock, stack)
        providers = await open_vendors(settings, clock, stack, UNMETERED)
        refresh, owner = UsageRefresh(usage_sources(providers), store, store, clock), _owner()
        stack.push_async_callback(release_quietly, store, owner)
        yield _dispatcher(settings, store, refresh, slack, owner)


@asynccontextmanager
async def backfilling(settings: Settings) -> AsyncIterator[Backfill]:
    """The reader of the vendors' past, over an open database, while the context lasts.

    Raises ConfigError, also where no vendor is on, StoreError, and InstanceLocked as `sending`.
    """
    if not settings.vendors:
        reasons = "; ".join(f"{off.vendor.label}: {off.why}" for off in settings.off)
        raise ConfigError(
            "No vendor is on, so there is no past to be read.", next_step=f"{reasons}."
        )
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_open_store(settings, clock, UNMETERED))
        providers = await open_vendors(settings, clock, stack, UNMETERED)
        yield Backfill(usage_sources(providers), store, clock)


def _dispatcher(
    settings: Settings, store: SqlStore, fresh: UsageRefresh, slack: SlackSide, owner: str
) -> DigestDispatcher:
    poster = SlackDigestPoster(slack.client, slack.history, settings.process.command)
    return DigestDispatcher(
        digests=store,
        builder=digest_builder(settings, store, fresh.clock),
        poster=GuardedDigestPoster(poster, slack.guard),
        fresh=fresh.fresh,
        clock=fresh.clock,
        owner=owner,
    )


def _owner() -> str:
    """This process, among all that ever work on one database."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def digest_builder(settings: Settings, store: SqlStore, clock: Clock) -> DigestBuilder:
    """The maker of digests from what is stored, with the prices of callwarden.toml."""
    prices = settings.prices
    return DigestBuilder(
        usage=store,
        digests=store,
        chain=store,
        clock=clock,
        vendors=settings.vendors,
        prices=Prices(a_minute=prices.a_minute, currency=prices.currency),
    )


@asynccontextmanager
async def _running(
    consumers: Sequence[Executor | OrderLookups | AskService],
    store: SqlStore,
    services: Services,
    owner: str,
    jobs: DigestJobs,
    checks: AuditChecks,
    *,
    worker: bool,
) -> AsyncIterator[None]:
    """Take up what is due while the context lasts; then finish what was acknowledged."""
    life, tasks, scheduler = services.life, services.tasks, Scheduler(meter=services.meter)
    life.watch(store.writing)
    slack = partial(ask_for_date, services.slack)
    ClockChecks(services.skew, slack, store.time, tasks).schedule(scheduler)
    if worker:
        SweepJobs(consumers).schedule(scheduler)
        checks.schedule(scheduler)
        RefusalCounts(store).schedule(scheduler)
        jobs.schedule(scheduler)
        tasks.spawn(checks.check_part(), "audit log")
        await jobs.ring()
        await jobs.catch_up()
    scheduler.start()
    watch = asyncio.create_task(scheduler.watch(), name="scheduler")
    life.watch(watch)
    for consumer in consumers:
        consumer.wake()
    try:
        yield
    finally:
        life.stop()
        watch.cancel()
        scheduler.stop()
        jobs.close()
        for consumer in consumers:
            consumer.close()
        left = await tasks.drain(life.left(keep=KEPT_SECONDS))
        await release_quietly(store, owner)
        if worker:
            await RefusalCounts(store).at_stop(life.left(keep=STOP_WRITING_SECONDS))
            await checks.at_stop(life.left(keep=STOP_WRITING_SECONDS))
        await store.stop(min(STOP_WRITING_SECONDS, life.left()))
        log.info("process stopped", left_to_others=left)


def reading(settings: Settings) -> AbstractAsyncContextManager[SqlStore]:
    """The database opened read-only while the context lasts; see `startup.open_read_only`."""
    return startup.open_read_only(settings.process.database_url.get_secret_value())


def _open_store(
    settings: Settings, clock: Clock, meter: Meter, *, wait: bool = False
) -> AbstractAsyncContextManager[SqlStore]:
    url = settings.process.database_url.get_secret_value()
    channel = settings.rules.slack.moderation_channel
    return startup.open_read_write(url, clock, line_channel=channel, meter=meter, wait=wait)
