"""What commands print: the one way from a text to the terminal."""

import io
import sys
from typing import TextIO

import typer

from bot.printable import plain


def say(text: str, *, err: bool = False) -> None:
    """Print lines of text without what a terminal would obey; on standard error with `err`."""
    typer.echo(plain(text), err=err)


def say_json(text: str) -> None:
    """Print what programs read. Only for JSON in ASCII, which escapes what a terminal obeys."""
    typer.echo(text)


class Output:
    """Standard output for a whole file: unchanged into a pipe, `plain` text on a terminal."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._seen = self._out.isatty()
        if not self._seen and isinstance(self._out, io.TextIOWrapper):
            self._out.reconfigure(encoding="utf-8", newline="")

    def write(self, text: str) -> int:
        """Write `text` to standard output; returns how many characters of it that were."""
        return self._out.write(plain(text) if self._seen else text)
