"""Reading a Stream Video app: its calls, who is in them, and their files."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.calls.models import Vendor
from bot.calls.reports import FileKind
from bot.calls.verbs import Track
from bot.providers.http.answers import VendorAnswer
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.paths import path_segment
from bot.providers.http.retry import Idempotency
from bot.providers.stream.models import CallResponse, GetCallResponse, ParticipantsResponse
from bot.providers.stream.models_reports import (
    CallTypesResponse,
    ListRecordingsResponse,
    ListTranscriptionsResponse,
    MemberResponse,
    QueryMembersResponse,
    StoredFile,
    files_step,
)
from bot.providers.stream.observe_people import TRACKS

API = "/api/v2/video"
MOST = 100
"""What one page of calls, participants or members holds at most."""

MOST_PAGES = 10
"""Pages read of one list at most."""


P = TypeVar("P", bound=BaseModel)


class StreamQueries:
    """Reads one app; each method raises `VendorError`."""

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    async def call(self, cid: str) -> CallResponse:
        """One call; raises NotAtVendor when there is none."""
        answer = await self.http.send(Idempotency.READ, "GET", call_path(cid))
        return read(self.http, GetCallResponse, answer).call

    async def stays(
        self, cid: str, conditions: Mapping[str, Any] | None = None, *, limit: int = MOST
    ) -> ParticipantsResponse:
        """Who is connected now and fits the `conditions`, 100 at most, with a total."""
        answer = await self.http.send(
            Idempotency.READ,
            "POST",
            f"{call_path(cid)}/participants",
            params={"limit": min(limit, MOST)},
            json={"filter_conditions": dict(conditions or {})},
        )
        return read(self.http, ParticipantsResponse, answer)

    async def stored_files(self, cid: str, kind: FileKind) -> list[StoredFile]:
        """The recordings or the transcriptions of a call, of all its runs."""
        path = f"{call_path(cid)}/{files_step(kind)}"
        answer = await self.http.send(Idempotency.READ, "GET", path)
        if kind is FileKind.RECORDING:
            return read(self.http, ListRecordingsResponse, answer).recordings
        return read(self.http, ListTranscriptionsResponse, answer).transcriptions

    async def call_types(self) -> CallTypesResponse:
        """The call types of the app, with what each role may do in their calls."""
        answer = await self.http.send(Idempotency.READ, "GET", f"{API}/calltypes")
        return read(self.http, CallTypesResponse, answer)

    async def members(self, cid: str) -> tuple[list[MemberResponse], str | None]:
        """Who belongs to a call, and the next cursor where there are more than were read."""
        kind, _, name = cid.partition(":")
        pages = await self.pages(
            QueryMembersResponse, f"{API}/call/members", {"id": name, "type": kind}
        )
        found = [member for page in pages for member in page.members if member.deleted_at is None]
        return found, pages[-1].next or None

    async def pages(
        self, model: type[P], path: str, body: dict[str, Any], *, most: int = MOST_PAGES
    ) -> list[P]:
        """The pages of a query, one after the other: at least one, at most `most`.

        A page that names itself as the next one is the last.
        """
        asked: dict[str, Any] = {**body, "limit": MOST}
        found = [read(self.http, model, await self._query(path, asked))]
        while len(found) < most:
            cursor = getattr(found[-1], "next", None)
            if not cursor or cursor == asked.get("next"):
                break
            asked["next"] = cursor
            found.append(read(self.http, model, await self._query(path, asked)))
        return found

    async def _query(self, path: str, body: dict[str, Any]) -> VendorAnswer:
        return await self.http.send(Idempotency.READ, "POST", path, json=body)


def call_path(cid: str) -> str:
    """A call's path from its `type:id`; raises NotAtVendor when `cid` is no such thing."""
    kind, _, name = cid.partition(":")
    return f"{API}/call/{segment(kind)}/{segment(name)}"


def segment(text: str) -> str:
    """`text` quoted as one step of a path; raises NotAtVendor when it cannot be one."""
    return path_segment(text, Vendor.STREAM, "Stream Video has nothing of that name.")


def sends_filter(tracks: Track) -> dict[str, Any]:
    """The filter condition for those who send any of these tracks."""
    return {"published_tracks": {"$in": list(TRACKS[tracks])}}
