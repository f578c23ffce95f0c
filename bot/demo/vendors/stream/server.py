"""A make-believe Stream Video.

As documented: a bare HS256 token over the API secret beside `api_key` and `stream-auth-type`,
POST answers 201, times are integers in nanoseconds, errors have a capital `StatusCode`.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock
from bot.demo.vendors.base import ApiRefusal, Handler, read, seconds
from bot.demo.vendors.rooms import KeptOut, Visitor
from bot.demo.vendors.stream.base import CALL, DURATION, done
from bot.demo.vendors.stream.history import StreamHistoryEndpoints
from bot.demo.vendors.stream.people import StreamPeopleEndpoints
from bot.demo.vendors.stream.query import MOST, USUAL, QueryCalls, matches, ordered, page, present
from bot.demo.vendors.stream.reports import StreamReportEndpoints
from bot.demo.vendors.stream.request_models import Participants, UpdateCall, Upsert
from bot.demo.vendors.stream.responses import call_state_json, participant_json
from bot.demo.vendors.stream.stage import StreamStageEndpoints
from bot.demo.vendors.stream.state import SENDING, StreamCall
from bot.demo.vendors.stream.tokens import require_token

API_KEY = "stream-demo-key"
API_SECRET = "stream-demo-secret-that-opens-nothing-anywhere"
WINDOW = 60
"""Seconds of one rate limit window."""

TOO_MANY = 429
CODES = {400: 4, 401: 5, 403: 17, 404: 16, TOO_MANY: 9}
"""Stream's own error numbers by HTTP status; every other status is -1, an internal error."""


class StreamServer(
    StreamPeopleEndpoints, StreamStageEndpoints, StreamReportEndpoints, StreamHistoryEndpoints
):
    """Stream Video in memory. `rate` is how many requests a minute each endpoint answers."""

    api_key = API_KEY
    api_secret = API_SECRET

    def __init__(self, clock: Clock, *, rate: int = 10_000) -> None:
        super().__init__(clock)
        self.rate = rate
        self._used: Counter[tuple[int, str]] = Counter()

    def open(self, name: str, title: str) -> StreamCall:
        """Create a call that nobody is in yet; `name` is its cid, `type:id`."""
        return self.rooms.setdefault(name, StreamCall(name, title, self.clock.now()))

    def stage(
        self, name: str, title: str, speakers: Iterable[str] = (), *, backstage: bool
    ) -> StreamCall:
        """A call that nobody is in yet, with `speakers` by their ids, closed to its audience."""
        call = self.open(name, title)
        call.members.update(dict.fromkeys(speakers, "speaker"))
        call.backstage = backstage
        return call

    def join(self, call: str, visitor: Visitor) -> None:
        """Let somebody enter.

        Raises KeptOut when they are blocked, not let backstage, or the call is over or full.
        """
        room = self.rooms[call]
        backstage = room.backstage and not room.may(visitor, "join-backstage")
        if visitor.id in room.blocked or room.ended_at or backstage or room.full(visitor):
            raise KeptOut(visitor.id)
        room.begin(self.clock.now())
        stay = room.enter(visitor, self.clock.now())
        stay.tracks -= {track for track, right in SENDING.items() if not room.may(visitor, right)}
        self.users.add(visitor.id)

    def leave(self, call: str, person: str) -> None:
        """Let somebody go; the session ends with the last one."""
        super().leave(call, person)
        self.rooms[call].settle(self.clock.now())

    def talk(self, call: str, person: str) -> None:
        """Let somebody speak, if they may."""
        stay = self.rooms[call].stay(person)
        if stay is not None and self.rooms[call].may(stay.visitor, "send-audio"):
            super().talk(call, person)

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Every endpoint."""
        return [
            ("POST", "/api/v2/users", self._upsert),
            ("POST", "/api/v2/video/calls", self._query),
            ("GET", CALL, self._get),
            ("PATCH", CALL, self._update),
            ("POST", f"{CALL}/participants", self._participants),
            ("POST", f"{CALL}/mark_ended", self._end),
            *self.people_routes(),
            *self.stage_routes(),
            *self.report_routes(),
            *self.media_routes(),
            *self.history_routes(),
        ]

    def require_credentials(self, request: Request) -> None:
        """ApiRefusal without the key, the kind of token and the token, or beyond the rate."""
        if request.query_params.get("api_key") != self.api_key:
            raise ApiRefusal(401, "api_key not valid", 2)
        if request.headers.get("stream-auth-type") != "jwt":
            raise ApiRefusal(401, "stream-auth-type missing or invalid")
        token = request.headers.get("authorization", "")
        require_token(token, self.api_secret, self.clock.now().timestamp())
        self._used[self._window(request)] += 1
        if self._used[self._window(request)] > self.rate:
            raise ApiRefusal(TOO_MANY, "Too many requests")

    def _window(self, request: Request) -> tuple[int, str]:
        return seconds(self.clock.now()) // WINDOW, request.scope["path"]

    def problem(self, refusal: ApiRefusal) -> Response:
        """The answer for an error: Stream's APIError."""
        body: dict[str, Any] = {
            "code": refusal.code or CODES.get(refusal.status, -1),
            "message": str(refusal),
            "StatusCode": refusal.status,
            "duration": DURATION,
            "more_info": "",
            "details": [],
            "exception_fields": {},
            "unrecoverable": False,
        }
        return JSONResponse(body, refusal.status)

    def add_headers(self, request: Request, response: Response) -> Response:
        """The rate limit headers; `X-RateLimit-Reset` is in Unix seconds."""
        minute, _ = window = self._window(request)
        response.headers["x-ratelimit-limit"] = str(self.rate)
        response.headers["x-ratelimit-remaining"] = str(max(0, self.rate - self._used[window]))
        response.headers["x-ratelimit-reset"] = str((minute + 1) * WINDOW)
        if response.status_code == TOO_MANY:
            left = (minute + 1) * WINDOW - seconds(self.clock.now())
            response.headers["retry-after"] = str(left)
        return response

    async def _upsert(self, request: Request) -> Response:
        users = (await read(request, Upsert)).users
        self.users.update(users)
        return done(users=users)

    async def _query(self, request: Request) -> Response:
        query = await read(request, QueryCalls)
        found = (c for c in self.rooms.values() if matches(c, query.filter_conditions))
        calls, cursors = page(ordered(found, query.sort), query)
        return done(201, calls=[call_state_json(call) for call in calls], **cursors)

    async def _get(self, request: Request) -> Response:
        return done(200, **call_state_json(self.call_of(request)))

    async def _update(self, request: Request) -> Response:
        """UpdateCall: a limit below the number present removes nobody."""
        call, asked = self.call_of(request), await read(request, UpdateCall, required=True)
        limits = asked.settings_override.limits.model_dump(exclude_none=True)
        if limits and limits != call.limits:
            call.limits = {**call.limits, **limits}
            self.note("limits", call.id)
        return done(200, **call_state_json(call))

    async def _participants(self, request: Request) -> Response:
        call = self.call_of(request)
        wanted = (await read(request, Participants)).filter_conditions
        limit = request.query_params.get("limit", str(USUAL))
        if not limit.isdecimal() or int(limit) > MOST:
            raise ApiRefusal(400, f"limit must be a number up to {MOST}")
        here = [stay for stay in call.here() if present(stay, wanted)]
        shown = [participant_json(call, stay) for stay in here[: int(limit)]]
        return done(**call_state_json(call), participants=shown, total_participants=len(here))

    async def _end(self, request: Request) -> Response:
        call, now = self.call_of(request), self.clock.now()
        if call.ended_at is None:
            call.ended_at = now
            for stay in call.here():
                call.remove(stay.visitor.id, now)
            call.settle(now)
            self.note("end", call.id)
        return done()
