"""RealtimeKit's lasting things: meetings, the people enrolled in them, and presets."""

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Handler, iso, read
from bot.demo.vendors.realtimekit.base import RealtimeKitBase
from bot.demo.vendors.realtimekit.envelope import done, paged
from bot.demo.vendors.realtimekit.request_models import (
    AddParticipant,
    UpdateMeeting,
    UpdateParticipant,
)
from bot.demo.vendors.realtimekit.state import Enrolment, MeetingRoom, made_id
from bot.demo.vendors.rooms import Visitor

PRESET = "group_call_participant"
PRESETS = (PRESET, "group_call_host", "webinar_viewer", "guest", "viewer")


class RealtimeKitMeetingEndpoints(RealtimeKitBase):
    """The endpoints about what lasts beyond a session."""

    def meeting_routes(self, kit: str) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part; `kit` is the path up to the app's id."""
        meeting = f"{kit}/meetings/{{meeting}}"
        participant = f"{meeting}/participants/{{participant}}"
        return [
            ("GET", f"{kit}/presets", self._presets),
            ("GET", f"{kit}/meetings", self._meetings),
            ("GET", meeting, self._meeting),
            ("PATCH", meeting, self._update),
            ("GET", f"{meeting}/participants", self._enrolled),
            ("POST", f"{meeting}/participants", self._enrol),
            ("GET", participant, self._participant),
            ("PATCH", participant, self._change),
            ("DELETE", participant, self._expel),
        ]

    async def _presets(self, request: Request) -> Response:
        made = iso(self.clock.now())
        times = {"created_at": made, "updated_at": made}
        presets = [{"id": made_id("preset", name), "name": name, **times} for name in PRESETS]
        shown, paging = paged(presets, request)
        return done(shown, paging=paging)

    async def _meetings(self, request: Request) -> Response:
        query = request.query_params
        listed = [meeting.as_json() for meeting in self.rooms.values()]
        if "status" in query:
            listed = [meeting for meeting in listed if meeting["status"] == query["status"]]
        if word := query.get("search"):
            listed = [
                meeting for meeting in listed if word == meeting["id"] or word in meeting["title"]
            ]
        shown, paging = paged(listed, request)
        return done(shown, paging=paging)

    async def _meeting(self, request: Request) -> Response:
        return done(self._room(request).as_json())

    async def _update(self, request: Request) -> Response:
        meeting, update = self._room(request), await read(request, UpdateMeeting)
        active = update.status != "INACTIVE" if update.status else meeting.active
        if active != meeting.active:
            meeting.active = active
            self.note("activate" if active else "deactivate", meeting.id)
        meeting.title = update.title or meeting.title
        return done(meeting.as_json())

    async def _enrolled(self, request: Request) -> Response:
        people = [person.as_json() for person in self._room(request).enrolled.values()]
        shown, paging = paged(people, request)
        return done(shown, paging=paging)

    async def _enrol(self, request: Request) -> Response:
        meeting, add = self._room(request), await read(request, AddParticipant)
        visitor = Visitor(add.custom_participant_id, add.name or add.custom_participant_id)
        added = meeting.enrol(visitor, _known(add.preset_name), self.clock.now())
        self.note("enrol", meeting.id, visitor.id)
        return done(_with_token(added), 201)

    def _person(self, request: Request) -> tuple[MeetingRoom, Enrolment]:
        meeting = self._room(request)
        person = meeting.enrolled.get(request.path_params["participant"])
        if person is None:
            raise ApiRefusal(404, "Participant not found")
        return meeting, person

    async def _participant(self, request: Request) -> Response:
        return done(self._person(request)[1].as_json())

    async def _change(self, request: Request) -> Response:
        """The answer holds a token that opens the meeting."""
        (meeting, person), change = self._person(request), await read(request, UpdateParticipant)
        if change.preset_name and _known(change.preset_name) != person.preset:
            person.preset = change.preset_name
            self.note("preset", meeting.id, person.visitor.id)
        return done(_with_token(person))

    async def _expel(self, request: Request) -> Response:
        """The enrolment goes, and with it the right to join; who is in the room stays."""
        meeting, gone = self._person(request)
        del meeting.enrolled[gone.id]
        meeting.deleted.add(gone.visitor.id)
        self.note("expel", meeting.id, gone.visitor.id)
        kept = ("created_at", "updated_at", "custom_participant_id")
        wired = {key: gone.as_json()[key] for key in kept}
        return done({**wired, "preset_id": made_id("preset", gone.preset)})


def _known(preset: str) -> str:
    """The preset's name; ApiRefusal when there is none of that name."""
    if preset not in PRESETS:
        raise ApiRefusal(400, "Preset not found")
    return preset


def _with_token(person: Enrolment) -> dict[str, str]:
    return {**person.as_json(), "token": f"made-up-token-{person.id}"}
