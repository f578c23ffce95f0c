"""Finding somebody in any live call of RealtimeKit."""

import asyncio
from collections.abc import Sequence

from bot.calls.models import Call
from bot.calls.names import without_accents
from bot.calls.reports import Sighting, Sightings
from bot.errors import NotAtVendor, VendorError
from bot.priority import current
from bot.providers.http.paging import gather_pages
from bot.providers.realtimekit.models import SessionParticipant
from bot.providers.realtimekit.queries import RealtimeKitQueries, connection_key
from bot.single_flight import SingleFlight

_PAGE = 100
_MOST_CALLS = 5
"""Pages of live calls that are looked through: five hundred calls."""

MOST_SEARCHED = 40
"""Calls whose people are read for one search, fullest first."""

_MOST_REQUESTS = 60
"""Pages of people read for one search, over all its calls."""

_MOST_PAGES = 20
"""Pages of people read of one call: a thousand connections, those that ended too."""

_AT_ONCE = 4


class _OneSearch:
    """One search under way: what is looked for, how much may still be asked, and whose turn it is.

    `turn` keeps requests from waiting for the rate until they are past their deadline.
    """

    def __init__(self, words: str) -> None:
        self._wanted = without_accents(words)
        self._left = _MOST_REQUESTS
        self.turn = asyncio.Semaphore(_AT_ONCE)

    def may_ask(self) -> bool:
        """Take one request, if there is one left."""
        self._left -= 1
        return self._left >= 0

    def means(self, stay: SessionParticipant) -> bool:
        """Whether these words are one of the ids, or a part of the name, as names are compared."""
        ids = {without_accents(who or "") for who in (stay.user_id, stay.custom_id)}
        name = without_accents(stay.name or "")
        return bool(self._wanted) and (self._wanted in ids or self._wanted in name)


class RealtimeKitSearch:
    """Searches the people of the live calls; how many are read is bounded."""

    def __init__(self, queries: RealtimeKitQueries) -> None:
        self._queries = queries
        self._flights = SingleFlight()

    async def find(self, words: str) -> Sightings:
        """The people in live calls who match `words`, by id or any part of the name.

        Names are compared here: what the vendor's own search takes is documented in contradictory
        ways. Calls that were not read, or not to the end, are counted in `unread`. What different
        searches read at the same moment is read once.
        """
        calls, unread = await self._flights.do((current(), "live"), self._live)
        full = sorted((call for call in calls if call.people), key=lambda call: -call.people)
        search = _OneSearch(words)
        found = await asyncio.gather(
            *(self._search_call(call, search) for call in full[:MOST_SEARCHED])
        )
        unread += max(len(full) - MOST_SEARCHED, 0) + sum(not whole for _, whole in found)
        return Sightings(
            found=tuple(sighting for seen, _ in found for sighting in seen), unread=unread
        )

    async def _live(self) -> tuple[Sequence[Call], int]:
        """The live calls, and how many there are beyond them, at least."""
        total = 0

        async def page(number: int) -> tuple[list[Call], str | None]:
            nonlocal total
            listed = await self._queries.live(_PAGE, str(number))
            total = listed.total or total
            return list(listed.items), listed.next

        calls = await gather_pages(page, lambda call: call.ref, most=_MOST_CALLS)
        return calls.items, max(total - len(calls.items), 1) if calls.more else 0

    async def _search_call(self, call: Call, search: _OneSearch) -> tuple[list[Sighting], bool]:
        """Who is meant in one call, and whether it was read to the end."""
        session = call.ref.session or ""

        async def page(number: int) -> tuple[list[SessionParticipant], str | None]:
            if not search.may_ask():
                return [], str(number)
            asked = (current(), session, number)
            return await self._flights.do(asked, lambda: self._queries.stays(session, number))

        async with search.turn:
            try:
                came = await gather_pages(page, connection_key, most=_MOST_PAGES)
            except NotAtVendor:
                return [], True
            except VendorError:
                return [], False
        here = {
            stay.person or connection_key(stay): stay
            for stay in came.items
            if stay.here and search.means(stay)
        }
        seen = [Sighting(call=call, person=stay.to_participant()) for stay in here.values()]
        return seen, not came.more
