"""Cases that are over, for acts that take others back."""

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.cases import Case
from bot.calls.outcomes import Result, State
from tests.fakes.clock import START


def case_of(act: Act, state: State = State.CONFIRMED, number: int = 1) -> Case:
    """A case of that act which ended in that state."""
    return Case(
        number=number,
        act=act,
        actor=Actor(user="U1", team="T1"),
        state=state,
        asked_at=START,
        results=(Result(state=state, evidence="Seen."),),
    )
