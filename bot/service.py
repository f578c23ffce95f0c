"""The long-running processes, from their first moment to SIGTERM.

The port opens as soon as Bolt is loaded; the database, the vendors and the scheduler are loaded
beside it, and what needs them waits.
"""

import asyncio
import gc
import importlib
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from starlette.applications import Starlette
from starlette.routing import Route

from bot.calls.models import Vendor
from bot.clock import Clock, SystemClock
from bot.doctor.preflight import preflight
from bot.errors import ConfigError
from bot.lifecycle import Lifecycle
from bot.logs import configure_logs
from bot.moderation.request_budgets import Allowance, RequestBudgets, RequestKind
from bot.server import listening
from bot.settings import Process, Settings
from bot.version import version
from handlers import register
from handlers.inbound.app import web_app
from handlers.inbound.bodies import Bodies
from handlers.inbound.bolt_app import bolt_app
from handlers.inbound.health import (
    Check,
    HealthAccess,
    checks,
    is_loopback,
    metrics_routes,
    ready_routes,
)
from handlers.inbound.request_url import RequestUrl
from handlers.inbound.signatures import SlackSignatures
from handlers.inbound.socket_mode import SlackAddress, SocketModeClient
from handlers.services import Services
from handlers.webhooks import Trust, webhook_routes

if TYPE_CHECKING:
    from bot.store import SqlStore  # at run time it is loaded with `bot.bootstrap`

log = structlog.get_logger(__name__)


class Entrance(NamedTuple):
    """Where requests come in: the HTTP routes, and Slack's socket where there is one.

    `figures` is what METRICS_PORT serves, where that is set.
    """

    web: Starlette
    socket: SocketModeClient | None
    figures: Starlette | None = None


def entrance(settings: Settings, services: Services, clock: Clock | None = None) -> Entrance:
    """The ways into `services`: Slack by socket where there is an app-level token, else by HTTP.

    Raises ConfigError when Slack's credentials are missing.
    """
    slack, process, clock = settings.slack, settings.process, clock or SystemClock()
    bolt = bolt_app(slack.token())
    register(bolt, services, clock)
    socket, bodies = None, Bodies()
    posted = webhook_routes(services, _trust(settings), bodies)
    if slack.app_token is not None:
        address = SlackAddress(slack.api_url, settings.network)
        socket = SocketModeClient(
            bolt, slack.app_token, address, services.tasks, clock, lambda: services.meter
        )
    elif slack.signing_secret is not None:
        now = SystemClock()
        signatures = SlackSignatures(slack.signing_secret.get_secret_value(), now)
        posted += RequestUrl(
            bolt, signatures, bodies, lambda: services.meter, now, services.skew
        ).routes
    socket_health = None if socket is None else socket.health
    parts = checks(services, _vendors(settings), socket_health)
    web = web_app(
        [*posted, *_health_routes(services, parts, _health_access(process))], socket_health
    )
    if process.metrics_port is None:
        return Entrance(web, socket)
    inside = _health_routes(services, parts, _health_access(process, private=True))
    return Entrance(web, socket, web_app(inside, socket_health))


def _health_routes(
    services: Services, parts: Mapping[str, Check], access: HealthAccess
) -> list[Route]:
    """The routes for machines that watch."""
    return [*ready_routes(parts, access), *metrics_routes(lambda: services.meter, access)]


def _health_access(process: Process, *, private: bool = False) -> HealthAccess:
    """Who may see figures on the port of `HOST`, or on METRICS_PORT where it is `private`."""
    return HealthAccess(process.metrics_token, private, on_loopback=is_loopback(process.host))


def services_of(settings: Settings, *, life: Lifecycle | None = None) -> Services:
    """The container of services for a process, with the budgets of the settings; not open yet."""
    limits = settings.limits
    allowances = {
        RequestKind.LOOK: Allowance(limits.looks_burst, limits.looks_per_minute),
        RequestKind.ORDER: Allowance(limits.orders_burst, limits.orders_per_minute),
    }
    budgets = RequestBudgets(allowances, SystemClock())
    return Services(settings.process.command, life=life, budgets=budgets)


def _vendors(settings: Settings) -> dict[str, str]:
    """Of each vendor whether it is on, or why not."""
    off = {off.vendor: f"off: {off.why}" for off in settings.off}
    return {vendor.value: off.get(vendor, "on") for vendor in Vendor}


def _trust(settings: Settings) -> Trust:
    """What the vendors' events are verified with."""
    video, chat = settings.stream, settings.cometchat
    return Trust(
        stream=video.api_secret if video else None,
        realtimekit=settings.realtimekit is not None,
        cometchat=chat is not None,
        cometchat_login=chat.webhook_auth if chat else None,
    )


def on_a_fast_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end as `asyncio.run` does, on uvloop where there is one."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(work)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - there is none on Windows, nor beside CPython
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def serve(
    settings: Settings,
    *,
    worker: bool,
    clock: Clock | None = None,
    when_stopping: Callable[[], None] | None = None,
) -> None:
    """Run the bot: answer Slack, and carry out what it asks for, until SIGTERM or SIGINT.

    With `worker` it also takes up what processes that died left behind, and does recurring work.
    `clock` is read for everything but the age of signed requests; `when_stopping` is called once,
    as it begins to stop. Raises ConfigError, StoreError and SocketLost; ProcessBroken when a part
    ended without which nothing would be answered.
    """
    configure_logs(settings.process.log_level)
    await _preflight(settings, clock)
    life = Lifecycle(when_stopping)
    services = services_of(settings, life=life)
    ways_in = entrance(settings, services, clock)
    socket = ways_in.socket
    async with AsyncExitStack() as ports:
        url = await _open_ports(ports, ways_in, settings.process, life)
        bootstrap = await _load_the_rest()
        async with bootstrap.open_app(settings, services, worker=worker, clock=clock) as app:
            _keep_for_good()
            services.skew.recheck()  # nothing is known of it yet
            _stop_on_signals(life)
            await _say_what_is_on("serve", settings, app.store, url=url, slack=_way(settings))
            await (life.stopping.wait() if socket is None else socket.run(life.stopping))
            await ports.aclose()  # first no new orders, then the end of those acknowledged
    life.require_whole()


async def _preflight(settings: Settings, clock: Clock | None = None) -> None:
    """Warn of what a start can see. ConfigError for what makes every order fail."""
    for finding in await preflight(settings, clock or SystemClock()):
        log.warning(
            "startup check failed", about=finding.about, why=finding.says, mend=finding.mend
        )
    slack = settings.slack
    if slack.app_token is not None and slack.signing_secret is not None:
        why = (
            "SLACK_APP_TOKEN is set: Slack comes by Socket Mode only, SLACK_SIGNING_SECRET is idle"
        )
        log.warning("signing secret not used", why=why)


def _way(settings: Settings) -> str:
    return "HTTP" if settings.slack.app_token is None else "Socket Mode"


async def _say_what_is_on(role: str, settings: Settings, store: "SqlStore", **more: str) -> None:
    """The first line of a start that went well: what runs, on which database, with what in it."""
    log.info(
        "process started",
        role=role,
        **more,
        version=version(),
        command=settings.process.command,
        vendors=[vendor.value for vendor in settings.vendors],
        database=store.place,
        cases=await store.last_case(),
    )


async def work(
    settings: Settings,
    *,
    clock: Clock | None = None,
    when_stopping: Callable[[], None] | None = None,
) -> None:
    """Run a worker without a port: carry out what is due until SIGTERM or SIGINT.

    Raises ConfigError, StoreError and ProcessBroken.
    """
    configure_logs(settings.process.log_level)
    await _preflight(settings, clock)
    life = Lifecycle(when_stopping)
    services = services_of(settings, life=life)
    bootstrap = await _load_the_rest()
    async with bootstrap.open_app(settings, services, worker=True, clock=clock) as app:
        services.skew.recheck()
        _stop_on_signals(life)
        await _say_what_is_on("worker", settings, app.store)
        await life.stopping.wait()
    life.require_whole()


async def _open_ports(
    stack: AsyncExitStack, ways_in: Entrance, process: Process, life: Lifecycle
) -> str:
    """Serve until `stack` closes; the URL. ConfigError when the machine does not give a port."""
    url = await _open_port(stack, ways_in.web, process.host, process.port, "PORT", life)
    if ways_in.figures is not None and process.metrics_port is not None:
        port = process.metrics_port
        inside = await _open_port(stack, ways_in.figures, process.host, port, "METRICS_PORT", life)
        log.info("metrics served", url=f"{inside}/metrics")
    return url


async def _open_port(
    stack: AsyncExitStack, web: Starlette, host: str, port: int, variable: str, life: Lifecycle
) -> str:
    try:
        url = await stack.enter_async_context(listening(web, host, port, watch=life.watch))
    except OSError as error:
        raise ConfigError(
            f"Port {port} of {host} cannot be opened: {error.strerror}.",
            next_step=f"Stop what uses it, or set {variable} and HOST to another one.",
        ) from error
    stack.callback(life.stop)  # whatever closes it: the server's end is then no accident
    return url


async def _load_the_rest() -> Any:
    """`bot.bootstrap`, imported in a thread, so that the open port is answered meanwhile.

    The garbage collector rests: what is loaded stays, and to look through it again and again took a
    sixth of a start.
    """
    gc.disable()
    try:
        return await asyncio.to_thread(importlib.import_module, "bot.bootstrap")
    finally:
        gc.enable()


def _keep_for_good() -> None:
    """Tell the garbage collector that what is loaded now stays: each full round cost 50 ms."""
    gc.collect()
    gc.freeze()


def _stop_on_signals(life: Lifecycle) -> None:
    """SIGTERM and SIGINT, which from now on end nothing by themselves."""
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, life.stop)
