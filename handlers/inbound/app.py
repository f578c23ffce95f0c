"""The HTTP face of a process: its doors, and whether it is alive."""

from collections.abc import Callable, Iterable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handlers.inbound.routes import doors
from handlers.inbound.socket_mode import Pulse


def web_app(routes: Iterable[Route], pulse: Callable[[], Pulse] | None = None) -> Starlette:
    """An app of these doors and `/healthz`, which says that the process is alive.

    With `pulse` Slack comes by a socket, and alive means that this is. Nothing is redirected.
    """
    app = Starlette(routes=[*routes, *doors("/healthz", partial(_healthz, pulse))])
    app.router.redirect_slashes = False
    return app


async def _healthz(pulse: Callable[[], Pulse] | None, _: Request) -> Response:
    """200 while the process is alive; 503 once Slack has not been heard for too long."""
    if pulse is None:
        return JSONResponse({"status": "ok"})
    beat = pulse()
    socket = {
        "state": beat.state,
        "connected_since": None if beat.since is None else beat.since.isoformat(),
        "last_frame_seconds": round(beat.silent, 1),
        "reconnects": beat.reconnects,
    }
    told = {"status": "ok" if beat.well else "dead", "socket": socket}
    return JSONResponse(told, status_code=200 if beat.well else 503)
