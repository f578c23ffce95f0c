"""How far a request came on its way to the vendor, as httpcore tells it while it happens."""

from collections.abc import Mapping
from typing import Any, Self

import httpx

TRACE, HEADERS = "trace", "send_request_headers.started"


class Passage:
    """One request, with all its tries. Until its headers are written, nothing of it was sent.

    Events: httpcore's trace extension (www.encode.io/httpcore/extensions). A transport that makes
    no connections tells nothing, and then nothing is claimed.
    """

    def __init__(self) -> None:
        self._connecting = self._sent = self._ever_sent = False

    @classmethod
    def of(cls, request: httpx.Request) -> Self:
        """The one of this request, which has it from now on."""
        passage = request.extensions.setdefault(TRACE, cls())
        assert isinstance(passage, cls)  # noqa: S101 - the extension is ours
        return passage

    def begin(self) -> None:
        """Another try."""
        self._connecting = self._sent = False

    @property
    def unsent(self) -> bool:
        """Whether this try ended on the way to a connection, with nothing of the request sent."""
        return self._connecting and not self._sent

    @property
    def never_sent(self) -> bool:
        """Whether that is so of every try."""
        return self.unsent and not self._ever_sent

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Note one event. What a proxy is asked for, a tunnel, is not the request."""
        if event == "connection.connect_tcp.started":
            self._connecting = True
        elif (
            event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT"
        ):
            self._sent = self._ever_sent = True
