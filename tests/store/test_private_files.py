"""Nobody but the user it runs as reads the database's files, or holds its lock."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import open_store
from bot.store.migrate import migrate
from bot.store.private_files import exposed_files, is_open_to_all, open_private
from tests.fakes.clock import ManualClock
from tests.store.orders import order

NOBODY = 65534

TRIES = """
import fcntl, os, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
for path in sys.argv[1:]:
    try:
        held = os.open(path, os.O_RDONLY)
    except PermissionError:
        continue
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print(path)
"""
"""Another user of the machine opens what they can, and locks it."""


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody on the machine can look into."""
    folder = Path(tempfile.mkdtemp(prefix="callwarden-shared-"))
    folder.chmod(0o755)
    before = os.umask(0)  # the most careless one
    yield folder
    os.umask(before)
    shutil.rmtree(folder)


def inside(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def in_use(file: Path, clock: ManualClock) -> dict[str, int]:
    """The modes of all files while a bot works with them."""
    async with open_store(f"sqlite:///{file}", clock) as store:
        await store.accept(order())
        await store.verify()
        return {path.name.removeprefix(file.name): mode(path) for path in inside(file.parent)}


async def test_every_file_is_its_owners_alone(shared: Path, clock: ManualClock) -> None:
    file = shared / "callwarden.db"
    await migrate(f"sqlite:///{file}")
    modes = await in_use(file, clock)
    assert set(modes) == {"", "-wal", "-shm", ".lock", ".head"}
    assert set(modes.values()) == {0o600}
    assert exposed_files(file) == []


async def test_files_of_an_earlier_release_are_tightened(
    shared: Path, clock: ManualClock, sqlite_template: Path
) -> None:
    file = shared / "callwarden.db"
    shutil.copy(sqlite_template, file)
    with closing(sqlite3.connect(file)) as held:  # its companions are there and wide open
        held.execute("PRAGMA journal_mode=WAL")
        held.execute("CREATE TABLE extra (x)")
        (shared / "callwarden.db.lock").touch()
        for path in inside(shared):
            path.chmod(0o666)
        assert len(exposed_files(file)) == 4
        modes = await in_use(file, clock)
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
async def test_another_user_can_neither_read_nor_hold_the_lock(
    shared: Path, clock: ManualClock
) -> None:
    file = shared / "callwarden.db"
    await migrate(f"sqlite:///{file}")
    async with open_store(f"sqlite:///{file}", clock) as store:
        await store.accept(order())
        assert tried(*inside(shared)) == ""
    (shared / "open").write_text("")
    assert tried(shared / "open", file, shared / "callwarden.db.lock") == f"{shared / 'open'}\n"
    async with open_store(f"sqlite:///{file}", clock) as store:
        assert await store.verify() == 1


def tried(*paths: Path) -> str:
    return run(TRIES, *map(str, paths))


def run(program: str, *arguments: str) -> str:
    command = [sys.executable, "-S", "-c", program, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


async def test_a_connection_more_takes_no_lock_of_sqlites_away(
    sqlite_url: str, clock: ManualClock
) -> None:
    """POSIX takes a process's locks on a file when it closes any descriptor of it."""
    file = sqlite_url.removeprefix("sqlite:///")
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order())
        for _ in range(3):
            await store.verify()
        assert run(LOCKS_EXCLUSIVELY, file) == "database is locked\n"


LOCKS_EXCLUSIVELY = """
import sqlite3, sys
beside = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
beside.execute("PRAGMA locking_mode=EXCLUSIVE")
try:
    beside.execute("PRAGMA journal_mode=DELETE")
except sqlite3.OperationalError as error:
    print(error)
"""
"""Only possible where nobody else has the file open."""


def test_an_export_is_private_from_its_first_byte(shared: Path) -> None:
    old = shared / "old.csv"
    old.write_text("of yesterday")
    old.chmod(0o644)
    for path in (old, shared / "new.csv"):
        with open_private(path) as file:
            assert mode(path) == 0o600
            file.write("today")
        assert path.read_text(encoding="utf-8") == "today"


def test_what_is_no_file_keeps_its_mode(shared: Path) -> None:
    pipe = shared / "pipe"
    os.mkfifo(pipe, 0o644)
    pipe.chmod(0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with open_private(pipe) as file:
        file.write("today")
    assert (os.read(reader, 10), mode(pipe)) == (b"today", 0o644)
    os.close(reader)


def test_a_folder_that_anybody_may_write_to_is_known(shared: Path) -> None:
    assert not is_open_to_all(shared)
    shared.chmod(0o777)
    assert is_open_to_all(shared)
    shared.chmod(0o1777)  # as /tmp: nobody takes away what is not theirs
    assert not is_open_to_all(shared)
