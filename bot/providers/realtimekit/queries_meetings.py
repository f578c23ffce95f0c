"""Reading what lasts at RealtimeKit: meetings, who is enrolled in them, and presets."""

from http import HTTPStatus

from pydantic import BaseModel, Field

from bot.calls.acts import Person
from bot.calls.models import Vendor
from bot.errors import NotAtVendor, VendorRefused
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import LenientList, M, Maybe, read
from bot.providers.http.paging import Batch, gather_pages
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.models import Paging, next_page
from bot.providers.realtimekit.queries import meeting_path, segment

_PAGE = 50
MOST_PAGES = 20
"""Pages of one list that are read at most: a thousand people, presets or meetings."""

_NO_SUCH = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
"""An id of another form than RealtimeKit's own may be called bad instead of unknown."""


class MeetingResponse(BaseModel):
    """A lasting room; INACTIVE lets nobody in any more."""

    id: str
    title: Maybe[str] = None
    status: Maybe[str] = None

    @property
    def locked(self) -> bool | None:
        """Whether nobody can join; None when the vendor does not say."""
        return None if self.status is None else self.status == "INACTIVE"


class EnrolledPerson(BaseModel):
    """Somebody a token was made for, present or not. `id` is called `user_id` in reports."""

    id: str
    name: Maybe[str] = None
    custom_id: Maybe[str] = Field(None, alias="custom_participant_id")
    preset: Maybe[str] = Field(None, alias="preset_name")


class PresetRow(BaseModel):
    """A named set of rights."""

    id: Maybe[str] = None
    name: Maybe[str] = None


class _OneMeeting(BaseModel):
    data: MeetingResponse


class _OneEnrolled(BaseModel):
    data: EnrolledPerson


class _Many(BaseModel):
    paging: Maybe[Paging] = None


class _ManyMeetings(_Many):
    data: LenientList[MeetingResponse]


class _ManyEnrolled(_Many):
    data: LenientList[EnrolledPerson]


class _ManyPresets(_Many):
    data: LenientList[PresetRow]


class MeetingQueries:
    """Reads what lasts beyond a session; each method raises `VendorError`."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def meeting(self, meeting: str) -> MeetingResponse:
        """One meeting; raises NotAtVendor when there is none."""
        return (await self._get(_OneMeeting, meeting_path(meeting))).data

    async def locked(self, meeting: str) -> bool | None:
        """Whether nobody can join; None where the vendor does not say, or shows no such meeting.

        Sessions of meetings of the older kind are live under a name that need not be there.
        """
        try:
            return (await self.meeting(meeting)).locked
        except VendorRefused as refused:
            if refused.status not in _NO_SUCH:
                raise
            return None

    async def meetings(self) -> Batch[MeetingResponse]:
        """The app's meetings, in the vendor's order."""

        async def page(number: int) -> tuple[list[MeetingResponse], str | None]:
            many = await self._page(_ManyMeetings, "/meetings", number)
            return many.data, next_page(number, _PAGE, many.data.sent, many.paging)

        return await gather_pages(page, lambda meeting: meeting.id, most=MOST_PAGES)

    async def presets(self) -> Batch[PresetRow]:
        """The app's presets."""

        async def page(number: int) -> tuple[list[PresetRow], str | None]:
            many = await self._page(_ManyPresets, "/presets", number)
            return many.data, next_page(number, _PAGE, many.data.sent, many.paging)

        return await gather_pages(page, lambda preset: preset.id or preset.name, most=MOST_PAGES)

    async def enrolled(self, meeting: str) -> Batch[EnrolledPerson]:
        """Who is enrolled in a meeting, present or not."""
        path = f"{meeting_path(meeting)}/participants"

        async def page(number: int) -> tuple[list[EnrolledPerson], str | None]:
            many = await self._page(_ManyEnrolled, path, number)
            return many.data, next_page(number, _PAGE, many.data.sent, many.paging)

        return await gather_pages(page, lambda person: person.id, most=MOST_PAGES)

    async def enrolment(self, meeting: str, person: Person) -> EnrolledPerson | None:
        """Somebody's enrolment by RealtimeKit's id, else by the app's own; None when there is none.

        Raises NotAtVendor when more people are enrolled than are read, so that it cannot be told.
        """
        try:
            path = participant_path(meeting, person.id)
            return (await self._get(_OneEnrolled, path)).data
        except VendorRefused as refused:
            if refused.status not in _NO_SUCH:
                raise
        if person.custom_id not in {None, person.id}:
            return None
        listed = await self.enrolled(meeting)
        found = next((item for item in listed.items if item.custom_id == person.id), None)
        if found is None and listed.more:
            raise _too_many(len(listed.items))
        return found

    async def _get(self, model: type[M], path: str) -> M:
        return read(self._http, model, await self._http.send(Idempotency.READ, "GET", path))

    async def _page(self, model: type[M], path: str, number: int) -> M:
        params = {"page_no": number, "per_page": _PAGE}
        answer = await self._http.send(Idempotency.READ, "GET", path, params=params)
        return read(self._http, model, answer)


def participant_path(meeting: str, participant: str) -> str:
    """The path of somebody enrolled in a meeting."""
    return f"{meeting_path(meeting)}/participants/{segment(participant)}"


def _too_many(read_so_far: int) -> NotAtVendor:
    return NotAtVendor(
        f"They are not among the first {read_so_far} people enrolled in this meeting.",
        vendor=Vendor.REALTIMEKIT,
        status=HTTPStatus.NOT_FOUND,
        next_step="Use RealtimeKit's own participant id.",
    )
