"""The plug-in that counts: `pytest -p tests.reach.counting`."""

import json
import os
from collections.abc import Iterator

import pytest
from slipcover import FileMatcher, ImportManager, Slipcover

from tests.reach import FOLDER, LOADED_BY_OTHERS, NOT_MEANT, SOURCE

NEVER = 2**31 - 1
"""After how many visits to a line that was counted the counter takes its probes away by itself.

It looks through everything that is loaded each time, which took a third of the suite's time.
"""

_counter = Slipcover(
    branch=True,
    d_miss_threshold=NEVER,
    source=list(SOURCE),
    omit=list(LOADED_BY_OTHERS),
    exclude_also=list(NOT_MEANT),
)


class Probes:
    """Takes away the probes of lines that were counted, ever more seldom: most are met early."""

    def __init__(self) -> None:
        self._tests, self._next = 0, 1

    def pytest_runtest_teardown(self) -> None:
        """Take them away after the first test, the fourth, the sixteenth, and so on."""
        self._tests += 1
        if self._tests == self._next:
            self._next *= 4
            _counter.deinstrument_seen()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Count what is imported from here on: before the first `conftest.py`, that is everything.

    The process that deals the tests out runs none.
    """
    worker = "PYTEST_XDIST_WORKER" in os.environ
    if early_config.known_args_namespace.numprocesses and not worker:
        return (yield)
    ImportManager(_counter, FileMatcher(sources=list(SOURCE))).__enter__()
    early_config.pluginmanager.register(Probes())
    return (yield)


def pytest_sessionfinish() -> None:
    """Write down what this process has counted."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{os.getpid()}.json").write_text(json.dumps(_counter.get_coverage()))
