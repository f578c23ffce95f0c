"""Tables and colours on the terminal, with texts that it does not obey."""

from typing import TextIO

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

from bot.printable import plain


class _Plain:
    """Something that rich draws, with its texts made plain; colours and cursor are rich's own."""

    def __init__(self, drawn: ConsoleRenderable) -> None:
        self._drawn = drawn

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._drawn, options):
            yield Segment(text if control else plain(text), style, control)


class _PlainTexts(RenderHook):
    """Makes plain whatever is printed."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Each of them, plain."""
        return [_Plain(renderable) for renderable in renderables]


def console(*, stderr: bool = False, file: TextIO | None = None) -> Console:
    """A rich console for a command to print tables and colours with."""
    made = Console(stderr=stderr, file=file)
    made.push_render_hook(_PlainTexts())
    return made
