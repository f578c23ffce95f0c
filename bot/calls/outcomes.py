"""How an act went: five states a moderator can trust, for each person of it."""

from collections.abc import Sequence
from enum import StrEnum

from bot.calls.models import Frozen


class State(StrEnum):
    """What is known about an act. Never guessed: what cannot be known is NOT_CONFIRMED."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    PARTLY = "partly"
    NOT_CONFIRMED = "not_confirmed"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        """Whether work remains to be done."""
        return self is State.ASKED

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ")


class Seen(StrEnum):
    """What reading the vendor back shows about an act."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWABLE = "unknowable"


class Observation(Frozen):
    """What the vendor shows now, and the evidence in words (`no longer among the participants`)."""

    seen: Seen
    evidence: str


class Receipt(Frozen):
    """A vendor's definite yes: what it said, and its id for the request where it gives one."""

    evidence: str
    request_id: str | None = None


class Result(Frozen):
    """How it went for one person, or for the call (`person` None).

    `evidence` is one sentence in words, free of secrets; `next_step` what the moderator can do.
    """

    person: str | None = None
    name: str | None = None
    state: State
    evidence: str
    next_step: str = ""
    attempts: int = 1
    request_id: str | None = None


def overall(results: Sequence[Result]) -> State:
    """The state of a case: the one its people share, PARTLY when some are confirmed, else doubt.

    Without any confirmed one, NOT_CONFIRMED outweighs FAILED: it still wants somebody's eye.
    """
    states = {result.state for result in results}
    if len(states) == 1:
        return states.pop()
    if State.CONFIRMED in states:
        return State.PARTLY
    return State.NOT_CONFIRMED
