"""One process for one SQLite file, by whatever name it is opened."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import InstanceLocked
from bot.store import SqlStore, open_store
from bot.store.instance_lock import InstanceLock
from bot.store.migrate import migrate
from bot.store.urls import address_of
from tests.fakes.clock import ManualClock
from tests.store.orders import order

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such locks")

Link = Callable[[Path, Path], None]


def by_symbolic_link(file: Path, other: Path) -> None:
    other.symlink_to(file)


def by_second_name(file: Path, other: Path) -> None:
    other.hardlink_to(file)


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture(
    params=[
        by_symbolic_link,
        pytest.param(by_second_name, marks=ON_LINUX),
    ]
)
def other(request: pytest.FixtureRequest, file: Path, tmp_path: Path) -> Path:
    """The same file by another name, in another folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link: Link = request.param
    link(file, folder / "other.db")
    return folder / "other.db"


async def test_a_second_process_is_refused_by_any_name_of_the_file(
    file: Path, other: Path, clock: ManualClock
) -> None:
    one, two = f"sqlite:///{file}", f"sqlite:///{other}"
    for first, second in ((one, two), (two, one)):
        async with open_store(first, clock):
            with pytest.raises(InstanceLocked):
                await SqlStore(second, clock).start()
            with pytest.raises(InstanceLocked):
                await migrate(second)


@ON_LINUX
def test_a_second_process_ends_with_two_lines(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "second.db"
    by_second_name(file, other)
    lock = InstanceLock(address_of(f"sqlite:///{file}"))
    lock.acquire()
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "migrate"],
            env={"DATABASE_URL": f"sqlite:///{other}", "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        lock.release()
    assert ended.returncode == 1
    assert ended.stderr.startswith("Another process uses this database")
    assert len(ended.stderr.splitlines()) == 2


async def test_the_lock_stands_in_nobodys_way(file: Path, clock: ManualClock) -> None:
    """Neither in SQLite's own, of this process and of those that only look, nor in the next's."""
    async with open_store(f"sqlite:///{file}", clock) as store:
        await store.accept(order())
        beside = SqlStore(f"sqlite:///{file}", clock)
        assert await beside.verify() == 1
        await beside.stop()
        await store.accept(order("k2", person="bob"))
    async with open_store(f"sqlite:///{file}", clock) as store:
        assert await store.verify() == 2


def test_a_file_with_two_names_is_told(file: Path, other: Path) -> None:
    """SQLite keeps its journal beside the name that a file was opened by."""
    lock = InstanceLock(address_of(f"sqlite:///{file}"))
    with capture_logs() as log:
        lock.acquire()
        lock.release()
    assert [line["names"] for line in log] == ([] if other.is_symlink() else [2])


def test_a_lock_may_be_let_go_twice(file: Path) -> None:
    lock = InstanceLock(address_of(f"sqlite:///{file}"))
    lock.acquire()
    for _ in range(2):
        lock.release()
    lock.acquire()
    lock.release()
