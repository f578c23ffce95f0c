"""The page opens on this machine, by its own name, with the token; for nobody else."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from bot.demo.playground.page.access import COOKIE, AccessGuard
from bot.demo.playground.run import RealCredentials, require_no_credentials

TOKEN = "the-token-of-this-evening"


async def _page(_: object) -> PlainTextResponse:
    return PlainTextResponse("the page")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("live")
    await socket.close()


GUARDED = AccessGuard(Starlette(routes=[Route("/", _page), WebSocketRoute("/ws", _socket)]), TOKEN)


async def get(path: str, *, host: str = "127.0.0.1:8000", cookie: str = "") -> httpx.Response:
    transport = httpx.ASGITransport(GUARDED)
    headers = {"cookie": f"{COOKIE}={cookie}"} if cookie else {}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        return await client.get(path, headers=headers)


async def test_the_link_opens_the_page_and_leaves_a_cookie_no_other_site_may_use() -> None:
    answer = await get(f"/?token={TOKEN}")
    assert answer.text == "the page"
    told = answer.headers["set-cookie"]
    assert all(word in told for word in (TOKEN, "HttpOnly", "SameSite=Strict"))


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost"])
async def test_the_cookie_is_enough_afterwards(host: str) -> None:
    assert (await get("/", host=host, cookie=TOKEN)).text == "the page"


@pytest.mark.parametrize(
    ("path", "host", "cookie"),
    [
        ("/", "127.0.0.1:8000", ""),
        ("/?token=guessed", "127.0.0.1:8000", ""),
        ("/", "127.0.0.1:8000", "guessed"),
        (f"/?token={TOKEN}", "evil.example:8000", ""),
        ("/", "127.0.0.1.evil.example", TOKEN),
        ("/?token=", "127.0.0.1:8000", ""),
    ],
)
async def test_a_wrong_token_and_a_wrong_host_are_turned_away(
    path: str, host: str, cookie: str
) -> None:
    answer = await get(path, host=host, cookie=cookie)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "the page" not in answer.text


async def knock(cookie: str) -> list[str]:
    """What a browser hears that opens a socket with this cookie."""
    heard: list[str] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        heard.append(message["type"])

    headers = [(b"host", b"127.0.0.1:8000"), (b"cookie", f"{COOKIE}={cookie}".encode())]
    scope = {"type": "websocket", "path": "/ws", "query_string": b"", "headers": headers}
    await GUARDED(scope, receive, send)
    return heard


async def test_a_socket_opens_only_with_the_token() -> None:
    assert await knock("guessed") == ["websocket.close"]
    assert await knock(TOKEN) == ["websocket.accept", "websocket.send", "websocket.close"]


def test_real_credentials_have_nothing_to_do_here() -> None:
    with pytest.raises(RealCredentials, match="SLACK_BOT_TOKEN, STREAM_API_SECRET"):
        require_no_credentials({"PATH", "STREAM_API_SECRET", "SLACK_BOT_TOKEN"})
    require_no_credentials({"PATH", "HOME"})
