"""Processes forked from one that has loaded the bot, for tests in which many live and die.

What they run is the real thing, from `python -m`'s first line on; only the imports are done. A cold
start is two seconds of a processor's time, a warm one a fraction of that. Python's own fork server
starts them; it ends with this process.
"""

import asyncio
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.live.process import ROOT, Program

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        "__main__",  # this process's own, which Python would run in each of them otherwise
        "bot.cli",
        "bot.service",
        "bot.bootstrap",
        "bot.cli_tables",
        "httpcore",  # loaded by httpx when the first client is made
        "uvicorn.protocols.http.httptools_impl",  # by uvicorn when a port is opened
    ]
)


def live(
    arguments: tuple[str, ...], environ: Mapping[str, str], log: str, said: Connection
) -> None:
    """In the new process: be `python -m <arguments>`, with that environment and no other."""
    become(environ, log, said)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def become(environ: Mapping[str, str], log: str, said: Connection) -> None:
    """In the new process: have that environment and no other, print to `said`, log to `log`."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    with said, Path(log).open("ab") as errors:
        os.dup2(said.fileno(), 1)
        os.dup2(errors.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # the old one knew a terminal


class _Output(asyncio.StreamReaderProtocol):
    """What a process prints; `closed` once it prints no more."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.closed.set()


class Forked:
    """A forked process, as `asyncio.subprocess.Process` shows one that was executed."""

    def __init__(
        self, process: ForkServerProcess, stdout: asyncio.StreamReader, output: _Output
    ) -> None:
        self.stdout = stdout
        self._process = process
        self._output = output

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs, minus the signal when one ended it."""
        return self._process.exitcode

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def send_signal(self, number: signal.Signals) -> None:
        """Send any signal."""
        if self._process.pid is not None and self.returncode is None:
            os.kill(self._process.pid, number)

    async def wait(self) -> int:
        """Wait until it has ended; returns its exit code."""
        await self._output.closed.wait()
        self._process.join()  # nothing printed any more: it is ending, or has ended
        assert self._process.exitcode is not None
        return self._process.exitcode


async def warm(*arguments: str, environ: Mapping[str, str], log: Path) -> Program:
    """As `Program.start`, forked instead of executed."""
    return Program(await forked(live, arguments, dict(environ), str(log)), log)


async def forked(target: Callable[..., None], *given: object) -> Forked:
    """A new process that runs `target` with what is given and, last, where it prints to."""
    hears, says = _SERVER.Pipe(duplex=False)
    reader = asyncio.StreamReader()
    output = _Output(reader)
    with hears:
        pipe = os.fdopen(os.dup(hears.fileno()), "rb")
    await asyncio.get_running_loop().connect_read_pipe(lambda: output, pipe)
    with says:
        process = _SERVER.Process(target=target, args=(*given, says), daemon=True)
        process.start()
    return Forked(process, reader, output)
