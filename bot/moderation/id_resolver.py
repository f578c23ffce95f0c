"""From the ids that buttons and forms carry to an act: as shown lately, or asked of the vendor.

Names, titles and roles come from here only, so that nothing that was sent to us stands in a case.
"""

import asyncio
from collections.abc import Sequence

from bot.calls.acts import Act, ActRef, Person
from bot.calls.models import Call, CallRef
from bot.calls.verbs import Aim
from bot.errors import Impossible, UnknownPerson, VendorError
from bot.moderation.live_calls import LiveCalls
from bot.moderation.resolver import TargetResolver

TITLE_SECONDS = 0.8
"""How long the title of a call is waited for; without one, a call is called by its id."""


async def title_of(live_calls: LiveCalls, ref: CallRef) -> str:
    """A call's title: as it was shown lately, else as its vendor says it, else its id."""
    if (known := live_calls.recent_calls.call(ref)) is not None:
        return known.title
    try:
        async with asyncio.timeout(TITLE_SECONDS):
            return (await live_calls.get(ref)).title
    except (VendorError, Impossible, TimeoutError):
        return ref.id


def remembered(live_calls: LiveCalls, meant: ActRef) -> Act | None:
    """The act that is meant, where all of it was shown lately; None where it has to be asked for.

    Absent people are never remembered: who they are is for the vendor and the record to say.
    """
    call = live_calls.recent_calls.call(meant.call)
    if call is None or (meant.people and meant.verb.aim is Aim.ABSENT):
        return None
    people = [live_calls.recent_calls.met(meant.call, person) for person in meant.people]
    spared = [live_calls.recent_calls.met(meant.call, person) for person in meant.spared]
    if None in people or None in spared:
        return None
    return _act(
        meant,
        call.title,
        [Person.of(person) for person in people if person is not None],
        [Person.of(person) for person in spared if person is not None],
    )


async def resolve(live_calls: LiveCalls, resolver: TargetResolver, meant: ActRef) -> Act:
    """The act that is meant. Raises UnknownPerson for who is not there, and VendorError."""
    if (known := remembered(live_calls, meant)) is not None:
        return known
    title = await title_of(live_calls, meant.call)
    if meant.verb.aim is Aim.ABSENT:
        call = Call(ref=meant.call, title=title, people=0)
        people = await resolver.absent_people.people(call, meant.verb, meant.people)
        return _act(meant, title, people, ())
    there = await _present(live_calls, meant.call, (*meant.people, *meant.spared))
    named = len(meant.people)
    return _act(meant, title, there[:named], there[named:])


async def _present(live_calls: LiveCalls, ref: CallRef, ids: Sequence[str]) -> list[Person]:
    """Those who are there, or were shown lately, in the order of `ids`."""
    if not ids:
        return []
    if any(live_calls.recent_calls.met(ref, id_) is None for id_ in ids):
        await live_calls.people(ref)
    found = [live_calls.recent_calls.met(ref, id_) for id_ in ids]
    missing = [id_ for id_, person in zip(ids, found, strict=True) if person is None]
    if missing:
        are = "are" if len(missing) > 1 else "is"
        raise UnknownPerson(f"{', '.join(missing)} {are} not in the call any more.")
    return [Person.of(participant) for participant in found if participant is not None]


def _act(meant: ActRef, title: str, people: Sequence[Person], spared: Sequence[Person]) -> Act:
    return Act(
        verb=meant.verb,
        call=meant.call,
        title=title,
        people=tuple(people),
        everyone=meant.everyone,
        spared=tuple(spared),
        protected_too=meant.protected_too,
    )
