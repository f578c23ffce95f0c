"""The two places of Slack that the app writes to: `/api/<method>` and `/respond/<id>`.

Faults from `bot.demo.vendors` apply to paths, so `on="chat.postMessage"` hits one method.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.demo.slack import chat_methods, read_methods, view_methods
from bot.demo.slack.arguments import read, token_of
from bot.demo.slack.errors import Refused
from bot.demo.slack.response_urls import respond
from bot.demo.slack.screen import Json
from bot.demo.slack.socket_mode import SocketModeServer
from bot.demo.slack.workspace import ApiCall, Workspace
from bot.demo.vendors.faults import Faults

ERRORS: Mapping[int, str] = {429: "ratelimited", 500: "internal_error", 503: "service_unavailable"}


APP_METHOD = "apps.connections.open"
"""The one method for the app-level token, which is good for nothing else."""


LIMITED, LIMIT_SECONDS = {"conversations.history", "conversations.replies"}, 60.0
"""Methods that may be asked once in so many seconds, each, where the workspace limits them."""


class Method(NamedTuple):
    """A method and the scope it needs; `{kind}` stands for the kind of conversation asked for."""

    run: Callable[[Workspace, Json], Json]
    scope: str | None


METHODS: Mapping[str, Method] = {
    APP_METHOD: Method(read_methods.open_connection, None),
    "api.test": Method(read_methods.api_test, None),
    "auth.test": Method(read_methods.auth_test, None),
    "chat.delete": Method(chat_methods.delete, "chat:write"),
    "chat.postEphemeral": Method(chat_methods.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat_methods.post_message, "chat:write"),
    "chat.update": Method(chat_methods.update, "chat:write"),
    "conversations.history": Method(read_methods.history, "{kind}:history"),
    "conversations.info": Method(read_methods.conversation, "{kind}:read"),
    "conversations.members": Method(read_methods.members, "{kind}:read"),
    "conversations.open": Method(read_methods.open_direct, "im:write"),
    "conversations.replies": Method(read_methods.replies, "{kind}:history"),
    "usergroups.list": Method(read_methods.groups, "usergroups:read"),
    "usergroups.users.list": Method(read_methods.group_users, "usergroups:read"),
    "users.info": Method(read_methods.users_info, "users:read"),
    "views.open": Method(view_methods.open_view, None),
    "views.publish": Method(view_methods.publish_view, None),
    "views.push": Method(view_methods.push_view, None),
    "views.update": Method(view_methods.update_view, None),
}
"""Every method the stand-in has (docs.slack.dev, reference/methods)."""


class SlackServer:
    """Slack's side over one workspace: `app` to serve, `faults` to make it fail.

    `exchange` is its side of Socket Mode.
    """

    def __init__(self, world: Workspace) -> None:
        self.world = world
        self.faults = Faults(world.clock, _problem)
        self.exchange = SocketModeServer(world)
        self._asked: dict[str, float] = {}
        self.app = Starlette(
            routes=[
                Route("/api/{method}", self._method, methods=["GET", "POST"]),
                Route("/respond/{key}", self._respond, methods=["POST"]),
            ],
            middleware=[Middleware(_Faulty, faults=self.faults)],
        )

    async def _method(self, request: Request) -> Response:
        name, args, status, headers = request.path_params["method"], {}, 200, {}
        try:
            args = await read(request)
            self._require_access(name, args, token_of(request, args))
            self._require_pace(name)
            answer = {"ok": True, **METHODS[name].run(self.world, args)}
        except Refused as refused:
            answer = refused.answer()
            if refused.retry_after is not None:
                status, headers = 429, {"Retry-After": str(refused.retry_after)}
        self.world.note(ApiCall(name, args, answer))
        return JSONResponse(answer, status, headers | self._scopes(answer))

    def _require_pace(self, name: str) -> None:
        """Refused where the workspace limits a method that was asked within a minute."""
        if not self.world.switches.history_limited or name not in LIMITED:
            return
        now = self.world.clock.monotonic()
        if (left := self._asked.get(name, now) - now) > 0:
            raise Refused("ratelimited", retry_after=math.ceil(left))
        self._asked[name] = now + LIMIT_SECONDS

    def _scopes(self, answer: Json) -> dict[str, str]:
        """Slack names on each answer what the token that was shown may do."""
        if answer.get("error") in {"not_authed", "invalid_auth"}:
            return {}
        return {"x-oauth-scopes": ",".join(sorted(self.world.credentials.scopes))}

    async def _respond(self, request: Request) -> Response:
        args: Json = {}
        try:
            args = await read(request)
            respond(self.world, request.path_params["key"], args)
        except Refused as refused:
            self.world.note(ApiCall("respond", args, refused.answer()))
            return JSONResponse(refused.answer(), status_code=404)
        self.world.note(ApiCall("respond", args, {"ok": True}))
        return JSONResponse({"ok": True})

    def _require_access(self, name: str, args: Json, token: str | None) -> None:
        """Refused without a token, for an unknown method, and without the scope it needs."""
        if not token:
            raise Refused("not_authed")
        known = self.world.credentials
        if token not in {known.token, known.app_token}:
            raise Refused("invalid_auth")
        if (token == known.app_token) != (name == APP_METHOD):
            raise Refused("not_allowed_token_type")
        if name not in METHODS:
            raise Refused("unknown_method", req_method=name)
        scope = (METHODS[name].scope or "").format(kind=self._kind(args))
        granted = self.world.credentials.scopes
        if scope and scope not in granted:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(granted)))

    def _kind(self, args: Json) -> str:
        channel = self.world.channels.get(str(args.get("channel")))
        return "channels" if channel is None else channel.kind


def _problem(status: int) -> Response:
    body = {"ok": False, "error": ERRORS.get(status, "fatal_error")}
    return JSONResponse(body, status_code=status)


class _Faulty:
    """Lets the faults at every request."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            app = self._faults.around(app, scope["path"])
        await app(scope, receive, send)
