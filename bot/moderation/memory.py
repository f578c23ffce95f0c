"""What was shown lately, so that a handle or a name typed a moment later needs no vendor."""

from collections.abc import Iterable

from cachetools import TTLCache

from bot.calls.handles import fits
from bot.calls.models import Call, CallRef, Participant
from bot.clock import Clock

CALLS, CALL_SECONDS = 5_000, 3_600.0
"""A call stays known for an hour after it was last shown, so that an old card still has a name."""

ROOMS, PEOPLE_SECONDS = 500, 60.0
"""People are believed for a minute; the vendor decides in the end whether they are there."""


class Memory:
    """Calls and people as last read. Never asked about what is live now, only who was meant."""

    def __init__(self, clock: Clock) -> None:
        self._calls: TTLCache[tuple[str, str], Call] = TTLCache(
            CALLS, CALL_SECONDS, timer=clock.monotonic
        )
        self._people: TTLCache[tuple[str, str], tuple[Participant, ...]] = TTLCache(
            ROOMS, PEOPLE_SECONDS, timer=clock.monotonic
        )

    def keep_calls(self, calls: Iterable[Call]) -> None:
        """Remember these calls as they are now."""
        for call in calls:
            self._calls[_room(call.ref)] = call

    def keep_people(self, ref: CallRef, people: Iterable[Participant]) -> None:
        """Remember who is in a call; replaces what was known of it."""
        self._people[_room(ref)] = tuple(people)

    def called(self, word: str) -> list[Call]:
        """The calls a handle or a vendor's id may mean."""
        return [
            call for call in self._calls.values() if call.ref.id == word or fits(word, call.ref)
        ]

    def call(self, ref: CallRef) -> Call | None:
        """What was last shown of this room."""
        return self._calls.get(_room(ref))

    def people(self, ref: CallRef) -> tuple[Participant, ...] | None:
        """Who was in the call a moment ago, None when that is not known."""
        return self._people.get(_room(ref))


def _room(ref: CallRef) -> tuple[str, str]:
    return ref.vendor, ref.id
