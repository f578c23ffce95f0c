"""What was shown lately, so that a handle or a name typed a moment later needs no vendor."""

from collections.abc import Iterable

from cachetools import TTLCache

from bot.calls.handles import SHORT, fits, handle
from bot.calls.models import Call, CallRef, Participant, Vendor
from bot.calls.names import fold
from bot.clock import Clock

CALLS, CALL_SECONDS = 5_000, 3_600.0
"""A call stays known for an hour after it was last shown, so that an old card still has a name."""

ROOMS, PEOPLE_SECONDS = 500, 60.0
"""People are believed for a minute; the vendor decides in the end whether they are there."""


class Crowd:
    """The people in a call whom an act can reach, found by any of their names at once."""

    def __init__(self, people: Iterable[Participant]) -> None:
        self.people = tuple(person for person in people if person.known)
        self._ids: Index = {}
        self._names: Index = {}
        self._words: Index = {}
        for person in self.people:
            ids = {person.id, person.custom_id or person.id}
            name = fold(person.name or "")
            _note(self._ids, ids, person)
            _note(self._names, {name, fold(person.shown)} - {""}, person)
            _note(self._words, {*name.split(), *map(fold, ids)} - {""}, person)

    def find(self, word: str) -> list[Participant]:
        """Who `word` may mean: by id or by whole name, else by one word of the name.

        An id is compared letter by letter first: somebody's name may be somebody else's id.
        """
        wanted = fold(word)
        found = {**self._ids.get(word, {}), **self._names.get(wanted, {})}
        return list((found or self._words.get(wanted, {})).values())


Index = dict[str, dict[str, Participant]]
"""From a word to whom it may mean, by id."""


def _note(index: Index, words: Iterable[str], person: Participant) -> None:
    for word in words:
        index.setdefault(word, {})[person.id] = person


class Memory:
    """Calls and people as last read. Never asked about what is live now, only who was meant."""

    def __init__(self, clock: Clock) -> None:
        self._calls: TTLCache[tuple[str, str], Call] = TTLCache(
            CALLS, CALL_SECONDS, timer=clock.monotonic
        )
        self._rooms: TTLCache[str, frozenset[tuple[str, str]]] = TTLCache(
            CALLS, CALL_SECONDS, timer=clock.monotonic
        )
        self._people: TTLCache[tuple[str, str], Crowd] = TTLCache(
            ROOMS, PEOPLE_SECONDS, timer=clock.monotonic
        )

    def keep_calls(self, calls: Iterable[Call]) -> None:
        """Remember these calls as they are now."""
        for call in calls:
            room, word = _room(call.ref), handle(call.ref)
            self._calls[room] = call
            self._rooms[word] = self._rooms.get(word, frozenset()) | {room}

    def keep_people(self, ref: CallRef, people: Iterable[Participant]) -> None:
        """Remember who is in a call; replaces what was known of it."""
        self._people[_room(ref)] = Crowd(people)

    def called(self, word: str) -> list[Call]:
        """The calls a handle means, or else a vendor's id."""
        rooms = self._rooms.get(word[:SHORT].upper(), frozenset())
        found = [call for call in self._known(rooms) if fits(word, call.ref)]
        return found or self._known((vendor.value, word) for vendor in Vendor)

    def _known(self, rooms: Iterable[tuple[str, str]]) -> list[Call]:
        return [call for room in rooms if (call := self._calls.get(room)) is not None]

    def call(self, ref: CallRef) -> Call | None:
        """What was last shown of this room."""
        return self._calls.get(_room(ref))

    def people(self, ref: CallRef) -> Crowd | None:
        """Who was in the call a moment ago, None when that is not known."""
        return self._people.get(_room(ref))

    def forget(self, vendor: Vendor, call_id: str) -> None:
        """Forget who is in a call, for that has changed.

        The call itself stays known: a handle typed is held against every call shown lately, and
        the run of it that the moderator saw is the one that is meant.
        """
        self._people.pop((vendor, call_id), None)


def _room(ref: CallRef) -> tuple[str, str]:
    return ref.vendor, ref.id
