"""A make-believe Cloudflare RealtimeKit.

As documented: a Bearer token checked by Cloudflare's gateway (with the gateway's own error shape),
`{"success", "data", "paging"}`, ISO 8601 times. It keeps no ban list and has no way to end a call.
Mute exists only where the server is made with `hidden_mute`, as it is in the vendor's
specification but not in its documentation.
"""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock
from bot.demo.vendors.base import Handler, Refusal, VendorServer, read
from bot.demo.vendors.realtimekit_bodies import (
    Action,
    AddParticipant,
    MuteAll,
    People,
    StartLivestream,
    StartRecording,
    UpdateMeeting,
)
from bot.demo.vendors.realtimekit_state import Enrolled, Meeting, Recording, Session, made_id
from bot.demo.vendors.rooms import KeptOut, Stay, Visitor

ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
APP_ID = "11111111-2222-4333-8444-555555555555"
API_TOKEN = "realtimekit-demo-token-that-opens-nothing"
GATEWAY = {401: 10000, 403: 10000, 429: 10429}
"""Statuses that Cloudflare's gateway answers itself, in its own shape."""
USUAL = 20
PRESET = "group_call_participant"


class RealtimeKitServer(VendorServer[Meeting]):
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
        recording = f"{kit}/recordings/{{recording}}"
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
            ("GET", f"{kit}/recordings", self._recordings),
            ("POST", f"{kit}/recordings", self._record),
            ("GET", f"{kit}/recordings/active-recording/{{meeting}}", self._active_recording),
            ("GET", recording, self._recording),
            ("PUT", recording, self._act_on_recording),
            ("POST", f"{meeting}/livestreams", self._live_start),
            ("GET", f"{meeting}/active-livestream", self._live),
            ("POST", f"{meeting}/active-livestream/stop", self._live_stop),
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

    def _room(self, request: Request) -> Meeting:
        return self._meeting_of(request.path_params["meeting"])

    def _meeting_of(self, meeting: str) -> Meeting:
        if meeting not in self.rooms:
            raise Refusal(404, "Meeting not found")
        return self.rooms[meeting]

    def _live_room(self, request: Request) -> Meeting:
        meeting = self._room(request)
        if meeting.live() is None:
            raise Refusal(404, "No active session found")
        return meeting

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

    async def _recordings(self, request: Request) -> Response:
        query, now = request.query_params, self.clock.now()
        rooms = [m for m in self.rooms.values() if query.get("meeting_id", m.id) == m.id]
        found = [{**r.wire(now), "meeting": m.wire()} for m in rooms for r in m.recordings]
        wanted = {word for text in query.getlist("status") for word in text.split(",")}
        found = [r for r in found if not wanted or r["status"] in wanted]
        found.sort(key=lambda r: r["invoked_time"], reverse=query.get("sort_order") != "ASC")
        shown, paging = paged(found, request)
        return done(shown, paging=paging)

    async def _record(self, request: Request) -> Response:
        start, now = await read(request, StartRecording), self.clock.now()
        meeting = self._meeting_of(start.meeting_id)
        session = meeting.live()
        if session is None:
            raise Refusal(404, "No active session found")
        if meeting.running() and not start.allow_multiple_recordings:
            raise Refusal(409, "A recording is already running in this meeting")
        recording = Recording(
            made_id(meeting.id, "recording", str(len(meeting.recordings))),
            session.id,
            start.file_name_prefix or meeting.id,
            now,
            start.rtmp_out_config.rtmp_url if start.rtmp_out_config else None,
        )
        meeting.recordings.append(recording)
        self.note("rtmp_start" if recording.rtmp_url else "record_start", meeting.id)
        return done(recording.wire(now), 201)

    def _found(self, request: Request) -> tuple[Meeting, Recording]:
        for meeting in self.rooms.values():
            for recording in meeting.recordings:
                if recording.id == request.path_params["recording"]:
                    return meeting, recording
        raise Refusal(404, "Recording not found")

    async def _recording(self, request: Request) -> Response:
        return done(self._found(request)[1].wire(self.clock.now()))

    async def _active_recording(self, request: Request) -> Response:
        running = self._room(request).running()
        if not running:
            raise Refusal(404, "No active recording found")
        return done(running[-1].wire(self.clock.now()))

    async def _act_on_recording(self, request: Request) -> Response:
        meeting, recording = self._found(request)
        action, now = (await read(request, Action)).action, self.clock.now()
        if not recording.active or (action != "stop" and recording.paused is (action == "pause")):
            raise Refusal(400, f"Cannot {action} a recording that is {recording.status(now)}")
        recording.paused = action == "pause"
        if action == "stop":
            recording.stopped_at = now
        self.note(f"{'rtmp' if recording.rtmp_url else 'record'}_{action}", meeting.id)
        return done(recording.wire(now))

    async def _live_start(self, request: Request) -> Response:
        meeting = self._live_room(request)
        await read(request, StartLivestream)
        if meeting.livestream:
            raise Refusal(409, "A livestream is already running in this meeting")
        stream = made_id(meeting.id, "livestream", str(len(self.effects)))
        meeting.livestream = {
            "id": stream,
            "status": "LIVE",
            "playback_url": f"https://live.realtimekit.example/{stream}/manifest.m3u8",
            "ingest_server": "rtmps://live.realtimekit.example:443/live/",
            "stream_key": f"made-up-stream-key-{stream}",
        }
        self.note("live_start", meeting.id)
        return done(meeting.livestream, 201)

    async def _live(self, request: Request) -> Response:
        meeting = self._room(request)
        if meeting.livestream is None:
            raise Refusal(404, "No active livestream found")
        return done({**meeting.livestream, "meeting_id": meeting.id})

    async def _live_stop(self, request: Request) -> Response:
        meeting = self._room(request)
        if meeting.livestream is None:
            raise Refusal(404, "No active livestream found")
        meeting.livestream = None
        self.note("live_stop", meeting.id)
        return done({"message": "Livestream stopped"})


def done(data: Any, status: int = 200, *, paging: dict[str, int] | None = None) -> Response:
    """A success."""
    body = {"success": True, "data": data}
    return JSONResponse(body if paging is None else {**body, "paging": paging}, status)


def paged(items: list[dict[str, Any]], request: Request) -> tuple[list[Any], dict[str, int]]:
    """One page by `page_no` (from 1) and `per_page`, and where it stands among all."""
    try:
        number = int(request.query_params.get("page_no", "1"))
        size = int(request.query_params.get("per_page", str(USUAL)))
    except ValueError as error:
        raise Refusal(400, "page_no and per_page must be numbers") from error
    if number < 1 or size < 1:
        raise Refusal(400, "page_no and per_page must be at least 1")
    start = (number - 1) * size
    shown = items[start : start + size]
    first = start + 1 if shown else start
    end = start + len(shown)
    return shown, {"total_count": len(items), "start_offset": first, "end_offset": end}
