"""What one person may ask for at once and a minute, whatever they do and whenever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.moderation.request_budgets import (
    MOST_PEOPLE,
    Allowance,
    RequestBudgets,
    RequestKind,
    too_many,
)
from tests.fakes.clock import ManualClock

MIRA, VIC = Actor(user="U1", team="T1"), Actor(user="U2", team="T1")
LOOK, ORDER = RequestKind.LOOK, RequestKind.ORDER


def budgets(clock: ManualClock, burst: int = 3, per_minute: float = 30.0) -> RequestBudgets:
    """Both kinds alike: a burst, and one more every so many seconds."""
    return RequestBudgets(dict.fromkeys(RequestKind, Allowance(burst, per_minute)), clock)


def taken(from_: RequestBudgets, times: int, actor: Actor = MIRA) -> int:
    """How many of that many looks at one moment are taken."""
    return sum(from_.wait(actor, LOOK) == 0 for _ in range(times))


def test_a_burst_is_taken_and_the_next_one_is_told_when() -> None:
    clock = ManualClock()
    mine = budgets(clock)
    assert taken(mine, 10) == 3
    assert mine.wait(MIRA, LOOK) == pytest.approx(2.0)
    clock.advance(1.5)
    assert mine.wait(MIRA, LOOK) == pytest.approx(0.5)
    clock.advance(0.5)
    assert taken(mine, 2) == 1


def test_looks_never_use_up_orders_nor_one_person_the_budget_of_another() -> None:
    mine = budgets(ManualClock())
    assert taken(mine, 10) == 3
    assert mine.wait(MIRA, ORDER) == 0
    assert taken(mine, 10, VIC) == 3
    assert taken(mine, 10, MIRA.model_copy(update={"team": "T2"})) == 3


def test_what_costs_a_part_of_a_request_is_counted_as_that_part() -> None:
    mine = budgets(ManualClock())
    assert [mine.wait(MIRA, LOOK, 0.5) for _ in range(6)] == [0] * 6
    assert mine.wait(MIRA, LOOK, 0.5) == pytest.approx(1.0)


def test_a_kind_without_an_allowance_is_not_limited() -> None:
    mine = RequestBudgets({LOOK: Allowance(1, 1)}, ManualClock())
    assert [mine.wait(MIRA, ORDER) for _ in range(1000)] == [0] * 1000


def test_no_more_people_are_remembered_than_there_is_room_for() -> None:
    """Whoever is forgotten, the longest unseen, has the whole budget again."""
    mine = budgets(ManualClock())
    assert taken(mine, 10) == 3
    for number in range(MOST_PEOPLE):
        assert mine.wait(Actor(user=f"W{number}", team="T1"), LOOK) == 0
    assert taken(mine, 10) == 3
    assert taken(mine, 10, Actor(user=f"W{MOST_PEOPLE - 1}", team="T1")) == 2


@given(
    burst=st.integers(1, 20),
    per_minute=st.floats(1, 600),
    pauses=st.lists(st.floats(0, 90), min_size=1, max_size=60),
)
def test_whenever_somebody_asks_the_budget_holds_and_what_is_said_of_it_is_true(
    burst: int, per_minute: float, pauses: list[float]
) -> None:
    """In no stretch of time is more taken than a burst and what is made up for in it."""
    clock = ManualClock()
    mine = budgets(clock, burst, per_minute)
    moments: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        if wait := mine.wait(MIRA, LOOK):
            assert mine.wait(MIRA, LOOK) == pytest.approx(wait)
            clock.advance(wait)
            assert mine.wait(MIRA, LOOK) == 0
        moments.append(clock.monotonic())
    for first, start in enumerate(moments):
        for last in range(first, len(moments)):
            made_up = (moments[last] - start) * per_minute / 60
            assert last - first + 1 <= burst + made_up + 1e-3


@pytest.mark.parametrize(
    ("kind", "wait", "says"),
    [
        (LOOK, 0.01, "Try again in 1 second;"),
        (LOOK, 11.2, "Try again in 12 seconds;"),
        (ORDER, 1.0, "Give the order again in 1 second."),
        (ORDER, 59.5, "Give the order again in 60 seconds."),
    ],
)
def test_whoever_is_refused_reads_that_nothing_was_done_and_when_again(
    kind: RequestKind, wait: float, says: str
) -> None:
    error = too_many(kind, wait)
    assert error.next_step.startswith(("Nothing was looked up.", "Nothing was done."))
    assert says in error.next_step
