"""How an act went: the states a moderator can trust, for each person of it."""

from collections.abc import Sequence
from enum import StrEnum

from bot.calls.models import Frozen


class State(StrEnum):
    """What is known about an act; it is never guessed: what cannot be known is NOT_CONFIRMED.

    ALREADY: what was asked was the case before, so nothing was done and nothing can be undone.
    """

    ASKED = "asked"
    CONFIRMED = "confirmed"
    ALREADY = "already"
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
        """The state in words, the same in Slack, in digests and on the command line."""
        return _LABELS.get(self, self.value)

    @property
    def settled(self) -> bool:
        """Whether what was asked for is so, and nothing remains to be done for it."""
        return self in {State.CONFIRMED, State.ALREADY}


_LABELS = {
    State.ASKED: "in progress",
    State.ALREADY: "already so",
    State.NOT_CONFIRMED: "unknown",
}
"""What a state is called where that is not the value that is stored."""


def state_names(state: State) -> tuple[str, str, str]:
    """All names of a state that people may type: its label, its stored value, that as words."""
    return state.label, state.value, state.value.replace("_", " ")


class Seen(StrEnum):
    """What reading the vendor shows of an act: whether it is done."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWABLE = "unknowable"


class Observation(Frozen):
    """What the vendor shows now, and the evidence in words (`no longer among the participants`).

    Of an act on everyone that is NOT_DONE, `left` are the ids of those for whom it is not so; None
    where the vendor does not list them all. `note` is what the act did not touch and somebody may
    take for done, as a sentence.
    """

    seen: Seen
    evidence: str
    note: str = ""
    left: tuple[str, ...] | None = None


class Recipient(Frozen):
    """One person whom an act on everyone was sent for; `refused` says why the vendor said no.

    `presence` is their connection of then; see `Participant`.
    """

    id: str
    name: str | None = None
    presence: str | None = None
    refused: str = ""


class Progress(Frozen):
    """How far an act has come that is done person by person.

    `done` of `total`, None while that is not known; of an act on everyone, `people` are those it
    was sent for so far.
    """

    done: int = 0
    total: int | None = None
    people: tuple[Recipient, ...] = ()


class Receipt(Frozen):
    """A vendor's definite yes: what it said, and its id for the request where it gives one.

    `already`: it was so before, and nothing was changed. Of an act on everyone, `people` are those
    it was sent for, one by one or all at once. Of those whom the vendor does not list, `unlisted`
    counts who was meant with them, `missed` who could not be reached for it.
    """

    evidence: str
    request_id: str | None = None
    already: bool = False
    people: tuple[Recipient, ...] = ()
    unlisted: int = 0
    missed: int = 0

    @classmethod
    def of_nobody(cls, *, spared: bool) -> "Receipt":
        """The receipt for an act on everyone that meant nobody, or only those who were `spared`."""
        but = " but those left out" if spared else ""
        return cls(evidence=f"Nobody{but} was there to act on; nothing was sent.", already=True)


class Result(Frozen):
    """How it went for one person, or for the call (`person` None).

    `evidence` is one sentence in words, free of secrets; `next_step` what the moderator can do.
    `presence` is kept where an act on everyone found them, so that it can be tried again by id;
    `count` is how many people it is about whom the vendor did not list, None for any other. `note`
    is what the last reading showed besides, see `Observation`.
    """

    person: str | None = None
    name: str | None = None
    presence: str | None = None
    state: State
    evidence: str
    next_step: str = ""
    note: str = ""
    count: int | None = None
    attempts: int = 1
    request_id: str | None = None


def overall(results: Sequence[Result]) -> State:
    """The state of a case from those of its people.

    It is the one they share, else PARTLY when some are settled and some are not. Some ALREADY and
    the rest CONFIRMED is CONFIRMED: all is as asked, and something was done. Without any settled
    one, NOT_CONFIRMED outweighs FAILED: it still wants somebody's eye.
    """
    states = {result.state for result in results}
    if len(states) == 1:
        return states.pop()
    settled = {state for state in states if state.settled}
    if settled == states:
        return State.CONFIRMED
    if settled:
        return State.PARTLY
    return State.NOT_CONFIRMED
