"""Finding somebody in any live call of a Stream Video app."""

import asyncio
from collections.abc import Sequence

from bot.calls.names import without_accents
from bot.calls.reports import Sighting, Sightings
from bot.errors import NotAtVendor, VendorError
from bot.priority import current
from bot.providers.stream.models import ParticipantResponse
from bot.providers.stream.models_reports import CallsWithPeopleResponse, CallWithPeople
from bot.providers.stream.queries import API, MOST, StreamQueries
from bot.single_flight import SingleFlight

PAGES = 5
"""Pages of live calls that are searched: 500 calls."""

CLOSER = 20
"""Calls asked for their people at most: those whose listing leaves some out."""

AT_ONCE = 5
ONGOING = {
    "filter_conditions": {"ongoing": True},
    "sort": [{"field": "created_at", "direction": -1}],
}


class StreamSearch:
    """Searches the people that a listing shows of each call, and reads where it leaves some out.

    What different searches read at the same moment is read once.
    """

    def __init__(self, queries: StreamQueries) -> None:
        self._queries = queries
        self._flights = SingleFlight()

    async def find(self, words: str) -> Sightings:
        """The people in live calls who match `words`, by id or any part of the name.

        A call counts as unread when somebody may be in it who was not looked at, also when its
        people were asked for by id: a name may still hide there. Of the calls behind the last page
        Stream gives no number; they count as one. So does one whose entry cannot be read.
        """
        pages = await self._flights.do((current(), "live"), self._live)
        calls = [call.call for page in pages for call in page.calls]
        found = [
            sighting for call in calls for sighting in _matching(call, _listed_people(call), words)
        ]
        hit = {sighting.call.ref for sighting in found}
        short = [call for call in calls if _has_unlisted(call) and call.to_domain().ref not in hit]
        gate = asyncio.Semaphore(AT_ONCE)
        answers = await asyncio.gather(
            *(self._search_people(call, words, gate) for call in short[:CLOSER])
        )
        unread = (
            sum(page.calls.unreadable for page in pages)
            + len(short[CLOSER:])
            + bool(pages[-1].next)
        )
        for more, whole in answers:
            found += more
            unread += not more and not whole
        return Sightings(found=tuple(found), unread=unread)

    async def _live(self) -> list[CallsWithPeopleResponse]:
        return await self._queries.pages(
            CallsWithPeopleResponse, f"{API}/calls", ONGOING, most=PAGES
        )

    async def _search_people(
        self, call: CallWithPeople, words: str, gate: asyncio.Semaphore
    ) -> tuple[Sequence[Sighting], bool]:
        """Who answers to `words` among all people of a call, and whether all were looked at.

        Those of a call that is larger than a page can only be asked for by id.
        """
        small = call.session is not None and call.session.people <= MOST
        try:
            async with gate:
                asked = {} if small else {"user_id": words}
                here = await self._flights.do(
                    (current(), call.cid, *asked.values()),
                    lambda: self._queries.stays(call.cid, asked),
                )
        except NotAtVendor:
            return (), True
        except VendorError:
            return (), False
        whole = small and here.total <= len(here.participants)
        return _matching(call, here.participants, words), whole


def _listed_people(call: CallWithPeople) -> list[ParticipantResponse]:
    return (call.session.participants or []) if call.session else []


def _has_unlisted(call: CallWithPeople) -> bool:
    return call.session is not None and call.session.people > len(_listed_people(call))


def _matching(
    call: CallWithPeople, stays: Sequence[ParticipantResponse], words: str
) -> list[Sighting]:
    """Everybody of `stays` who answers to `words`, once each: by their latest connection."""
    latest = {stay.user.id: stay for stay in stays if _matches(stay, words)}
    return [Sighting(call=call.to_domain(), person=stay.to_domain()) for stay in latest.values()]


def _matches(stay: ParticipantResponse, words: str) -> bool:
    wanted = without_accents(words)
    return wanted == without_accents(stay.user.id) or wanted in without_accents(
        stay.user.name or ""
    )
