"""The log as it is really written, and everything as it was afterwards."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.logs import configure_logs


@contextmanager
def log_setup_kept() -> Iterator[None]:
    """Restore the configuration of logs after this context."""
    root = logging.getLogger()
    handlers, level, ours = root.handlers[:], root.level, structlog.get_config()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**ours)


@contextmanager
def written_log(level: str = "DEBUG") -> Iterator[io.StringIO]:
    """Every line from `level` up, as a process would write it."""
    with log_setup_kept():
        file = io.StringIO()
        configure_logs(level, file)
        yield file
