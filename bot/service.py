"""The long-running processes, from their first moment to SIGTERM.

The port opens as soon as Bolt is loaded; the database, the vendors and the scheduler are loaded
beside it, and what needs them waits.
"""

import asyncio
import importlib
import signal
from contextlib import AsyncExitStack
from typing import Any

import structlog
from starlette.applications import Starlette

from bot.logs import configure_logs
from bot.server import listening
from bot.settings import Settings
from handlers import register
from handlers.counter import Counter
from handlers.slack import bolt_app
from handlers.web import web_app

log = structlog.get_logger(__name__)


def front_door(settings: Settings, counter: Counter) -> Starlette:
    """The web application before `counter`. ConfigError when Slack's credentials are missing."""
    secret = settings.slack.signing_secret
    bolt = bolt_app(settings.slack.token(), secret.get_secret_value() if secret else "")

    async def ready() -> None:
        await counter.ready()
        await counter.desk.store.ping()

    register(bolt, counter)
    return web_app(bolt, ready)


async def serve(settings: Settings, *, worker: bool) -> None:
    """Answer Slack until SIGTERM or SIGINT. Raises ConfigError, StoreError or OSError (port)."""
    configure_logs(settings.process.log_level)
    counter = Counter(settings.process.command)
    async with AsyncExitStack() as door:
        web = front_door(settings, counter)
        url = await door.enter_async_context(
            listening(web, settings.process.host, settings.process.port)
        )
        bootstrap = await _load_the_rest()
        async with bootstrap.open_house(settings, counter, worker=worker):
            log.info("serving", url=url, command=settings.process.command)
            await _told_to_stop()
            await door.aclose()  # first no new orders, then the end of those acknowledged


async def work(settings: Settings) -> None:
    """Sweep up until SIGTERM or SIGINT. Raises ConfigError and StoreError."""
    configure_logs(settings.process.log_level)
    bootstrap = await _load_the_rest()
    async with bootstrap.open_house(settings, Counter(settings.process.command), worker=True):
        log.info("working")
        await _told_to_stop()


async def _load_the_rest() -> Any:
    """`bot.bootstrap`, imported in a thread, so that the open port is answered meanwhile."""
    return await asyncio.to_thread(importlib.import_module, "bot.bootstrap")


async def _told_to_stop() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    await stop.wait()
