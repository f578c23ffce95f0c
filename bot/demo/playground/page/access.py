"""Who may see the page: this machine, by its own name, with the token from the link."""

import secrets
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES = {"127.0.0.1", "localhost"}
COOKIE, QUERY = "callwarden-playground", "token"


class AccessGuard:
    """Lets a request through whose Host is this machine and that brings the token.

    The token comes once in the link's query and then as a cookie. A page of another host that has
    been pointed at this address (DNS rebinding) fails at the Host, one that only sends requests
    here at the cookie, which no other site may send along.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, or answer 403 (close a socket before it opens)."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        asked = parse_qs(scope["query_string"].decode()).get(QUERY, [""])[-1]
        fresh = self._is(asked)
        if host not in NAMES or not (fresh or self._is(_kept(headers.get("cookie", "")))):
            await _turn_away(scope, receive, send)
        elif fresh:
            await self._app(scope, receive, self._giving(send))
        else:
            await self._app(scope, receive, send)

    def _is(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(), self._token.encode())

    def _giving(self, send: Send) -> Send:
        """`send`, with the cookie put on the answer."""
        cookie = f"{COOKIE}={self._token}; Path=/; HttpOnly; SameSite=Strict"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        return sending


def _kept(header: str) -> str:
    morsel = SimpleCookie(header).get(COOKIE)
    return "" if morsel is None else morsel.value


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    words = "This page opens only with the whole link that `make demo` printed.\n"
    await PlainTextResponse(words, status_code=403)(scope, receive, send)
