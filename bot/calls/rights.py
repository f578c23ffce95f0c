"""Rights: what one reader may do with a vendor's calls, and so what their private card offers."""

from bot.calls.acts import Act, Person, Protection
from bot.calls.models import Frozen


class Rights(Frozen):
    """The verbs and reports that somebody may use, by name.

    `everyone` are the verbs on all in a call, `verbs` the rest. `protection` says who is out of
    reach: nobody for those who may act on protected people. `technical`: whether they are told
    causes that only whoever runs the bot can mend. What a card offers is not what is permitted:
    every act is checked again when it is ordered.
    """

    verbs: frozenset[str] = frozenset()
    everyone: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    protection: Protection = Protection()
    technical: bool = False

    def may(self, verb: str, *, everyone: bool = False) -> bool:
        """Whether a card may offer that verb."""
        return verb in (self.everyone if everyone else self.verbs)

    def may_reach(self, person: Person) -> bool:
        """Whether a card may offer an act on that person."""
        return not self.protection.covers(person.ids, person.role)

    def may_order(self, act: Act) -> bool:
        """Whether a card may offer a button for that act."""
        return self.may(act.verb.name, everyone=act.sweeping) and all(
            self.may_reach(person) for person in act.people
        )


NOTHING = Rights()
"""Of somebody who may only look."""
