"""The HTTP app of a process: its routes, and whether it is alive."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handlers.inbound.socket_mode import SocketHealth

Endpoint = Callable[[Request], Awaitable[Response]]


def routes_for(path: str, endpoint: Endpoint, *, posted: bool = False) -> list[Route]:
    """Routes to one endpoint: for GET and HEAD, or for POST where it is `posted` to.

    A redirect would lose what is posted, and would name the address as it is behind the proxy.
    """
    methods = ["POST"] if posted else ["GET"]
    return [Route(address, endpoint, methods=methods) for address in (path, f"{path}/")]


def web_app(
    routes: Iterable[Route], socket_health: Callable[[], SocketHealth] | None = None
) -> Starlette:
    """An app of these routes and `/healthz`, which says that the process is alive.

    With `socket_health` Slack comes by a socket, and alive means that this is. Nothing is
    redirected.
    """
    app = Starlette(routes=[*routes, *routes_for("/healthz", partial(_healthz, socket_health))])
    app.router.redirect_slashes = False
    return app


async def _healthz(socket_health: Callable[[], SocketHealth] | None, _: Request) -> Response:
    """Answer 200 while the process is alive, 503 once Slack was not heard for too long."""
    if socket_health is None:
        return JSONResponse({"status": "ok"})
    health = socket_health()
    socket = {
        "state": health.state,
        "connected_since": None if health.since is None else health.since.isoformat(),
        "last_frame_seconds": round(health.silent_s, 1),
        "reconnects": health.reconnects,
    }
    state = {"status": "ok" if health.is_alive else "dead", "socket": socket}
    return JSONResponse(state, status_code=200 if health.is_alive else 503)
