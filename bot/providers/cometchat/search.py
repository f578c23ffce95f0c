"""Finding somebody in any ongoing call of CometChat."""

from bot.calls.models import Call, Page
from bot.calls.names import without_accents
from bot.calls.reports import Sighting, Sightings
from bot.priority import current
from bot.providers.cometchat.models import CometChatCall
from bot.providers.cometchat.queries import MOST_PAGES, PAGE, CometChatQueries, to_participant
from bot.single_flight import SingleFlight


class CometChatSearch:
    """Searches the people that the listing of ongoing calls shows; raises `VendorError`."""

    def __init__(self, queries: CometChatQueries) -> None:
        self._queries = queries
        self._flights = SingleFlight()

    async def find(self, words: str) -> Sightings:
        """The people in ongoing calls whose uid holds `words`: CometChat tells no names here.

        At most `MOST_PAGES` pages are read. What different searches read at the same moment is read
        once.
        """
        found: dict[tuple[str, str], Sighting] = {}
        seen: set[str] = set()
        unread = 0
        for number in range(1, MOST_PAGES + 1):
            live, page = await self._read_page(number)
            fresh = [call for call in live if call.session not in seen]
            seen |= {call.session for call in fresh}
            for call in fresh:
                found |= {(call.session, who.person.id): who for who in _matching(call, words)}
            if page.next is None or not fresh:
                break
        else:
            unread = max((page.total or 0) - len(seen), 1)
        return Sightings(found=tuple(found.values()), unread=unread)

    async def _read_page(self, number: int) -> tuple[list[CometChatCall], Page[Call]]:
        """A page of ongoing calls that is searched."""
        return await self._flights.do((current(), number), lambda: self._queries.live(PAGE, number))


def _matching(call: CometChatCall, words: str) -> list[Sighting]:
    wanted = without_accents(words)
    people = [
        person for person in call.here() if person.uid and wanted in without_accents(person.uid)
    ]
    return [Sighting(call=call.to_domain(), person=to_participant(person)) for person in people]
