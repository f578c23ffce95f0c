"""Who was in a run of a Stream Video call, stay by stay.

Stream finishes its list some time after the run ends (call.stats_report_ready), so while the run is
on, whoever is connected is read beside it.
"""

import asyncio
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from bot.calls.attendance import Attendance, Attendee, by_arrival
from bot.calls.models import CallRef
from bot.providers.http.client import Params
from bot.providers.http.decode import CountedList, LenientList, Maybe, Moment, read
from bot.providers.http.retry import Idempotency
from bot.providers.stream.models import ParticipantResponse, ParticipantsResponse
from bot.providers.stream.queries import MOST, MOST_PAGES, StreamQueries, call_path, segment
from bot.providers.unsupported import NOBODY_YET

LIVE = "Stream Video completes this list some time after the call has ended."


class _Connection(BaseModel):
    """One connection. `user_session_id` is the same as in the live list."""

    user_id: str
    user_session_id: str
    roles: Maybe[LenientList[str]] = None
    joined_at: Moment = None
    left_at: Moment = None


class _Session(BaseModel):
    """The run itself, with some of its people by name."""

    participants: Maybe[LenientList[ParticipantResponse]] = None


class _Page(BaseModel):
    """A page of QueryCallParticipantSessions; `next` is absent at the end."""

    participants_sessions: LenientList[_Connection]
    session: Maybe[_Session] = None
    next: Maybe[str] = None


class StreamAttendanceReports:
    """Reads who was in a run of a call; raises `VendorError`."""

    def __init__(self, queries: StreamQueries) -> None:
        self._queries = queries

    async def attendance(self, call: CallRef) -> Attendance:
        """See `CallReports.attendance`: ten pages of a hundred connections are read at most."""
        seen = await self._queries.call(call.id)
        run = call.session or seen.latest_run
        if run is None:
            return Attendance(note=NOBODY_YET)
        live = seen.current_session_id == run and seen.ended is None
        pages, here = await asyncio.gather(
            self._pages(call.id, run), self._here(call.id, live=live)
        )
        names = _names(pages, here)
        past = [session for page in pages for session in page.participants_sessions]
        stays = {
            connection.user_session_id: _past_attendee(connection, names) for connection in past
        }
        stays |= {
            participant.user_session_id or participant.user.id: _present_attendee(participant)
            for participant in here.participants
        }
        return Attendance(
            stays=tuple(sorted(stays.values(), key=by_arrival)),
            more=bool(pages[-1].next) or here.total > len(here.participants),
            note=LIVE if live else "",
        )

    async def _here(self, cid: str, *, live: bool) -> ParticipantsResponse:
        return (
            await self._queries.stays(cid)
            if live
            else ParticipantsResponse(participants=CountedList())
        )

    async def _pages(self, cid: str, run: str) -> list[_Page]:
        http = self._queries.http
        path = f"{call_path(cid)}/session/{segment(run)}/participant_sessions"
        found: list[_Page] = []
        cursor: str | None = None
        while len(found) < MOST_PAGES:
            params: Params = {"limit": MOST, **({"next": cursor} if cursor else {})}
            answer = await http.send(Idempotency.READ, "GET", path, params=params)
            page = read(http, _Page, answer)
            found.append(page)
            if not page.next or page.next == cursor:
                break
            cursor = page.next
        return found


def _names(pages: Sequence[_Page], here: ParticipantsResponse) -> dict[str, str | None]:
    """The names of users: the list of stays has their ids alone."""
    people = [
        participant.user
        for page in pages
        if page.session
        for participant in page.session.participants or ()
    ]
    names = {person.id: person.name for person in people}
    return names | {participant.user.id: participant.user.name for participant in here.participants}


def _past_attendee(connection: _Connection, names: Mapping[str, str | None]) -> Attendee:
    return Attendee(
        id=connection.user_id,
        name=names.get(connection.user_id) or None,
        role=", ".join(connection.roles or ()) or None,
        joined_at=connection.joined_at,
        left_at=connection.left_at,
    )


def _present_attendee(stay: ParticipantResponse) -> Attendee:
    return Attendee(
        id=stay.user.id, name=stay.user.name or None, role=stay.role, joined_at=stay.joined_at
    )
