"""Stream's recordings, transcriptions, captions, HLS broadcasts and RTMP outputs."""

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Body, Handler, nanoseconds, read
from bot.demo.vendors.stream.base import CALL, StreamBase, done
from bot.demo.vendors.stream.request_models import (
    Broadcasts,
    StartCaptions,
    StartTranscription,
    StopCaptions,
    StopTranscription,
)
from bot.demo.vendors.stream.state import KeptFile, StreamCall

KINDS = ("composite", "individual", "raw")


class AnyText(StringConvertor):
    """A step of a path in which any sign may stand, slashes and line ends decoded."""

    regex = "(?s:.+)"


register_url_convertor("any", AnyText())


class StreamMediaEndpoints(StreamBase):
    """The endpoints that record and stream."""

    def media_routes(self) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part."""
        return [
            ("GET", f"{CALL}/recordings", self._recordings),
            ("POST", f"{CALL}/recordings/{{kind}}/start", self._record_start),
            ("POST", f"{CALL}/recordings/{{kind}}/stop", self._record_stop),
            ("DELETE", f"{CALL}/{{session}}/recordings/{{filename}}", self._recording_delete),
            ("GET", f"{CALL}/transcriptions", self._transcriptions),
            ("DELETE", f"{CALL}/{{session}}/transcriptions/{{filename}}", self._transcript_delete),
            ("POST", f"{CALL}/start_transcription", self._transcribe),
            ("POST", f"{CALL}/stop_transcription", self._transcribe_stop),
            ("POST", f"{CALL}/start_closed_captions", self._caption),
            ("POST", f"{CALL}/stop_closed_captions", self._caption_stop),
            ("POST", f"{CALL}/start_broadcasting", self._live_start),
            ("POST", f"{CALL}/stop_broadcasting", self._live_stop),
            ("POST", f"{CALL}/rtmp_broadcasts", self._rtmp_start),
            ("POST", f"{CALL}/rtmp_broadcasts/stop", self._rtmp_stop_all),
            ("POST", f"{CALL}/rtmp_broadcasts/{{name:any}}/stop", self._rtmp_stop),
        ]

    async def _recordings(self, request: Request) -> Response:
        call = self.call_of(request)
        return done(200, recordings=[recorded.as_json(call.id) for recorded in call.recorded])

    async def _record_start(self, request: Request) -> Response:
        call, kind = self.running(request), _kind(request)
        if kind in call.recording:
            raise ApiRefusal(400, f"{kind} recording is already running")
        self.record(call, kind)
        return done()

    def record(self, call: StreamCall, kind: str) -> None:
        """Start one kind of recording unless it runs."""
        if kind not in call.recording:
            call.recording[kind] = self.clock.now()
            self.note("record_start", call.id)

    async def _record_stop(self, request: Request) -> Response:
        await read(request, Body, required=True)
        self.end_recording(self.call_of(request), _kind(request))
        return done()

    def end_recording(self, call: StreamCall, kind: str) -> None:
        """Stop one kind of recording; nothing where it does not run."""
        if call.stop_recording(kind, self.clock.now()):
            self.note("record_stop", call.id)

    async def _recording_delete(self, request: Request) -> Response:
        return self._delete(request, self.call_of(request).recorded, "delete_recording")

    async def _transcriptions(self, request: Request) -> Response:
        call = self.call_of(request)
        return done(200, transcriptions=[kept.as_json(call.id) for kept in call.transcribed])

    async def _transcript_delete(self, request: Request) -> Response:
        return self._delete(request, self.call_of(request).transcribed, "delete_transcript")

    def _delete(self, request: Request, files: list[KeptFile], verb: str) -> Response:
        session, name = request.path_params["session"], request.path_params["filename"]
        wanted = [file for file in files if (file.session, file.filename) == (session, name)]
        if not wanted:
            raise ApiRefusal(404, f"Can't find {name} in session {session}")
        files.remove(wanted[0])
        self.note(verb, self.call_of(request).id, name)
        return done(200)

    async def _transcribe(self, request: Request) -> Response:
        call, asked = self.running(request), await read(request, StartTranscription)
        if call.transcribing:
            raise ApiRefusal(400, "transcription is already running")
        self.transcribe(call)
        if asked.enable_closed_captions:
            self.caption(call)
        return done()

    def transcribe(self, call: StreamCall) -> None:
        """Start transcribing unless it runs."""
        if call.transcribing is None:
            call.transcribing = self.clock.now()
            self.note("transcribe_start", call.id)

    async def _transcribe_stop(self, request: Request) -> Response:
        call, asked = self.call_of(request), await read(request, StopTranscription)
        self.end_transcription(call)
        if asked.stop_closed_captions:
            self.end_captions(call)
        return done()

    def end_transcription(self, call: StreamCall) -> None:
        """Stop transcribing; nothing where it does not run."""
        if call.stop_transcription(self.clock.now()):
            self.note("transcribe_stop", call.id)

    async def _caption(self, request: Request) -> Response:
        call, asked = self.running(request), await read(request, StartCaptions)
        if call.captioning:
            raise ApiRefusal(400, "closed captions are already running")
        self.caption(call)
        if asked.enable_transcription:
            self.transcribe(call)
        return done()

    def caption(self, call: StreamCall) -> None:
        """Start captions unless they run."""
        if not call.captioning:
            call.captioning = True
            self.note("captions_start", call.id)

    async def _caption_stop(self, request: Request) -> Response:
        call, asked = self.call_of(request), await read(request, StopCaptions)
        self.end_captions(call)
        if asked.stop_transcription:
            self.end_transcription(call)
        return done()

    def end_captions(self, call: StreamCall) -> None:
        """Stop captions; nothing where they do not run."""
        if call.captioning:
            call.captioning = False
            self.note("captions_stop", call.id)

    async def _live_start(self, request: Request) -> Response:
        call = self.running(request)
        if call.playlist:
            raise ApiRefusal(400, "HLS broadcasting is already running")
        self.broadcast(call)
        return done(playlist_url=call.playlist)

    def broadcast(self, call: StreamCall) -> None:
        """Start the HLS broadcast unless it runs."""
        if not call.playlist:
            call.playlist = f"https://hls.stream.example/{call.id}/master.m3u8"
            self.note("live_start", call.id)

    async def _live_stop(self, request: Request) -> Response:
        self.end_broadcast(self.call_of(request))
        return done()

    def end_broadcast(self, call: StreamCall) -> None:
        """Stop the HLS broadcast; nothing where it does not run."""
        if call.playlist:
            call.playlist = None
            self.note("live_stop", call.id)

    async def _rtmp_start(self, request: Request) -> Response:
        call = self.running(request)
        [target] = (await read(request, Broadcasts)).broadcasts
        if target.name in call.rtmps:
            raise ApiRefusal(400, f"an RTMP broadcast named {target.name} is already running")
        told = target.model_dump(exclude={"quality"}, exclude_none=True)
        call.rtmps[target.name] = {**told, "started_at": nanoseconds(self.clock.now())}
        self.note("rtmp_start", call.id, target.name)
        return done()

    async def _rtmp_stop(self, request: Request) -> Response:
        await read(request, Body, required=True)
        call, name = self.call_of(request), request.path_params["name"]
        if call.rtmps.pop(name, None) is None:
            raise ApiRefusal(404, f"no RTMP broadcast named {name} is running")
        self.note("rtmp_stop", call.id, name)
        return done()

    async def _rtmp_stop_all(self, request: Request) -> Response:
        self.end_rtmps(self.call_of(request))
        return done()

    def end_rtmps(self, call: StreamCall) -> None:
        """Stop every RTMP output."""
        for name in list(call.rtmps):
            del call.rtmps[name]
            self.note("rtmp_stop", call.id, name)


def _kind(request: Request) -> str:
    kind = str(request.path_params["kind"])
    if kind not in KINDS:
        raise ApiRefusal(400, f"recording_type must be one of {', '.join(KINDS)}")
    return kind
