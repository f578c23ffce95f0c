"""HTTP/1.1 between local processes at next to no cost, so that it is never what is measured."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    """The answer to a request: its status and body."""

    status: int
    body: bytes


def post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes of a POST request."""
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def get(path: str) -> bytes:
    """The bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()


class Line:
    """One kept-alive connection to a local port, opened when used, and again after it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> Answer:
        """Send one request and read its answer; OSError when the connection breaks."""
        try:
            reader, writer = self._streams = self._streams or await self._open()
            writer.write(request)
            head, body = await _message(reader)
        except asyncio.IncompleteReadError as error:
            self.close()
            raise ConnectionResetError("no whole answer") from error
        except BaseException:
            self.close()
            raise
        return Answer(int(head[9:12]), body)

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)


class Letterbox:
    """A stand-in for a response_url: answers every POST with 200 at once and keeps its body."""

    def __init__(self) -> None:
        self.url = ""
        self._letters: asyncio.Queue[bytes] = asyncio.Queue()

    async def next(self, seconds: float = 30.0) -> bytes:
        """The next body posted; TimeoutError when none comes."""
        async with asyncio.timeout(seconds):
            return await self._letters.get()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it is closed."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                _, body = await _message(reader)
                self._letters.put_nowait(body)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()


@contextlib.asynccontextmanager
async def letterbox() -> AsyncIterator[Letterbox]:
    """Serve a letterbox on a free local port while the context lasts."""
    box = Letterbox()
    server = await asyncio.start_server(box.take, "127.0.0.1", 0)
    box.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/answer"
    try:
        yield box
    finally:
        server.close()


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head, await reader.readexactly(length)
