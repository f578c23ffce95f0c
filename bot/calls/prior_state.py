"""What is read of a call before an act: the state it will change, and how many it makes leave.

That state is kept with the case, so that a later act can restore it.
"""

from bot.calls.models import Frozen
from bot.calls.verbs import Permission


class CallLimits(Frozen):
    """How many may be in a call and for how many seconds; None where there is no such limit.

    Those with one of `but_roles`, and the owner with `but_owner`, do not count.
    """

    people: int | None = None
    but_owner: bool | None = None
    but_roles: tuple[str, ...] = ()
    seconds: int | None = None


class HeldRights(Frozen):
    """The rights that somebody was known to have; `person` is their id."""

    person: str
    name: str | None = None
    rights: tuple[Permission, ...] = ()


class PriorState(Frozen):
    """What an act found before it changed anything, written down before anything is sent.

    A lock keeps the `limits` of the call as they were, and lets in `most` people; an unlock puts
    `limits` back. A silence keeps the `rights` people had; an unsilence gives `rights` back.
    """

    limits: CallLimits | None = None
    most: int | None = None
    rights: tuple[HeldRights, ...] = ()

    def held_by(self, person: str) -> tuple[Permission, ...]:
        """The rights of the person with this id; empty where none are known."""
        return next((held.rights for held in self.rights if held.person == person), ())


class Departures(Frozen):
    """How many an act on a whole call makes leave: `people` of those `present`.

    With `at_most`, some of them may stay.
    """

    people: int
    present: int
    at_most: bool = False
