"""Reading what answers at Slack's addresses, within bounds, whatever it is.

The SDK reads a body to its end, follows redirects, and takes text for JSON. These are what the
client session gives it instead.
"""

import json
from typing import Any

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from pydantic_core import from_json

from bot.errors import BodyUnreadable
from bot.responses import Inflater, repaired_json

LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that are read before it is given up, counted after decoding."""

METADATA = "response_metadata"
"""Where the SDK looks for the next page, and expects an object."""


class SlackUnreadable(aiohttp.ClientError):
    """An answer that cannot be read: too large, or compressed in a way not asked for."""


class SlackRedirected(aiohttp.ClientError):
    """An answer that redirects elsewhere, which is not followed: it would get our token."""


class SlackAnswer(ClientResponse):
    """An answer of which at most LARGEST bytes are read; its JSON is an object or none at all."""

    @property
    def content_type(self) -> str:
        """The media type: always JSON, since the SDK hands on anything else unread."""
        return "application/json"

    async def read(self) -> bytes:
        """The body, decompressed. Raises SlackUnreadable."""
        if self._body is None:
            try:
                self._body = await self._bounded()
            except BodyUnreadable as error:
                self.close()
                raise SlackUnreadable(f"What answers cannot be read: {error}.") from error
        return self._body

    async def text(self, encoding: str | None = None, errors: str = "replace") -> str:
        """The body as text: UTF-8, as all that Slack writes."""
        return (await self.read()).decode(encoding or "utf-8", errors=errors)

    async def json(self, **_: Any) -> dict[str, Any]:
        """The body's JSON object. Raises JSONDecodeError where it is none, as the SDK expects."""
        body = await self.read()
        try:
            parsed = _parsed(body)
        except ValueError as error:
            raise json.JSONDecodeError(type(error).__name__, "", 0) from error
        if not isinstance(parsed, dict):
            raise json.JSONDecodeError("not an object", "", 0)
        if not isinstance(parsed.get(METADATA, {}), dict):
            del parsed[METADATA]
        return parsed

    async def _bounded(self) -> bytes:
        inflater, body = Inflater(self.headers.getall("Content-Encoding", ())), bytearray()
        async for data in self.content.iter_any():
            for piece in inflater.feed(data):
                body += piece
                if len(body) > LARGEST:
                    raise BodyUnreadable("it is too large")
        inflater.require_end()
        return bytes(body)


def _parsed(body: bytes) -> Any:
    try:
        return from_json(body)
    except ValueError:
        return from_json(repaired_json(body))


def _bare(request: RequestInfo) -> RequestInfo:
    """What may be shown of it: whom it was sent to."""
    host = request.real_url.origin()
    return RequestInfo(host, request.method, CIMultiDictProxy(CIMultiDict()), host)


async def guarded(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """A middleware that follows no redirect (SlackRedirected), and keeps requests to itself.

    aiohttp's errors show the request with its address and headers, token and password included.
    """
    try:
        answer = await handler(request)
    except aiohttp.ClientResponseError as error:
        error.request_info, error.history = _bare(error.request_info), ()
        error.args = (error.request_info, ())
        raise
    if 300 <= answer.status <= 399:  # noqa: PLR2004 - the class of all redirects
        answer.close()
        raise SlackRedirected(f"It sends us to another address ({answer.status}).")
    return answer
