"""Files that only the user this runs as can read: whoever reads them reads who did what to whom.

On Windows, where a file has no such mode, the folder's rights are all there is.
"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

MODE = 0o600
"""Its owner reads and writes it, nobody else does anything."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO

BESIDE = ("", "-wal", "-shm", "-journal", ".lock", ".head")
"""What the names of an SQLite file, of its companions and of our lock end with.

SQLite gives its companions the mode of the file itself. https://sqlite.org/tempfiles.html
"""


def make_private(path: Path) -> None:
    """Create an SQLite file with mode 0600 before SQLite does, and set that mode on what is there.

    Its companions get the same mode. Files of another owner stay as they are: see `exposed_files`.
    Where no file can be made, none is made; SQLite then says why. A file that is there is not
    opened: to close it again would take away the locks of SQLite's that this process holds on it.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, MODE))
    for file in _files(path):
        _tighten(file)


def exposed_files(path: Path) -> list[Path]:
    """The ones of an SQLite file and its companions that other users may open."""
    return [file for file in _files(path) if _mode(file) & OTHERS]


def is_open_to_all(folder: Path) -> bool:
    """Whether any user may add files to a folder, or remove ours."""
    return bool(_mode(folder) & stat.S_IWOTH) and not _mode(folder) & stat.S_ISVTX


def open_private(path: Path) -> TextIO:
    """Open a text file with mode 0600 to write it anew, in UTF-8, without changing line ends.

    A new file has the mode from the start, and one that is there gets it before any text. Raises
    OSError.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT, MODE)
    try:
        if stat.S_ISREG(os.fstat(file).st_mode):  # no terminal, no pipe
            if sys.platform != "win32":
                os.fchmod(file, MODE)
            os.ftruncate(file, 0)
    except OSError:
        os.close(file)
        raise
    return os.fdopen(file, "w", encoding="utf-8", newline="")


def _files(path: Path) -> list[Path]:
    beside = (path.with_name(path.name + end) for end in BESIDE)
    return [file for file in beside if file.is_file()]


def _tighten(path: Path) -> None:
    with suppress(OSError):  # it is not ours, or gone
        if _mode(path) & OTHERS:
            path.chmod(MODE)


def _mode(path: Path) -> int:
    return path.stat().st_mode
