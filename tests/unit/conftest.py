"""Logging is set once for a process; each test gets it back as it was."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture
def log_setup() -> Iterator[None]:
    """Lets a test configure logs."""
    root = logging.getLogger()
    handlers, level, ours = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**ours)
