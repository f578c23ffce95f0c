"""Digests for the tests of their words: one of a usual day, and anything Hypothesis thinks of."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import VERBS
from bot.digests.digest import (
    Acts,
    Cost,
    DayOfVendors,
    Difference,
    Digest,
    Gap,
    Unusual,
    Waiting,
)
from bot.digests.subscription import Rhythm, Section
from bot.digests.unusual import WATCHED
from bot.usage.tally import Tally
from tests.fakes.blocks import NAMES, many

TUESDAY = date(2026, 11, 17)
MADE = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
HASH = "5f" * 32
STREAM, REALTIMEKIT, COMETCHAT = Vendor.STREAM, Vendor.REALTIMEKIT, Vendor.COMETCHAT


def tally(calls: int, minutes: int, **more: Any) -> Tally:
    return Tally(calls=calls, seconds=minutes * 60, **more)


def trend(days: int = 14, *vendors: Vendor) -> tuple[DayOfVendors, ...]:
    """Rising minutes up to TUESDAY, of `vendors` or all."""
    return tuple(
        DayOfVendors(
            day=TUESDAY - timedelta(days=days - 1 - n),
            vendors={vendor: tally(n + 1, 10 * (n + 1)) for vendor in vendors or Vendor},
        )
        for n in range(days)
    )


def digest(**more: Any) -> Digest:
    """A usual Tuesday in London: 42 calls, 1,310 minutes, a third more than usual."""
    usual = {
        STREAM: tally(20, 600),
        REALTIMEKIT: tally(8, 283),
        COMETCHAT: tally(4, 100),
    }
    told: dict[str, Any] = {
        "rhythm": Rhythm.DAILY,
        "day": TUESDAY,
        "last_day": TUESDAY,
        "zone": "Europe/London",
        "sections": frozenset(Section),
        "vendors": {
            STREAM: tally(
                26,
                800,
                person_seconds=4100 * 60,
                people=130,
                peak_people=31,
                peak_calls=4,
                longest=61 * 60,
                longest_title="All-hands",
                recordings=3,
                recorded_seconds=5000,
                recordings_failed=0,
                streams=1,
            ),
            REALTIMEKIT: tally(11, 380, recordings=5, recordings_failed=2),
            COMETCHAT: tally(5, 130, unanswered=2, failed=0),
        },
        "before": usual,
        "usual": usual,
        "trend": trend(),
        "head": (4211, HASH),
        "made_at": MADE,
    }
    return Digest(**{**told, **more})


def only(calls: int, minutes: int, **more: Any) -> dict[Vendor, Tally]:
    """Stream Video's day alone."""
    return {STREAM: tally(calls, minutes, **more)}


NUMBERS = st.none() | st.integers(0, 10**15) | st.integers(-5, 5)
WHOLE = st.integers(0, 10**15) | st.integers(-5, 5)
FIGURES = st.floats()
DAYS = st.dates(date(1970, 1, 1), date(2200, 1, 1)) | st.integers(0, 30).map(
    lambda back: TUESDAY - timedelta(days=back)
)
MOMENTS = st.datetimes(
    MADE.replace(year=1971, tzinfo=None),
    MADE.replace(year=2200, tzinfo=None),
    timezones=st.just(UTC),
)
WHICH = st.sampled_from(Vendor)
TALLIES = st.builds(
    Tally,
    calls=WHOLE,
    seconds=WHOLE,
    person_seconds=NUMBERS,
    audio_seconds=NUMBERS,
    video_seconds=NUMBERS,
    people=NUMBERS,
    peak_calls=WHOLE,
    peak_people=NUMBERS,
    longest=WHOLE,
    longest_title=NAMES,
    recordings=NUMBERS,
    recorded_seconds=NUMBERS,
    recordings_failed=NUMBERS,
    streams=NUMBERS,
    unanswered=NUMBERS,
    failed=NUMBERS,
)
BY_VENDOR = st.dictionaries(WHICH, TALLIES)
WHAT = st.sampled_from([*WATCHED, "minutes", "recordings"]) | NAMES
DIGESTS = st.builds(
    Digest,
    rhythm=st.sampled_from(Rhythm),
    day=DAYS,
    last_day=DAYS,
    zone=st.sampled_from(["Etc/UTC", "Europe/London", "Australia/Lord_Howe"]),
    sections=st.frozensets(st.sampled_from(Section)),
    vendors=BY_VENDOR,
    before=st.none() | BY_VENDOR,
    usual=st.none() | BY_VENDOR,
    trend=many(st.builds(DayOfVendors, day=DAYS, vendors=BY_VENDOR), 20).map(tuple),
    unusual=many(
        st.builds(Unusual, vendor=WHICH, what=WHAT, day=DAYS, value=FIGURES, usual=FIGURES), 30
    ).map(tuple),
    gaps=many(st.builds(Gap, vendor=WHICH, why=NAMES), 15).map(tuple),
    differences=many(
        st.builds(Difference, vendor=WHICH, what=WHAT, day=DAYS, counted=FIGURES, reported=FIGURES),
        30,
    ).map(tuple),
    acts=st.none()
    | st.builds(
        Acts,
        by_verb=st.dictionaries(
            st.sampled_from(list(VERBS)) | NAMES,
            st.dictionaries(st.sampled_from(State), WHOLE),
            max_size=30,
        ),
        refused=WHOLE,
        by_moderator=st.just({"U0SECRET": 7}),
    ),
    waiting=many(
        st.builds(Waiting, kind=NAMES, case=st.integers(-1, 10**6), words=NAMES, since=MOMENTS), 30
    ).map(tuple),
    unjudged=st.lists(WHICH, unique=True).map(tuple),
    more_waiting=st.booleans(),
    costs=many(
        st.builds(Cost, vendor=WHICH, minutes=FIGURES, amount=FIGURES, currency=NAMES), 5
    ).map(tuple),
    head=st.tuples(st.integers(0, 10**12), st.just(HASH) | NAMES),
    late_since=st.none() | MOMENTS,
    folded=many(DAYS, 10).map(tuple),
    made_at=MOMENTS,
)
