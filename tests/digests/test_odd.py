"""What is called odd: by one rule, in any order of days, and never for want of a number."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.models import Vendor
from bot.digests.digest import USUAL_DAYS, DayOfVendors
from bot.digests.odd import LEAST_DAYS, WATCHED, costs_of, is_odd, odd
from bot.usage.tally import Tally

DAY = date(2026, 11, 20)
STREAM, COMET = Vendor.STREAM, Vendor.COMETCHAT


def back(number: int) -> date:
    return DAY - timedelta(days=number)


def history(calls: Sequence[int], vendor: Vendor = STREAM) -> list[DayOfVendors]:
    """Days with so many calls, the last number being that of `DAY`."""
    return [
        DayOfVendors(day=back(len(calls) - 1 - place), vendors={vendor: Tally(calls=number)})
        for place, number in enumerate(calls)
    ]


def found(days: Sequence[DayOfVendors]) -> list[tuple[str, float, float]]:
    return [(one.what, one.value, one.usual) for one in odd(DAY, days, USUAL_DAYS)]


def test_more_than_three_deviations_away_is_odd_and_says_from_what() -> None:
    usual = [98, 102] * 14
    assert found(history([*usual, 116])) == [("calls", 116, 100)]
    assert found(history([*usual, 84])) == [("calls", 84, 100)]


def test_exactly_three_deviations_away_is_not() -> None:
    assert found(history([*[90, 110] * 14, 130])) == []
    assert found(history([*[90, 110] * 14, 131])) == [("calls", 131, 100)]


@pytest.mark.parametrize(("value", "is_it"), [(115, False), (116, True)])
def test_a_deviation_counts_as_at_least_a_twentieth_of_the_median(value: int, is_it: bool) -> None:
    assert is_odd(value, [100] * 28) is is_it


@pytest.mark.parametrize(("value", "is_it"), [(3, False), (4, True)])
def test_a_deviation_counts_as_at_least_one_so_that_calm_weeks_are_calm(
    value: int, is_it: bool
) -> None:
    assert is_odd(value, [0] * 28) is is_it


@pytest.mark.parametrize(("days", "is_it"), [(LEAST_DAYS - 1, False), (LEAST_DAYS, True)])
def test_nothing_is_odd_before_fourteen_days_are_known(days: int, is_it: bool) -> None:
    assert bool(found(history([*[10] * days, 500]))) is is_it


def test_only_the_last_28_calendar_days_are_what_is_usual() -> None:
    long_ago = history([500] * 40 + [10])[:12]
    assert long_ago[-1].day < back(USUAL_DAYS)
    assert found([*long_ago, *history([10] * 13 + [500])[-14:]]) == []


def test_one_wild_day_among_them_does_not_change_what_is_usual() -> None:
    usual = [98, 102] * 13
    assert found(history([*usual, 9_999, 0, 116])) == [("calls", 116, 100)]


def test_a_number_that_a_vendor_cannot_say_is_neither_odd_nor_usual() -> None:
    silent = [DayOfVendors(day=back(n), vendors={STREAM: Tally(people=None)}) for n in range(1, 29)]
    told = DayOfVendors(day=DAY, vendors={STREAM: Tally(people=900)})
    assert found([*silent, told]) == []
    known = [DayOfVendors(day=back(n), vendors={STREAM: Tally(people=900)}) for n in range(1, 29)]
    assert found([*known, DayOfVendors(day=DAY, vendors={STREAM: Tally(people=None)})]) == []


def test_a_day_that_was_not_read_is_not_odd() -> None:
    assert found(history([100] * 28 + [0])[:-1]) == []
    assert found([*history([100] * 28 + [0])[:-1], DayOfVendors(day=DAY, vendors={})]) == []


def test_each_vendor_is_held_against_itself() -> None:
    days = [
        DayOfVendors(day=back(n), vendors={STREAM: Tally(calls=1_000), COMET: Tally(calls=10)})
        for n in range(1, 29)
    ]
    today = DayOfVendors(day=DAY, vendors={COMET: Tally(calls=1_000), STREAM: Tally(calls=1_000)})
    assert [(one.vendor, one.what) for one in odd(DAY, [*days, today], USUAL_DAYS)] == [
        (COMET, "calls")
    ]


def test_lengths_are_told_in_minutes() -> None:
    days = [DayOfVendors(day=back(n), vendors={STREAM: Tally(seconds=600)}) for n in range(1, 29)]
    today = DayOfVendors(day=DAY, vendors={STREAM: Tally(seconds=6_000)})
    assert found([*days, today]) == [("seconds", 100, 10)]


COUNT = st.integers(0, 10**9)
TALLIES = st.builds(
    Tally,
    calls=COUNT,
    seconds=COUNT,
    people=st.none() | COUNT,
    peak_people=st.none() | COUNT,
    recordings_failed=st.none() | COUNT,
    unanswered=st.none() | COUNT,
    failed=st.none() | COUNT,
)
DAYS = st.lists(
    st.builds(
        DayOfVendors,
        day=st.integers(0, 40).map(back),
        vendors=st.dictionaries(st.sampled_from(Vendor), TALLIES),
    ),
    unique_by=lambda one: one.day,
)


@given(DAYS, st.randoms(use_true_random=False))
def test_whatever_is_known_the_rule_holds_in_any_order(
    days: list[DayOfVendors], dice: object
) -> None:
    told = odd(DAY, days, USUAL_DAYS)
    shuffled = list(days)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random of Hypothesis
    assert odd(DAY, shuffled, USUAL_DAYS) == told
    for one in told:
        assert one.what in WATCHED
        assert one.value != one.usual


@given(TALLIES, st.integers(0, 60))
def test_nothing_is_odd_about_days_that_are_all_alike(tally: Tally, number: int) -> None:
    days = [DayOfVendors(day=back(n), vendors={STREAM: tally}) for n in range(number)]
    assert odd(DAY, days, USUAL_DAYS) == ()


def test_only_minutes_that_have_a_price_and_are_known_cost_something() -> None:
    told = {STREAM: Tally(person_seconds=3_600), COMET: Tally(), Vendor.REALTIMEKIT: Tally()}
    assert costs_of(told, {STREAM: 0.002, COMET: 1.0}) == {STREAM: pytest.approx(0.12)}
