"""What Stream tells about calls: what was measured, what people said, which types there are."""

import json
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Handler, nanoseconds, read
from bot.demo.vendors.stream.base import CALL, StreamBase, done
from bot.demo.vendors.stream.query import COMPARE, MOST, USUAL, QueryCalls, QueryFeedback, page
from bot.demo.vendors.stream.responses import (
    SETTINGS,
    attended_json,
    feedback_json,
    session_json,
    stats_json,
)
from bot.demo.vendors.stream.state import GRANTS, KeptFile, StreamCall, UserFeedback

STATS = "/api/v2/video/call_stats/{type}/{id}/{session}/participants"


class StreamReportEndpoints(StreamBase):
    """The endpoints that report of calls."""

    def report_routes(self) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part."""
        return [
            ("POST", "/api/v2/video/call/feedback", self._feedback),
            ("GET", "/api/v2/video/calltypes", self._types),
            ("GET", STATS, self._stats),
            ("GET", f"{CALL}/session/{{session}}/participant_sessions", self._attended),
        ]

    def measure(self, call: str, person: str, **numbers: int) -> None:
        """Note what was measured of somebody: `cq_score`, `latency_ms`, `jitter_ms`."""
        stay = self.rooms[call].stay(person)
        if stay is not None:
            self.rooms[call].measures[stay.presence] = numbers

    def give_feedback(self, call: str, person: str, rating: int, reason: str = "") -> None:
        """Let somebody say how the call was."""
        room = self.rooms[call]
        session = room.session.id if room.session else ""
        room.opinions.append(UserFeedback(person, session, rating, reason, self.clock.now()))

    def keep(self, call: str, name: str, *, session: str = "s", recording: bool = True) -> None:
        """Add a finished recording, or a transcription, of that name."""
        room, now = self.rooms[call], self.clock.now()
        if recording:
            room.recorded.append(KeptFile(name, session, now, now, "composite"))
        else:
            room.transcribed.append(KeptFile(name, session, now, now))

    async def _feedback(self, request: Request) -> Response:
        asked = await read(request, QueryFeedback)
        found = [
            (call, said)
            for call in self.rooms.values()
            for said in call.opinions
            if _fits(call, said, asked.filter_conditions)
        ]
        newest = any(rule.direction == -1 for rule in asked.sort)
        found.sort(key=lambda opinion: opinion[1].at, reverse=newest)
        shown, cursors = page(found, asked)
        return done(user_feedback=[feedback_json(*opinion) for opinion in shown], **cursors)

    async def _types(self, request: Request) -> Response:
        del request
        since = nanoseconds(self.clock.now())
        types = {
            name: {
                "name": name,
                "created_at": since,
                "updated_at": since,
                "grants": GRANTS[name],
                "notification_settings": {"enabled": False},
                "settings": {**SETTINGS, "backstage": {"enabled": name == "livestream"}},
            }
            for name in GRANTS
        }
        return done(200, call_types=types)

    async def _stats(self, request: Request) -> Response:
        call, run = self.call_of(request), request.path_params["session"]
        if call.session is None or call.session.id != run:
            raise ApiRefusal(404, f"Can't find call session with id {run}")
        asked = _asked(request)
        people = list(dict.fromkeys(stay.visitor.id for stay in call.stays))
        shown, cursors = page(people, asked)
        return done(
            200,
            call_id=call.id.partition(":")[2],
            call_type=call.id.partition(":")[0],
            call_session_id=run,
            counts=_counts(call),
            participants=[stats_json(call, person) for person in shown],
            **cursors,
        )

    async def _attended(self, request: Request) -> Response:
        """Complete once the run is over: until then only those who have left."""
        call, run = self.call_of(request), request.path_params["session"]
        if call.session is None or call.session.id != run:
            raise ApiRefusal(404, f"Can't find call session with id {run}")
        of_run = [stay for stay in call.stays if stay.joined_at >= call.session.started_at]
        listed = [stay for stay in of_run if not (call.ongoing and stay.here)]
        shown, cursors = page(listed, _asked(request))
        now = self.clock.now()
        lasted = [(stay.left_at or now) - stay.joined_at for stay in listed]
        return done(
            200,
            call_id=call.id.partition(":")[2],
            call_type=call.id.partition(":")[0],
            call_session_id=run,
            total_participant_sessions=len(listed),
            total_participant_duration=int(sum(lasted, timedelta()).total_seconds()),
            participants_sessions=[attended_json(stay, now) for stay in shown],
            session=session_json(call, call.session),
            **cursors,
        )


def _asked(request: Request) -> QueryCalls:
    """The query of a GET, where lists and objects are JSON."""
    params = request.query_params
    limit = params.get("limit", str(USUAL))
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        raise ApiRefusal(400, f"limit must be a number up to {MOST}")
    for name in ("sort", "filter_conditions"):
        try:
            json.loads(params.get(name, "{}"))
        except ValueError as error:
            raise ApiRefusal(400, f"{name} must be JSON") from error
    return QueryCalls(limit=int(limit), next=params.get("next"), prev=params.get("prev"))


def _counts(call: StreamCall) -> dict[str, int]:
    scores = [measure["cq_score"] for measure in call.measures.values() if "cq_score" in measure]
    counts = {
        "live_sessions": len(call.here()),
        "participants": len({stay.visitor.id for stay in call.stays}),
        "peak_concurrent_sessions": len(call.stays),
        "peak_concurrent_users": len(call.stays),
        "publishers": len(call.here()),
        "sessions": len(call.stays),
        "sfus_used": 1,
    }
    return {**counts, "cq_score": sum(scores) // len(scores)} if scores else counts


def _fits(call: StreamCall, said: UserFeedback, conditions: dict[str, object]) -> bool:
    have = {
        "call_cid": call.id,
        "call_session_id": said.session,
        "user_id": said.person,
        "rating": said.rating,
    }
    for field, wanted in conditions.items():
        if field not in have:
            raise ApiRefusal(400, f"cannot filter feedback by {field}")
        for operator, operand in (wanted if isinstance(wanted, dict) else {"$eq": wanted}).items():
            if not COMPARE[operator](have[field], operand):
                return False
    return True
