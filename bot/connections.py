"""One HTTP connection, closed when its sender is slow, says too much, or takes no answer.

uvicorn bounds only the pause between two requests: half a request is waited for without an end, and
headers may be as long as memory lasts.
"""

import asyncio
from typing import Any, NamedTuple

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState


class ConnectionLimits(NamedTuple):
    """The limits of one connection: times in seconds, sizes in bytes.

    `request`: from the moment it is open, or from the first byte after an answer, until a request
    is there whole. Slack itself waits 3 s for an answer. `answer`: until the other side has taken
    the whole answer. `goodbye`: until a connection that we close is gone, and until the rest of a
    body whose request is answered already has come. `head` is how long headers may be in all, and
    how much is read of such a rest; `ahead`, how many requests may wait for the answer to another.
    """

    request: float = 6.0
    answer: float = 6.0
    goodbye: float = 1.0
    head: int = 64 * 1024
    ahead: int = 4


READ_BYTES = 32 * 1024
"""So much is read of a connection before the next one has its turn; the loops' own 256 KiB, times
hundreds of connections at once, are in memory before anybody can refuse them."""

TOO_SLOW, TOO_LONG = b"408 Request Timeout", b"431 Request Header Fields Too Large"


class _RequestTooLarge(Exception):
    """Stops the parser, which answers 400 and hangs up."""


class Config(uvicorn.Config):
    """uvicorn's configuration, with the limits of a connection added."""

    limits = ConnectionLimits()


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a time limit on each wait. `config` is a `Config` of ours."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = config.limits if isinstance(config, Config) else ConnectionLimits()
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._begun = False
        self._receiving: RequestResponseCycle | None = None
        self._idle_bytes = self._head_bytes = self._let_go = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time limit for the first request."""
        super().connection_made(transport)
        self._wait(self._limits.request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the time limits: the connection is closed."""
        self._wait(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse `data`; refuse a request after `head` bytes that are no body and do not end it."""
        if self._deadline is None:
            self._wait(self._limits.request)
        self._idle_bytes += len(data)
        super().data_received(data)
        if self._idle_bytes > self._limits.head and not self.transport.is_closing():
            self._refuse(TOO_LONG)

    def on_message_begin(self) -> None:
        """Note that a request begins, maybe in the same bytes in which the last one ended."""
        super().on_message_begin()
        self._begun, self._head_bytes = True, 0
        if self._deadline is None:
            self._wait(self._limits.request)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header; a trailer after a body is dropped, as nobody here reads any."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > self._limits.head:
            raise _RequestTooLarge("headers")
        if self._receiving is None:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Go on to the body: the headers are complete."""
        if len(self.pipeline) >= self._limits.ahead:
            raise _RequestTooLarge("requests")
        super().on_headers_complete()
        self._idle_bytes = 0
        self._receiving = self._cycle

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; once it is answered, `head` more bytes are read at most."""
        answered = self._receiving is not None and self._receiving.response_complete
        self._idle_bytes, self._let_go = 0, self._let_go + len(body) if answered else 0
        if self._let_go > self._limits.head:
            self.flow.pause_reading()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the time limit of the request: unless it is answered already, it is our turn."""
        answered = self._receiving is not None and self._receiving.response_complete
        self._wait(self._limits.request if answered else None)
        self._begun, self._receiving, self._idle_bytes, self._let_go = False, None, 0, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Note that the answer is sent; wait a little for what still comes of its request."""
        super().on_response_complete()
        if self._receiving is not None and self._receiving.response_complete:
            self._receiving.body = bytearray()
            self._wait(self._limits.goodbye)

    def handle_websocket_upgrade(self) -> None:
        """Cancel the time limits and hand the connection over to the WebSocket protocol."""
        self._wait(None)
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """Start the time limit for the answer: the other side takes no more of it for now."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._limits.answer, self.transport.abort)

    def resume_writing(self) -> None:
        """End the time limit for the answer: the other side reads on."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection: no further request came after the last answer."""
        self._hang_up()

    def _wait(self, seconds: float | None) -> None:
        """Wait so long for a whole request; None: for nothing."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self._refuse, TOO_SLOW)

    def _refuse(self, status: bytes) -> None:
        """Say why, where a request has begun and no answer is on its way, and hang up."""
        cycle = self._receiving or self._cycle
        silent = cycle is None or cycle.response_complete or not cycle.response_started
        answered = self._receiving is not None and self._receiving.response_complete
        if self._begun and silent and not answered and not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status
            )
        self._hang_up()

    @property
    def _cycle(self) -> RequestResponseCycle | None:
        """The newest request whose headers are whole; uvicorn's own word for it hides the None."""
        return self.cycle

    def _hang_up(self) -> None:
        """Close the connection; abort it when the other side does not read what was answered."""
        self.transport.close()
        self.loop.call_later(self._limits.goodbye, self.transport.abort)


class BufferedConnection(asyncio.BufferedProtocol):
    """Hands a `BoundedProtocol` what comes in small pieces, so that little is read ahead of it.

    It takes the arguments with which uvicorn makes protocols. It is an `asyncio.BufferedProtocol`
    because uvloop decides by itself how much it reads for any other.
    """

    _buffer = bytearray(READ_BYTES)
    """One for all connections of a loop: what is read is handed on before the next read."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._http = BoundedProtocol(config, server_state, app_state, _loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Tell the protocol behind of its connection."""
        self._http.connection_made(transport)

    def get_buffer(self, sizehint: int) -> bytearray:
        """The buffer into which the next bytes are read."""
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand the first `nbytes` of the buffer on."""
        self._http.data_received(bytes(memoryview(self._buffer)[:nbytes]))

    def eof_received(self) -> None:
        """Tell the protocol behind that the other side sends no more."""
        self._http.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the protocol behind that the connection is closed."""
        self._http.connection_lost(exc)

    def pause_writing(self) -> None:
        """Tell the protocol behind that the other side takes nothing for now."""
        self._http.pause_writing()

    def resume_writing(self) -> None:
        """Tell the protocol behind that the other side takes something again."""
        self._http.resume_writing()
