"""What RealtimeKit tells about a session: transcript, summary, chat, and each peer's connection.

Links to files are signed, and named differently in each answer, as the documents have them.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Handler, iso
from bot.demo.vendors.realtimekit.base import RealtimeKitBase, Run
from bot.demo.vendors.realtimekit.envelope import done
from bot.demo.vendors.realtimekit.state import KEPT, ConnectionQuality, MeetingRoom
from bot.demo.vendors.rooms import RoomStay

SUMMARISING = timedelta(seconds=5)
"""How long a summary takes after it was asked for."""
FORMATS = frozenset({"SRT", "VTT", "JSON", "CSV"})
FILTERS = frozenset(
    {"device_info", "ip_information", "precall_network_information", "events", "quality_stats"}
)


class RealtimeKitReportEndpoints(RealtimeKitBase):
    """The endpoints that report of a session."""

    def report_routes(self, kit: str) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part; `kit` is the path up to the app's id."""
        session = f"{kit}/sessions/{{session}}"
        return [
            ("GET", f"{kit}/sessions/peer-report/{{peer}}", self._peer_report),
            ("GET", f"{session}/transcript", self._transcript),
            ("GET", f"{session}/chat", self._chat),
            ("GET", f"{session}/summary", self._summary),
            ("POST", f"{session}/summary", self._summarise),
        ]

    async def _transcript(self, request: Request) -> Response:
        session, until = self._kept(self._run(request))
        form = request.query_params.get("format", "CSV")
        if form not in FORMATS:
            raise ApiRefusal(400, "format must be one of SRT, VTT, JSON, CSV")
        url = _signed(f"transcript/{session}.{form.lower()}")
        return done(
            {
                "sessionId": session,
                "transcript_download_url": url,
                "transcript_download_url_expiry": iso(until),
            }
        )

    async def _chat(self, request: Request) -> Response:
        session, until = self._kept(self._run(request))
        url = _signed(f"chat/{session}.csv")
        return done({"chat_download_url": url, "chat_download_url_expiry": iso(until)})

    def _kept(self, run: Run) -> tuple[str, datetime]:
        """A session whose files are there, and until when: from its end for seven days."""
        session, now = run[1], self.clock.now()
        if session.ended_at is None or now >= session.ended_at + KEPT:
            raise ApiRefusal(404, "Nothing found for this session")
        return session.id, session.ended_at + KEPT

    async def _summary(self, request: Request) -> Response:
        session, now = self._run(request)[1], self.clock.now()
        asked = session.summary_at
        if asked is None or not asked + SUMMARISING <= now < asked + KEPT:
            raise ApiRefusal(404, "Summary not found")
        return done(
            {
                "sessionId": session.id,
                "summaryDownloadUrl": _signed(f"summary/{session.id}.txt"),
                "summaryDownloadUrlExpiry": iso(asked + KEPT),
            }
        )

    async def _summarise(self, request: Request) -> Response:
        meeting, session, _ = self._run(request)
        session.summary_at = self.clock.now()
        self.note("summarise", meeting.id)
        return done({"session_id": session.id, "status": "PROCESSING"}, 201)

    async def _peer_report(self, request: Request) -> Response:
        """With a filter only that part; without one also where somebody is, to the city."""
        wanted = request.query_params.get("filters")
        if wanted is not None and wanted not in FILTERS:
            raise ApiRefusal(400, "filters is not as documented")
        for meeting, session, stays in self._runs():
            for stay in stays:
                wired = meeting.stay_json(stay, self.clock.now())
                if wired["id"] == request.path_params["peer"]:
                    report = _report(meeting, stay, wanted)
                    person = {**wired, "session_id": session.id, "peer_report": report}
                    return done({"participant": person})
        raise ApiRefusal(404, "Participant not found")


def _report(meeting: MeetingRoom, stay: RoomStay, wanted: str | None) -> dict[str, Any]:
    report: dict[str, Any] = {}
    if wanted in {None, "quality_stats"}:
        report["quality"] = _quality(meeting.networks.get(stay.visitor.id, ConnectionQuality()))
    if wanted != "quality_stats":
        report["metadata"] = {
            "ip_information": {"ipv4": "192.0.2.7", "city": "Springfield"},
            "device_info": {"os": "Linux", "is_mobile": False, "cpus": 4},
        }
    return report


def _quality(network: ConnectionQuality) -> dict[str, Any]:
    mos = dict.fromkeys(("avg", "p50", "p75", "p90"), network.mos)
    loss = {
        "avg": 0.0,
        "5_or_greater_event_fraction": network.lossy,
        "10_or_greater_event_fraction": 0.0,
        "25_or_greater_event_fraction": 0.0,
        "50_or_greater_event_fraction": 0.0,
    }
    late = {
        "avg": 0.0,
        "100ms_or_greater_event_fraction": max(network.slow, 0.1),
        "250ms_or_greater_event_fraction": network.slow,
        "500ms_or_greater_event_fraction": 0.0,
    }
    return {
        "audio_producer": [
            {"packets_sent": 1000 * (n + 1), "packets_lost": network.lost * (n + 1)}
            for n in range(2)
        ],
        "audio_consumer": [{"packets_received": 1000, "packets_lost": 0}],
        "audio_producer_cumulative": {"packet_loss": loss, "quality_mos": mos, "rtt": late},
        "audio_consumer_cumulative": {
            "packet_loss": loss,
            "quality_mos": mos,
            "jitter_buffer_delay": late,
        },
    }


def _signed(path: str) -> str:
    key = secrets.token_hex(8)
    return f"https://files.realtimekit.example/{path}?Expires=1&Signature={key}"
