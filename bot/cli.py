"""The command line: `callwarden …`, the same as `python -m bot …`.

Imports wait until a command needs them, so that `serve` opens its port at once.
"""

import asyncio
import importlib
import io
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_audit import audit
from bot.cli_output import say, say_json
from bot.errors import CallwardenError, ConfigError
from bot.version import version

app = typer.Typer(
    name="callwarden",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(audit, name="audit")
digest = typer.Typer(help="Digests: see one, send one, read the past.", no_args_is_help=True)
app.add_typer(digest, name="digest")

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it (128 and the number of SIGINT)."""


NOBODY = {
    "STREAM_API_KEY": "none",
    "STREAM_API_SECRET": "a-stand-in-where-no-secret-is-set",
    "REALTIMEKIT_ACCOUNT_ID": "none",
    "REALTIMEKIT_APP_ID": "none",
    "REALTIMEKIT_API_TOKEN": "none",
    "COMETCHAT_APP_ID": "none",
    "COMETCHAT_REGION": "us",
    "COMETCHAT_API_KEY": "none",
}
"""Made-up credentials, so that every vendor is listed before there is an account."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. An error on purpose is two lines and its exit code, not a traceback.

    `arguments` are the process's own unless given.
    """
    from bot.log_stream import unblocked_stderr
    from bot.logs import configure_logs

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode shows ? and goes on
    with unblocked_stderr():
        configure_logs("WARNING")  # what a command prints is for other programs to read
        try:
            app(arguments)
        except CallwardenError as error:
            say(f"{error}\n{error.next_step}".rstrip(), err=True)
            sys.exit(error.exit_code)


def _version(*, asked: bool) -> None:
    if asked:
        say(f"callwarden {version()}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_version),
    ] = False,
) -> None:
    """Moderate live voice and video calls from Slack."""


@app.command()
def serve(
    *,
    worker: Annotated[
        bool, typer.Option(help="Also sweep up after processes that died (one machine: yes).")
    ] = True,
) -> None:
    """Answer Slack: the web process, and with SQLite the whole product."""
    from bot.lifecycle import cut_short
    from bot.service import on_a_fast_loop
    from bot.service import serve as run
    from bot.settings import Settings

    settings = Settings.from_process()
    with cut_short() as when_stopping:
        on_a_fast_loop(run(settings, worker=worker, when_stopping=when_stopping))


@app.command()
def worker() -> None:
    """Sweep up: carry out cases and send messages that a web process left behind."""
    from bot.lifecycle import cut_short
    from bot.service import on_a_fast_loop, work
    from bot.settings import Settings

    settings = Settings.from_process()
    with cut_short() as when_stopping:
        on_a_fast_loop(work(settings, when_stopping=when_stopping))


@app.command()
def migrate() -> None:
    """Bring the database to this release's tables."""
    from bot.settings import Settings
    from bot.store.migrate import migrate as run

    found = asyncio.run(run(Settings.from_process().process.database_url.get_secret_value()))
    say(found.after_migrating)


@app.command()
def restored(
    last_case: Annotated[
        int | None,
        typer.Option(min=0, help="The highest case number seen in Slack; else some are left out."),
    ] = None,
) -> None:
    """Say that the database was restored from a backup: what was open then is looked at first.

    With SQLite, run it before `serve`; with PostgreSQL, before the processes or beside them.
    """
    from bot.clock import SystemClock
    from bot.settings import Settings
    from bot.store.restore import Restored
    from bot.store.startup import open_read_write

    async def mark() -> Restored:
        url = Settings.from_process().process.database_url.get_secret_value()
        async with open_read_write(url, SystemClock(), line_channel=None) as store:
            return await store.restored(last_case)

    say(asyncio.run(mark()).in_words)


@app.command()
def capabilities() -> None:
    """Print what each vendor lets a moderator do, connected or not, and why where it does not."""
    from bot.bootstrap.vendors import capabilities as tell
    from bot.cli_console import console
    from bot.cli_tables import capability_table
    from bot.settings import Settings

    tables = asyncio.run(tell(Settings.from_process(defaults=NOBODY)))
    console().print(capability_table(tables))


@app.command()
def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs to read.")] = False,
) -> None:
    """Look at everything the bot needs, change nothing, and say what has to be mended.

    Exit code 1 when something has to be.
    """
    from bot.cli_tables import findings_as_json, findings_text
    from bot.clock import SystemClock
    from bot.doctor import Severity
    from bot.doctor.checks import examine
    from bot.settings import named_file

    found = asyncio.run(examine(os.environ, named_file(os.environ), SystemClock()))
    if as_json:
        say_json(findings_as_json(found))
    else:
        say(findings_text(found))
    if any(finding.sign is Severity.BAD for finding in found):
        raise typer.Exit(1)


@app.command()
def demo(
    *,
    tour: Annotated[
        bool, typer.Option("--tour", help="Play the story in the terminal instead.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port; 0 is any.")] = 0,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 2026,
    speed: Annotated[
        float, typer.Option(min=0, max=10, help="What happens in the world each second.")
    ] = 0.5,
    pace: Annotated[
        float, typer.Option(min=0, help="With --tour: seconds after each step, to read it.")
    ] = 0.6,
    save: Annotated[
        Path | None, typer.Option(help="With --tour: also draw it into this SVG file.")
    ] = None,
) -> None:
    """Try it without Slack or a vendor: a make-believe world on loopback, in the browser."""
    from bot.cli_console import console

    _require_demo("python_multipart", *(() if tour else ("fastapi", "nicegui")))
    if tour:
        from bot.demo.tour import tour as tell

        tell(console(), pace=pace, picture=save)
        return
    from bot.demo.playground.run import require_no_credentials, run_playground

    require_no_credentials({name for name, value in os.environ.items() if value.strip()})
    run_playground(console(), port=port, seed=seed, pace=speed)


def _require_demo(*packages: str) -> None:
    """ConfigError with what to install when one of the packages of the demo is not there."""
    try:
        for name in packages:
            importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The demo needs packages that are not installed ({error.name}).",
            next_step="Install them: pip install 'callwarden[demo]'",
        ) from error


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not a day; write it as 2026-11-21") from error


def _zone(name: str | None) -> str | None:
    from bot.clock import SystemClock
    from bot.usage.zones import zone_named

    if name is None:
        return None
    if (known := zone_named(name, SystemClock().now())) is None:
        raise typer.BadParameter(f"there is no time zone {name}; write one such as Europe/London")
    return known


def _say_little() -> None:
    """What a vendor or Slack did not do is told at the end, in words."""
    from bot.logs import configure_logs

    configure_logs("ERROR")


Number = Annotated[int | None, typer.Option("--subscription", min=1, help="Its number.")]
Day = Annotated[
    str | None, typer.Option("--day", help="The day it is sent on; today unless given.")
]


@digest.command()
def preview(
    number: Number = None,
    channel: Annotated[str | None, typer.Option(help="The one that goes to this channel.")] = None,
    day: Day = None,
    zone: Annotated[
        str | None, typer.Option(help="Another time zone, such as Europe/London.", callback=_zone)
    ] = None,
) -> None:
    """Print a digest as text, of what has been read so far. Sends nothing and asks no vendor.

    Without a subscription or channel it is a daily one of everything.
    """
    from bot.bootstrap import digest_builder, reading
    from bot.clock import SystemClock
    from bot.digests.picking import chosen_subscription, sending_day
    from bot.settings import Settings
    from handlers.blocks.digests.plain_text import digest_text

    if number is not None and channel is not None:
        raise typer.BadParameter("name a subscription or a channel, not both")

    async def make() -> str:
        settings, clock = Settings.from_process(), SystemClock()
        async with reading(settings) as store:
            known = await store.subscriptions()
            wanted = chosen_subscription(known, number, channel, zone, clock.now())
            sent = sending_day(wanted, _day(day), clock.now())
            return digest_text(await digest_builder(settings, store, clock).make(wanted, sent))

    say(asyncio.run(make()))


@digest.command()
def send(
    number: Annotated[int, typer.Option("--subscription", min=1, help="Its number.")],
    day: Day = None,
) -> None:
    """Post a digest now. One that was posted already is not posted again.

    Exit code 75: Slack did not take it, try again; 1: its channel cannot be written to, or Slack
    refuses this digest for what it is.
    """
    from bot.bootstrap import sending
    from bot.cli_tables import send_result_words
    from bot.clock import SystemClock
    from bot.digest_delivery.dispatcher import SendResult
    from bot.digests.picking import by_number, sending_day
    from bot.settings import Settings

    _say_little()

    async def post() -> SendResult:
        async with sending(Settings.from_process()) as dispatcher:
            wanted = by_number(await dispatcher.digests.subscriptions(), number)
            sent = sending_day(wanted, _day(day), SystemClock().now())
            return await dispatcher.send(wanted, sent)

    words, code = send_result_words(asyncio.run(post()))
    say(words, err=code != 0)
    raise typer.Exit(code)


@digest.command()
def backfill(
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days back.")] = 60,
) -> None:
    """Read what was called in the past, newest first; what was read is kept, even after Ctrl-C.

    Days read already are left out, but for the last three. Exit code 1 when something is missing.
    """
    from bot.bootstrap import backfilling
    from bot.cli_tables import gaps_text, reading_bars
    from bot.clock import SystemClock
    from bot.digests.digest import Gap
    from bot.settings import Settings
    from bot.usage.days import last_days

    _say_little()

    async def read() -> Sequence[Gap]:
        with reading_bars() as tell:
            async with backfilling(Settings.from_process()) as past:
                return await past.read(last_days(days, SystemClock().now()), tell=tell)

    try:
        gaps = asyncio.run(read())
    except KeyboardInterrupt:
        say("Stopped. What was read is kept; run it again to go on.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    say(gaps_text(gaps), err=bool(gaps))
    raise typer.Exit(1 if gaps else 0)
