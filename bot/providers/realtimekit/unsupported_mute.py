"""Whether an account has RealtimeKit's mute, and what is offered where it has not.

Cloudflare's Python reference has both operations; other pages of its reference leave them out, so
an account may answer that they do not exist. Source: developers.cloudflare.com/api/python,
realtime_kit, active-session, methods mute_participants and mute_all_participants.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.calls.capabilities import Capability, Reach, cannot
from bot.calls.verbs import Kick, Mute, Silence
from bot.clock import Clock

REMEMBERED = 3_600.0
"""Seconds in which an operation that was answered with 404 is not offered; then it is tried again.
"""


class Operation(StrEnum):
    """A mute operation, as the last step of its path."""

    NAMED = "mute"
    EVERYONE = "mute-all"


class MuteSupport:
    """Remembers which mute operations this account was found not to have."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._missing: dict[Operation, float] = {}

    def mark_missing(self, operation: Operation) -> None:
        """Remember that the vendor answered that this operation does not exist."""
        self._missing[operation] = self._clock.monotonic()

    def missing(self) -> frozenset[Operation]:
        """The operations that are not offered now."""
        oldest = self._clock.monotonic() - REMEMBERED
        return frozenset(operation for operation, since in self._missing.items() if since > oldest)

    def without_missing(self, table: Mapping[str, Capability]) -> Mapping[str, Capability]:
        """The capabilities of `table` as they are on this account now."""
        missing = self.missing()
        if not missing:
            return table
        narrowed = dict(table)
        if Operation.EVERYONE in missing:
            narrowed[Silence.name] = cannot(missing_words(Operation.EVERYONE), instead=Kick)
        if len(missing) == len(Operation):
            narrowed[Mute.name] = cannot(missing_words(*Operation), instead=Kick)
        else:
            (operation,) = missing
            left = Reach.EVERYONE if operation is Operation.NAMED else Reach.NAMED
            why = f"{missing_words(operation)} {table[Mute.name].why}"
            narrowed[Mute.name] = table[Mute.name].model_copy(update={"aims": left, "why": why})
        return narrowed


def missing_words(*operations: Operation) -> str:
    """Why a verb that needs these operations is not offered, in a sentence."""
    names = " and ".join(operations)
    return f"This RealtimeKit account has no such operation: {names} answered 404."
