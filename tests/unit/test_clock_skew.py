"""A clock that is off shows: in the log, on the figures, and where it is asked who is ready."""

from datetime import MAXYEAR, UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.background import BackgroundTasks
from bot.clock import SystemClock
from bot.clock_skew import (
    AGAIN_SECONDS,
    BELIEVED_SECONDS,
    DATABASE,
    DOUBT_SECONDS,
    NOTICEABLE,
    SIGNATURE_SECONDS,
    SLACK,
    ClockSkew,
)
from bot.errors import ClockWrong, SlackSilent
from bot.metrics import Metrics
from bot.scheduler.clock_checks import ClockChecks
from bot.store import SqlStore
from tests.fakes.clock import START, ManualClock

WRONG, RIGHT = "clock found wrong", "clock found right"

LAST = "Fri, 31 Dec 9999 23:59:59 GMT"
"""No moment comes after it that could be reckoned."""

DAY = timedelta(hours=23, minutes=59)
"""The farthest zone that a date can have."""


def dated(skew: ClockSkew, clock: ManualClock) -> list[str]:
    """Slack answers with its date, which is `START` and what has passed; what the log says."""
    theirs = START + timedelta(seconds=clock.monotonic() - 1000)
    with capture_logs() as logs:
        skew.compare_date(format_datetime(theirs, usegmt=True))
    return [str(line["event"]) for line in logs]


def test_a_clock_that_is_off_is_told_at_once_and_then_each_hour(clock: ManualClock) -> None:
    skew = ClockSkew(clock)
    assert dated(skew, clock) == []
    clock.set(NOTICEABLE)
    assert dated(skew, clock) == [WRONG]
    clock.advance(AGAIN_SECONDS - 1)
    assert dated(skew, clock) == []
    clock.advance(1)
    assert dated(skew, clock) == [WRONG]
    clock.set(-NOTICEABLE)
    assert dated(skew, clock) == [RIGHT]
    assert dated(skew, clock) == []


@pytest.mark.parametrize(
    ("off", "words"), [(SIGNATURE_SECONDS, "300 s ahead of"), (-600, "600 s behind")]
)
def test_a_clock_is_wrong_as_soon_as_it_is_set_and_right_as_soon_as_it_is_mended(
    clock: ManualClock, off: float, words: str
) -> None:
    """What was heard before goes on passing."""
    skew = ClockSkew(clock)
    skew.require_right()
    dated(skew, clock)
    clock.set(off)
    with pytest.raises(ClockWrong, match=words):
        skew.require_right()
    clock.set(-off + 299)
    skew.require_right()


def test_what_was_heard_long_ago_is_not_believed_any_more(clock: ManualClock) -> None:
    """A machine that slept knows of no time that passed."""
    skew = ClockSkew(clock)
    dated(skew, clock)
    clock.set(SIGNATURE_SECONDS)
    clock.advance(BELIEVED_SECONDS + 1)
    skew.require_right()
    assert skew.seconds == {}


def test_the_time_is_asked_for_once_a_minute_at_most(clock: ManualClock) -> None:
    skew, asked = ClockSkew(clock), list[float]()
    skew.recheck()  # there is nobody to be asked yet
    skew.ask = lambda: asked.append(clock.monotonic())
    clock.advance(DOUBT_SECONDS)
    skew.recheck()
    clock.advance(DOUBT_SECONDS - 1)
    skew.recheck()
    clock.advance(1)
    skew.recheck()
    assert len(asked) == 2


@pytest.mark.parametrize("said", ["", "soon", "Sat, 99 Nov 2026 12:00:00 GMT", LAST])
def test_what_is_no_date_says_nothing(clock: ManualClock, said: str) -> None:
    skew = ClockSkew(clock)
    skew.compare_date(said)
    assert skew.seconds == {}


@given(
    st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the zone is drawn beside it
        max_value=datetime(MAXYEAR - 1, 12, 31, 23, 59),  # noqa: DTZ001
        timezones=st.sampled_from((UTC, timezone(-DAY), timezone(DAY))),
    )
)
def test_any_date_is_compared_and_goes_on_passing(said: datetime) -> None:
    clock = ManualClock()
    skew = ClockSkew(clock)
    skew.compare_date(format_datetime(said))
    off = skew.seconds[SLACK]
    clock.advance(BELIEVED_SECONDS)
    assert skew.seconds[SLACK] == pytest.approx(off)
    assert off == pytest.approx((START - said).total_seconds(), abs=1)


async def test_slack_and_postgresql_are_asked(store: SqlStore) -> None:
    skew, tasks = ClockSkew(), BackgroundTasks()

    async def slack() -> None:
        skew.compare_date(format_datetime(SystemClock().now(), usegmt=True))

    ClockChecks(skew, slack, store.time, tasks)
    skew.recheck()
    assert await tasks.drain(30) == 0
    assert all(abs(off) < SIGNATURE_SECONDS for off in skew.seconds.values())
    expected = {SLACK} if store.place.startswith("SQLite") else {SLACK, DATABASE}
    assert set(skew.seconds) == expected


async def test_who_does_not_answer_tells_no_time(store: SqlStore) -> None:
    skew = ClockSkew()

    async def slack() -> None:
        raise SlackSilent("Slack does not answer.")

    checks = ClockChecks(skew, slack, store.time, BackgroundTasks())
    await store.stop()
    await checks.compare()
    assert SLACK not in skew.seconds
    await store.start()


async def test_it_is_on_the_figures(clock: ManualClock) -> None:
    skew, metrics = ClockSkew(clock), Metrics(clock)
    metrics.clock(skew)
    assert b"callwarden_clock_skew_seconds{" not in await metrics.page()
    dated(skew, clock)
    clock.set(-600)
    assert b'callwarden_clock_skew_seconds{source="slack"} -600.0' in await metrics.page()
