"""Every report of Stream Video: files, quality, feedback, members, call types."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.calls.acts import Person
from bot.calls.models import CallRef, Page, Participant
from bot.calls.reports import (
    REPORTS,
    CallMember,
    Feedback,
    File,
    FileKind,
    Files,
    PersonQuality,
    Quality,
    Room,
    RoomKind,
)
from bot.calls.verbs import Listed
from bot.errors import VendorError
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.stream.models_reports import (
    ConnectionStats,
    MemberResponse,
    ParticipantStats,
    ParticipantStatsResponse,
    QueryFeedbackResponse,
)
from bot.providers.stream.queries import API, MOST, segment
from bot.providers.stream.reports_attendance import StreamAttendanceReports
from bot.providers.unsupported import (
    NOBODY_YET,
    SUPPORTED,
    UnsupportedReports,
    list_unsupported,
    report_capabilities,
)

PAGES = 5
"""Pages of people or opinions read for one report."""

SLOW_MS = 300.0
UNEVEN_MS = 50.0
POOR = 50.0
BEST = 100.0


class StreamReports(StreamAttendanceReports, UnsupportedReports):
    """`CallReports` of one Stream app, which has every one of them."""

    capabilities = report_capabilities(**dict.fromkeys(REPORTS, SUPPORTED))
    lists = frozenset({Listed.BLOCKED, Listed.MEMBERS})

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """See `CallReports.files`: recordings and transcriptions; a list that fails is `missing`.

        Raises the VendorError where none of the lists can be read.
        """
        asked = [kind for kind in (FileKind.RECORDING, FileKind.TRANSCRIPT) if kind in kinds]
        answers = await asyncio.gather(*(self._stored_files(call.id, kind) for kind in asked))
        troubles = [answer for answer in answers if isinstance(answer, VendorError)]
        if troubles and len(troubles) == len(answers):
            raise troubles[0]
        found = [
            file for answer in answers if not isinstance(answer, VendorError) for file in answer
        ]
        found.sort(key=lambda file: (file.started_at is not None, file.started_at), reverse=True)
        missing = tuple(
            f"The {kind}s could not be read: {answer}"
            for kind, answer in zip(asked, answers, strict=True)
            if isinstance(answer, VendorError)
        )
        return Files(files=tuple(found), missing=missing)

    async def quality(self, call: CallRef) -> Quality:
        """See `CallReports.quality`; who is bad and why, says `person_quality`.

        Of a live run those who are in it, of one that is over everybody. Stream measures a run, so
        one is asked for where the reference names none.
        """
        run = call.session or (await self._queries.call(call.id)).latest_run
        if run is None:
            return Quality(note=NOBODY_YET)
        pages = await self._stats_pages(call.id, run)
        measured = [participant for page in pages for participant in page.participants]
        live = any(stay.is_live for person in measured for stay in person.sessions)
        people = [
            person_quality(person, live=live) for person in measured if not live or _is_live(person)
        ]
        return Quality(
            score=_score(pages[0].counts.cq_score) if pages[0].counts else None,
            people=tuple(sorted(people, key=_worst_first)),
            note=_note(len(measured), more=bool(pages[-1].next)),
        )

    async def feedback(self, call: CallRef) -> Sequence[Feedback]:
        """See `CallReports.feedback`: of all runs of the call, newest first, as Stream sorts it."""
        asked = {
            "filter_conditions": {"call_cid": call.id},
            "sort": [{"field": "created_at", "direction": -1}],
        }
        pages = await self._queries.pages(
            QueryFeedbackResponse, f"{API}/call/feedback", asked, most=PAGES
        )
        entries = [feedback for page in pages for feedback in page.user_feedback]
        return [feedback.to_domain() for feedback in entries if feedback.cid in {None, call.id}]

    async def members(self, call: CallRef) -> Page[CallMember]:
        """See `CallReports.members`; who of them is connected is asked by id, 100 at a time."""
        found, more = await self._queries.members(call.id)
        here: dict[str, bool | None] = {}
        for start in range(0, len(found), MOST):
            here |= await self._presence(call.id, found[start : start + MOST])
        members = tuple(member.to_domain(here=here[member.user_id]) for member in found)
        return Page(items=members, next=more, total=None if more else len(members))

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """See `CallReports.listed`: the blocked, told by id alone, or the members."""
        if which is Listed.MEMBERS:
            found, more = await self._queries.members(call.id)
            return Page(items=tuple(member.to_person() for member in found), next=more)
        ids = (await self._queries.call(call.id)).blocked_user_ids
        if which is not Listed.BLOCKED or ids is None:
            raise list_unsupported(call, which)
        return Page(items=tuple(Person(id=id_) for id_ in ids), total=len(ids))

    async def rooms(self) -> Sequence[Room]:
        """See `CallReports.rooms`: the call types, by name."""
        types = (await self._queries.call_types()).call_types
        return [
            Room(kind=RoomKind.TYPE, name=name, detail=_type_detail(types[name]))
            for name in sorted(types)
        ]

    async def _stored_files(self, cid: str, kind: FileKind) -> list[File] | VendorError:
        try:
            return [file.to_domain(kind) for file in await self._queries.stored_files(cid, kind)]
        except VendorError as error:
            return error

    async def _stats_pages(self, cid: str, run: str) -> list[ParticipantStatsResponse]:
        kind, _, name = cid.partition(":")
        path = f"{API}/call_stats/{segment(kind)}/{segment(name)}/{segment(run)}/participants"
        pages: list[ParticipantStatsResponse] = []
        params: dict[str, str | int] = {"limit": MOST}
        while len(pages) < PAGES:
            answer = await self._queries.http.send(Idempotency.READ, "GET", path, params=params)
            pages.append(read(self._queries.http, ParticipantStatsResponse, answer))
            if not (cursor := pages[-1].next):
                break
            params["next"] = cursor
        return pages

    async def _presence(
        self, cid: str, members: Sequence[MemberResponse]
    ) -> dict[str, bool | None]:
        ids = [member.user_id for member in members]
        here = await self._queries.stays(cid, {"user_id": {"$in": ids}})
        seen = {stay.user.id for stay in here.participants}
        all_seen = here.total <= len(here.participants)
        return {id_: True if id_ in seen else (False if all_seen else None) for id_ in ids}


def person_quality(person: ParticipantStats, *, live: bool) -> PersonQuality:
    """A person by the worst of their connections, of those that are `live` where some are.

    Bad is: more than 300 ms of latency, more than 50 ms of jitter, or a score below 50. The scale
    of `cq_score` is not documented: it is read as 0 to 100, and left out where it does not fit.
    """
    stays = [stay for stay in person.sessions if stay.is_live or not live]
    score = min(_known(_score(stay.cq_score) for stay in stays), default=None)
    latency = max(_known(stay.latency_ms for stay in stays), default=None)
    jitter = max(_known(stay.jitter_ms for stay in stays), default=None)
    reasons = [
        *([f"{latency:.0f} ms latency"] if latency is not None and latency > SLOW_MS else []),
        *([f"{jitter:.0f} ms jitter"] if jitter is not None and jitter > UNEVEN_MS else []),
        *([f"score {score:.0f}"] if score is not None and score < POOR else []),
    ]
    return PersonQuality(
        person=_person(person, stays),
        score=score,
        latency_ms=latency,
        jitter_ms=jitter,
        bad=bool(reasons),
        why=", ".join(reasons),
    )


def _person(person: ParticipantStats, stays: Sequence[ConnectionStats]) -> Participant:
    latest = stays[-1] if stays else ConnectionStats()
    return Participant(
        id=person.user_id,
        name=person.name or None,
        role=person.roles[0] if person.roles else None,
        presence=latest.user_session_id,
        joined_at=latest.started_at,
    )


def _is_live(person: ParticipantStats) -> bool:
    return any(stay.is_live for stay in person.sessions)


def _known(numbers: Iterable[float | None]) -> list[float]:
    return [number for number in numbers if number is not None]


def _score(score: float | None) -> float | None:
    return score if score is not None and 0 <= score <= BEST else None


def _worst_first(quality: PersonQuality) -> tuple[bool, float, float]:
    score = BEST if quality.score is None else quality.score
    return not quality.bad, score, -(quality.latency_ms or 0.0)


def _note(people: int, *, more: bool) -> str:
    if not people:
        return "Stream Video has measured nobody in this session yet."
    return f"Only the first {people} people are read." if more else ""


def _type_detail(kind: Any) -> str:
    """What a call type says that a moderator may want to know, as far as it is there."""
    settings = kind.get("settings") if isinstance(kind, Mapping) else None
    if not isinstance(settings, Mapping):
        return ""
    modes = [
        f"{what} {mode}"
        for what in ("recording", "transcription")
        if isinstance(mode := _nested(settings, what, "mode"), str)
    ]
    if _nested(settings, "backstage", "enabled") is True:
        modes.append("starts backstage")
    return ", ".join(modes)


def _nested(settings: Mapping[str, Any], part: str, key: str) -> Any:
    inner = settings.get(part)
    return inner.get(key) if isinstance(inner, Mapping) else None
