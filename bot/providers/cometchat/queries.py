"""Reading CometChat's calls: one, those that are live, and its log of all."""

from bot.calls.call_log import LogFilter
from bot.calls.models import Call, Page, Participant, Vendor
from bot.providers.cometchat.models import (
    UNKNOWN,
    CallDetailsResponse,
    CallParticipant,
    CallsResponse,
    CometChatCall,
)
from bot.providers.http.client import HttpClient, Params
from bot.providers.http.decode import read
from bot.providers.http.paths import path_segment
from bot.providers.http.retry import Idempotency

PAGE = 100
"""Items asked for where we page ourselves: CometChat's usual number for transcriptions."""
MOST_PAGES = 5
"""Pages that are read at most: 500 calls are searched for somebody."""


def segment(identifier: str) -> str:
    """An id quoted as one step of a path.

    Raises NotAtVendor when it would lead to another path.
    """
    return path_segment(identifier, Vendor.COMETCHAT, "CometChat has no such id.")


class CometChatQueries:
    """Reads calls; each method is one request and raises `VendorError`."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def call(self, session: str) -> CometChatCall:
        """The call with this session id; raises NotAtVendor when there is none."""
        answer = await self._http.send(Idempotency.READ, "GET", f"/calls/{segment(session)}")
        return read(self._http, CallDetailsResponse, answer).data

    async def live(self, limit: int, number: int) -> tuple[list[CometChatCall], Page[Call]]:
        """Page `number` of the ongoing calls: as CometChat's models, and as a page of ours."""
        answer = await self._http.send(
            Idempotency.READ,
            "GET",
            "/calls",
            params={"status": "ongoing", "page": number, "perPage": limit},
        )
        many = read(self._http, CallsResponse, answer)
        live = [call for call in many.data if call.status == "ongoing"]
        more = bool(many.data) and many.more_after(number)
        page: Page[Call] = Page(
            items=tuple(call.to_domain() for call in live),
            next=str(number + 1) if more else None,
            total=many.total,
            unknown=many.data.unreadable,
        )
        return live, page

    async def log(self, wanted: LogFilter, limit: int) -> Page[Call]:
        """The first page of calls, live or over, that fit; what comes is filtered again."""
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
        found = [call.to_domain() for call in many.data if call.fits(wanted)]
        more = bool(many.data) and many.more_after(1)
        return Page(
            items=tuple(found),
            next="2" if more else None,
            total=many.total,
            unknown=many.data.unreadable,
        )


def to_participant(person: CallParticipant) -> Participant:
    """Somebody who is connected, as our model; one without a uid is shown and never acted upon."""
    if not person.uid:
        return Participant(
            id=UNKNOWN, known=False, presence=person.device, joined_at=person.joined_at
        )
    return Participant(id=person.uid, joined_at=person.joined_at)
