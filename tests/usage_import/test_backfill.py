"""Reading the past: newest first, kept day by day, and marked where it is missing."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.models import Page, Vendor
from bot.errors import (
    CallwardenError,
    StoreError,
    VendorBusy,
    VendorDenied,
    VendorFault,
    VendorGarbled,
)
from bot.usage.days import DAY, Stretch
from bot.usage.records import CallRecord, Ending
from bot.usage_import.backfill import Backfill
from bot.usage_import.day_writer import TOGETHER, Progress, evenly
from tests.fakes.clock import START, ManualClock
from tests.fakes.usage import MemoryUsage, Told, utc_day

TODAY = START.date()
STREAM, KIT, CHAT = Vendor.STREAM, Vendor.REALTIMEKIT, Vendor.COMETCHAT


def back(days: int) -> date:
    """So many days before today."""
    return TODAY - days * DAY


def last(days: int) -> Stretch:
    """From so many days ago until now."""
    return Stretch(START - days * DAY, START)


def call(run: str = "r", ago: timedelta = 6 * timedelta(hours=1), **said: object) -> CallRecord:
    """Half an hour that began so long ago."""
    began = START - ago
    told = {
        "vendor": STREAM,
        "id": "default:lobby",
        "run": run,
        "title": "Lobby",
        "started_at": began,
        "ended_at": began + timedelta(minutes=30),
    }
    return CallRecord.model_validate({**told, **said})


def backfill(*sources: Told, usage: MemoryUsage | None = None) -> tuple[Backfill, MemoryUsage]:
    """One over these vendors."""
    kept = usage or MemoryUsage()
    return Backfill({source.vendor: source for source in sources}, kept, ManualClock()), kept


def fault() -> VendorFault:
    """A 5xx."""
    return VendorFault("Stream Video failed with 500.", vendor=STREAM, status=500)


async def test_the_newest_days_come_first_and_each_is_kept_when_it_is_read() -> None:
    source = Told()
    reading, usage = backfill(source)
    told: list[Progress] = []
    assert await reading.read(last(4), tell=told.append) == ()
    assert usage.kept == [(STREAM, back(n)) for n in range(5)]
    assert told == [Progress(STREAM, back(n), n + 1, 5) for n in range(5)]
    assert [stretch for stretch, _ in source.asked] == [utc_day(back(n)) for n in range(5)]


async def test_today_and_yesterday_are_asked_for_by_themselves_then_as_many_as_is_best() -> None:
    source = Told(days_at_once=7)
    reading, _ = backfill(source)
    await reading.read(last(12))
    lengths = [stretch.end - stretch.start for stretch, _ in source.asked]
    assert lengths == [2 * DAY, 7 * DAY, 4 * DAY]


async def test_the_first_days_are_kept_at_once_and_further_ones_by_the_week() -> None:
    class Noting(MemoryUsage):
        async def keep_calls(
            self, vendor: Vendor, stretch: Stretch, records: Sequence[CallRecord], *, now: datetime
        ) -> None:
            pieces.append((stretch.end - stretch.start) // DAY)
            await super().keep_calls(vendor, stretch, records, now=now)

    pieces: list[int] = []
    reading, usage = backfill(Told(), usage=Noting())
    assert await reading.read(last(20)) == ()
    assert len(usage.kept) == sum(pieces) == 21
    first, *weeks, _ = pieces
    assert first <= 2
    assert weeks
    assert min(weeks) >= TOGETHER


async def test_the_next_days_are_asked_for_while_these_are_awaited() -> None:
    class Slow(Told):
        async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
            page = await super().history(stretch, cursor=cursor)
            if len(self.asked) == 1:
                async with asyncio.timeout(30):
                    await second.wait()
            second.set()
            return page

    second = asyncio.Event()
    reading, usage = backfill(Slow())
    assert await reading.read(last(4)) == ()
    assert usage.kept == [(STREAM, back(n)) for n in range(5)]


async def test_what_was_read_is_not_read_again_but_for_the_last_days() -> None:
    source = Told()
    reading, usage = backfill(source)
    await reading.read(last(10))
    usage.kept.clear()
    del usage.days[STREAM, back(7)]
    await reading.read(last(10))
    assert usage.kept == [(STREAM, back(n)) for n in (0, 1, 2, 3, 7)]


async def test_a_reading_that_was_broken_off_goes_on_where_it_stopped() -> None:
    class Dying(Told):
        async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
            if len(self.asked) == 7:
                raise denied()
            return await super().history(stretch, cursor=cursor)

    reading, usage = backfill(Dying())
    (gap,) = await reading.read(last(10))
    assert gap.why.endswith(f"4 days are not read, {back(10)} to {back(7)}.")
    usage.kept.clear()
    reading, _ = backfill(Told(), usage=usage)
    assert await reading.read(last(10)) == ()
    assert usage.kept == [(STREAM, back(n)) for n in (0, 1, 2, 3, 7, 8, 9, 10)]


def denied() -> VendorDenied:
    """A key that is not accepted."""
    return VendorDenied("Stream Video refused: no.", vendor=STREAM, status=401)


async def test_a_vendor_that_fails_is_a_gap_with_words_and_the_others_go_on() -> None:
    failing, well = Told(errors=[denied()]), Told(vendor=KIT)
    reading, usage = backfill(failing, well)
    (gap,) = await reading.read(last(4))
    assert gap.vendor is STREAM
    assert gap.why == f"Stream Video refused: no. 5 days are not read, {back(4)} to {back(0)}."
    assert {vendor for vendor, _ in usage.kept} == {KIT}
    assert len(usage.kept) == 5


async def test_a_vendors_own_words_end_before_what_is_missing_begins() -> None:
    no = VendorDenied("Stream Video refused: made up", vendor=STREAM, status=401)
    reading, _ = backfill(Told(errors=[no]))
    (gap,) = await reading.read(last(4))
    assert gap.why.startswith("Stream Video refused: made up. 5 days are not read")


async def test_one_day_that_is_missing_is_named() -> None:
    reading, _ = backfill(Told(errors=[denied()]))
    (gap,) = await reading.read(utc_day(back(2)))
    assert gap.why.endswith(f" {back(2)} is not read.")


async def test_a_passing_failure_is_waited_out() -> None:
    source = Told(errors=[fault(), fault(), fault()])
    reading, usage = backfill(source)
    clock = reading.clock
    assert isinstance(clock, ManualClock)
    assert await reading.read(utc_day(back(0))) == ()
    assert clock.slept == [1.0, 5.0, 20.0]
    assert usage.kept == [(STREAM, back(0))]


async def test_a_failure_that_lasts_is_a_gap() -> None:
    reading, usage = backfill(Told(errors=[fault()] * 4))
    assert len(await reading.read(utc_day(back(0)))) == 1
    assert usage.kept == []


@pytest.mark.parametrize(("asked", "slept"), [(12.0, [12.0]), (3_600.0, [])])
async def test_a_busy_vendor_is_left_alone_as_long_as_it_asks_within_reason(
    asked: float, slept: list[float]
) -> None:
    busy = VendorBusy("Stream Video is too busy.", vendor=STREAM, retry_after=asked)
    reading, _ = backfill(Told(errors=[busy]))
    gaps = await reading.read(utc_day(back(0)))
    clock = reading.clock
    assert isinstance(clock, ManualClock)
    assert (clock.slept, bool(gaps)) == (slept, not slept)


async def test_nothing_new_is_begun_after_the_time_is_up() -> None:
    reading, usage = backfill(Told())
    (gap,) = await reading.read(last(4), until=reading.clock.monotonic())
    assert "than there was time for" in gap.why
    assert usage.kept == []


async def test_only_the_vendors_asked_for_are_read() -> None:
    reading, usage = backfill(Told(), Told(vendor=KIT))
    await reading.read(last(1), vendors=[KIT])
    assert {vendor for vendor, _ in usage.kept} == {KIT}


async def test_a_day_in_the_future_is_not_asked_for() -> None:
    source = Told()
    reading, usage = backfill(source)
    assert await reading.read(Stretch(START + 2 * DAY, START + 4 * DAY)) == ()
    await reading.read(Stretch(START, START + 9 * DAY))
    assert usage.kept == [(STREAM, TODAY)]


async def test_a_call_over_midnight_is_in_both_days_and_counted_in_one() -> None:
    late = call(ago=timedelta(hours=12, minutes=10))
    reading, usage = backfill(Told(pages=[[late]]))
    await reading.read(last(1))
    assert usage.records[STREAM, back(0)] == usage.records[STREAM, back(1)] == (late,)
    days = await usage.sums([utc_day(back(0)), utc_day(back(1))], [STREAM])
    assert [day[STREAM].calls for day in days] == [0, 1]
    assert [day[STREAM].seconds for day in days] == [20 * 60, 10 * 60]


async def test_a_run_that_comes_on_two_pages_is_one_run_as_it_was_told_last() -> None:
    first, again = call(ended_at=None), call()
    reading, usage = backfill(Told(pages=[[first], [again]]))
    await reading.read(utc_day(TODAY))
    assert usage.records[STREAM, TODAY] == (again,)


async def test_what_ends_in_the_future_counts_until_now_and_is_said() -> None:
    odd = [
        call("begins", -2 * DAY),
        call("ends", ended_at=START + 400 * DAY),
        call("soon", ended_at=START + timedelta(minutes=1)),
    ]
    reading, usage = backfill(Told(pages=[odd]))
    (gap,) = await reading.read(utc_day(TODAY))
    assert gap.why.startswith("2 calls are said to begin or end in the future")
    kept = {record.run: record.ended_at for record in usage.records[STREAM, TODAY]}
    assert kept == {"ends": None, "soon": START + timedelta(minutes=1)}


class Endless(Told):
    """Promises another page after every page; `loops` names the same few again."""

    loops = True

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """A page with the same call on it."""
        self.asked.append((stretch, cursor))
        number = int(cursor or 0) + 1
        return Page(items=(call(),), next=str(number % 3 if self.loops else number))


@pytest.mark.parametrize("loops", [True, False])
async def test_pages_that_never_end_are_not_believed(loops: bool) -> None:
    source = Endless()
    source.loops = loops
    reading, usage = backfill(source)
    (gap,) = await reading.read(utc_day(TODAY))
    assert "promises ever more pages" in gap.why
    assert usage.kept == []
    assert len(source.asked) <= 5_001


async def test_half_an_answer_marks_no_day_as_read() -> None:
    class Half(Told):
        async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
            self.asked.append((stretch, cursor))
            if cursor:
                raise VendorGarbled("Stream Video stopped halfway.", vendor=STREAM)
            return Page(items=(call(),), next="1")

    reading, usage = backfill(Half())
    (gap,) = await reading.read(last(2))
    assert gap.why.startswith("Stream Video stopped halfway.")
    assert usage.kept == []


async def test_a_database_that_fails_ends_it_after_the_others_are_done() -> None:
    class Full(MemoryUsage):
        async def keep_calls(
            self, vendor: Vendor, stretch: Stretch, records: Sequence[CallRecord], *, now: datetime
        ) -> None:
            if vendor is STREAM:
                raise StoreError("The disk is full.")
            await super().keep_calls(vendor, stretch, records, now=now)

    reading, usage = backfill(Told(), Told(vendor=KIT), usage=Full())
    with pytest.raises(CallwardenError, match="full"):
        await reading.read(last(2))
    assert len(usage.kept) == 3


@given(st.lists(st.booleans(), max_size=6))
def test_recordings_known_of_some_calls_of_a_day_are_known_of_none(known: list[bool]) -> None:
    records = [call(str(n), recordings=() if yes else None) for n, yes in enumerate(known)]
    told = {record.recordings for record in evenly(records)}
    assert told == ({()} if all(known) and known else {None} if known else set())


def test_a_call_that_lasted_no_time_lies_where_it_began() -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    nobody = call(started_at=midnight, ended_at=None, ending=Ending.UNANSWERED)
    assert nobody.touches(utc_day(date(2026, 11, 20)), START)
    assert not nobody.touches(utc_day(date(2026, 11, 19)), START)
    assert not nobody.touches(utc_day(date(2026, 11, 21)), START)
