"""RealtimeKit's envelope: `success`, `data` and, for lists, `paging`."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.demo.vendors.base import ApiRefusal

USUAL = 20
"""Items on a page when `per_page` is not said; the vendor does not document its own number."""


def done(data: Any, status: int = 200, *, paging: dict[str, int] | None = None) -> Response:
    """The answer for a success."""
    body = {"success": True, "data": data}
    return JSONResponse(body if paging is None else {**body, "paging": paging}, status)


def paged(items: list[dict[str, Any]], request: Request) -> tuple[list[Any], dict[str, int]]:
    """One page by `page_no` (from 1) and `per_page`, and where it stands among all."""
    try:
        number = int(request.query_params.get("page_no", "1"))
        size = int(request.query_params.get("per_page", str(USUAL)))
    except ValueError as error:
        raise ApiRefusal(400, "page_no and per_page must be numbers") from error
    if number < 1 or size < 1:
        raise ApiRefusal(400, "page_no and per_page must be at least 1")
    start = (number - 1) * size
    shown = items[start : start + size]
    first = start + 1 if shown else start
    end = start + len(shown)
    return shown, {"total_count": len(items), "start_offset": first, "end_offset": end}
