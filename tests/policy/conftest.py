"""A fresh table of people for each test."""

import pytest

from tests.fakes.directory import Table


@pytest.fixture
def table() -> Table:
    return Table()
