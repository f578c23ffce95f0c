"""A body as a network brings it: in pieces, encoded, and not read before somebody reads it."""

from collections.abc import AsyncIterator, Iterable

import httpx


class Pieces(httpx.AsyncByteStream):
    """The body of an httpx.Response, given as its `stream`. `sent` counts the bytes taken."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces, one after the other."""
        for piece in self._pieces:
            self.sent += len(piece)
            yield piece
