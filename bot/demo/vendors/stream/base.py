"""What every part of the make-believe Stream needs: its calls, its users, its answers."""

from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import Clock
from bot.demo.vendors.base import ApiRefusal, VendorServer
from bot.demo.vendors.stream.state import StreamCall

CALL = "/api/v2/video/call/{type}/{id}"
DURATION = "3.14ms"
"""How long every request says it took."""

LONGEST_ID = 64
"""Characters of a call's type, and of its id."""


def done(status: int = 201, /, **fields: Any) -> Response:
    """The answer for a success, as POST gives it; `duration` is in every answer."""
    body = to_json({"duration": DURATION, **fields})
    return Response(body, status, media_type="application/json")


class StreamBase(VendorServer[StreamCall]):
    """Looks up what a request is about."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.users: set[str] = set()

    def called(self, kind: str, name: str) -> StreamCall:
        """The call of that type and id; raises ApiRefusal when there is none, or could not be."""
        if len(kind) > LONGEST_ID or len(name) > LONGEST_ID:
            raise ApiRefusal(400, f"type and id have {LONGEST_ID} characters at most")
        if f"{kind}:{name}" not in self.rooms:
            raise ApiRefusal(404, f"Can't find call with id {kind}:{name}")
        return self.rooms[f"{kind}:{name}"]

    def call_of(self, request: Request) -> StreamCall:
        """The call the path names."""
        return self.called(request.path_params["type"], request.path_params["id"])

    def running(self, request: Request) -> StreamCall:
        """The call the path names; raises ApiRefusal when nobody is in it."""
        call = self.call_of(request)
        if not call.ongoing:
            raise ApiRefusal(400, "there is no active session in this call")
        return call

    def require_known(self, user: str | None) -> None:
        """ApiRefusal for a user id that nobody created."""
        if user is not None and user not in self.users:
            raise ApiRefusal(400, f"the user {user} doesn't exist")
