"""What the app sent to a method, read as Slack reads it: query, form or JSON, in any mixture."""

import json
from typing import Any

from starlette.requests import Request

from bot.demo.slack.errors import Refused
from bot.demo.slack.screen import Json

NESTED = {
    "blocks": "invalid_blocks_format",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
}
"""Arguments that are objects and may come as JSON text, and the error when it is not JSON."""


async def read(request: Request) -> Json:
    """All arguments, the nested ones as objects. Refused when something is not JSON."""
    args: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= _object(await request.body())
    else:
        args |= dict(await request.form())
    return {name: _nested(name, value) for name, value in args.items() if value is not None}


def token_of(request: Request, args: Json) -> str | None:
    """The token as a header or, as Slack also takes it, an argument; it is removed from `args`."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    given = args.pop("token", None)
    return bearer or given


def needed(args: Json, name: str) -> str:
    """An argument that must be there; Refused as Slack refuses a missing one."""
    if not args.get(name):
        raise invalid(f"[ERROR] missing required field: {name}")
    return str(args[name])


def invalid(*messages: str) -> Refused:
    """Slack's `invalid_arguments`."""
    return Refused("invalid_arguments", response_metadata={"messages": list(messages)})


def yes(args: Json, name: str) -> bool:
    """A switch, in JSON or in a form."""
    return str(args.get(name, "")).lower() in {"1", "true"}


def _object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise Refused("invalid_json") from error
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value


def _nested(name: str, value: Any) -> Any:
    if name not in NESTED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise Refused(NESTED[name]) from error
