"""The long-running processes, from their first moment to SIGTERM.

The port opens as soon as Bolt is loaded; the database, the vendors and the scheduler are loaded
beside it, and what needs them waits.
"""

import asyncio
import gc
import importlib
import signal
from contextlib import AsyncExitStack
from typing import Any

import structlog
from starlette.applications import Starlette

from bot.calls.models import Vendor
from bot.errors import ConfigError
from bot.logs import configure_logs
from bot.server import listening
from bot.settings import Process, Settings
from handlers import register
from handlers.counter import Counter
from handlers.slack import bolt_app
from handlers.watching import checks, metrics_route
from handlers.web import web_app
from handlers.webhooks import Trust, webhook_routes

log = structlog.get_logger(__name__)


def front_door(settings: Settings, counter: Counter) -> Starlette:
    """The web application before `counter`. ConfigError when Slack's credentials are missing."""
    bolt = bolt_app(settings.slack.token())
    secret = settings.slack.signing_secret
    if secret is None:
        raise ConfigError(
            "SLACK_SIGNING_SECRET is missing: without it nobody knows what comes from Slack.",
            next_step="Set it in the environment; README.md says where to find it.",
        )

    register(bolt, counter)
    token = settings.process.metrics_token
    return web_app(
        bolt,
        secret.get_secret_value(),
        checks(counter, _vendors(settings)),
        hooks=[
            *webhook_routes(counter, _trust(settings)),
            metrics_route(lambda: counter.meter, token.get_secret_value() if token else None),
        ],
        meter=lambda: counter.meter,
    )


def _vendors(settings: Settings) -> dict[str, str]:
    """Of each vendor whether it is on, or why not."""
    off = {vendor: f"off: {why}" for vendor, why in settings.off}
    return {vendor.value: off.get(vendor, "on") for vendor in Vendor}


def _trust(settings: Settings) -> Trust:
    """What the vendors' events are verified with."""
    video, chat = settings.stream, settings.cometchat
    login = chat.webhook_auth if chat else None
    return Trust(
        stream=video.api_secret.get_secret_value() if video else None,
        realtimekit=settings.realtimekit is not None,
        cometchat=chat is not None,
        cometchat_login=login.get_secret_value() if login else None,
    )


async def serve(settings: Settings, *, worker: bool) -> None:
    """Answer Slack until SIGTERM or SIGINT. Raises ConfigError and StoreError."""
    configure_logs(settings.process.log_level)
    counter = Counter(settings.process.command)
    async with AsyncExitStack() as door:
        url = await _open_door(door, front_door(settings, counter), settings.process)
        bootstrap = await _load_the_rest()
        async with bootstrap.open_house(settings, counter, worker=worker):
            _keep_for_good()
            stop = _stop_asked()
            log.info("serving", url=url, command=settings.process.command)
            await stop.wait()
            await door.aclose()  # first no new orders, then the end of those acknowledged


async def work(settings: Settings) -> None:
    """Sweep up until SIGTERM or SIGINT. Raises ConfigError and StoreError."""
    configure_logs(settings.process.log_level)
    bootstrap = await _load_the_rest()
    async with bootstrap.open_house(settings, Counter(settings.process.command), worker=True):
        stop = _stop_asked()
        log.info("working")
        await stop.wait()


async def _open_door(door: AsyncExitStack, web: Starlette, process: Process) -> str:
    """Serve until `door` closes; the URL. ConfigError when the machine does not give the port."""
    try:
        return await door.enter_async_context(listening(web, process.host, process.port))
    except OSError as error:
        raise ConfigError(
            f"Port {process.port} of {process.host} cannot be opened: {error.strerror}.",
            next_step="Stop what uses it, or set PORT and HOST to another one.",
        ) from error


async def _load_the_rest() -> Any:
    """`bot.bootstrap`, imported in a thread, so that the open port is answered meanwhile."""
    return await asyncio.to_thread(importlib.import_module, "bot.bootstrap")


def _keep_for_good() -> None:
    """Tell the garbage collector that what is loaded now stays: each full round cost 50 ms."""
    gc.collect()
    gc.freeze()


def _stop_asked() -> asyncio.Event:
    """Is set by SIGTERM and SIGINT, which from now on end nothing by themselves."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    return stop
