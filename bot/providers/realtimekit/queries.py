"""Reading RealtimeKit's sessions: who is in them, their recordings and livestreams."""

import asyncio
from collections.abc import Hashable

from bot.calls.models import Call, CallRef, Page, Participant, Vendor
from bot.errors import NotAtVendor, VendorError
from bot.providers.http.client import HttpClient, Params
from bot.providers.http.decode import M, read
from bot.providers.http.paging import gather_pages
from bot.providers.http.paths import path_segment
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.models import (
    STARTED,
    ActiveSessionResponse,
    Livestream,
    LivestreamResponse,
    MeetingRecording,
    MeetingSession,
    RecordingsResponse,
    RunningRecordings,
    SessionParticipant,
    SessionParticipantsResponse,
    SessionsResponse,
    SuccessResponse,
    next_page,
)

_PAGE = 50
"""Items asked for where we page ourselves."""

_MOST_RUNNING = 100
_RUNNING_SECONDS = 1.0
"""How long a list of calls waits to hear what is recorded."""

_MOST_PAGES = 200
"""Pages of people read at most: ten thousand connections of one session."""


def segment(identifier: str) -> str:
    """An id quoted as one step of a path.

    Raises NotAtVendor when it would lead to another path.
    """
    return path_segment(identifier, Vendor.REALTIMEKIT, "RealtimeKit has no such id.")


def meeting_path(meeting: str) -> str:
    """The path of a meeting; raises NotAtVendor for an id that cannot be in one."""
    return f"/meetings/{segment(meeting)}"


class RealtimeKitQueries:
    """Reads sessions; raises `VendorError`. A method is one request unless it says otherwise."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def live(self, limit: int, cursor: str | None) -> Page[Call]:
        """One page of LIVE sessions; one that emptied stays LIVE for its keep-alive time."""
        number = int(cursor or 1)
        many = await self._page(
            SessionsResponse,
            "/sessions",
            {
                "status": "LIVE",
                "page_no": number,
                "per_page": limit,
                "sort_by": "createdAt",
                "sort_order": "DESC",
            },
        )
        sessions = many.data.sessions
        return Page(
            items=tuple(session.to_call() for session in sessions if session.status != "ENDED"),
            next=next_page(number, limit, sessions.sent, many.paging),
            total=many.paging.total_count if many.paging else None,
            unknown=sessions.unreadable,
        )

    async def active(self, meeting: str) -> MeetingSession:
        """The meeting's running session; raises NotAtVendor when there is none."""
        path = f"{meeting_path(meeting)}/active-session"
        return (await self._get(ActiveSessionResponse, path)).data

    async def session_of(self, call: CallRef) -> str:
        """The id of the session that the call means: the one it names, or the running one.

        Raises NotAtVendor when it names none and none runs.
        """
        return call.session or (await self.active(call.id)).id

    async def here(self, session: str, limit: int, cursor: str | None) -> Page[Participant]:
        """One page of who is connected now, once each: a second device is the same person.

        A page may hold fewer than `limit`, since the vendor's pages also hold those who left.
        """
        page = await self._stays_page(session, limit, int(cursor or 1))
        people = {
            stay.person or connection_key(stay): stay.to_participant()
            for stay in page.items
            if stay.here
        }
        return Page(items=tuple(people.values()), next=page.next)

    async def present(self, session: str) -> list[SessionParticipant]:
        """Every connection that is there now; as many requests as that takes.

        Raises VendorGarbled when the list does not end, for then nobody can be said to be missing.
        """

        async def page(number: int) -> tuple[list[SessionParticipant], str | None]:
            return await self.stays(session, number)

        came = await gather_pages(page, connection_key, most=_MOST_PAGES)
        if came.more:
            raise self._http.garbled()
        return [stay for stay in came.items if stay.here]

    async def stays(self, session: str, number: int) -> tuple[list[SessionParticipant], str | None]:
        """A page of a session's connections, also those that ended, and the next page's number."""
        page = await self._stays_page(session, _PAGE, number)
        return list(page.items), page.next

    async def runs(self, meeting: str, limit: int) -> list[MeetingSession]:
        """The latest sessions of a meeting, newest first, the running one among them."""
        params: dict[str, str | int] = {
            "associated_id": meeting,
            "page_no": 1,
            "per_page": limit,
            "sort_by": "createdAt",
            "sort_order": "DESC",
        }
        return (await self._page(SessionsResponse, "/sessions", params)).data.sessions[:limit]

    async def running(self, call: CallRef) -> list[MeetingRecording]:
        """The recordings and RTMP outputs of a call that were not stopped yet, newest first.

        They are read from the list, because the active recording is a single one even when several
        run.
        """
        found = await self._page(
            RecordingsResponse,
            "/recordings",
            {
                "meeting_id": call.id,
                "per_page": _PAGE,
                "sort_by": "invokedTime",
                "sort_order": "DESC",
            },
        )
        return [
            recording
            for recording in found.data
            if recording.started and recording.of(call.session)
        ]

    async def all_running(self) -> RunningRecordings:
        """The recordings and RTMP outputs of every session that were not stopped, the newest 100.

        Where they cannot be read within a second, none are returned and `whole` is false: a list of
        calls is worth having without them.
        """
        params: Params = {"status": STARTED, "per_page": _MOST_RUNNING, "sort_by": "invokedTime"}
        try:
            async with asyncio.timeout(_RUNNING_SECONDS):
                found = await self._page(
                    RecordingsResponse, "/recordings", {**params, "sort_order": "DESC"}
                )
        except (VendorError, TimeoutError):
            return RunningRecordings([], whole=False)
        started = [recording for recording in found.data if recording.started]
        more = next_page(1, _MOST_RUNNING, found.data.sent, found.paging)
        whole = (
            more is None
            and not found.data.unreadable
            and all(recording.session for recording in started)
        )
        return RunningRecordings(started, whole)

    async def livestream(self, meeting: str) -> Livestream | None:
        """The livestream that is running; None when there is none."""
        path = f"{meeting_path(meeting)}/active-livestream"
        try:
            stream = (await self._get(LivestreamResponse, path)).data
        except NotAtVendor:
            return None
        return stream if stream and stream.running else None

    async def summarised(self, session: str) -> bool:
        """Whether there is a summary of the session to download; its address is not read."""
        try:
            await self._get(SuccessResponse, f"/sessions/{segment(session)}/summary")
        except NotAtVendor:
            return False
        return True

    async def _stays_page(self, session: str, limit: int, number: int) -> Page[SessionParticipant]:
        many = await self._page(
            SessionParticipantsResponse,
            f"/sessions/{segment(session)}/participants",
            {"page_no": number, "per_page": limit, "view": "raw"},
        )
        stays = many.data.participants
        return Page(items=tuple(stays), next=next_page(number, limit, stays.sent, many.paging))

    async def _get(self, model: type[M], path: str) -> M:
        return read(self._http, model, await self._http.send(Idempotency.READ, "GET", path))

    async def _page(self, model: type[M], path: str, params: Params) -> M:
        answer = await self._http.send(Idempotency.READ, "GET", path, params=params)
        return read(self._http, model, answer)


def connection_key(stay: SessionParticipant) -> Hashable:
    """A key that tells connections apart: the peer's id, whose it is, and since when."""
    return stay.peer, stay.person, stay.joined_at
