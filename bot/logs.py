"""How log lines are written: one JSON object a line, or colours on a terminal."""

import logging
import sys

import structlog


def configure_logs(level: str) -> None:
    """Send everything, our own lines and the libraries', to standard error from `level` up."""
    number = logging.getLevelNamesMapping()[level]
    logging.basicConfig(level=number, format="%(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger("httpx").setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer()
            if sys.stderr.isatty()
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
