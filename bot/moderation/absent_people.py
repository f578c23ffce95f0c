"""Finding people who need not be in the call: on its vendor's lists of members, blocked, banned."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from cachetools import TTLCache

from bot.calls.acts import Person
from bot.calls.cases import Case
from bot.calls.live import Roster
from bot.calls.models import Call, CallRef, Participant
from bot.calls.verbs import Block, GroupBan, Listed, MemberAdd, Verb
from bot.errors import AmbiguousPerson, Impossible, UnknownPerson, VendorError
from bot.moderation.case_marks import RecentCases
from bot.moderation.live_calls import LiveCalls
from bot.moderation.people_index import PeopleIndex

SHOWN_NAMES = 8
"""Names listed in a refusal."""

MOST_CASES = 50
"""The latest cases of a call that are asked for names."""

ROSTERS, ROSTER_SECONDS = 200, 20.0
"""A list is believed for that long while somebody types into a menu."""

PUT_ON: Mapping[Listed, type[Verb]] = MappingProxyType(
    {Listed.BLOCKED: Block, Listed.BANNED: GroupBan, Listed.MEMBERS: MemberAdd}
)
"""The verb that puts somebody on each list."""

KEPT_OUT = (Listed.BLOCKED, Listed.BANNED)
"""The lists of those who may not join, the call's own first."""


class AbsentPeople:
    """Reads a call's lists and tells whom words mean there; raises `VendorError`."""

    def __init__(self, live_calls: LiveCalls, past: RecentCases) -> None:
        self._live_calls = live_calls
        self._past = past
        self._read: TTLCache[tuple[CallRef, Listed], Roster] = TTLCache(
            ROSTERS, ROSTER_SECONDS, timer=live_calls.clock.monotonic
        )

    def lists(self, verb: Verb | type[Verb], call: CallRef) -> Listed | None:
        """The list on which `verb` finds people there; None where its vendor does not give it."""
        known = self._live_calls.provider(call.vendor).reports.lists
        return verb.listed if verb.listed in known else None

    async def people(self, call: Call, verb: Verb, words: Sequence[str]) -> tuple[Person, ...]:
        """The people on a call's list whom `words` mean, by any id or name, each once.

        Raises UnknownPerson, with those who are on the list, or AmbiguousPerson. A verb that means
        anybody takes every word for an id, as does one whose list the vendor does not give.
        """
        which = verb.listed
        if which is None:
            return tuple(Person(id=word) for word in dict.fromkeys(words))
        roster = await self.roster(call.ref, which)
        found = [meant(word, roster, call) for word in words]
        return tuple({person.id: person for person in found}.values())

    async def roster(self, call: CallRef, which: Listed) -> Roster:
        """Who is on a call's list now, by name as far as they are known. Raises VendorError."""
        self._read[call, which] = roster = await self._roster(call, which)
        return roster

    async def _roster(self, call: CallRef, which: Listed) -> Roster:
        past = await self._past.recent(call, MOST_CASES)
        try:
            page = await self._live_calls.provider(call.vendor).reports.listed(call, which)
        except Impossible:
            return Roster(which=which, former=_put_on(which, past), available=False)
        return self._named(call, which, page.items, past, whole=page.next is None)

    async def lately(self, call: CallRef, which: Listed) -> Roster:
        """Who is on that list, as it was read in the last 20 seconds."""
        known = self._read.get((call, which))
        return await self.roster(call, which) if known is None else known

    async def kept_out(self, call: Call) -> Roster | None:
        """The roster of who is blocked from a call or banned from its group; None without one.

        A vendor that cannot be read is a `trouble` of it.
        """
        known = self._live_calls.provider(call.ref.vendor).reports.lists
        which = next((listed for listed in KEPT_OUT if listed in known), None)
        if which is None or (which is Listed.BANNED and call.grouped is False):
            return None
        try:
            if call.blocked is None:
                return await self.roster(call.ref, which)
            past = await self._past.recent(call.ref, MOST_CASES)
        except VendorError as error:
            return Roster(which=which, available=False, trouble=str(error))
        blocked = [Person(id=person) for person in call.blocked]
        return self._named(call.ref, which, blocked, past, whole=True)

    def _named(
        self,
        call: CallRef,
        which: Listed,
        people: Iterable[Person],
        past: Sequence[Case],
        *,
        whole: bool,
    ) -> Roster:
        """The roster with names from our cases, and from who was seen in the call."""
        people_index = self._live_calls.recent_calls.people(call)
        names = {
            person.id: person.name
            for person in (people_index.people if people_index else ())
            if person.name
        }
        for case in reversed(past):
            names |= {person.id: person.name for person in case.act.people if person.name}
        listed = tuple(
            person if person.name else person.model_copy(update={"name": names.get(person.id)})
            for person in people
        )
        known = {person.id for person in listed}
        former = tuple(person for person in _put_on(which, past) if person.id not in known)
        return Roster(which=which, people=listed, former=former, whole=whole)


def meant(word: str, roster: Roster, call: Call) -> Person:
    """The one person on the list whom `word` means, else one whom a case of ours put on it.

    Raises UnknownPerson or AmbiguousPerson; a word is an id where not everybody could be read.
    """
    for people in (roster.people, roster.former):
        found = PeopleIndex(_seen(person) for person in people).find(word)
        if len(found) > 1:
            ids = ", ".join(_with_id(participant) for participant in found[:SHOWN_NAMES])
            raise AmbiguousPerson(
                f"“{word}” fits {len(found)} people.", next_step=f"Use the id: {ids}."
            )
        if found:
            return next(person for person in people if person.id == found[0].id)
    if not roster.complete:
        return Person(id=word)
    raise not_listed(word, roster, call)


def not_listed(word: str, roster: Roster, call: Call) -> UnknownPerson:
    """The error for a word that means nobody on the list: it names those who are."""
    return UnknownPerson(
        f"Nobody {OF[roster.which]} “{call.title}” matches “{word}”.", next_step=_listing(roster)
    )


def roster_index(roster: Roster) -> PeopleIndex:
    """An index of those who are on the list, or were put on it by a case, to find them by name."""
    return PeopleIndex(_seen(person) for person in (*roster.people, *roster.former))


OF: Mapping[Listed, str] = MappingProxyType(
    {
        Listed.BLOCKED: "blocked from",
        Listed.BANNED: "banned from the group behind",
        Listed.MEMBERS: "among the members of",
    }
)
"""What stands between somebody on each list and the call."""


def _listing(roster: Roster) -> str:
    """Who is on the list, by name and id."""
    label = roster.which.label
    if not roster.people:
        return f"{label}: nobody. Nothing was sent."
    names = ", ".join(_with_id(person) for person in roster.people[:SHOWN_NAMES])
    rest = len(roster.people) - SHOWN_NAMES
    more = f" and {rest} more" if rest > 0 else ""
    return f"{label}: {names}{more}. Nothing was sent."


def _with_id(person: Person | Participant) -> str:
    known = person.custom_id or person.id
    return known if person.shown == known else f"{person.shown} ({known})"


def _seen(person: Person) -> Participant:
    return Participant(id=person.id, name=person.name, custom_id=person.custom_id, role=person.role)


def _put_on(which: Listed, past: Sequence[Case]) -> tuple[Person, ...]:
    """Whom the cases put on that list, the latest first, each once."""
    listed = (
        Person(id=person.id, name=person.name, custom_id=person.custom_id)
        for case in past
        if isinstance(case.act.verb, PUT_ON[which])
        for person in case.act.people
    )
    found: dict[str, Person] = {}
    for person in listed:
        found.setdefault(person.id, person)
    return tuple(found.values())
