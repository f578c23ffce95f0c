"""A process of the bot whose clock can be set, and whose log goes into a pipe."""

import asyncio
import fcntl
import itertools
import mmap
import os
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from bot.clock import SystemClock
from tests.live.process import Program
from tests.live.warm import Forked, become, forked

_OFFSET = struct.Struct("d")

PIPE_BYTES = 4096
"""A pipe as small as Linux makes them, so that it is soon full."""

_NUMBERS = itertools.count(1)


class SetClock(SystemClock):
    """The machine's clock, ahead by the seconds in a file that another process writes."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._ahead = mmap.mmap(file.fileno(), _OFFSET.size)

    @classmethod
    def right(cls, path: Path) -> "SetClock":
        """A new file at `path`, and a clock that is right."""
        path.write_bytes(_OFFSET.pack(0.0))
        return cls(path)

    def now(self) -> datetime:
        """The present moment as it is set, aware, in UTC."""
        (ahead,) = _OFFSET.unpack(self._ahead)
        return super().now() + timedelta(seconds=ahead)

    def set_ahead(self, seconds: float) -> None:
        """Let it be ahead by so many seconds, at once, wherever it is read."""
        self._ahead[:] = _OFFSET.pack(seconds)


class LogPipe:
    """A named pipe whose reader copies what comes to the end of a file, until it does not."""

    def __init__(self, path: Path, log: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._log = log.open("ab")
        self._reads = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._reads, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._open = True
        self.read_on()

    def read_on(self) -> None:
        """Begin to read what comes through the pipe."""
        if self._open:
            asyncio.get_running_loop().add_reader(self._reads, self._copy)

    def stop_reading(self) -> None:
        """Stop reading, so that the pipe is soon full and takes no more."""
        if self._open:
            asyncio.get_running_loop().remove_reader(self._reads)

    def leave(self) -> None:
        """Close the reading end: from now on writing into the pipe fails."""
        if self._open:
            self.stop_reading()
            self._open = False
            os.close(self._reads)
            self._log.close()

    def _copy(self) -> None:
        if said := os.read(self._reads, PIPE_BYTES):
            self._log.write(said)
            self._log.flush()
        else:
            self.leave()


class Exposed(Program):
    """A process whose clock can be set and whose log can be left unread."""

    def __init__(self, process: Forked, log: Path, clock: SetClock, pipe: LogPipe) -> None:
        super().__init__(process, log)
        self.clock = clock
        self.pipe = pipe

    async def ended(self) -> int:
        """Wait until it has ended; returns its exit code."""
        code = await super().ended()
        self.pipe.leave()
        return code


def run(
    clock: str, arguments: tuple[str, ...], environ: Mapping[str, str], log: str, said: Connection
) -> None:
    """In the new process: be `callwarden <arguments>`, by the clock in that file."""
    become(environ, log, said)
    from bot.lifecycle import cut_short  # noqa: PLC0415 - as `bot.cli` does, in the new process
    from bot.log_stream import unblocked_stderr  # noqa: PLC0415
    from bot.service import on_a_fast_loop, serve, work  # noqa: PLC0415
    from bot.settings import Settings  # noqa: PLC0415

    settings, now = Settings.from_process(), SetClock(Path(clock))
    with unblocked_stderr(), cut_short() as stopping:
        if arguments[0] == "worker":
            on_a_fast_loop(work(settings, clock=now, when_stopping=stopping))
        else:
            sweeps = "--no-worker" not in arguments
            on_a_fast_loop(serve(settings, worker=sweeps, clock=now, when_stopping=stopping))


async def exposed(*arguments: str, environ: Mapping[str, str], log: Path) -> Exposed:
    """As `warm`: a process of `bot`, forked."""
    number, told = next(_NUMBERS), {**environ, "LOG_LEVEL": "INFO"}
    clock = log.parent / f"clock-{number}"
    set_clock, pipe = SetClock.right(clock), LogPipe(log.parent / f"log-{number}", log)
    process = await forked(run, str(clock), arguments[1:], told, str(pipe.path))
    return Exposed(process, log, set_clock, pipe)
