"""What can go wrong between us and a vendor, asked for by name and seen by a real client.

A broken connection is `Dropped`, raised by the app after it has begun an answer it never finishes.
uvicorn then closes the socket, so that a client over loopback sees httpx.RemoteProtocolError;
`AppTransport` raises the same where the app is called directly.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.clock import Clock

Wrap = Callable[[ASGIApp], ASGIApp]
Problem = Callable[[int], Response]
"""Makes the vendor's own error answer for an HTTP status."""


class Dropped(Exception):
    """The server closed the connection without finishing its answer."""


class AppTransport(httpx.AsyncBaseTransport):
    """Calls an ASGI app directly; a `Dropped` answer raises httpx.RemoteProtocolError, as usual."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request to the app."""
        try:
            return await self._inner.handle_async_request(request)
        except Dropped as dropped:
            message = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(message, request=request) from dropped


@dataclass
class _Fault:
    wrap: Wrap
    on: str
    left: int | None
    delay: bool

    def take(self, path: str) -> bool:
        """Whether the fault hits this request; counts it when it does."""
        if self.on not in path or self.left == 0:
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The faults of one server. A request meets every `slow` and the first other fault that fits.

    Each takes `on`, a part of the path ("" is every path), and `times`, how many requests it hits
    (None: until `clear`). Where there is an `after`, False means that nothing happened at the
    vendor and True that it did.
    """

    def __init__(self, clock: Clock, problem: Problem) -> None:
        self._clock = clock
        self._problem = problem
        self._pending: list[_Fault] = []

    def clear(self) -> None:
        """No faults from now on."""
        self._pending.clear()

    def around(self, app: ASGIApp, path: str) -> ASGIApp:
        """`app` with the faults that hit this request around it."""
        hits: list[_Fault] = []
        for fault in self._pending:
            spoiled = any(not hit.delay for hit in hits)
            if (fault.delay or not spoiled) and fault.take(path):
                hits.append(fault)
        for hit in sorted(hits, key=lambda hit: hit.delay):
            app = hit.wrap(app)
        return app

    def slow(self, seconds: float, *, on: str = "", times: int | None = 1) -> None:
        """Wait that many seconds before anything happens."""

        async def wait(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            await self._clock.sleep(seconds)
            await app(scope, receive, send)

        self._add(wait, on, times, delay=True)

    def hang(self, *, after: bool = False, on: str = "", times: int | None = 1) -> None:
        """Never answer; ends when the client goes away."""

        async def hang(app: ASGIApp, scope: Scope, receive: Receive, _: Send) -> None:
            if after:
                await _answer(app, scope, receive)
            while (await receive())["type"] != "http.disconnect":
                pass

        self._add(hang, on, times)

    def trickle(self, seconds: float, *, on: str = "", times: int | None = 1) -> None:
        """Answer one byte at a time, with that many seconds before each."""

        async def trickle(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            start, body = await _captured(app, scope, receive)
            await send(start)
            for byte in body:
                await self._clock.sleep(seconds)
                await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            await send({"type": "http.response.body", "body": b""})

        self._add(trickle, on, times)

    def limit(self, retry_after: int = 1, *, on: str = "", times: int | None = 1) -> None:
        """429 with `Retry-After` in seconds; nothing happens."""

        async def limit(_: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            answer = self._problem(429)
            answer.headers["retry-after"] = str(retry_after)
            await answer(scope, receive, send)

        self._add(limit, on, times)

    def error(
        self, status: int = 500, *, after: bool = False, on: str = "", times: int | None = 1
    ) -> None:
        """The vendor's own error body with that status."""

        async def fail(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            if after:
                await _answer(app, scope, receive)
            await self._problem(status)(scope, receive, send)

        self._add(fail, on, times)

    def drop(self, *, after: bool = False, on: str = "", times: int | None = 1) -> None:
        """Close the connection without an answer."""

        async def drop(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            if after:
                await _answer(app, scope, receive)
            headers = [(b"content-length", b"1")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            raise Dropped

        self._add(drop, on, times)

    def malformed(self, *, on: str = "", times: int | None = 1) -> None:
        """The right answer, cut off in the middle of its JSON."""
        self._add(_rewriting(lambda body: body[: len(body) // 2]), on, times)

    def html(self, *, on: str = "", times: int | None = 1) -> None:
        """200 and an HTML page, as a proxy's login or maintenance page comes; nothing happens."""

        async def page(_: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            answer = HTMLResponse("<!doctype html><title>Be right back</title>")
            await answer(scope, receive, send)

        self._add(page, on, times)

    def nulls(self, *fields: str, on: str = "", times: int | None = 1) -> None:
        """The right answer with these fields null, wherever they stand."""

        def blank(body: bytes) -> bytes:
            return json.dumps(_without(json.loads(body), frozenset(fields))).encode()

        self._add(_rewriting(blank), on, times)

    def _add(self, play: "_Play", on: str, times: int | None, *, delay: bool = False) -> None:
        def wrap(app: ASGIApp) -> ASGIApp:
            async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
                await play(app, scope, receive, send)

            return wrapped

        self._pending.append(_Fault(wrap, on, times, delay))


_Play = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]


async def _captured(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """What the app answers: the message that starts it, and the whole body."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, keep)
    return sent[0], b"".join(message.get("body", b"") for message in sent[1:])


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> None:
    """Let the app do its work and throw its answer away."""
    await _captured(app, scope, receive)


def _rewriting(change: Callable[[bytes], bytes]) -> _Play:
    async def rewrite(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        start, body = await _captured(app, scope, receive)
        body = change(body)
        kept = [header for header in start["headers"] if header[0] != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode())]
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return rewrite


def _without(value: Any, fields: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: None if key in fields else _without(inner, fields) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_without(inner, fields) for inner in value]
    return value
