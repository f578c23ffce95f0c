"""The addresses that are served: with a slash at their end as without, and never redirected."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Endpoint = Callable[[Request], Awaitable[Response]]


def routes_for(path: str, endpoint: Endpoint, *, posted: bool = False) -> list[Route]:
    """Routes to one endpoint: for GET and HEAD, or for POST where it is `posted` to.

    A redirect would lose what is posted, and would name the address as it is behind the proxy.
    """
    methods = ["POST"] if posted else ["GET"]
    return [Route(one, endpoint, methods=methods) for one in (path, f"{path}/")]
