"""Standard error that holds up nobody: lines are written by a thread, or dropped and counted.

A pipe that nobody reads blocks whoever writes into it, and one whose reader is gone, or a full
disk, raises in the middle of other work. Neither is a reason to lose an order.
"""

import atexit
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TextIO

import structlog

log = structlog.get_logger(__name__)

MOST_WAITING = 5_000
"""Pieces of text, most of them a line, that wait for the stream before further ones are dropped."""

AT_ONCE = 500
"""So many are written together."""

FLUSH_SECONDS = 1.0
"""How long a process that ends waits until its last lines are written."""


class LogStream(io.TextIOBase):
    """A text file for log lines, in front of `file`. No method raises for what `file` does.

    `most` is how many pieces of text may wait.
    """

    encoding = "utf-8"

    def __init__(self, file: TextIO, *, most: int = MOST_WAITING) -> None:
        self._file = file
        self._most = most
        self._put = _putting(file)
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._refused = 0  # counted by whoever writes
        self._failed = 0  # counted by the thread
        self._told = 0
        self._torn = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many lines were dropped so far."""
        return self._refused + self._failed

    def write(self, text: str) -> int:
        """Queue `text` for the thread that writes, or drop it when `most` pieces wait already.

        Returns the length of `text` either way.
        """
        lines = text.count("\n")  # bytes raise TypeError here, by which click knows a text file
        if self._waiting.qsize() >= self._most:
            self._refused += lines
        else:
            self._waiting.put(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: the thread writes what is queued as soon as the stream takes it."""

    def writable(self) -> bool:
        """True: it can be written to."""
        return True

    def isatty(self) -> bool:
        """Whether it is a terminal that shows the lines."""
        return self._file.isatty()

    def fileno(self) -> int:
        """The file descriptor of the stream behind it; OSError when it has none."""
        return self._file.fileno()

    def finish(self, seconds: float = FLUSH_SECONDS) -> None:
        """Wait up to `seconds` until what is queued is written; whatever comes later is dropped."""
        self._waiting.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            whole = first + "".join(self._more())
            try:
                self._put("\n" + whole if self._torn else whole)
            except (OSError, ValueError):  # ValueError: the file is closed
                self._torn = True
                self._failed += whole.count("\n")
            else:
                self._torn = False
                self._tell_of_dropped()

    def _more(self) -> Iterator[str]:
        """What waits beside the first piece, up to the end where that has come."""
        for _ in range(AT_ONCE):
            try:
                text = self._waiting.get_nowait()
            except Empty:
                return
            if text is None:
                self._waiting.put(None)
                return
            yield text

    def _tell_of_dropped(self) -> None:
        """Say how many lines were lost so far, once the stream takes lines again."""
        if (dropped := self.dropped) > self._told:
            self._told = dropped
            log.warning("log lines dropped", lines=dropped)


def _putting(file: TextIO) -> Callable[[str], None]:
    """What writes text into `file` at once, leaving nothing in a buffer; it raises as `file` does.

    A buffer would hold what a full disk did not take, and be flushed, and waited for, at the end.
    """
    try:
        descriptor = file.fileno()
    except OSError:

        def put(text: str) -> None:
            file.write(text)
            file.flush()

    else:

        def put(text: str) -> None:
            rest = text.encode(errors="backslashreplace")
            while rest:
                rest = rest[os.write(descriptor, rest) :]

    return put


@contextmanager
def unblocked_stderr() -> Iterator[None]:
    """Replace standard error by a LogStream; on leaving, wait up to a second for the last lines.

    After an error that nobody expects the LogStream stays, so that the traceback which Python then
    prints blocks nobody either.
    """
    before = sys.stderr
    stream = LogStream(before)
    sys.stderr = stream
    atexit.register(stream.finish)
    try:
        yield
    except SystemExit:
        sys.stderr = before
        raise
    else:
        sys.stderr = before
    finally:
        if sys.stderr is before:
            stream.finish()
            atexit.unregister(stream.finish)
