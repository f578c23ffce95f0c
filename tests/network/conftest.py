"""An office whose network the bot is run in."""

from pathlib import Path

import pytest

from tests.network.harness import NetworkHarness


@pytest.fixture
def office(tmp_path: Path) -> NetworkHarness:
    return NetworkHarness.found(tmp_path)
