"""How far a request came on its way to the vendor, as httpcore tells it while it is sent."""

from collections.abc import Mapping
from typing import Any, Self

import httpcore
import httpx

TRACE = "trace"
BEGUN, CONNECTED = "connection.connect_tcp.started", "connection.connect_tcp.complete"
HEADERS = "send_request_headers.started"


class RequestTrace:
    """Follows one request through all its tries: until its headers are written, nothing was sent.

    Events: httpcore's trace extension (www.encode.io/httpcore/extensions). A transport that makes
    no connections sends no events, and then nothing is claimed.
    """

    def __init__(self) -> None:
        self._connecting = self._sent = False
        self._line: httpcore.AsyncNetworkStream | None = None
        self._ever_connecting = self._ever_sent = False
        self.failure: Exception | None = None
        """Why no connection came about at the last try that ended by itself."""

    @classmethod
    def of(cls, request: httpx.Request) -> Self:
        """The trace of this request, attached to it at the first call."""
        trace = request.extensions.setdefault(TRACE, cls())
        assert isinstance(trace, cls)  # noqa: S101 - the extension is ours
        return trace

    def begin(self) -> None:
        """Start following another try."""
        self._connecting = self._sent = False
        self._line = None

    async def hang_up(self) -> None:
        """Close a connection on which nothing was sent when its try was given up.

        httpcore leaves it open, until the other side closes it, where that was during the handshake
        of TLS.
        """
        if self.unsent and self._line is not None:
            await self._line.aclose()

    @property
    def unsent(self) -> bool:
        """Whether this try ended on the way to a connection, with nothing of the request sent."""
        return self._connecting and not self._sent

    @property
    def never_sent(self) -> bool:
        """Whether every try so far ended on the way to a connection, with nothing sent."""
        return self._ever_connecting and not self._ever_sent

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Note one event. What a proxy is asked for, a tunnel, is not the request."""
        if event == BEGUN:
            self._connecting = self._ever_connecting = True
        elif event == CONNECTED:
            self._line = info["return_value"]
        elif (
            event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT"
        ):
            self._sent = self._ever_sent = True
