"""How far the audit of an SQLite file came, in a small file beside it: a backup is behind that.

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
    """The last entry that was written through this machine. Without a `file` nothing is kept."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._open: int | None = None
        self._noted = Head()

    @classmethod
    def beside(cls, database: Path | None) -> "HeadFile":
        """That of an SQLite file, whatever name it is opened by; none for PostgreSQL."""
        return cls(Path(f"{os.path.realpath(database)}.head") if database else None)

    def last(self) -> Head | None:
        """As it was noted; None where nothing was, or it cannot be read."""
        if self._file is None:
            return None
        try:
            number, said = self._file.read_text().split()
            return Head(int(number), bytes.fromhex(said))
        except (OSError, ValueError):
            return None

    def note(self, head: Head) -> None:
        """This entry is in the database now. What cannot be noted is no trouble for anybody."""
        if self._file is None or not head.id or head == self._noted:
            return
        with suppress(OSError):
            if self._open is None:
                self._open = os.open(self._file, os.O_WRONLY | os.O_CREAT, MODE)
            os.pwrite(self._open, FORM.format(head.id, head.hash.hex()).encode(), 0)
            self._noted = head

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            os.close(self._open)
            self._open = None
