"""Stream's recordings, HLS broadcasts and RTMP outputs."""

from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import Handler, Refusal, VendorServer, read
from bot.demo.vendors.stream_bodies import Broadcasts
from bot.demo.vendors.stream_state import StreamCall

CALL = "/api/v2/video/call/{type}/{id}"
KINDS = ("composite", "individual", "raw")
DURATION = "3.14ms"
"""How long every request says it took."""


def done(status: int = 201, /, **fields: Any) -> Response:
    """A success, as POST answers it; `duration` is in every answer."""
    body = to_json({"duration": DURATION, **fields})
    return Response(body, status, media_type="application/json")


class Media(VendorServer[StreamCall]):
    """The part of the vendor that records and streams."""

    def media_routes(self) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part."""
        return [
            ("GET", f"{CALL}/recordings", self._recordings),
            ("POST", f"{CALL}/recordings/{{kind}}/start", self._record_start),
            ("POST", f"{CALL}/recordings/{{kind}}/stop", self._record_stop),
            ("POST", f"{CALL}/start_broadcasting", self._live_start),
            ("POST", f"{CALL}/stop_broadcasting", self._live_stop),
            ("POST", f"{CALL}/rtmp_broadcasts", self._rtmp_start),
            ("POST", f"{CALL}/rtmp_broadcasts/stop", self._rtmp_stop_all),
            ("POST", f"{CALL}/rtmp_broadcasts/{{name}}/stop", self._rtmp_stop),
        ]

    def _call(self, request: Request) -> StreamCall:
        cid = f"{request.path_params['type']}:{request.path_params['id']}"
        if cid not in self.rooms:
            raise Refusal(404, f"Can't find call with id {cid}")
        return self.rooms[cid]

    async def _recordings(self, request: Request) -> Response:
        call = self._call(request)
        return done(200, recordings=[recorded.wire(call.id) for recorded in call.recorded])

    async def _record_start(self, request: Request) -> Response:
        call, kind = self._running(request), _kind(request)
        if kind in call.recording:
            raise Refusal(400, f"{kind} recording is already running")
        call.recording[kind] = self.clock.now()
        self.note("record_start", call.id)
        return done()

    async def _record_stop(self, request: Request) -> Response:
        call, kind = self._call(request), _kind(request)
        if call.stop_recording(kind, self.clock.now()):
            self.note("record_stop", call.id)
        return done()

    async def _live_start(self, request: Request) -> Response:
        call = self._running(request)
        if call.playlist:
            raise Refusal(400, "HLS broadcasting is already running")
        call.playlist = f"https://hls.stream.example/{call.id}/master.m3u8"
        self.note("live_start", call.id)
        return done(playlist_url=call.playlist)

    async def _live_stop(self, request: Request) -> Response:
        call = self._call(request)
        if call.playlist:
            call.playlist = None
            self.note("live_stop", call.id)
        return done()

    async def _rtmp_start(self, request: Request) -> Response:
        call = self._running(request)
        [target] = (await read(request, Broadcasts)).broadcasts
        if target.name in call.rtmps:
            raise Refusal(400, f"an RTMP broadcast named {target.name} is already running")
        call.rtmps[target.name] = target.model_dump(exclude={"quality"}, exclude_none=True)
        self.note("rtmp_start", call.id, target.name)
        return done()

    async def _rtmp_stop(self, request: Request) -> Response:
        call, name = self._call(request), request.path_params["name"]
        if call.rtmps.pop(name, None) is None:
            raise Refusal(404, f"no RTMP broadcast named {name} is running")
        self.note("rtmp_stop", call.id, name)
        return done()

    async def _rtmp_stop_all(self, request: Request) -> Response:
        call = self._call(request)
        for name in list(call.rtmps):
            del call.rtmps[name]
            self.note("rtmp_stop", call.id, name)
        return done()

    def _running(self, request: Request) -> StreamCall:
        call = self._call(request)
        if not call.ongoing:
            raise Refusal(400, "there is no active session in this call")
        return call


def _kind(request: Request) -> str:
    kind = str(request.path_params["kind"])
    if kind not in KINDS:
        raise Refusal(400, f"recording_type must be one of {', '.join(KINDS)}")
    return kind
