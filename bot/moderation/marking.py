"""What only our own cases know of a call: that a limit is our lock, and whom we silenced."""

from collections.abc import Sequence
from typing import Protocol

from bot.calls.cases import Case
from bot.calls.models import Call, CallRef, Participant
from bot.calls.undone import lock_of, silenced

CASES = 200
"""Earlier cases of a call that are looked at."""


class Past(Protocol):
    """The part of the store that remembers what was done in a call."""

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        """The latest cases of a call, newest first."""


async def marked(
    past: Past, call: Call, people: Sequence[Participant] = ()
) -> tuple[Call, tuple[Participant, ...]]:
    """The call, locked where its limit is that of a lock of ours; and who of `people` is silenced.

    A lock outlives the run it was made in, a silence does not. Raises StoreError.
    """
    cases = await past.recent(call.ref.model_copy(update={"session": None}), CASES)
    held = lock_of(cases) if call.limit is not None and call.locked is None else None
    if held is not None and held.most == call.limit:
        call = call.model_copy(update={"locked": True})
    quiet = silenced(cases, call.ref.session)
    return call, tuple(
        one.model_copy(update={"silenced": True}) if one.id in quiet else one for one in people
    )
