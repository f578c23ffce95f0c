"""Programs of ours as real processes: started, killed without warning, asked to stop."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def refusing_port() -> int:
    """A port that refuses connections as long as this process lives: taken, not listened on."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    _HELD.append(held)
    port: int = held.getsockname()[1]
    return port


_HELD: list[socket.socket] = []


class Process(Protocol):
    """What is asked of a process: the part of `asyncio.subprocess.Process` in use here."""

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """The stream of what it prints."""

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""

    def kill(self) -> None:
        """Send SIGKILL."""

    def terminate(self) -> None:
        """Send SIGTERM."""

    def send_signal(self, signal: signal.Signals, /) -> None:
        """Send any signal."""

    async def wait(self) -> int:
        """Wait for its end; its exit code."""


class Program:
    """`python -m <arguments>` in a process of its own; what it says goes to the end of `log`."""

    def __init__(self, process: Process, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    async def start(cls, *arguments: str, environ: Mapping[str, str], log: Path) -> "Program":
        """Start it, without our own environment; returns before it is ready."""
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *arguments,
                cwd=ROOT,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(log.parent), **environ},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
            )
        return cls(process, log)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def line(self) -> str:
        """The next line it prints; RuntimeError with the end of its log when it ends instead."""
        assert self._process.stdout
        said = await self._process.stdout.readline()
        if not said:
            raise RuntimeError(self.last_words())
        return said.decode()

    async def rest(self) -> str:
        """All that it still prints until it ends."""
        assert self._process.stdout
        return (await self._process.stdout.read()).decode()

    def last_words(self) -> str:
        """The end of its log file."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3_000:]

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self.running:
            self._process.kill()

    def stop(self) -> None:
        """Ask it to stop, as a host does: SIGTERM."""
        if self.running:
            self._process.terminate()

    def interrupt(self) -> None:
        """Press Ctrl-C: SIGINT."""
        if self.running:
            self._process.send_signal(signal.SIGINT)

    def freeze(self) -> None:
        """Let it stand still, as a machine that sleeps does: SIGSTOP."""
        if self.running:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on: SIGCONT."""
        if self.running:
            self._process.send_signal(signal.SIGCONT)

    async def ended(self) -> int:
        """Wait until it has ended; returns its exit code."""
        return await self._process.wait()
