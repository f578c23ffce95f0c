"""Acts that have to know something before they begin, and those that do not."""

from collections.abc import Sequence

from bot.calls.acts import Act
from bot.calls.cases import Case
from bot.calls.leaving import Departures
from bot.calls.models import CallRef
from bot.calls.verbs import Verb


class WithoutPreparation:
    """Every act as a vendor has it whose acts begin as they were ordered."""

    prepared: frozenset[str] = frozenset()

    async def prepare(self, act: Act, past: Sequence[Case]) -> Act:
        """The act itself."""
        del past
        return act

    async def leaving(self, call: CallRef, verb: Verb) -> Departures | None:
        """None: nothing here makes some leave and others stay."""
        del call, verb
        return None
