"""Reading CometChat: calls with the people in them, recordings and transcripts."""

from urllib.parse import quote

from bot.calls.attendance import Attendance, by_arrival
from bot.calls.call_log import LogFilter
from bot.calls.models import Call, Page, Participant, Vendor
from bot.calls.names import bare
from bot.calls.reports import File, FileKind, Files, Sighting, Sightings
from bot.errors import NotAtVendor
from bot.priority import current
from bot.providers.cometchat.models import (
    UNKNOWN,
    CallDetailsResponse,
    CallParticipant,
    CallsResponse,
    CometChatCall,
    TranscriptionsResponse,
    newest_first,
)
from bot.providers.http.client import HttpClient, Params
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.single_flight import SingleFlight

PAGE = 100
"""Items asked for where we page ourselves: CometChat's usual number for transcriptions."""
MOST_PAGES = 5
"""Pages that are read at most: 500 calls are searched for somebody."""
NO_MORE_KINDS = "CometChat has no summary and no chat log of a call."


def segment(identifier: str) -> str:
    """An id as one step of a path; NotAtVendor when it would lead to another path."""
    if identifier in {"", ".", ".."}:
        raise NotAtVendor("CometChat has no such id.", vendor=Vendor.COMETCHAT, status=404)
    return quote(identifier, safe="")


class CometChatQueries:
    """Everything that is read of the call API; each method is one request unless it says so."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._flights = SingleFlight()

    async def call(self, session: str) -> CometChatCall:
        """One call; NotAtVendor when there is none."""
        answer = await self._http.send(Idempotency.READ, "GET", f"/calls/{segment(session)}")
        return read(self._http, CallDetailsResponse, answer).data

    async def live(self, limit: int, number: int) -> tuple[list[CometChatCall], Page[Call]]:
        """Page `number` of ongoing calls, as CometChat and as we tell them."""
        answer = await self._http.send(
            Idempotency.READ,
            "GET",
            "/calls",
            params={"status": "ongoing", "page": number, "perPage": limit},
        )
        many = read(self._http, CallsResponse, answer)
        live = [one for one in many.data if one.status == "ongoing"]
        more = bool(many.data) and many.more_after(number)
        page: Page[Call] = Page(
            items=tuple(one.to_domain() for one in live),
            next=str(number + 1) if more else None,
            total=many.total,
            unknown=many.data.unreadable,
        )
        return live, page

    async def log(self, wanted: LogFilter, limit: int) -> Page[Call]:
        """The first page of calls, live or over, that fit; what came is filtered here once more."""
        params: Params = {"page": 1, "perPage": limit}
        if wanted.status is not None:
            params = {**params, "status": wanted.status}
        if wanted.user is not None:
            params = {**params, "uid": wanted.user}
        if wanted.media is not None:
            params = {**params, "type": wanted.media}
        if wanted.recorded is not None:
            params = {**params, "hasRecording": "true" if wanted.recorded else "false"}
        answer = await self._http.send(Idempotency.READ, "GET", "/calls", params=params)
        many = read(self._http, CallsResponse, answer)
        found = [one.to_domain() for one in many.data if one.fits(wanted)]
        more = bool(many.data) and many.more_after(1)
        return Page(
            items=tuple(found),
            next="2" if more else None,
            total=many.total,
            unknown=many.data.unreadable,
        )

    async def attendance(self, session: str) -> Attendance:
        """Every device of everybody, and the invited who never came."""
        call = await self.call(session)
        stays = sorted((one.attendee() for one in call.participants or ()), key=by_arrival)
        return Attendance(stays=tuple(stays))

    async def find(self, words: str) -> Sightings:
        """Who is in an ongoing call by any part of their uid: CometChat tells no names.

        Reads at most `MOST_PAGES` pages; what different searches read at the same moment, once.
        """
        found: dict[tuple[str, str], Sighting] = {}
        seen: set[str] = set()
        unread = 0
        for number in range(1, MOST_PAGES + 1):
            live, page = await self._searched(number)
            fresh = [one for one in live if one.session not in seen]
            seen |= {one.session for one in fresh}
            for one in fresh:
                found |= {(one.session, who.person.id): who for who in _in(one, words)}
            if page.next is None or not fresh:
                break
        else:
            unread = max((page.total or 0) - len(seen), 1)
        return Sightings(found=tuple(found.values()), unread=unread)

    async def _searched(self, number: int) -> tuple[list[CometChatCall], Page[Call]]:
        """A page of ongoing calls that is searched."""
        return await self._flights.do((current(), number), lambda: self.live(PAGE, number))

    async def files(self, session: str, kinds: frozenset[FileKind]) -> Files:
        """Recordings are inside the call; transcripts are paged. A request or more for each."""
        files: list[File] = []
        missing: list[str] = []
        if FileKind.RECORDING in kinds:
            call = await self.call(session)
            files += [one.file(session) for one in call.recordings or ()]
        if FileKind.TRANSCRIPT in kinds:
            written, all_read = await self._transcripts(session)
            files += written
            if not all_read:
                missing.append(f"Only the first {len(written)} transcripts were read.")
        if kinds & {FileKind.SUMMARY, FileKind.CHAT}:
            missing.append(NO_MORE_KINDS)
        return Files(files=tuple(newest_first(files)), missing=tuple(missing))

    async def _transcripts(self, session: str) -> tuple[list[File], bool]:
        """The transcripts of a call, `MOST_PAGES` pages at most, and whether these are all."""
        files: list[File] = []
        for number in range(1, MOST_PAGES + 1):
            answer = await self._http.send(
                Idempotency.READ,
                "GET",
                f"/calls/{segment(session)}/transcriptions",
                params={"page": number, "perPage": PAGE},
            )
            page = read(self._http, TranscriptionsResponse, answer)
            files += [one.file(session) for one in page.data]
            if not page.data or not page.more_after(number):
                return files, True
        return files, False


def to_participant(person: CallParticipant) -> Participant:
    """Somebody who is connected; one without a uid is shown, and never acted upon."""
    if not person.uid:
        return Participant(
            id=UNKNOWN, known=False, presence=person.device, joined_at=person.joined_at
        )
    return Participant(id=person.uid, joined_at=person.joined_at)


def _in(call: CometChatCall, words: str) -> list[Sighting]:
    wanted = bare(words)
    people = [one for one in call.here() if one.uid and wanted in bare(one.uid)]
    return [Sighting(call=call.to_domain(), person=to_participant(one)) for one in people]
