"""A case with its whole history: who asked and joined, what was refused, what took it back."""

from collections.abc import Sequence

from bot.calls.cases import AuditEntry, Case
from bot.calls.models import Frozen
from bot.calls.outcomes import State
from bot.calls.verbs import Aim

MOST_ENTRIES = 50
"""Entries of one case that are read, the newest ones."""


class CaseHistory(Frozen):
    """A case, its audit `entries`, oldest first, and the cases in `undone` that took it back.

    A case is taken back by a later confirmed one of the same call with its inverse, aimed at
    somebody it was aimed at.
    """

    case: Case
    entries: tuple[AuditEntry, ...] = ()
    undone: tuple[Case, ...] = ()

    @classmethod
    def of(cls, case: Case, entries: Sequence[AuditEntry], later: Sequence[Case]) -> "CaseHistory":
        """The history from the entries, newest first, and the later cases of the call."""
        undone = tuple(other for other in later if _takes_back(other, case))
        return cls(case=case, entries=tuple(reversed(entries)), undone=undone)


def _takes_back(later: Case, case: Case) -> bool:
    settled = later.state in {State.CONFIRMED, State.PARTLY}
    return settled and later.act.verb == case.inverse and _meet(later, case)


def _meet(later: Case, case: Case) -> bool:
    """Whether the later case did reach somebody this one was aimed at.

    Of an act on everyone it may not be known who that was: then anybody may be among them.
    """
    if case.act.verb.aim is Aim.CALL:
        return True
    hit, back = _reached(case), _reached(later)
    meant = hit if case.act.everyone else {person.id for person in case.act.people}
    unknown = (case.act.everyone and not hit) or (later.act.everyone and not back)
    return unknown or not meant.isdisjoint(back)


def _reached(case: Case) -> set[str]:
    """Those it is confirmed for, by id."""
    confirmed = (result.person for result in case.results if result.state is State.CONFIRMED)
    return {person for person in confirmed if person is not None}
