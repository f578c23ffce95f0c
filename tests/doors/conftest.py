"""What was tried at the doors is said at the end of a run."""

from collections.abc import Callable

import pytest

LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Adds a line to the summary at the end of the run."""
    return pytestconfig.stash.setdefault(LINES, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """The lines."""
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(line)
