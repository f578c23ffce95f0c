"""What one reader may do on a vendor's calls: a private card offers that and nothing else."""

from bot.calls.models import Frozen


class Rights(Frozen):
    """Verbs and looks by name; `everyone` are the verbs on all in a call, `verbs` the rest.

    What a card offers is not what is permitted: every act is asked for again when it is ordered.
    """

    verbs: frozenset[str] = frozenset()
    everyone: frozenset[str] = frozenset()
    looks: frozenset[str] = frozenset()

    def may(self, verb: str, *, everyone: bool = False) -> bool:
        """Whether that verb may be offered."""
        return verb in (self.everyone if everyone else self.verbs)


NOTHING = Rights()
"""Of somebody who may only look."""
