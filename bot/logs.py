"""How log lines are written: one JSON object a line, or colours on a terminal."""

import io
import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from bot.log_stream import LogStream
from bot.printable import plain

OURS = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logs(level: str, file: TextIO | LogStream | None = None) -> None:
    """Send our own lines from `level` up to `file`, and the libraries' from WARNING up.

    None is standard error. Below WARNING libraries write down whole requests, with what is secret
    in them.
    """
    file = cast("TextIO", file or sys.stderr)
    number = logging.getLevelNamesMapping()[level]
    look = _look(terminal=file.isatty())
    structlog.configure(
        processors=[*OURS, *look],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file),
    )
    handler = logging.StreamHandler(file)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*OURS, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *look],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def lines_dropped() -> int:
    """How many lines of this process's log could not be written."""
    return sys.stderr.dropped if isinstance(sys.stderr, LogStream) else 0


def _look(*, terminal: bool) -> list[Processor]:
    """The last steps. No traceback shows local variables: tokens are among them."""
    if terminal:
        return [_made_plain, structlog.dev.ConsoleRenderer(exception_formatter=_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _made_plain(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Names and vendors' words, without what a terminal would obey."""
    return {key: plain(text) if isinstance(text, str) else text for key, text in line.items()}


def _traceback(file: TextIO, error: ExcInfo) -> None:
    written = io.StringIO()
    structlog.dev.plain_traceback(written, error)
    file.write(plain(written.getvalue()))
