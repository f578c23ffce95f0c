"""A fresh table of people for each test."""

import pytest

from tests.policy.table import Table


@pytest.fixture
def table() -> Table:
    return Table()
