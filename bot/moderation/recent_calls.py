"""A cache of calls and people shown lately: a handle or name typed next needs no vendor."""

from collections.abc import Iterable

from cachetools import TTLCache

from bot.calls.handles import SHORT, fits, handle
from bot.calls.models import Call, CallRef, Participant, Vendor
from bot.clock import Clock
from bot.moderation.people_index import PeopleIndex

CALLS, CALL_SECONDS = 5_000, 3_600.0
"""A call stays known for an hour after it was last shown, so that an old card still has a name."""

ROOMS, PEOPLE_SECONDS = 500, 60.0
"""People are believed for a minute; the vendor decides in the end whether they are there."""

MET = 2_000
"""People of one call who stay known for an hour after they were last seen in it."""

LEFT_SECONDS = 600.0
"""How long somebody who is in a call no more may still be meant by a name."""


class RecentCalls:
    """Calls and people as last read. Never asked about what is live now, only who was meant."""

    def __init__(self, clock: Clock) -> None:
        self._calls: TTLCache[tuple[str, str], Call] = TTLCache(
            CALLS, CALL_SECONDS, timer=clock.monotonic
        )
        self._rooms: TTLCache[str, frozenset[tuple[str, str]]] = TTLCache(
            CALLS, CALL_SECONDS, timer=clock.monotonic
        )
        self._people: TTLCache[tuple[str, str], PeopleIndex] = TTLCache(
            ROOMS, PEOPLE_SECONDS, timer=clock.monotonic
        )
        self._clock = clock
        self._seen: TTLCache[tuple[str, str], dict[str, tuple[float, Participant]]] = TTLCache(
            ROOMS, LEFT_SECONDS, timer=clock.monotonic
        )
        self._met: TTLCache[tuple[str, str], TTLCache[str, Participant]] = TTLCache(
            ROOMS, CALL_SECONDS, timer=clock.monotonic
        )

    def meet(self, ref: CallRef, people: Iterable[Participant]) -> None:
        """Remember people who were seen in a call, so that they are known after they leave."""
        room = _room(ref)
        known = self._met.get(room)
        if known is None:
            known = TTLCache(MET, CALL_SECONDS, timer=self._clock.monotonic)
        known.update((person.id, person) for person in people)
        self._met[room] = known

    def met(self, ref: CallRef, person: str) -> Participant | None:
        """Somebody who was seen in the call, by the id that acts take, as they were last seen."""
        known = self._met.get(_room(ref))
        return None if known is None else known.get(person)

    def keep_calls(self, calls: Iterable[Call]) -> None:
        """Remember these calls as they are now."""
        for call in calls:
            room, word = _room(call.ref), handle(call.ref)
            self._calls[room] = call
            self._rooms[word] = self._rooms.get(word, frozenset()) | {room}

    def keep_people(self, ref: CallRef, people: Iterable[Participant], unlisted: int = 0) -> None:
        """Remember who is in a call; who was there lately and is not has left.

        While some are `unlisted` nobody is known to have left.
        """
        here = {person.id: person for person in people}
        now = self._clock.monotonic()
        lately = {
            who: seen
            for who, seen in self._seen.get(_room(ref), {}).items()
            if now - seen[0] <= LEFT_SECONDS
        }
        self._seen[_room(ref)] = {**lately, **{who: (now, one) for who, one in here.items()}}
        self._people[_room(ref)] = self.people_index(ref, here.values(), unlisted)

    def people_index(
        self, ref: CallRef, here: Iterable[Participant], unlisted: int = 0
    ) -> PeopleIndex:
        """Those who are `here`, and who was seen in that call in the last ten minutes."""
        now, people = self._clock.monotonic(), {person.id: person for person in here}
        left = [
            person
            for who, (at, person) in self._seen.get(_room(ref), {}).items()
            if who not in people and now - at <= LEFT_SECONDS and not unlisted
        ]
        return PeopleIndex(people.values(), left, unlisted)

    def minutes_gone(self, ref: CallRef, person: str) -> int | None:
        """How many minutes ago somebody was last seen in that call; None beyond ten of them."""
        seen = self._seen.get(_room(ref), {}).get(person)
        return None if seen is None else int((self._clock.monotonic() - seen[0]) // 60)

    def called(self, word: str) -> list[Call]:
        """The calls lately read whose handle `word` is, else those whose vendor's id it is."""
        rooms = self._rooms.get(word[:SHORT].upper(), frozenset())
        found = [call for call in self._known(rooms) if fits(word, call.ref)]
        return found or self._known((vendor.value, word) for vendor in Vendor)

    def _known(self, rooms: Iterable[tuple[str, str]]) -> list[Call]:
        return [call for room in rooms if (call := self._calls.get(room)) is not None]

    def call(self, ref: CallRef) -> Call | None:
        """The call in this room as it was last read; None after an hour."""
        return self._calls.get(_room(ref))

    def people(self, ref: CallRef) -> PeopleIndex | None:
        """Who was in the call in the last minute; None when that is not known."""
        return self._people.get(_room(ref))

    def forget(self, vendor: Vendor, call_id: str) -> None:
        """Forget who is in a call, for that has changed.

        The call itself stays known: a handle typed is held against every call shown lately, and
        the run of it that the moderator saw is the one that is meant.
        """
        self._people.pop((vendor, call_id), None)


def _room(ref: CallRef) -> tuple[str, str]:
    return ref.vendor, ref.id
