"""Finding the meeting or the session a request is about."""

from starlette.requests import Request

from bot.demo.vendors.base import ApiRefusal, VendorServer
from bot.demo.vendors.realtimekit.state import MeetingRoom, RoomSession
from bot.demo.vendors.rooms import RoomStay

Run = tuple[MeetingRoom, RoomSession, list[RoomStay]]
"""A session with the meeting it is of, and everybody who came to it."""


class RealtimeKitBase(VendorServer[MeetingRoom]):
    """Looks up what a request is about; each raises ApiRefusal with 404 where there is none."""

    def _room(self, request: Request) -> MeetingRoom:
        return self._meeting_of(request.path_params["meeting"])

    def _meeting_of(self, meeting: str) -> MeetingRoom:
        if meeting not in self.rooms:
            raise ApiRefusal(404, "Meeting not found")
        return self.rooms[meeting]

    def _live_room(self, request: Request) -> MeetingRoom:
        meeting = self._room(request)
        if meeting.live() is None:
            raise ApiRefusal(404, "No active session found")
        return meeting

    def _runs(self) -> list[Run]:
        """Every session there was, newest first."""
        runs = [(m, run, stays) for m in self.rooms.values() for run, stays in m.past]
        runs += [(m, m.session, m.stays) for m in self.rooms.values() if m.session]
        return sorted(runs, key=lambda run: run[1].started_at, reverse=True)

    def _run(self, request: Request) -> Run:
        for run in self._runs():
            if run[1].id == request.path_params["session"]:
                return run
        raise ApiRefusal(404, "Session not found")
