"""A digest in plain text, for a terminal: every word of the message and of its thread."""

from collections.abc import Iterator, Sequence

from bot.digests.digest import Digest
from bot.printable import one_line
from handlers.blocks.digests.chart import Chart
from handlers.blocks.digests.layout import (
    Buttons,
    Heading,
    Lines,
    Part,
    channel_parts,
    thread_parts,
)
from handlers.blocks.digests.table import Table
from handlers.blocks.digests.wording import terminal

GAP = "  "


def digest_text(digest: Digest, command: str = "/calls") -> str:
    """The whole digest as lines, times in its own zone; a blank line between its parts."""
    text_style = terminal(digest)
    short = list(channel_parts(digest, text_style))
    details = list(thread_parts(digest, text_style, command))
    paragraphs = ("\n".join(_rows(part)) for part in (*short, *details))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _rows(part: Part) -> Iterator[str]:
    if isinstance(part, Heading):
        yield part.text
        yield "=" * len(part.text)
    elif isinstance(part, Lines):
        yield from map(one_line, part.rows)
    elif isinstance(part, Chart):
        yield part.title
        yield from (f"{GAP}{row}" for row in part.rows)
        yield from part.notes
    elif isinstance(part, Table):
        yield part.caption
        yield from _columns([part.head, *part.rows])
        yield from (f"{GAP}{part.untold}",) if part.untold else ()
    elif not isinstance(part, Buttons):
        yield part.text


def _columns(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows below each other: the first column to the left, numbers to the right."""
    shown = [[one_line(cell) for cell in row] for row in table]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for name, *cells in shown:
        aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield GAP + GAP.join((name.ljust(widths[0]), *aligned))
