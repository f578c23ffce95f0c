"""Somebody's refusals as hours that are counted: none is lost, and few entries come of many."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.refusals import HOUR, RefusalCount, RefusalWindow
from tests.fakes.clock import START

GUS = Actor(user="U9", team="T9")
MINUTE = timedelta(minutes=1)


def count(times: int, first: datetime, last: datetime) -> str:
    return RefusalCount(
        actor=GUS, times=times, first_at=first, last_at=last, why="You are a guest."
    ).detail


def test_a_count_says_how_many_when_and_why() -> None:
    assert count(1134, START, START + 59 * MINUTE) == (
        "1,134 more requests were refused between 2026-11-21 12:00 and 2026-11-21 12:59 UTC. "
        "Last refusal: You are a guest."
    )
    assert count(1, START, START).startswith("1 more request was refused at 2026-11-21 12:00 UTC.")


def test_an_hour_after_which_all_was_quiet_is_forgotten() -> None:
    window = RefusalWindow(actor=GUS, since=START).recording()
    assert window.after(START + HOUR - MINUTE) is window
    assert window.after(START + HOUR) is None
    counted = window.counting(START, "No.")
    assert counted.after(START + 2 * HOUR) is None
    next_hour = counted.after(START + HOUR)
    assert next_hour == RefusalWindow(actor=GUS, since=START + HOUR, recorded=1)


def test_a_clock_set_back_by_minutes_tells_nothing_backwards() -> None:
    window = RefusalWindow(actor=GUS, since=START).counting(START, "No.")
    earlier = START - 10 * MINUTE
    assert window.after(earlier) is window
    count = window.counting(earlier, "No.").count
    assert count is not None
    assert (count.first_at, count.last_at) == (earlier, START)


@given(st.lists(st.integers(-200, 200), max_size=60))
def test_whenever_somebody_is_refused_it_is_recorded_or_counted_once(pauses: list[int]) -> None:
    """One by one at first, then a count an hour, as `bot.store.cases.refusals` goes about it."""
    now = START
    window: RefusalWindow | None = None
    recorded, counts = 0, list[int]()
    for pause in pauses:
        now += pause * MINUTE
        if window is not None:
            later = window.after(now)
            if later is not window and window.count is not None:
                counts.append(window.count.times)
            window = later
        window = window or RefusalWindow(actor=GUS, since=now)
        if window.recorded:
            window = window.counting(now, "No.")
        else:
            window = window.recording()
            recorded += 1
    left = window.count.times if window is not None and window.count is not None else 0
    assert recorded + sum(counts) + left == len(pauses)
    passed = sum(map(abs, pauses)) * MINUTE
    assert recorded + len(counts) <= 1 + 2 * passed / HOUR
