"""What is called unusual: against the same weekday, in any order of days, never for a gap."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.models import Vendor
from bot.digests.digest import DayOfVendors
from bot.digests.unusual import (
    LEAST_WEEKS,
    WATCHED,
    costs_of,
    is_unusual,
    same_weekdays,
    unjudged,
    unusual,
    usual_day,
)
from bot.usage.tally import Tally

DAY = date(2026, 11, 22)
"""A Sunday."""

STREAM, COMET = Vendor.STREAM, Vendor.COMETCHAT


def back(number: int) -> date:
    return DAY - timedelta(days=number)


def history(
    calls: Callable[[date], int], days: int = 28, vendor: Vendor = STREAM
) -> list[DayOfVendors]:
    """So many calls on each of the `days` before DAY."""
    return [
        DayOfVendors(day=back(n), vendors={vendor: Tally(calls=calls(back(n)))})
        for n in range(1, days + 1)
    ]


def today(calls: int, vendor: Vendor = STREAM) -> DayOfVendors:
    return DayOfVendors(day=DAY, vendors={vendor: Tally(calls=calls)})


def working_week(day: date) -> int:
    """An office: 200 calls a working day, 12 on a Saturday or Sunday."""
    return 12 if day.weekday() >= 5 else 200


def found(days: Sequence[DayOfVendors], day: date = DAY) -> list[tuple[str, float, float]]:
    return [(one.what, one.value, one.usual) for one in unusual(day, days)]


def test_a_quiet_sunday_is_usual_where_sundays_are_quiet() -> None:
    assert found([*history(working_week), today(12)]) == []


def test_a_working_days_number_on_a_sunday_is_unusual() -> None:
    assert found([*history(working_week), today(200)]) == [("calls", 200, 12)]


def test_a_sundays_number_on_a_working_day_is_unusual() -> None:
    friday = back(2)
    days = [
        day.model_copy(update={"vendors": {STREAM: Tally(calls=12)}}) if day.day == friday else day
        for day in history(working_week, 40)
    ]
    assert found(days, friday) == [("calls", 12, 200)]


@pytest.mark.parametrize("noise", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("weekend", [True, False])
def test_an_ordinary_week_is_rarely_called_unusual(noise: float, weekend: bool) -> None:
    dice = random.Random(7)
    flagged = 0
    for week in range(200):
        calls = {
            day: round(working_week(day) * dice.gauss(1, noise))
            for day in (back(n) for n in range(35))
        }
        days = [
            DayOfVendors(day=day, vendors={STREAM: Tally(calls=max(number, 0))})
            for day, number in calls.items()
        ]
        asked = back(week % 2 if weekend else 2 + week % 5)
        flagged += bool(unusual(asked, days))
    assert flagged <= 12


def test_a_day_twice_as_full_is_found_in_a_noisy_week() -> None:
    dice = random.Random(7)
    days = history(lambda day: round(working_week(day) * dice.gauss(1, 0.1)))
    assert found([*days, today(24)])
    assert found([*days, today(0)])


@pytest.mark.parametrize(("value", "is_it"), [(115, False), (116, True), (85, False), (84, True)])
def test_nothing_within_fifteen_percent_is_unusual(value: int, is_it: bool) -> None:
    assert is_unusual(value, [100] * 4, 0) is is_it


@pytest.mark.parametrize(("value", "is_it"), [(3, False), (4, True)])
def test_nothing_within_three_is_unusual_so_that_calm_weeks_are_calm(
    value: int, is_it: bool
) -> None:
    assert is_unusual(value, [0] * 4, 0) is is_it


def test_weekdays_that_are_far_apart_allow_as_much() -> None:
    assert not is_unusual(175, [80, 90, 110, 120], 0)
    assert is_unusual(176, [80, 90, 110, 120], 0)


def test_days_that_are_usually_a_tenth_off_allow_half() -> None:
    assert not is_unusual(150, [100] * 4, 0.1)
    assert is_unusual(151, [100] * 4, 0.1)


@pytest.mark.parametrize(("weeks", "is_it"), [(LEAST_WEEKS - 1, False), (LEAST_WEEKS, True)])
def test_nothing_is_judged_before_three_of_its_weekdays_are_known(weeks: int, is_it: bool) -> None:
    days = [*history(lambda _: 10, days=7 * weeks), today(500)]
    assert bool(found(days)) is is_it
    assert (unjudged(DAY, days) == ()) is is_it
    assert (usual_day(DAY, days) is not None) is is_it


def test_only_the_last_four_weeks_are_what_is_usual() -> None:
    assert same_weekdays(DAY) == [back(7), back(14), back(21), back(28)]
    long_ago = [
        DayOfVendors(day=back(n), vendors={STREAM: Tally(calls=500)}) for n in range(29, 60)
    ]
    assert found([*long_ago, *history(lambda _: 10), today(10)]) == []


def test_one_wild_day_among_them_does_not_change_what_is_usual() -> None:
    days = history(lambda day: 9_999 if day == back(7) else working_week(day))
    assert found([*days, today(12)]) == []


def test_the_usual_day_is_the_median_of_its_weekdays_number_by_number() -> None:
    told = [(10, None), (20, 4), (30, None), (90, 6)]
    days = [
        DayOfVendors(day=day, vendors={STREAM: Tally(calls=calls, failed=failed)})
        for day, (calls, failed) in zip(same_weekdays(DAY), told, strict=True)
    ]
    assert usual_day(DAY, days) == {STREAM: Tally(calls=25, failed=5)}


def test_what_is_called_usual_is_the_same_in_the_finding_and_in_the_comparison() -> None:
    days = [*history(working_week), today(200)]
    usual = usual_day(DAY, days)
    assert usual is not None
    (only,) = unusual(DAY, days)
    assert only.usual == usual[STREAM].calls


def test_a_number_that_a_vendor_cannot_say_is_neither_unusual_nor_usual() -> None:
    silent = [DayOfVendors(day=back(n), vendors={STREAM: Tally(people=None)}) for n in range(1, 29)]
    told = DayOfVendors(day=DAY, vendors={STREAM: Tally(people=900)})
    assert found([*silent, told]) == []
    known = [DayOfVendors(day=back(n), vendors={STREAM: Tally(people=900)}) for n in range(1, 29)]
    assert found([*known, DayOfVendors(day=DAY, vendors={STREAM: Tally(people=None)})]) == []


def test_a_day_that_was_not_read_is_not_unusual() -> None:
    assert found(history(lambda _: 100)) == []
    assert found([*history(lambda _: 100), DayOfVendors(day=DAY, vendors={})]) == []


def test_each_vendor_is_held_against_itself() -> None:
    days = [
        DayOfVendors(day=back(n), vendors={STREAM: Tally(calls=1_000), COMET: Tally(calls=10)})
        for n in range(1, 29)
    ]
    both = DayOfVendors(day=DAY, vendors={COMET: Tally(calls=1_000), STREAM: Tally(calls=1_000)})
    told = unusual(DAY, [*days, both])
    assert [(unusual.vendor, unusual.what) for unusual in told] == [(COMET, "calls")]


def test_lengths_are_told_in_minutes() -> None:
    days = [DayOfVendors(day=back(n), vendors={STREAM: Tally(seconds=600)}) for n in range(1, 29)]
    now = DayOfVendors(day=DAY, vendors={STREAM: Tally(seconds=6_000)})
    assert found([*days, now]) == [("seconds", 100, 10)]


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
    unique_by=lambda known: known.day,
)


@given(DAYS, st.randoms(use_true_random=False))
def test_whatever_is_known_the_rule_holds_in_any_order(
    days: list[DayOfVendors], dice: random.Random
) -> None:
    told = unusual(DAY, days)
    shuffled = list(days)
    dice.shuffle(shuffled)
    assert unusual(DAY, shuffled) == told
    for item in told:
        assert item.what in WATCHED
        assert item.value != item.usual
        assert item.vendor not in unjudged(DAY, days)


@given(st.lists(TALLIES, min_size=7, max_size=7), st.integers(0, 8))
def test_nothing_is_unusual_about_weeks_that_are_all_alike(week: list[Tally], weeks: int) -> None:
    days = [
        DayOfVendors(day=back(n), vendors={STREAM: week[back(n).weekday()]})
        for n in range(7 * weeks + 1)
    ]
    assert unusual(DAY, days) == ()


def test_only_minutes_that_have_a_price_and_are_known_cost_something() -> None:
    told = {STREAM: Tally(person_seconds=3_600), COMET: Tally(), Vendor.REALTIMEKIT: Tally()}
    assert costs_of(told, {STREAM: 0.002, COMET: 1.0}) == {STREAM: pytest.approx(0.12)}
