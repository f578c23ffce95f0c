"""RealtimeKit's recordings and livestreams; RTMP out is a recording that is sent elsewhere."""

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Handler, read
from bot.demo.vendors.realtimekit.envelope import done, paged
from bot.demo.vendors.realtimekit.history import RealtimeKitHistoryEndpoints, whole
from bot.demo.vendors.realtimekit.request_models import Action, StartLivestream, StartRecording
from bot.demo.vendors.realtimekit.state import MeetingRoom, RoomRecording, made_id

OVER = frozenset({"UPLOADING", "UPLOADED", "ERRORED"})
STATUSES = frozenset({"INVOKED", "RECORDING", "PAUSED"}) | OVER
"""As documented for the listing."""


class RealtimeKitMediaEndpoints(RealtimeKitHistoryEndpoints):
    """The endpoints that record and stream."""

    def media_routes(self, kit: str) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part; `kit` is the path up to the app's id."""
        meeting = f"{kit}/meetings/{{meeting}}"
        recording = f"{kit}/recordings/{{recording}}"
        return [
            ("GET", f"{kit}/recordings", self._recordings),
            ("POST", f"{kit}/recordings", self._record),
            ("GET", f"{kit}/recordings/active-recording/{{meeting}}", self._active_recording),
            ("GET", recording, self._recording),
            ("PUT", recording, self._act_on_recording),
            ("POST", f"{meeting}/livestreams", self._live_start),
            ("GET", f"{meeting}/active-livestream", self._live),
            ("POST", f"{meeting}/active-livestream/stop", self._live_stop),
        ]

    async def _recordings(self, request: Request) -> Response:
        query, now = request.query_params, self.clock.now()
        rooms = [m for m in self.rooms.values() if query.get("meeting_id", m.id) == m.id]
        found = [{**r.as_json(now), "meeting": m.as_json()} for m in rooms for r in m.recordings]
        wanted = {word for text in query.getlist("status") for word in text.split(",")}
        if wanted.difference(STATUSES):
            raise ApiRefusal(400, "status is not as documented")
        if not wanted or wanted & OVER:
            found += self.recordings_of_past(query)
        found = [r for r in found if not wanted or r["status"] in wanted]
        found = self.in_window(query, found, "invoked_time")
        found.sort(key=lambda r: r["invoked_time"], reverse=query.get("sort_order") != "ASC")
        shown, paging = paged(found, request)
        return done(shown, paging=paging)

    async def _record(self, request: Request) -> Response:
        start, now = await read(request, StartRecording), self.clock.now()
        meeting = self._meeting_of(start.meeting_id)
        session = meeting.live()
        if session is None:
            raise ApiRefusal(404, "No active session found")
        if meeting.running() and not start.allow_multiple_recordings:
            raise ApiRefusal(409, "A recording is already running in this meeting")
        recording = RoomRecording(
            made_id(meeting.id, "recording", str(len(meeting.recordings))),
            session.id,
            start.file_name_prefix or meeting.id,
            now,
            start.rtmp_out_config.rtmp_url if start.rtmp_out_config else None,
        )
        meeting.recordings.append(recording)
        self.note("rtmp_start" if recording.rtmp_url else "record_start", meeting.id)
        return done(recording.details_json(now), 201)

    def _found(self, request: Request) -> tuple[MeetingRoom, RoomRecording]:
        for meeting in self.rooms.values():
            for recording in meeting.recordings:
                if recording.id == request.path_params["recording"]:
                    return meeting, recording
        raise ApiRefusal(404, "Recording not found")

    async def _recording(self, request: Request) -> Response:
        """Alone this shows who began it, and why it stopped."""
        for past in self.past_recordings:
            if past.json["id"] == request.path_params["recording"]:
                return done(whole(past))
        return done(self._found(request)[1].details_json(self.clock.now()))

    async def _active_recording(self, request: Request) -> Response:
        running = self._room(request).running()
        if not running:
            raise ApiRefusal(404, "No active recording found")
        return done(running[-1].as_json(self.clock.now()))

    async def _act_on_recording(self, request: Request) -> Response:
        meeting, recording = self._found(request)
        action, now = (await read(request, Action)).action, self.clock.now()
        if not recording.active or (action != "stop" and recording.paused is (action == "pause")):
            raise ApiRefusal(400, f"Cannot {action} a recording that is {recording.status(now)}")
        recording.paused = action == "pause"
        if action == "stop":
            recording.stop(now, "API_CALL")
        self.note(f"{'rtmp' if recording.rtmp_url else 'record'}_{action}", meeting.id)
        return done(recording.details_json(now))

    async def _live_start(self, request: Request) -> Response:
        meeting = self._live_room(request)
        await read(request, StartLivestream)
        if meeting.livestream:
            raise ApiRefusal(409, "A livestream is already running in this meeting")
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
            raise ApiRefusal(404, "No active livestream found")
        return done({**meeting.livestream, "meeting_id": meeting.id})

    async def _live_stop(self, request: Request) -> Response:
        meeting = self._room(request)
        if meeting.livestream is None:
            raise ApiRefusal(404, "No active livestream found")
        meeting.livestream = None
        self.note("live_stop", meeting.id)
        return done({"message": "Livestream stopped"})
