"""Logging is set once for a process; each test gets it back as it was."""

from collections.abc import Iterator

import pytest

from tests.fakes.logs import log_setup_kept


@pytest.fixture
def log_setup() -> Iterator[None]:
    """Lets a test configure logs."""
    with log_setup_kept():
        yield
