"""How log lines are written: one JSON object a line, or colours on a terminal."""

import logging
import sys
from typing import TextIO

import structlog


def configure_logs(level: str, file: TextIO | None = None) -> None:
    """Send everything, our own lines and the libraries', to `file` from `level` up.

    None is standard error.
    """
    file = file or sys.stderr
    number = logging.getLevelNamesMapping()[level]
    form = "%(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=number, format=form, stream=file, force=True)
    logging.getLogger("httpx").setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer()
            if file.isatty()
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file),
    )
