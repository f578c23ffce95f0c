"""An office whose network the bot is run in."""

from pathlib import Path

import pytest

from tests.network.harness import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.found(tmp_path)
