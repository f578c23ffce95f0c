"""Stream's stage: going live and backstage, ringing, and custom events."""

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Handler, read
from bot.demo.vendors.stream.base import CALL, done
from bot.demo.vendors.stream.media import KINDS, StreamMediaEndpoints
from bot.demo.vendors.stream.request_models import Closing, Event, Opening, Ringing
from bot.demo.vendors.stream.responses import call_json
from bot.demo.vendors.stream.state import StreamCall


class StreamStageEndpoints(StreamMediaEndpoints):
    """The endpoints that open a call to its audience, close it, ring, and send events."""

    def stage_routes(self) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part."""
        return [
            ("POST", f"{CALL}/go_live", self._go_live),
            ("POST", f"{CALL}/stop_live", self._stop_live),
            ("POST", f"{CALL}/ring", self._ring),
            ("POST", f"{CALL}/event", self._event),
        ]

    async def _go_live(self, request: Request) -> Response:
        call, asked = self.call_of(request), await read(request, Opening)
        if call.backstage:
            call.backstage = False
            self.note("go_live", call.id)
        if asked.start_hls:
            self.broadcast(call)
        for kind in KINDS:
            old = kind == "composite" and asked.start_recording
            if old or getattr(asked, f"start_{kind}_recording"):
                self.record(call, kind)
        if asked.start_transcription:
            self.transcribe(call)
        if asked.start_closed_caption:
            self.caption(call)
        return done(call=call_json(call))

    async def _stop_live(self, request: Request) -> Response:
        """Whoever may not join backstage is out, as the vendor's clients report it."""
        call, asked = self.call_of(request), await read(request, Closing)
        if not call.backstage:
            call.backstage = True
            self.note("go_back", call.id)
        self._close(call, asked)
        for stay in call.here():
            if not call.may(stay.visitor, "join-backstage"):
                call.remove(stay.visitor.id, self.clock.now())
        call.settle(self.clock.now())
        return done(call=call_json(call))

    def _close(self, call: StreamCall, asked: Closing) -> None:
        if not asked.continue_hls:
            self.end_broadcast(call)
        if not asked.continue_rtmp_broadcasts:
            self.end_rtmps(call)
        for kind in KINDS:
            if not asked.continues(kind):
                self.end_recording(call, kind)
        if not asked.continue_transcription:
            self.end_transcription(call)
        if not asked.continue_closed_caption:
            self.end_captions(call)

    async def _ring(self, request: Request) -> Response:
        call, asked = self.running(request), await read(request, Ringing)
        if strangers := set(asked.members_ids) - set(call.members):
            raise ApiRefusal(400, f"{min(strangers)} is not a member of this call")
        here = {stay.visitor.id for stay in call.here()}
        rung = asked.members_ids or [member for member in call.members if member not in here]
        for person in rung:
            self.note("ring", call.id, person)
        return done(members_ids=rung)

    async def _event(self, request: Request) -> Response:
        call, event = self.call_of(request), await read(request, Event)
        self.require_known(event.user_id)
        call.events.append(event.custom)
        self.note("say", call.id, event.user_id)
        return done()
