"""Reading request bodies of strangers, within a limit for each and one for all together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from bot.errors import Rejected

MOST_BYTES = 1_000_000
"""Slack's and the vendors' payloads are far smaller; no more than this is read of a body."""

SMALL_BYTES = 128 * 1024
"""Slack's largest everyday payloads, a card of fifty blocks written as a form, stay below this."""

HELD_BYTES = 32 * 1024 * 1024
"""Bytes of all bodies together in memory at once; large bodies may take half of it."""


def declared_length(request: Request) -> int | None:
    """The body's length by its Content-Length header; None where that is no number.

    Raises Rejected, with 413, when it is longer than anything that is read: the header is enough
    for that.
    """
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        return None
    if len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES:
        raise Rejected(413, "too long")
    return int(length)


class Bodies:
    """The memory that request bodies take, of all routes of a process together.

    What is sent counts, not what is announced, so that half a body holds no place for the rest. The
    second half of `most` bytes is for small bodies alone: whoever fills memory with large ones
    leaves room for commands and presses.
    """

    def __init__(self, most: int = HELD_BYTES) -> None:
        self._most = most
        self.held = 0

    @asynccontextmanager
    async def reading(self, request: Request) -> AsyncIterator[bytes]:
        """Read the body of `request`; it counts as held until the context ends.

        Raises Rejected: with 413 as soon as it is too long, whatever its header says; with 503 when
        there is no room for it, and with 400 when its sender hangs up.
        """
        declared_length(request)
        parts: list[bytes] = []
        read = 0
        try:
            async for part in _parts(request):
                parts.append(part)
                read += len(part)
                self.held += len(part)
                self._require_room(read)
            body = b"".join(parts)
            parts.clear()
            yield body
        finally:
            self.held -= read

    def _require_room(self, read: int) -> None:
        """Rejected with 413 for a body that is too long, with 503 where all together are."""
        if read > MOST_BYTES:
            raise Rejected(413, "too long")
        if self.held > (self._most if read <= SMALL_BYTES else self._most // 2):
            raise Rejected(503, "too many long bodies at once")


async def _parts(request: Request) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except ClientDisconnect as error:
        raise Rejected(400, "broken off") from error
