"""A make-believe CometChat: the Calls API, which only reads, and the groups of the Chat API.

The two are two hosts at CometChat; here the Chat API is under `/chat`. As documented: the `apikey`
header, Unix seconds, `meta.pagination`, errors with a word for a code; people who were invited and
never came are among the participants; only a group's lists have display names. What a group act
does to a call is not documented: here it does nothing to it.
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock
from bot.demo.vendors.base import ApiRefusal, Handler, VendorServer
from bot.demo.vendors.cometchat.history import past_call_json
from bot.demo.vendors.cometchat.state import (
    CometCall,
    Group,
    call_json,
    recording_json,
    sample,
    transcription_json,
)
from bot.demo.vendors.rooms import KeptOut, Visitor

API_KEY = "cometchat-demo-key-that-opens-nothing"
APP_ID = "demo-app"
REGION = "us"
USUAL = 25
"""Calls on a page unless told otherwise: what the documentation's sample shows."""
USUAL_TRANSCRIPTIONS = 100
USUAL_PEOPLE = 100
MOST = 1000
MOST_PEOPLE = 50
"""How many people one call can have."""

MISSING = "ERR_CALL_SESSION_NOT_FOUND"
NO_GROUP = "ERR_GUID_NOT_FOUND"
CODES = {
    400: "ERR_BAD_REQUEST",
    401: "AUTH_ERR_APIKEY_NOT_FOUND",
    404: "ERR_NOT_FOUND",
    429: "ERR_TOO_MANY_REQUESTS",
}
"""The word for each HTTP status that has one of its own here; else ERR_INTERNAL."""

EQUAL = ("type", "mode", "status", "receiverType", "initiator")
"""List filters that compare a field of the call as text."""


class CometChatServer(VendorServer[CometCall]):
    """CometChat in memory. `archive` are calls as the documentation shows them, word for word."""

    api_key = API_KEY
    app_id = APP_ID
    region = REGION

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.groups: dict[str, Group] = {}
        self.names: dict[str, str] = {}
        self.archive: list[dict[str, Any]] = [sample()]

    def open(self, name: str, title: str, *, invited: list[str] | None = None) -> CometCall:
        """Create a call that nobody is in yet; `name` is its session id, `invited` are user ids.

        Its group is called like the last part of the session id.
        """
        group = name.rpartition(".")[2]
        room = CometCall(name, title, self.clock.now(), receiver=group, invited=invited or [])
        self.groups.setdefault(group, Group()).members |= set(room.invited)
        return self.rooms.setdefault(name, room)

    def ring(self, name: str, title: str, caller: str, callee: str) -> CometCall:
        """Create a 1-to-1 call: there is no group behind it, its receiver is a user."""
        room = CometCall(
            name,
            title,
            self.clock.now(),
            kind="audio",
            initiator=caller,
            receiver=callee,
            receiver_type="user",
            invited=[caller, callee],
        )
        return self.rooms.setdefault(name, room)

    def join(self, call: str, visitor: Visitor) -> None:
        """Let somebody enter; raises KeptOut when the call is over or full."""
        room = self.rooms[call]
        if room.ended_at or len(room.here()) >= MOST_PEOPLE:
            raise KeptOut(visitor.id)
        room.enter(visitor, self.clock.now())
        self.names[visitor.id] = visitor.name
        grouped = room.receiver_type == "group" and room.receiver in self.groups
        if grouped and visitor.id not in self.groups[room.receiver].banned:
            self.groups[room.receiver].members.add(visitor.id)

    def leave(self, call: str, person: str) -> None:
        """Let somebody go; the call ends with the last one."""
        super().leave(call, person)
        room = self.rooms[call]
        if not room.here():
            room.ended_at = self.clock.now()

    def recorded(self, call: str, began: datetime, ended: datetime) -> None:
        """Somebody's app recorded and transcribed the call; newest first."""
        room = self.rooms[call]
        room.recordings.insert(0, recording_json(room, began, ended))
        room.transcriptions.insert(0, transcription_json(room, began, ended))

    def routes(self) -> list[tuple[str, str, Handler]]:
        """The method, path and handler of every endpoint."""
        return [
            ("GET", "/v3/calls", self._list),
            ("GET", "/v3/calls/{call}", self._get),
            ("GET", "/v3/calls/{call}/transcriptions", self._transcriptions),
            ("GET", "/chat/v3/groups/{guid}/members", self._members),
            ("GET", "/chat/v3/groups/{guid}/bannedusers", self._banned),
            ("DELETE", "/chat/v3/groups/{guid}/members/{uid}", self._remove),
            ("POST", "/chat/v3/groups/{guid}/bannedusers/{uid}", self._ban),
            ("DELETE", "/chat/v3/groups/{guid}/bannedusers/{uid}", self._unban),
        ]

    def require_credentials(self, request: Request) -> None:
        """ApiRefusal without the REST API key."""
        key = request.headers.get("apikey")
        if not key:
            raise ApiRefusal(401, "The apikey header is missing.", "AUTH_ERR_EMPTY_APIKEY")
        if key != self.api_key:
            raise ApiRefusal(401, "The API key was not found.")

    def problem(self, refusal: ApiRefusal) -> Response:
        """The answer for an error: `{"error": {"code", "message"}}`, where the code is a word."""
        code = refusal.code or CODES.get(refusal.status, "ERR_INTERNAL")
        return JSONResponse({"error": {"code": code, "message": str(refusal)}}, refusal.status)

    @cached_property
    def past_calls(self) -> list[dict[str, Any]]:
        """The calls of the past, newest first."""
        return [past_call_json(call) for call in self.past.calls]

    async def _list(self, request: Request) -> Response:
        """Newest first."""
        now = self.clock.now()
        rooms = sorted(self.rooms.values(), key=lambda room: room.created_at, reverse=True)
        past = [] if request.query_params.get("status") == "ongoing" else self.past_calls
        calls = [*(call_json(room, now) for room in rooms), *past, *self.archive]
        found = [call for call in calls if _visible(call, request) and _matches(call, request)]
        return _page(found, request)

    def _find(self, request: Request) -> dict[str, Any]:
        wanted = request.path_params["call"]
        room = self.rooms.get(wanted)
        if room is None:
            known = [*self.archive, *self.past_calls]
        else:
            known = [call_json(room, self.clock.now())]
        for call in known:
            if call["sessionId"] == wanted and _visible(call, request):
                return call
        raise ApiRefusal(404, f"The call with session id {wanted} does not exist.", MISSING)

    async def _get(self, request: Request) -> Response:
        return JSONResponse({"data": self._find(request)})

    async def _transcriptions(self, request: Request) -> Response:
        call = self._find(request)
        room = self.rooms.get(call["sessionId"])
        written = call.get("transcriptions", []) if room is None else room.transcriptions
        return _page(written, request, usual=USUAL_TRANSCRIPTIONS)

    def _group(self, request: Request) -> tuple[str, Group]:
        """The group of the path, and its id."""
        guid = request.path_params["guid"]
        if guid not in self.groups:
            raise ApiRefusal(404, f"The group with guid {guid} does not exist.", NO_GROUP)
        return guid, self.groups[guid]

    async def _members(self, request: Request) -> Response:
        _, group = self._group(request)
        members = [self._user(uid) | {"scope": "participant"} for uid in sorted(group.members)]
        return _page(members, request, usual=USUAL_PEOPLE)

    async def _banned(self, request: Request) -> Response:
        _, group = self._group(request)
        banned = [self._user(uid) for uid in sorted(group.banned)]
        return _page(banned, request, usual=USUAL_PEOPLE)

    def _user(self, uid: str) -> dict[str, Any]:
        """A user of the Chat API, with a name; it is the id of somebody who never came."""
        return {
            "uid": uid,
            "name": self.names.get(uid, uid),
            "status": "offline",
            "role": "default",
        }

    async def _remove(self, request: Request) -> Response:
        (guid, group), uid = self._group(request), request.path_params["uid"]
        if uid not in group.members:
            raise ApiRefusal(404, f"The user {uid} is not a member of the group {guid}.")
        group.members.remove(uid)
        self.note("group_remove", guid, uid)
        return _ok("removed")

    async def _ban(self, request: Request) -> Response:
        """Banned once more, nothing changes."""
        (guid, group), uid = self._group(request), request.path_params["uid"]
        if uid not in group.banned:
            group.members.discard(uid)
            group.banned.add(uid)
            self.note("group_ban", guid, uid)
        return _ok("banned")

    async def _unban(self, request: Request) -> Response:
        (guid, group), uid = self._group(request), request.path_params["uid"]
        if uid not in group.banned:
            raise ApiRefusal(404, f"The user {uid} is not banned from the group {guid}.")
        group.banned.remove(uid)
        self.note("group_unban", guid, uid)
        return _ok("unbanned")


def _ok(message: str) -> Response:
    return JSONResponse({"data": {"success": True, "message": message}})


def _visible(call: dict[str, Any], request: Request) -> bool:
    """With the header `onBehalfOf` only the calls that user takes part in are there."""
    user = request.headers.get("onbehalfof")
    return user is None or _has(call, user)


def _has(call: dict[str, Any], user: str) -> bool:
    return any(person["uid"] == user for person in call["participants"])


def _matches(call: dict[str, Any], request: Request) -> bool:
    """Whether a call fits the list filters; `startedAt` and `endedAt` mean equal here."""
    query = request.query_params
    for name in (*EQUAL, "startedAt", "endedAt"):
        if name in query and str(call.get(name)) != query[name]:
            return False
    if "hasRecording" in query and call["hasRecording"] is not (query["hasRecording"] == "true"):
        return False
    count = str(len(call["participants"]))
    if query.get("participantsCount", count) != count:
        return False
    return "uid" not in query or _has(call, query["uid"])


def _page(items: list[dict[str, Any]], request: Request, *, usual: int = USUAL) -> Response:
    """One page with `meta.pagination`; a page beyond the last is empty."""
    number = _number(request, "page", 1)
    size = min(_number(request, "perPage", usual), MOST)
    shown = items[(number - 1) * size : number * size]
    pagination = {
        "total": len(items),
        "count": len(shown),
        "per_page": size,
        "current_page": number,
        "total_pages": -(-len(items) // size),
    }
    return JSONResponse({"data": shown, "meta": {"pagination": pagination}})


def _number(request: Request, name: str, usual: int) -> int:
    text = request.query_params.get(name, str(usual))
    if not text.isdecimal() or int(text) < 1:
        raise ApiRefusal(400, f"The {name} must be at least 1.")
    return int(text)
