"""An office's network on loopback: its own CA, servers that speak TLS, and a real forward proxy."""

import asyncio
import os
import re
import shutil
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from tests.live.process import free_port

LOOPBACK = "127.0.0.1"

TINYPROXY = shutil.which("tinyproxy")

NEEDS_PROXY = pytest.mark.skipif(
    TINYPROXY is None and os.environ.get("CI") != "true", reason="tinyproxy is not installed"
)
"""`.ci/run` installs it; there it has to run."""

TIMEOUT_S = 10.0

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What is done with a connection."""


@dataclass(frozen=True)
class NetworkHarness:
    """A CA that no system believes; `file` is its certificate.

    `visits` counts the connections to each server behind TLS, by `host:port`.
    """

    ca: trustme.CA
    file: Path
    visits: Counter[str] = field(default_factory=Counter)

    @classmethod
    def found(cls, folder: Path) -> "NetworkHarness":
        """A new one, its certificate in `folder`."""
        ca, file = trustme.CA(organization_name="NetworkHarness"), folder / "office.pem"
        ca.cert_pem.write_to_path(file)
        return cls(ca, file)

    def server(self, *names: str) -> ssl.SSLContext:
        """What a server of those names shows; 127.0.0.1 where none is given."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*(names or (LOOPBACK,))).configure_cert(context)
        return context

    @asynccontextmanager
    async def front(self, url: str) -> AsyncIterator[str]:
        """The server at `url`, by TLS: its address with another port."""
        parts = urlsplit(url)
        behind = int(parts.port or 0)

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.visits[f"{LOOPBACK}:{writer.get_extra_info('sockname')[1]}"] += 1
            there, back = await asyncio.open_connection(LOOPBACK, behind)
            try:
                await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
            finally:
                back.close()

        async with serving(relay, self.server()) as port:
            yield parts._replace(scheme=f"{parts.scheme}s", netloc=f"{LOOPBACK}:{port}").geturl()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def serving(answer: Answer, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Whoever connects to the port, by TLS where there is a context, is given to `answer`."""
    at_work: set[asyncio.Task[None]] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await answer(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(attend(reader, writer))
        at_work.add(task)
        task.add_done_callback(at_work.discard)

    server = await asyncio.start_server(accept, LOOPBACK, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(at_work):
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)


@dataclass(frozen=True)
class Proxy:
    """tinyproxy, running; `url` is how it is named in HTTPS_PROXY."""

    url: str
    log: Path

    def connects(self) -> Counter[str]:
        """How often it was asked for a tunnel to each `host:port`."""
        return Counter(re.findall(r"Request \(.*?\): CONNECT (\S+)", self.log.read_text("utf-8")))


@asynccontextmanager
async def tinyproxy(folder: Path, *options: str, user: str = "") -> AsyncIterator[Proxy]:
    """A forward proxy of its own process; `user` as `name:password` has it ask for them."""
    assert TINYPROXY is not None
    port, log, file = free_port(), folder / "proxy.log", folder / "proxy.conf"
    asks = [f"BasicAuth {user.replace(':', ' ')}"] if user else []
    lines = [f"Port {port}", f"Listen {LOOPBACK}", f'LogFile "{log}"', "LogLevel Connect"]
    file.write_text("\n".join([*lines, *asks, *options, ""]), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(TINYPROXY, "-d", "-c", str(file))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await _listens(port)
        yield Proxy(f"http://{f'{user}@' if user else ''}{LOOPBACK}:{port}", log)
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            return


@asynccontextmanager
async def all_by_tls(
    office: NetworkHarness, environ: dict[str, str]
) -> AsyncIterator[dict[str, str]]:
    """An environment with each server it names behind TLS."""
    async with AsyncExitStack() as stack:
        secured = dict(environ)
        for name, url in environ.items():
            if name.endswith("_URL") and url.startswith("http://"):
                secured[name] = await stack.enter_async_context(office.front(url))
        yield secured
