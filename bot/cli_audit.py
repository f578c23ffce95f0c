"""The commands about the audit log: `callwarden audit …`.

Imports wait until a command needs them, as in `bot.cli`.
"""

import asyncio
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.cli_output import Output, say
from bot.errors import ConfigError, NotAccepted, RecordDamaged, StoreError

audit = typer.Typer(help="The audit log: verify it, export it.", no_args_is_help=True)


class Format(StrEnum):
    """How the audit log is exported."""

    CSV = "csv"
    JSONL = "jsonl"


def _hash(text: str | None) -> str | None:
    if text is not None and not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise typer.BadParameter("a hash is 64 hexadecimal digits")
    return text


@audit.command()
def verify(
    expect: Annotated[
        str | None,
        typer.Option(help="A hash seen elsewhere that has to be in the chain.", callback=_hash),
    ] = None,
) -> None:
    """Compare the audit log, what it is searched by, and the cases; name what was changed.

    Exit code 1 when something was; 75 or more when it cannot be read, which says nothing about it.
    """
    from bot.bootstrap import reading
    from bot.cli_tables import TRY_AGAIN, chain_words, unread_log_words
    from bot.settings import Settings

    async def walk() -> tuple[int, str]:
        async with reading(Settings.from_process()) as store:
            return await store.verify(expect), (await store.head())[1]

    try:
        entries, last = asyncio.run(walk())
    except RecordDamaged:
        raise
    except (StoreError, NotAccepted, ConfigError) as error:
        say(unread_log_words(error), err=True)
        raise typer.Exit(max(error.exit_code, TRY_AGAIN)) from error
    say(chain_words(entries, last))


@audit.command()
def export(
    form: Annotated[
        Format, typer.Option("--format", help="One line an entry, either way.")
    ] = Format.CSV,
    to: Annotated[Path | None, typer.Option(help="A file; the terminal otherwise.")] = None,
) -> None:
    """Write out every entry, oldest first; a file only you can read."""
    from bot.bootstrap import reading
    from bot.settings import Settings
    from bot.store.audit.export import Exported, Sink
    from bot.store.audit.export import Format as StoreFormat
    from bot.store.audit.export import export as write

    async def copy(file: Sink) -> Exported:
        async with reading(Settings.from_process()) as store:
            return await write(store.export(), file, StoreFormat(form))

    if to is None:
        done = asyncio.run(copy(Output()))
    else:
        with _writable(to) as file:
            done = asyncio.run(copy(file))
        say(f"{done.entries} entries written to {to}.")
    if done.damaged:
        say(f"Damaged: {done.damaged}. Run `callwarden audit verify`.", err=True)


def _writable(path: Path) -> TextIO:
    from bot.store.private_files import open_private

    try:
        return open_private(path)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from error
