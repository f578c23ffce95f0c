"""Before a digest the vendors are asked once, within a time; what they do not tell is a gap."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.calls.models import Page, Vendor
from bot.digest_delivery.refresh import FRESH_FOR, USED_DAYS, UsageRefresh
from bot.errors import VendorTimeout
from bot.store import SqlStore
from bot.usage.days import Stretch
from bot.usage.records import CallRecord, VendorDay
from tests.digest_delivery.delivery import SATURDAY, utc
from tests.fakes.clock import ManualClock
from tests.fakes.digests import OWNER, subscription, wanted

STREAM = Vendor.STREAM
FRIDAY = SATURDAY - timedelta(days=1)


class Past:
    """A vendor with ten calls of ten minutes on each day. `trouble` is raised by every page."""

    vendor = STREAM
    days_at_once = 1

    def __init__(self) -> None:
        self.asked: list[Stretch] = []
        self.trouble: Exception | None = None
        self.hangs = False
        self.report: tuple[VendorDay, ...] | Exception = ()

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        assert cursor is None
        self.asked.append(stretch)
        await (asyncio.Event().wait() if self.hangs else asyncio.sleep(0))
        if self.trouble:
            raise self.trouble
        at = [stretch.start + timedelta(hours=hour) for hour in range(10)]
        return Page(items=tuple(_call(moment) for moment in at if moment < utc(21, 12)))

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        if isinstance(self.report, Exception):
            raise self.report
        return [day for day in self.report if first <= day.day <= last]


def _call(at: object) -> CallRecord:
    return CallRecord.model_validate(
        {
            "vendor": STREAM,
            "id": f"default:{at}",
            "run": str(at),
            "title": "Call",
            "started_at": at,
            "ended_at": at + timedelta(minutes=10),  # type: ignore[operator]  # a datetime
        }
    )


@pytest.fixture
def past() -> Past:
    return Past()


@pytest.fixture
def refresh(store: SqlStore, past: Past, clock: ManualClock) -> UsageRefresh:
    return UsageRefresh({STREAM: past}, store, store, clock)


async def test_the_day_of_a_digest_is_read_before_it_is_made(
    refresh: UsageRefresh, store: SqlStore, past: Past
) -> None:
    assert await refresh.fresh(subscription(), SATURDAY) == ((), ())
    (told,) = await store.sums([Stretch(utc(20, 0), utc(21, 0))], [STREAM])
    assert (told[STREAM].calls, told[STREAM].seconds) == (10, 6_000)
    assert [stretch.start.day for stretch in past.asked] == [20, 19, 18]


async def test_digests_that_come_at_the_same_time_ask_the_vendor_once(
    refresh: UsageRefresh, past: Past, clock: ManualClock
) -> None:
    await asyncio.gather(*(refresh.fresh(subscription(n), SATURDAY) for n in range(1, 5)))
    assert len(past.asked) == 3
    clock.advance(FRESH_FOR)
    await refresh.fresh(subscription(), SATURDAY)
    assert len(past.asked) == 6
    assert len(refresh.recent) == 1


async def test_a_vendor_that_fails_is_a_gap_and_is_not_asked_again_at_once(
    refresh: UsageRefresh, past: Past
) -> None:
    past.trouble = VendorTimeout("Stream did not answer.", vendor=STREAM)
    ((gap,), found) = await refresh.fresh(subscription(), SATURDAY)
    assert (gap.vendor, found) == (STREAM, ())
    assert "did not answer" in gap.why
    pages = len(past.asked)
    await refresh.fresh(subscription(2), SATURDAY)
    assert len(past.asked) == pages


async def test_a_vendor_that_never_answers_is_a_gap_when_its_time_is_over(
    refresh: UsageRefresh, past: Past
) -> None:
    past.hangs = True
    ((gap,), _) = await replace(refresh, at_last=0.01).fresh(subscription(), SATURDAY)
    assert gap.why == "Stream Video did not report all of it in time."


async def test_only_the_vendors_that_were_wished_for_are_asked(
    refresh: UsageRefresh, past: Past
) -> None:
    wanted = subscription(vendors=frozenset({Vendor.COMETCHAT}))
    assert await refresh.fresh(wanted, SATURDAY) == ((), ())
    assert past.asked == []


async def test_where_the_vendors_own_report_differs_is_told(
    refresh: UsageRefresh, past: Past
) -> None:
    past.report = (VendorDay(vendor=STREAM, day=FRIDAY, calls=20),)
    (_, (found,)) = await refresh.fresh(subscription(), SATURDAY)
    assert (found.what, found.day, found.counted, found.reported) == ("calls", FRIDAY, 10, 20)


async def test_a_report_that_does_not_come_is_no_gap(refresh: UsageRefresh, past: Past) -> None:
    past.report = VendorTimeout("Stream did not answer.", vendor=STREAM)
    assert await refresh.fresh(subscription(), SATURDAY) == ((), ())


async def test_a_digest_of_days_to_come_checks_no_report(refresh: UsageRefresh) -> None:
    assert await refresh.fresh(subscription(), SATURDAY + timedelta(days=1)) == ((), ())


async def test_what_digests_look_back_on_is_read_once_somebody_wants_one(
    refresh: UsageRefresh, store: SqlStore, past: Past, clock: ManualClock
) -> None:
    await refresh.catch_up()
    assert past.asked == []
    await wanted(store, subscription().wish, OWNER, clock.now())
    await refresh.catch_up()
    assert len(past.asked) == USED_DAYS - 3
    await refresh.catch_up()
    assert len(past.asked) == USED_DAYS - 3
    past.trouble = VendorTimeout("Stream did not answer.", vendor=STREAM)
    clock.advance(3 * 24 * 3600)
    await refresh.catch_up()
    assert len(past.asked) > USED_DAYS - 3
