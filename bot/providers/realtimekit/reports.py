"""Every report of RealtimeKit: who belongs to a meeting and was there, what is left of it."""

import asyncio
from collections.abc import Sequence

from bot.calls.acts import Person
from bot.calls.attendance import Attendance, by_arrival
from bot.calls.models import CallRef, Page
from bot.calls.recordings import RunningRecording
from bot.calls.reports import CallMember, Room, RoomKind
from bot.calls.verbs import Listed
from bot.errors import NotAtVendor
from bot.providers.http.paging import gather_pages
from bot.providers.realtimekit.models import SessionParticipant
from bot.providers.realtimekit.queries import connection_key
from bot.providers.realtimekit.queries_meetings import EnrolledPerson
from bot.providers.realtimekit.reports_files import FileReports
from bot.providers.realtimekit.reports_quality import QualityReports
from bot.providers.unsupported import NOBODY_YET, SUPPORTED, list_unsupported, report_capabilities

_MOST_PAGES = 20
"""Pages of people read of one call: a thousand connections, those that ended too."""


class RealtimeKitReports(FileReports, QualityReports):
    """`CallReports` of one RealtimeKit app; every list is bounded."""

    capabilities = report_capabilities(
        attendance=SUPPORTED,
        quality=SUPPORTED,
        members=SUPPORTED,
        recordings=SUPPORTED,
        transcripts=SUPPORTED,
        feedback="RealtimeKit asks nobody how a call was.",
        rooms=SUPPORTED,
    )
    lists = frozenset({Listed.MEMBERS})

    async def recordings_running(self, call: CallRef) -> Sequence[RunningRecording]:
        """See `CallReports.recordings_running`; RTMP outputs of ours are stopped by their name."""
        return await self._recordings.running(call)

    async def members(self, call: CallRef) -> Page[CallMember]:
        """Who is enrolled in the meeting, the first thousand, and who of them is in the call."""
        enrolled, here = await asyncio.gather(self._meetings.enrolled(call.id), self._here(call))
        members = tuple(
            CallMember(
                id=item.id,
                name=item.name or item.custom_id,
                role=item.preset,
                here=_is_in(item, here),
                custom_id=item.custom_id,
            )
            for item in enrolled.items
        )
        return Page(items=members, next="more" if enrolled.more else None)

    async def attendance(self, call: CallRef) -> Attendance:
        """See `CallReports.attendance`: every connection of a session, the first thousand.

        How somebody left is not told: the vendor keeps when, not why.
        """
        session = call.session
        if session is None:
            runs = await self._queries.runs(call.id, 1)
            if not runs:
                return Attendance(note=NOBODY_YET)
            session = runs[0].id

        async def page(number: int) -> tuple[list[SessionParticipant], str | None]:
            return await self._queries.stays(session, number)

        came = await gather_pages(page, connection_key, most=_MOST_PAGES)
        stays = sorted((item.to_attendee() for item in came.items), key=by_arrival)
        return Attendance(stays=tuple(stays), more=came.more)

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """See `CallReports.listed`: who is enrolled, by RealtimeKit's id and the app's own."""
        if which is not Listed.MEMBERS:
            raise list_unsupported(call, which)
        enrolled = await self._meetings.enrolled(call.id)
        people = (
            Person(id=item.id, name=item.name, custom_id=item.custom_id, role=item.preset)
            for item in enrolled.items
        )
        return Page(items=tuple(people), next="more" if enrolled.more else None)

    async def _here(self, call: CallRef) -> Sequence[SessionParticipant]:
        """Nobody, where no session runs."""
        try:
            session = await self._queries.active(call.id)
        except NotAtVendor:
            return ()
        return await self._queries.present(session.id)

    async def rooms(self) -> Sequence[Room]:
        """Presets, then meetings, the first thousand of each; a locked meeting says so."""
        presets, meetings = await asyncio.gather(
            self._meetings.presets(), self._meetings.meetings()
        )
        return (
            *(
                Room(kind=RoomKind.PRESET, name=item.name or item.id or "")
                for item in presets.items
            ),
            *(
                Room(
                    kind=RoomKind.ROOM,
                    name=item.title or item.id,
                    id=item.id,
                    detail="locked" if item.locked else "",
                )
                for item in meetings.items
            ),
        )


def _is_in(enrolled: EnrolledPerson, here: Sequence[SessionParticipant]) -> bool:
    """By RealtimeKit's id; by the app's own only where a report leaves that out."""
    return any(
        enrolled.id == stay.user_id
        or (stay.user_id is None and enrolled.custom_id == stay.custom_id)
        for stay in here
    )
