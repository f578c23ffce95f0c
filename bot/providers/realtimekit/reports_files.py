"""The files of a RealtimeKit call: recordings of the meeting, and what its sessions left behind.

Their links are kept as secrets from the first moment. Cloudflare deletes them after seven days.
"""

import asyncio
from collections.abc import Collection

from pydantic import BaseModel, Field, SecretStr

from bot.calls.models import CallRef
from bot.calls.reports import File, FileKind, Files
from bot.errors import NotAtVendor, VendorError
from bot.providers.http.decode import LenientList, M, Maybe, Moment, read
from bot.providers.http.paging import gather_pages
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.models import MeetingRecording, MeetingSession, Paging, next_page
from bot.providers.realtimekit.queries import segment
from bot.providers.realtimekit.queries_recordings import (
    MOST_DETAILS,
    OURS,
    RecordingDetails,
)
from bot.providers.realtimekit.reports_base import ReportsBase

_PAGE = 50
_MOST_PAGES = 4
"""Pages of recordings read of one meeting, newest first."""

RUNS = 3
"""Sessions of a meeting whose transcript, summary and chat log are asked for, newest first."""


class _StoredRecording(MeetingRecording):
    """A recording with its file."""

    url: SecretStr | None = Field(None, alias="download_url")
    expires_at: Moment = Field(None, alias="download_url_expiry")
    stopped_at: Moment = Field(None, alias="stopped_time")

    def to_file(self, details: RecordingDetails | None) -> File:
        """As a moderator sees it: `state` is the vendor's word until it can be downloaded."""
        details = details or RecordingDetails()
        began = OURS if self.ours else details.began
        return File(
            kind=FileKind.RECORDING,
            name=self.file or self.id,
            session=self.session,
            url=self.url,
            expires_at=self.expires_at,
            started_at=self.started_at or self.invoked_at,
            ended_at=self.stopped_at,
            how="; ".join(part for part in (began, details.ended) if part),
            state=None if self.status == "UPLOADED" else self.status,
        )


class _StoredRecordings(BaseModel):
    data: LenientList[_StoredRecording]
    paging: Maybe[Paging] = None


class _Transcript(BaseModel):
    url: SecretStr = Field(alias="transcript_download_url")
    expires_at: Moment = Field(None, alias="transcript_download_url_expiry")


class _Summary(BaseModel):
    url: SecretStr = Field(alias="summaryDownloadUrl")
    expires_at: Moment = Field(None, alias="summaryDownloadUrlExpiry")


class _Chat(BaseModel):
    url: SecretStr = Field(alias="chat_download_url")
    expires_at: Moment = Field(None, alias="chat_download_url_expiry")


class _OneTranscript(BaseModel):
    data: _Transcript


class _OneSummary(BaseModel):
    data: _Summary


class _OneChat(BaseModel):
    data: _Chat


_OF_A_SESSION: dict[FileKind, tuple[str, type[_OneTranscript | _OneSummary | _OneChat]]] = {
    FileKind.TRANSCRIPT: ("transcript", _OneTranscript),
    FileKind.SUMMARY: ("summary", _OneSummary),
    FileKind.CHAT: ("chat", _OneChat),
}
"""Where each is asked for, and in which words it is answered: they differ."""


class FileReports(ReportsBase):
    """The files of a call; asks only for the kinds that are wanted."""

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """See `CallReports.files`: a file that is not there (any more, or yet) is left out.

        Recordings of every run; transcripts, summaries and chat logs of the latest three. Who
        began a recording and why it stopped is asked of the newest ten.
        """
        recordings, of_sessions = await asyncio.gather(
            self._recording_files(call, FileKind.RECORDING in kinds),
            self._session_files(call, [kind for kind in _OF_A_SESSION if kind in kinds]),
        )
        return Files(
            files=(*recordings.files, *of_sessions.files),
            missing=(*recordings.missing, *of_sessions.missing),
        )

    async def _recording_files(self, call: CallRef, wanted: bool) -> Files:  # noqa: FBT001 - private
        """All runs of the meeting. An RTMP output counts only when it left a file, too."""
        if not wanted:
            return Files(files=())

        async def page(number: int) -> tuple[list[_StoredRecording], str | None]:
            params: dict[str, str | int] = {
                "meeting_id": call.id,
                "page_no": number,
                "per_page": _PAGE,
                "sort_by": "invokedTime",
                "sort_order": "DESC",
            }
            answer = await self._http.send(Idempotency.READ, "GET", "/recordings", params=params)
            many = read(self._http, _StoredRecordings, answer)
            return many.data, next_page(number, _PAGE, many.data.sent, many.paging)

        kept = await gather_pages(page, lambda recording: recording.id, most=_MOST_PAGES)
        shown = [item for item in kept.items if item.output is None or item.url]
        details = await self._recordings.details(
            [recording.id for recording in shown[:MOST_DETAILS]]
        )
        files = tuple(recording.to_file(details.get(recording.id)) for recording in shown)
        older = (f"Recordings older than the newest {len(kept.items)} were not read.",)
        return Files(files=files, missing=older if kept.more else ())

    async def _session_files(self, call: CallRef, kinds: Collection[FileKind]) -> Files:
        """What the latest sessions of the meeting left, asked for side by side."""
        if not kinds:
            return Files(files=())
        runs = await self._queries.runs(call.id, RUNS + 1)
        latest = runs[:RUNS]
        found = await asyncio.gather(
            *(self._session_file(session, kind) for session in latest for kind in kinds)
        )
        older = (f"Sessions before the latest {RUNS} were not asked for.",)
        return Files(
            files=tuple(file for file in found if isinstance(file, File)),
            missing=(
                *dict.fromkeys(why for why in found if isinstance(why, str)),
                *(older if len(runs) > RUNS else ()),
            ),
        )

    async def _session_file(self, session: MeetingSession, kind: FileKind) -> File | str | None:
        """None where there is none; in words, why it could not be read."""
        step, model = _OF_A_SESSION[kind]
        try:
            path = f"/sessions/{segment(session.id)}/{step}"
            paper = (await self._get(model, path)).data
        except NotAtVendor:
            return None
        except VendorError as error:
            return f"A {kind} could not be read: {error}"
        if not paper.url:
            return None
        return File(
            kind=kind,
            name=f"{kind} of {session.id}",
            session=session.id,
            url=paper.url,
            expires_at=paper.expires_at,
            started_at=session.started_at,
            ended_at=session.ended_at,
        )

    async def _get(
        self, model: type[M], path: str, params: dict[str, str | int] | None = None
    ) -> M:
        return read(
            self._http, model, await self._http.send(Idempotency.READ, "GET", path, params=params)
        )
