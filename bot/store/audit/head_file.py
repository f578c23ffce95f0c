"""The `.head` file beside an SQLite file: the last audit entry that was written through here.

After a backup of the database was restored, the file tells of an entry that the database has not.
It is written after every commit, without waiting for the disk: a crash of the machine may lose its
last state, and then less shows. Whoever restores a whole folder restores this file, too.
"""

import os
from contextlib import suppress
from pathlib import Path

from bot.store.audit.chain import Head
from bot.store.private_files import MODE

FORM = "{:020d} {}\n"
"""Each state has the same length, so that it is written over the one before."""


class HeadFile:
    """Keeps the last entry that was written through this machine; nothing without a `file`."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._open: int | None = None
        self._noted = Head()

    @classmethod
    def beside(cls, database: Path | None) -> "HeadFile":
        """The one of an SQLite file, by whatever name it is opened; without a file otherwise."""
        return cls(Path(f"{os.path.realpath(database)}.head") if database else None)

    def last(self) -> Head | None:
        """The entry that was noted last; None when there is none, or it cannot be read."""
        if self._file is None:
            return None
        try:
            number, said = self._file.read_text().split()
            return Head(int(number), bytes.fromhex(said))
        except (OSError, ValueError):
            return None

    def note(self, head: Head) -> None:
        """Write down that this is the last entry. Errors of the file system are ignored."""
        if self._file is None or not head.id or head == self._noted:
            return
        with suppress(OSError):
            if self._open is None:
                self._open = os.open(self._file, os.O_WRONLY | os.O_CREAT, MODE)
            os.pwrite(self._open, FORM.format(head.id, head.hash.hex()).encode(), 0)
            self._noted = head

    def close(self) -> None:
        """Close the file; `note` opens it again."""
        if self._open is not None:
            os.close(self._open)
            self._open = None
