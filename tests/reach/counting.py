"""The plug-in that counts: `pytest -p tests.reach.counting`."""

import json
import os
from collections.abc import Iterator

import pytest
from slipcover import FileMatcher, ImportManager, Slipcover

from tests.reach import FOLDER, LOADED_BY_OTHERS, NOT_MEANT, SOURCE

_counter = Slipcover(
    branch=True,
    source=list(SOURCE),
    omit=list(LOADED_BY_OTHERS),
    exclude_also=list(NOT_MEANT),
)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Count what is imported from here on: before the first `conftest.py`, that is everything."""
    ImportManager(_counter, FileMatcher(sources=list(SOURCE))).__enter__()
    return (yield)


def pytest_sessionfinish() -> None:
    """Write down what this process has counted."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{os.getpid()}.json").write_text(json.dumps(_counter.get_coverage()))
