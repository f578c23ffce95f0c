"""A case can be tried again as often as somebody presses, and a double press is one."""

from datetime import timedelta

import pytest

from bot.calls.actors import Actor
from bot.calls.cases import Case
from bot.calls.outcomes import State
from bot.calls.verbs import End
from bot.moderation.retry import DOUBLE_PRESS, next_retry
from tests.fakes.clock import START
from tests.fakes.directory import act

LATER = START + timedelta(minutes=1)


def case(number: int, state: State) -> Case:
    who = Actor(user="U1", team="T1")
    return Case(number=number, act=act(End()), actor=who, asked_at=START, state=state)


class Tries:
    """What the keys led to so far."""

    def __init__(self, *states: State) -> None:
        self._found = {f"k:{n}": case(n + 10, state) for n, state in enumerate(states, 1)}

    async def case_for_key(self, key: str) -> Case | None:
        return self._found.get(key)


@pytest.mark.parametrize("tries", range(4))
async def test_each_press_is_a_try_of_its_own(tries: int) -> None:
    made = Tries(*[State.FAILED, State.NOT_CONFIRMED, State.PARTLY][:tries])
    wanted = await next_retry(case(1, State.FAILED), "k", LATER, made.case_for_key)
    assert (wanted.key, wanted.asked) == (f"k:{tries + 1}", False)
    assert wanted.case.number == (tries + 10 if tries else 1)


@pytest.mark.parametrize("state", [State.ASKED, State.CONFIRMED, State.ALREADY])
async def test_what_is_under_way_or_done_is_not_asked_for_again(state: State) -> None:
    wanted = await next_retry(case(1, State.FAILED), "k", LATER, Tries(state).case_for_key)
    assert (wanted.case.number, wanted.asked) == (11, True)


async def test_a_double_press_is_one() -> None:
    """Even when the vendor has said no in between."""
    made = Tries(State.FAILED)
    for since, asked in ((DOUBLE_PRESS / 2, True), (DOUBLE_PRESS, False)):
        wanted = await next_retry(case(1, State.FAILED), "k", START + since, made.case_for_key)
        assert wanted.asked is asked
