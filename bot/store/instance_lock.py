"""The lock on an SQLite file, so that one process works with it, by whatever name it opens it."""

import os
import struct
import sys
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from bot.errors import DatabaseUnusable, InstanceLocked, StoreError
from bot.store.private_files import MODE, make_private
from bot.store.urls import Address
from bot.store.writable import require_place

if sys.platform == "linux":
    import fcntl

log = structlog.get_logger(__name__)

BEYOND = 1 << 62
"""The byte of the file that is held. SQLite's own locks are on 512 bytes from 2**30 on.

https://www.sqlite.org/lockingv3.html
"""

RIGHTS = "Give this user the right to write the file, its folder and the .lock file beside it."


class InstanceLock:
    """Keeps a second process away from an SQLite file; does nothing for PostgreSQL.

    There are two ways to one file: by a symbolic link, whose end is locked by a file beside it, and
    by a second name of its own (a hard link), for which, on Linux, the file itself is locked.
    """

    def __init__(self, address: Address) -> None:
        self._file = Path(os.path.realpath(address.file)) if address.file else None
        beside = f"{self._file}.lock"
        self._beside = FileLock(beside, timeout=0, mode=MODE) if self._file else None
        self._held: int | None = None

    def acquire(self) -> None:
        """Take the lock, without waiting for it.

        Raises InstanceLocked when another process has it, and DatabaseUnusable when the file or its
        lock cannot be made or written.
        """
        if self._file is None or self._beside is None:
            return
        require_place(self._file)
        make_private(self._file)  # whoever can open a file can lock it
        try:
            self._beside.acquire()
            self._held = _hold(self._file)
        except OSError as error:
            self.release()
            raise _refused(self._file, error) from error

    def release(self) -> None:
        """Release the lock; does nothing when it is not held.

        Every connection to the file has to be closed before: whoever closes a file loses all locks
        on it that belong to the process, and SQLite's do.
        """
        if self._held is not None:
            os.close(self._held)
            self._held = None
        if self._beside is not None:
            self._beside.release()


def _refused(file: Path, error: OSError) -> StoreError:
    """The error to raise: InstanceLocked if somebody has the lock, otherwise DatabaseUnusable."""
    if isinstance(error, Timeout) and not Path(error.lock_file).exists():
        return DatabaseUnusable(f"{file} cannot be made there.", next_step=RIGHTS)
    if isinstance(error, (Timeout, BlockingIOError)):
        return InstanceLocked(f"Another process uses this database ({file}).")
    return DatabaseUnusable(f"{file} cannot be locked: {error.strerror}.", next_step=RIGHTS)


def _hold(file: Path) -> int | None:
    """Lock the file itself, by a lock that belongs to the open file and not to the process.

    Raises BlockingIOError when somebody else has it. Only Linux has such locks (man 2
    fcntl_locking).
    """
    if sys.platform != "linux":
        return None
    opened = os.open(file, os.O_RDWR | os.O_CREAT, MODE)
    try:
        flock = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, BEYOND, 1, 0)
        fcntl.fcntl(opened, fcntl.F_OFD_SETLK, flock)
    except OSError:
        os.close(opened)
        raise
    if (names := os.fstat(opened).st_nlink) > 1:
        log.warning("hard link found", names=names, next_step="Open it always by the same name.")
    return opened
