"""What CometChat tells of a call beyond who is in it: attendance, files, lists of its group."""

from bot.calls.acts import Person
from bot.calls.attendance import Attendance, by_arrival
from bot.calls.capabilities import Capability, Enforcement
from bot.calls.models import CallRef, Page
from bot.calls.reports import File, FileKind, Files
from bot.calls.verbs import Listed
from bot.providers.cometchat.models import TranscriptionsResponse, newest_first
from bot.providers.cometchat.queries import MOST_PAGES, PAGE, CometChatQueries, segment
from bot.providers.cometchat.queries_groups import WHERE, GroupQueries
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.unsupported import (
    SUPPORTED,
    UnsupportedReports,
    list_unsupported,
    report_capabilities,
)

NO_MORE_KINDS = "CometChat has no summary and no chat log of a call."


class CometChatReports(UnsupportedReports):
    """`CallReports` of one CometChat app; a session id is one run of a call."""

    capabilities = report_capabilities(
        attendance=SUPPORTED,
        recordings=SUPPORTED,
        transcripts=Capability(level=Enforcement.ENFORCED, why=NO_MORE_KINDS),
        quality="CometChat tells how many minutes each person spoke or sent video, nothing more.",
        feedback="CometChat documents no feedback about calls.",
        members="CometChat's call API has no list of members beside who is in the call.",
        rooms="CometChat's call API knows calls only, no types and no lasting rooms.",
    )
    lists = frozenset({Listed.BANNED, Listed.MEMBERS})

    def __init__(self, http: HttpClient, queries: CometChatQueries, groups: GroupQueries) -> None:
        self._http = http
        self._queries = queries
        self._groups = groups

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """See `CallReports.listed`: the lists of the group behind the call."""
        if which not in WHERE:
            raise list_unsupported(call, which)
        return await self._groups.people(await self._groups.behind(call), which)

    async def attendance(self, call: CallRef) -> Attendance:
        """See `CallReports.attendance`: every device, and the invited who never came."""
        found = await self._queries.call(call.id)
        stays = sorted(
            (participant.to_attendee() for participant in found.participants or ()), key=by_arrival
        )
        return Attendance(stays=tuple(stays))

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """See `CallReports.files`: recordings are part of the call, transcripts are read in pages.

        It takes one request or more for each kind.
        """
        files: list[File] = []
        missing: list[str] = []
        if FileKind.RECORDING in kinds:
            found = await self._queries.call(call.id)
            files += [recording.to_file(call.id) for recording in found.recordings or ()]
        if FileKind.TRANSCRIPT in kinds:
            written, all_read = await self._transcripts(call.id)
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
            files += [transcription.to_file(session) for transcription in page.data]
            if not page.data or not page.more_after(number):
                return files, True
        return files, False
