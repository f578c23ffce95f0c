"""Calls laid over quarters add up to what they were, however they are cut."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calls.models import Vendor
from bot.usage.days import Stretch
from bot.usage.quarters import QUARTER, floor, quarters_touched
from bot.usage.records import CallRecord, Ending, Recorded
from bot.usage.tally import NOTHING, Tally, median_tally, total
from tests.usage.quarters import quarters
from tests.usage.records import HOURS, START, counted, known, moments, records

NOW = START + timedelta(hours=HOURS)
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
CALLS = st.lists(records(), max_size=6)
CALMLY = settings(deadline=None)
SPREAD = ("person_seconds", "audio_seconds", "video_seconds")


def call(**said: object) -> CallRecord:
    """An hour from a quarter to twelve on, of a vendor that says nothing more."""
    told = {
        "vendor": Vendor.STREAM,
        "id": "default:lobby",
        "run": "r",
        "title": "Lobby",
        "started_at": AT - QUARTER,
        "ended_at": AT + 3 * QUARTER,
    }
    return CallRecord.model_validate(told | said)


@CALMLY
@given(CALLS)
def test_the_quarters_of_calls_add_up_to_exactly_what_they_were(told: list[CallRecord]) -> None:
    everything = total(quarters(told, NOW).values())
    assert everything.seconds == sum(
        (record.end(NOW) - record.started_at).seconds for record in told
    ) + sum(86_400 * (record.end(NOW) - record.started_at).days for record in told)
    for name in SPREAD:
        assert getattr(everything, name) == known(getattr(record, name) for record in told)
    files = [file for record in told for file in record.recordings or ()]
    if any(record.recordings is not None for record in told):
        assert everything.recorded_seconds == sum(file.seconds or 0 for file in files)
    else:
        assert everything.recordings is None
        assert everything.recorded_seconds is None


@CALMLY
@given(CALLS, moments(), st.integers(1, 48))
def test_any_stretch_of_quarters_is_what_a_slow_look_counts(
    told: list[CallRecord], start: datetime, number: int
) -> None:
    stretch = Stretch(floor(start), floor(start) + number * QUARTER)
    found = quarters(told, NOW)
    inside = total(found[at] for at in sorted(found) if stretch.start <= at < stretch.end)
    slow = counted(told, stretch, NOW)
    assert {name: getattr(inside, name) for name in slow} == slow


@CALMLY
@given(CALLS, moments(), st.integers(1, 48))
def test_looking_within_a_stretch_changes_nothing_in_it(
    told: list[CallRecord], start: datetime, number: int
) -> None:
    stretch = Stretch(floor(start), floor(start) + number * QUARTER)
    everywhere = quarters(told, NOW)
    inside = {at: one for at, one in everywhere.items() if stretch.start <= at < stretch.end}
    assert quarters(told, NOW, stretch) == inside


@CALMLY
@given(records(), st.permutations([0, 1, 2]))
def test_a_call_reaches_from_its_first_quarter_to_its_last(
    record: CallRecord, order: list[int]
) -> None:
    found = quarters([record], NOW)
    assert quarters_touched(record, NOW) == (min(found), max(found))
    three = [record.model_copy(update={"run": str(n), "title": str(n)}) for n in order]
    assert quarters(three, NOW) == quarters(sorted(three, key=lambda each: each.run), NOW)


@CALMLY
@given(st.timedeltas(timedelta(), timedelta(hours=2)), st.integers(0, 10_000), moments())
def test_also_parts_of_a_second_lose_nothing(
    lasted: timedelta, spent: int, start: datetime
) -> None:
    start += timedelta(microseconds=999_999)
    told = call(started_at=start, ended_at=start + lasted, person_seconds=spent)
    everything = total(quarters([told], NOW).values())
    assert everything.seconds == lasted // timedelta(seconds=1)
    assert everything.person_seconds == spent


def test_a_call_over_midnight_is_split_and_counted_where_it_began() -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    told = call(
        started_at=midnight - timedelta(minutes=10),
        ended_at=midnight + timedelta(minutes=5),
        person_seconds=901,
        people=3,
        peak=2,
    )
    found = quarters([told], NOW)
    assert found[midnight - QUARTER] == Tally(
        calls=1,
        seconds=600,
        person_seconds=600,
        people=3,
        peak_calls=1,
        peak_people=2,
        longest=900,
        longest_title="Lobby",
    )
    assert found[midnight] == Tally(seconds=300, person_seconds=301, peak_calls=1, peak_people=2)


def test_a_call_that_nobody_answered_is_counted_and_takes_no_time() -> None:
    told = call(ending=Ending.UNANSWERED, person_seconds=0, peak=1, recordings=())
    assert quarters([told], NOW) == {
        AT - QUARTER: Tally(
            calls=1,
            person_seconds=0,
            peak_people=0,
            recordings=0,
            recorded_seconds=0,
            unanswered=1,
            failed=0,
        )
    }


def test_a_running_call_lasts_until_now() -> None:
    told = call(ended_at=None)
    assert total(quarters([told], AT).values()).seconds == 900
    assert total(quarters([told], AT - timedelta(hours=1)).values()).seconds == 0


def test_what_a_vendor_cannot_say_is_not_zero() -> None:
    everything = total(quarters([call()], NOW).values())
    assert everything == Tally(
        calls=1, seconds=3600, peak_calls=1, longest=3600, longest_title="Lobby"
    )
    assert total(quarters([call(recordings=())], NOW).values()).recordings == 0


def test_a_recording_counts_where_it_began_and_lasts_where_it_ran() -> None:
    files = (
        Recorded(started_at=AT + timedelta(minutes=10), seconds=600),
        Recorded(started_at=AT, failed=True),
    )
    found = quarters([call(recordings=files)], NOW)
    assert (found[AT].recordings, found[AT].recordings_failed) == (2, 1)
    assert (found[AT].recorded_seconds, found[AT + QUARTER].recorded_seconds) == (300, 300)
    assert found[AT + QUARTER].recordings is None


def test_one_that_leaves_makes_room_for_one_that_comes() -> None:
    first = call(run="1", ended_at=AT, peak=4)
    second = call(run="2", started_at=AT, peak=3)
    third = call(run="3", started_at=AT - timedelta(minutes=1), ended_at=AT + QUARTER, peak=None)
    found = quarters([first, second, third], NOW)
    assert (found[AT - QUARTER].peak_calls, found[AT - QUARTER].peak_people) == (2, 4)
    assert (found[AT].peak_calls, found[AT].peak_people) == (2, 3)


@pytest.mark.parametrize(
    "tally", [Tally(seconds=3, people=1, longest=2, longest_title="A"), NOTHING]
)
def test_nothing_added_changes_nothing(tally: Tally) -> None:
    assert tally + NOTHING == tally == total([tally])


def test_of_equally_long_calls_the_first_is_named() -> None:
    first, second = Tally(longest=2, longest_title="A"), Tally(longest=2, longest_title="B")
    assert (first + second).longest_title == "A"
    assert (first + Tally(longest=3, longest_title="C")).longest_title == "C"


def test_what_one_side_does_not_know_is_known_as_far_as_the_other_knows_it() -> None:
    both = Tally(people=2, peak_people=None) + Tally(people=None, peak_people=3)
    assert (both.people, both.peak_people) == (2, 3)
    assert (both + both).peak_people == 3


def test_the_mean_is_over_those_that_know_a_number() -> None:
    days = [
        Tally(calls=2, people=10, longest=5, longest_title="A"),
        Tally(calls=5, people=None, longest=9, longest_title="B"),
    ]
    assert median_tally(days) == Tally(calls=4, people=10, longest=9, longest_title="B")
