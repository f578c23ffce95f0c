"""A make-believe Cloudflare RealtimeKit.

As documented: a Bearer token checked by Cloudflare's gateway (with the gateway's own error shape),
`{"success", "data", "paging"}`, ISO 8601 times. It keeps no ban list and has no way to end a call.
Mute exists only where the server is made with `hidden_mute`, as it is in the vendor's
specification but not in its documentation.
"""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock
from bot.demo.vendors.base import Handler, Refusal, read
from bot.demo.vendors.realtimekit_bodies import AddParticipant, MuteAll, People, UpdateMeeting
from bot.demo.vendors.realtimekit_media import Media
from bot.demo.vendors.realtimekit_state import Enrolled, Meeting, Session, made_id
from bot.demo.vendors.realtimekit_wire import done, paged
from bot.demo.vendors.rooms import KeptOut, Stay, Visitor

ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
APP_ID = "11111111-2222-4333-8444-555555555555"
API_TOKEN = "realtimekit-demo-token-that-opens-nothing"
GATEWAY = {401: 10000, 403: 10000, 429: 10429}
"""Statuses that Cloudflare's gateway answers itself, in its own shape."""
PRESET = "group_call_participant"


class RealtimeKitServer(Media):
    """RealtimeKit in memory. `keep_alive` is how long an emptied session stays LIVE."""

    account_id = ACCOUNT_ID
    app_id = APP_ID
    api_token = API_TOKEN

    def __init__(
        self,
        clock: Clock,
        *,
        hidden_mute: bool = False,
        keep_alive: timedelta = timedelta(seconds=60),
    ) -> None:
        self.hidden_mute = hidden_mute
        self.keep_alive = keep_alive
        super().__init__(clock)

    def open(self, name: str, title: str) -> Meeting:
        """Create a meeting that nobody is in yet; its id is made from `name`."""
        meeting = made_id("meeting", name)
        made = Meeting(meeting, title, self.clock.now(), keep_alive=self.keep_alive)
        return self.rooms.setdefault(meeting, made)

    def join(self, call: str, visitor: Visitor) -> None:
        """Somebody enters with their token; KeptOut when the meeting is INACTIVE."""
        meeting, now = self.rooms[call], self.clock.now()
        if not meeting.active:
            raise KeptOut(visitor.id)
        if visitor.id not in meeting.tokens:
            meeting.enrol(visitor, PRESET, now)
        meeting.settle(now)
        session = meeting.begin(now)
        meeting.enter(visitor, now)
        session.most = max(session.most, len(meeting.here()))

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Every endpoint."""
        kit = "/client/v4/accounts/{account}/realtime/kit/{app}"
        meeting, active = (
            f"{kit}/meetings/{{meeting}}",
            f"{kit}/meetings/{{meeting}}/active-session",
        )
        hidden: list[tuple[str, str, Handler]] = [
            ("POST", f"{active}/mute", self._mute),
            ("POST", f"{active}/mute-all", self._mute_all),
        ]
        return [
            ("GET", f"{kit}/sessions", self._sessions),
            ("GET", f"{kit}/sessions/{{session}}", self._session),
            ("GET", f"{kit}/sessions/{{session}}/participants", self._stays),
            ("GET", meeting, self._meeting),
            ("PATCH", meeting, self._update),
            ("GET", f"{meeting}/participants", self._enrolled),
            ("POST", f"{meeting}/participants", self._enrol),
            ("DELETE", f"{meeting}/participants/{{participant}}", self._expel),
            ("GET", active, self._active),
            ("POST", f"{active}/kick", self._kick),
            ("POST", f"{active}/kick-all", self._kick_all),
            *self.media_routes(kit),
            *(hidden if self.hidden_mute else []),
        ]

    def gate(self, request: Request) -> None:
        """The token, the account it belongs to, and the app."""
        if request.headers.get("authorization") != f"Bearer {self.api_token}":
            raise Refusal(401, "Authentication error")
        if request.path_params["account"] != self.account_id:
            raise Refusal(403, "Authentication error")
        if request.path_params["app"] != self.app_id:
            raise Refusal(404, "App not found")
        for meeting in self.rooms.values():
            meeting.settle(self.clock.now())

    def problem(self, refusal: Refusal) -> Response:
        """The gateway's shape for what it answers itself, the product's shape for the rest."""
        message = str(refusal)
        if refusal.status in GATEWAY:
            errors = [{"code": GATEWAY[refusal.status], "message": message}]
            body = {"success": False, "errors": errors, "messages": [], "result": None}
        else:
            body = {"success": False, "error": {"code": refusal.status, "message": message}}
        return JSONResponse(body, refusal.status)

    def _runs(self) -> list[tuple[Meeting, Session, list[Stay]]]:
        """Every session there was, newest first."""
        runs = [(m, run, stays) for m in self.rooms.values() for run, stays in m.past]
        runs += [(m, m.session, m.stays) for m in self.rooms.values() if m.session]
        return sorted(runs, key=lambda run: run[1].started_at, reverse=True)

    def _run(self, request: Request) -> tuple[Meeting, Session, list[Stay]]:
        for run in self._runs():
            if run[1].id == request.path_params["session"]:
                return run
        raise Refusal(404, "Session not found")

    async def _sessions(self, request: Request) -> Response:
        query, now = request.query_params, self.clock.now()
        runs = [m.wire_session(run, stays, now) for m, run, stays in self._runs()]
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
        return done(meeting.wire_session(session, stays, self.clock.now()))

    async def _stays(self, request: Request) -> Response:
        """Everybody who came; those who are here have no `left_at`. Without `paging`."""
        meeting, _, stays = self._run(request)
        people = [meeting.wire_stay(stay, self.clock.now()) for stay in stays]
        if request.query_params.get("sort_order") == "DESC":
            people.reverse()
        return done({"participants": paged(people, request)[0]})

    async def _meeting(self, request: Request) -> Response:
        return done(self._room(request).wire())

    async def _update(self, request: Request) -> Response:
        meeting, update = self._room(request), await read(request, UpdateMeeting)
        active = update.status != "INACTIVE" if update.status else meeting.active
        if active != meeting.active:
            meeting.active = active
            self.note("activate" if active else "deactivate", meeting.id)
        meeting.title = update.title or meeting.title
        return done(meeting.wire())

    async def _enrolled(self, request: Request) -> Response:
        people = [person.wire() for person in self._room(request).enrolled.values()]
        shown, paging = paged(people, request)
        return done(shown, paging=paging)

    async def _enrol(self, request: Request) -> Response:
        meeting, add = self._room(request), await read(request, AddParticipant)
        visitor = Visitor(add.custom_participant_id, add.name or add.custom_participant_id)
        added = meeting.enrol(visitor, add.preset_name, self.clock.now())
        self.note("enrol", meeting.id, visitor.id)
        return done({**added.wire(), "token": f"made-up-token-{added.id}"}, 201)

    async def _expel(self, request: Request) -> Response:
        """The enrolment goes; the token somebody holds already stays valid here."""
        meeting = self._room(request)
        gone = meeting.enrolled.pop(request.path_params["participant"], None)
        if gone is None:
            raise Refusal(404, "Participant not found")
        self.note("expel", meeting.id, gone.visitor.id)
        kept = ("created_at", "updated_at", "custom_participant_id")
        wired = {key: gone.wire()[key] for key in kept}
        return done({**wired, "preset_id": made_id("preset", gone.preset)})

    async def _active(self, request: Request) -> Response:
        meeting = self._live_room(request)
        session = meeting.begin(self.clock.now())
        return done(meeting.wire_session(session, meeting.stays, self.clock.now()))

    def _targets(self, meeting: Meeting, people: People) -> list[Enrolled]:
        """Whom of those in the room the two lists name; 404 when nobody. Peer ids name nobody."""
        here = dict.fromkeys(stay.visitor.id for stay in meeting.here())
        found = [
            meeting.tokens[custom]
            for custom in here
            if custom in people.custom_participant_ids
            or meeting.tokens[custom].id in people.participant_ids
        ]
        if not found:
            raise Refusal(404, "No participants found in the active session")
        return found

    async def _kick(self, request: Request) -> Response:
        meeting, people = self._live_room(request), await read(request, People)
        kicked = self._targets(meeting, people)
        for person in kicked:
            meeting.remove(person.visitor.id, self.clock.now())
            self.note("kick", meeting.id, person.visitor.id)
        return done({"action": "kick", "participants": [p.wire_acted() for p in kicked]})

    async def _kick_all(self, request: Request) -> Response:
        meeting = self._live_room(request)
        people = list(dict.fromkeys(stay.visitor.id for stay in meeting.here()))
        for person in people:
            meeting.remove(person, self.clock.now())
            self.note("kick", meeting.id, person)
        return done({"action": "kick_all", "kicked_participants_count": len(people)})

    async def _mute(self, request: Request) -> Response:
        meeting, people = self._live_room(request), await read(request, People)
        muted = self._targets(meeting, people)
        self._silence(meeting, [person.visitor.id for person in muted])
        return done({"action": "mute", "participants": [p.wire_acted() for p in muted]})

    async def _mute_all(self, request: Request) -> Response:
        meeting = self._live_room(request)
        await read(request, MuteAll)
        people = list(dict.fromkeys(stay.visitor.id for stay in meeting.here()))
        self._silence(meeting, people)
        return done({"action": "mute_all", "muted_participants_count": len(people)})

    def _silence(self, meeting: Meeting, people: list[str]) -> None:
        """Turn microphones off; whether cameras too is not documented: here they stay on."""
        for person in people:
            if meeting.mute(person, {"audio"}):
                self.note("mute", meeting.id, person)
