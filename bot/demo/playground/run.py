"""`callwarden demo`: open the playground, print its link, and close everything when asked to."""

import asyncio
import signal
import tempfile
from pathlib import Path

from rich.console import Console

from bot.demo.playground.page.page import open_page
from bot.demo.playground.playground import open_playground
from bot.errors import CallwardenError
from bot.logs import configure_logs

REAL = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "STREAM_API_SECRET",
    "REALTIMEKIT_API_TOKEN",
    "COMETCHAT_API_KEY",
)
"""Credentials that have nothing to do on a playground."""


class RealCredentials(CallwardenError):
    """Credentials of a real workspace or vendor are set where only made-up ones belong."""


def require_no_credentials(environ_names: set[str]) -> None:
    """RealCredentials when one of these variables is a credential."""
    found = sorted(environ_names & set(REAL))
    if found:
        raise RealCredentials(
            f"The playground does not start while {', '.join(found)} is set.",
            next_step="Unset it first: nothing here may reach a real workspace or a real call.",
        )


def run_playground(console: Console, *, port: int, seed: int, pace: float) -> None:
    """Play until Ctrl-C or SIGTERM, in a temporary folder that is gone afterwards.

    The link is the last line printed. `port` 0 is any free one; `pace` is happenings a second.
    """
    with tempfile.TemporaryDirectory(prefix="callwarden-") as folder:
        configure_logs("ERROR")
        asyncio.run(_play(console, Path(folder), port=port, seed=seed, pace=pace))
    console.print("Stopped. Nothing runs on.")


async def _play(console: Console, folder: Path, *, port: int, seed: int, pace: float) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    console.print("Opening a made-up world: three vendors, a chat, and the bot before them.")
    async with open_playground(folder, seed=seed, pace=pace) as playground:
        async with open_page(playground, port) as link:
            bot = f"The bot runs at {playground.program.url}, its log is {folder}/bot.log."
            console.print(bot, soft_wrap=True)
            console.print("Stop with Ctrl-C. Play here, on this machine only:")
            console.print(link, style="bold", soft_wrap=True)
            await stop.wait()
        console.print("Stopping the bot.")
