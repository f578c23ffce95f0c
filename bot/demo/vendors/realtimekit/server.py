"""A make-believe Cloudflare RealtimeKit.

As documented: a Bearer token checked by Cloudflare's gateway (with the gateway's own error shape),
`{"success", "data", "paging"}`, ISO 8601 times. It keeps no ban list: whoever is deleted from a
meeting needs a new token. Removing everyone ends the session and its recordings. An account without
mute, which the vendor's pages leave possible, is one made with `has_mute` False.
"""

import re
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock
from bot.demo.vendors.base import ApiRefusal, Handler, read
from bot.demo.vendors.realtimekit.envelope import done, paged
from bot.demo.vendors.realtimekit.media import RealtimeKitMediaEndpoints
from bot.demo.vendors.realtimekit.meetings import PRESET, RealtimeKitMeetingEndpoints
from bot.demo.vendors.realtimekit.reports import RealtimeKitReportEndpoints
from bot.demo.vendors.realtimekit.request_models import MuteAll, People, Poll
from bot.demo.vendors.realtimekit.state import Enrolment, MeetingRoom, RoomRecording, made_id
from bot.demo.vendors.realtimekit.webhook_keys import WebhookKeys
from bot.demo.vendors.rooms import KeptOut, Visitor

ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
APP_ID = "11111111-2222-4333-8444-555555555555"
API_TOKEN = "realtimekit-demo-token-that-opens-nothing"
GATEWAY = {401: 10000, 403: 10000, 429: 10429}
"""Statuses that Cloudflare's gateway answers itself, in its own shape."""

TOKEN = re.compile(r"Bearer [A-Za-z0-9_-]{30,}")
MANGLED = 6003
"""What the gateway says, with 400, to what cannot be a token of its own."""


class RealtimeKitServer(
    RealtimeKitMeetingEndpoints, RealtimeKitMediaEndpoints, RealtimeKitReportEndpoints
):
    """RealtimeKit in memory. `keep_alive` is how long an emptied session stays LIVE."""

    account_id = ACCOUNT_ID
    app_id = APP_ID
    api_token = API_TOKEN

    def __init__(
        self,
        clock: Clock,
        *,
        has_mute: bool = True,
        keep_alive: timedelta = timedelta(seconds=60),
    ) -> None:
        self.has_mute = has_mute
        self.keep_alive = keep_alive
        self.webhook_keys = WebhookKeys()
        super().__init__(clock)

    def open(self, name: str, title: str) -> MeetingRoom:
        """Create a meeting that nobody is in yet; its id is made from `name`."""
        meeting = made_id("meeting", name)
        made = MeetingRoom(meeting, title, self.clock.now(), keep_alive=self.keep_alive)
        return self.rooms.setdefault(meeting, made)

    def join(self, call: str, visitor: Visitor) -> None:
        """Let somebody enter with their token.

        Raises KeptOut when the meeting is INACTIVE, and when they were deleted and have no new
        token.
        """
        meeting, now = self.rooms[call], self.clock.now()
        if not meeting.active or visitor.id in meeting.deleted:
            raise KeptOut(visitor.id)
        if visitor.id not in meeting.tokens:
            meeting.enrol(visitor, PRESET, now)
        meeting.settle(now)
        session = meeting.begin(now)
        meeting.enter(visitor, now)
        session.most = max(session.most, len(meeting.here()))

    def send_out(self, call: str, url: str) -> None:
        """Let the app begin an RTMP output, whose recorder shows among the connections."""
        meeting, now = self.rooms[call], self.clock.now()
        made = RoomRecording(made_id(call, "output", url), meeting.begin(now).id, call, now, url)
        made.bot = True
        meeting.recordings.append(made)

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Every endpoint."""
        kit = "/client/v4/accounts/{account}/realtime/kit/{app}"
        active = f"{kit}/meetings/{{meeting}}/active-session"
        return [
            *self.report_routes(kit),
            ("GET", f"{kit}/sessions", self._sessions),
            ("GET", f"{kit}/sessions/{{session}}", self._session),
            ("GET", f"{kit}/sessions/{{session}}/participants", self._stays),
            ("GET", active, self._active),
            ("POST", f"{active}/kick", self._kick),
            ("POST", f"{active}/kick-all", self._kick_all),
            ("POST", f"{active}/mute", self._mute),
            ("POST", f"{active}/mute-all", self._mute_all),
            ("POST", f"{active}/poll", self._poll),
            *self.meeting_routes(kit),
            *self.media_routes(kit),
            *self.history_routes(kit),
        ]

    def require_credentials(self, request: Request) -> None:
        """ApiRefusal without the token, the account it belongs to, and the app."""
        sent = request.headers.get("authorization", "")
        if not TOKEN.fullmatch(sent):
            raise ApiRefusal(400, "Invalid request headers", MANGLED)
        if sent != f"Bearer {self.api_token}":
            raise ApiRefusal(401, "Authentication error")
        if request.path_params["account"] != self.account_id:
            raise ApiRefusal(403, "Authentication error")
        if request.path_params["app"] != self.app_id:
            raise ApiRefusal(404, "App not found")
        for meeting in self.rooms.values():
            meeting.settle(self.clock.now())

    def problem(self, refusal: ApiRefusal) -> Response:
        """The gateway's shape for what it answers itself, the product's shape for the rest."""
        message = str(refusal)
        errors: list[dict[str, Any]] = []
        if refusal.code == MANGLED:
            chain = [{"code": 6111, "message": "Invalid format for Authorization header"}]
            errors = [{"code": MANGLED, "message": message, "error_chain": chain}]
        elif refusal.status in GATEWAY:
            errors = [{"code": GATEWAY[refusal.status], "message": message}]
        if errors:
            body = {"success": False, "errors": errors, "messages": [], "result": None}
        else:
            body = {"success": False, "error": {"code": refusal.status, "message": message}}
        return JSONResponse(body, refusal.status)

    async def _sessions(self, request: Request) -> Response:
        query, now = request.query_params, self.clock.now()
        runs = [m.session_json(run, stays, now) for m, run, stays in self._runs()]
        runs = self.in_window(query, [*runs, *self.sessions_of_past(query)])
        for parameter in ("status", "associated_id"):
            if parameter in query:
                runs = [run for run in runs if run[parameter] == query[parameter]]
        if query.get("sort_by") == "minutesConsumed":
            runs.sort(key=lambda run: run["minutes_consumed"], reverse=True)
        if query.get("sort_order") == "ASC":
            runs.reverse()
        shown, paging = paged(runs, request)
        return done({"sessions": shown}, paging=paging)

    async def _session(self, request: Request) -> Response:
        meeting, session, stays = self._run(request)
        return done(meeting.session_json(session, stays, self.clock.now()))

    async def _stays(self, request: Request) -> Response:
        """Everybody who came; those who are here have no `left_at`. Without `paging`."""
        meeting, session, stays = self._run(request)
        people = [meeting.stay_json(stay, self.clock.now()) for stay in stays]
        people += meeting.recorders(session)
        if request.query_params.get("sort_order") == "DESC":
            people.reverse()
        return done({"participants": paged(people, request)[0]})

    async def _active(self, request: Request) -> Response:
        meeting = self._live_room(request)
        session = meeting.begin(self.clock.now())
        return done(meeting.session_json(session, meeting.stays, self.clock.now()))

    def _targets(self, meeting: MeetingRoom, people: People) -> list[Enrolment]:
        """Whom of those in the room the two lists name; 404 when nobody. Peer ids name nobody."""
        here = dict.fromkeys(stay.visitor.id for stay in meeting.here())
        found = [
            meeting.tokens[custom]
            for custom in here
            if custom in people.custom_participant_ids
            or meeting.tokens[custom].id in people.participant_ids
        ]
        if not found:
            raise ApiRefusal(404, "No participants found in the active session")
        return found

    async def _kick(self, request: Request) -> Response:
        meeting, people = self._live_room(request), await read(request, People)
        kicked = self._targets(meeting, people)
        for person in kicked:
            meeting.remove(person.visitor.id, self.clock.now())
            self.note("kick", meeting.id, person.visitor.id)
        return done({"action": "kick", "participants": [p.acted_json() for p in kicked]})

    async def _kick_all(self, request: Request) -> Response:
        meeting = self._live_room(request)
        people = list(dict.fromkeys(stay.visitor.id for stay in meeting.here()))
        for person in people:
            meeting.remove(person, self.clock.now())
            self.note("kick", meeting.id, person)
        meeting.close(self.clock.now())
        return done({"action": "kick_all", "kicked_participants_count": len(people)})

    async def _poll(self, request: Request) -> Response:
        """A question with nothing to answer it by is refused."""
        meeting, poll = self._live_room(request), await read(request, Poll)
        if not poll.options:
            raise ApiRefusal(400, "options must not be empty")
        self.note("poll", meeting.id)
        options = [{"text": text, "count": 0, "votes": []} for text in poll.options]
        made = {
            "id": made_id(meeting.id, "poll", str(len(self.effects))),
            "question": poll.question,
            "options": options,
            "anonymous": poll.anonymous,
            "hide_votes": poll.hide_votes,
            "voted": [],
        }
        return done({"action": "poll", "poll": made}, 201)

    def _require_mute(self) -> None:
        """ApiRefusal with 404, as for a path that is not served, where the account has no mute."""
        if not self.has_mute:
            raise ApiRefusal(404, "Not Found")

    async def _mute(self, request: Request) -> Response:
        self._require_mute()
        meeting, people = self._live_room(request), await read(request, People)
        muted = self._targets(meeting, people)
        self._silence(meeting, [person.visitor.id for person in muted])
        return done({"action": "mute", "participants": [p.acted_json() for p in muted]})

    async def _mute_all(self, request: Request) -> Response:
        self._require_mute()
        meeting = self._live_room(request)
        await read(request, MuteAll)
        people = list(dict.fromkeys(stay.visitor.id for stay in meeting.here()))
        self._silence(meeting, people)
        return done({"action": "mute_all", "muted_participants_count": len(people)})

    def _silence(self, meeting: MeetingRoom, people: list[str]) -> None:
        """Turn microphones off; whether cameras too is not documented: here they stay on."""
        for person in people:
            if meeting.mute(person, {"audio"}):
                self.note("mute", meeting.id, person)
