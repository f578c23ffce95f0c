"""A case with all that came of it: who asked and joined, what was refused, what took it back."""

from collections.abc import Sequence

from bot.calls.acts import Act
from bot.calls.cases import AuditEntry, Case
from bot.calls.models import Frozen
from bot.calls.outcomes import State
from bot.calls.verbs import Aim

MOST_ENTRIES = 50
"""Entries of one case that are read, the newest ones."""


class Life(Frozen):
    """`entries` are the case's own in the record, oldest first; `undone` the cases taking it back.

    A case is taken back by a later confirmed one of the same call with its inverse, aimed at
    somebody it was aimed at.
    """

    case: Case
    entries: tuple[AuditEntry, ...] = ()
    undone: tuple[Case, ...] = ()

    @classmethod
    def of(cls, case: Case, entries: Sequence[AuditEntry], later: Sequence[Case]) -> "Life":
        """From the entries, newest first, and later cases of the call."""
        undone = tuple(one for one in later if _takes_back(one, case))
        return cls(case=case, entries=tuple(reversed(entries)), undone=undone)


def _takes_back(later: Case, case: Case) -> bool:
    settled = later.state in {State.CONFIRMED, State.PARTLY}
    return settled and later.act.verb == case.inverse and _meet(later, case.act)


def _meet(later: Case, act: Act) -> bool:
    """Whether the later case did reach somebody the act was aimed at."""
    if act.verb.aim is Aim.CALL or act.everyone or later.act.everyone:
        return True
    reached = {one.person for one in later.results if one.state is State.CONFIRMED}
    return any(person.id in reached for person in act.people)
