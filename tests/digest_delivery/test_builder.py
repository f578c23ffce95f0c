"""What a digest says of a stretch: sums, comparisons, costs; what is not known is never zero."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.calls.models import Vendor
from bot.digest_delivery.builder import MOST_WAITING, DigestBuilder, Prices
from bot.digests.digest import TREND_DAYS, Acts, Difference, Digest, Gap, Waiting
from bot.digests.subscription import Rhythm
from bot.usage.days import DAY, Stretch
from bot.usage.tally import Tally
from tests.digest_delivery.delivery import SATURDAY, utc
from tests.fakes.clock import ManualClock
from tests.fakes.digests import Head, Numbers, Rows, subscription

STREAM, KIT, COMET = Vendor.STREAM, Vendor.REALTIMEKIT, Vendor.COMETCHAT
FRIDAY = SATURDAY - DAY
MONDAY = date(2026, 11, 23)


class BuilderSetup:
    """A digest builder over numbers and rows in memory."""

    def __init__(self) -> None:
        self.numbers, self.rows = Numbers(), Rows()
        self.prices = Prices()
        self.vendors = tuple(Vendor)

    def put(self, vendor: Vendor, back: int, **tally: object) -> None:
        """Say what is known of the day `back` days before Friday."""
        self.numbers.put(vendor, FRIDAY - back * DAY, Tally.model_validate(tally))

    async def make(self, day: date = SATURDAY, **wish: Any) -> Digest:
        builder = DigestBuilder(
            self.numbers, self.rows, Head(), ManualClock(), self.vendors, self.prices
        )
        return await builder.make(subscription(**wish), day)


@pytest.fixture
def setup() -> BuilderSetup:
    return BuilderSetup()


async def test_a_digest_is_about_the_day_before_it_is_sent(setup: BuilderSetup) -> None:
    setup.put(STREAM, 0, calls=12, seconds=3_600)
    setup.put(STREAM, 1, calls=99)
    told = await setup.make()
    assert (told.day, told.last_day) == (FRIDAY, FRIDAY)
    assert told.vendors == {STREAM: Tally(calls=12, seconds=3_600)}


async def test_it_is_held_against_the_same_weekday_a_week_before(setup: BuilderSetup) -> None:
    setup.put(STREAM, 0, calls=12)
    setup.put(STREAM, 7, calls=10)
    told = await setup.make()
    assert told.before == {STREAM: Tally(calls=10)}


async def test_a_usual_day_is_the_median_of_its_last_four_weekdays(setup: BuilderSetup) -> None:
    setup.put(STREAM, 0, calls=1_000)
    for weeks, calls in ((1, 8), (2, 4), (3, 6), (4, 90), (5, 9_000)):
        setup.put(STREAM, 7 * weeks, calls=calls, peak_calls=10, longest=60 * weeks)
    for back in range(1, 7):
        setup.put(STREAM, back, calls=500)
    told = await setup.make()
    assert told.usual == {STREAM: Tally(calls=7, peak_calls=10, longest=240)}


async def test_two_weekdays_are_not_usual_yet_and_what_is_not_known_pulls_nothing_down(
    setup: BuilderSetup,
) -> None:
    for weeks in (1, 2, 3):
        setup.put(STREAM, 7 * weeks, calls=10, failed=4 if weeks == 2 else None)
    setup.put(KIT, 7, calls=10)
    setup.put(KIT, 14, calls=10)
    assert (await setup.make()).usual == {STREAM: Tally(calls=10, failed=4)}


async def test_nothing_is_usual_where_nothing_is_known(setup: BuilderSetup) -> None:
    told = await setup.make()
    assert (told.vendors, told.before, told.usual) == ({}, None, None)
    assert {gap.vendor for gap in told.gaps} == set(Vendor)


async def test_a_vendor_whose_day_was_not_read_is_a_gap_and_not_a_zero(setup: BuilderSetup) -> None:
    setup.put(STREAM, 0, calls=0)
    told = await setup.make()
    assert told.vendors == {STREAM: Tally()}
    assert {gap.vendor: gap.why for gap in told.gaps} == {
        KIT: "Its calls of this day were not read yet.",
        COMET: "Its calls of this day were not read yet.",
    }


async def test_what_the_vendor_said_itself_explains_its_gap(setup: BuilderSetup) -> None:
    builder = DigestBuilder(setup.numbers, setup.rows, Head(), ManualClock(), (STREAM, KIT))
    why, elsewhere = Gap(vendor=STREAM, why="It is down."), Gap(vendor=COMET, why="It is off.")
    told = await builder.make(subscription(), SATURDAY, gaps=[why, elsewhere])
    assert told.gaps == (why, Gap(vendor=KIT, why="Its calls of this day were not read yet."))


async def test_only_the_vendors_that_were_wished_for_are_told(setup: BuilderSetup) -> None:
    for vendor in Vendor:
        setup.put(vendor, 0, calls=5)
    told = await setup.make(vendors=frozenset({COMET}))
    assert (set(told.vendors), told.gaps) == ({COMET}, ())


async def test_a_vendor_that_is_off_is_no_gap(setup: BuilderSetup) -> None:
    setup.vendors = (STREAM,)
    setup.put(STREAM, 0, calls=5)
    assert (await setup.make()).gaps == ()


async def test_the_trend_is_a_fortnight_with_its_gaps_oldest_first(setup: BuilderSetup) -> None:
    setup.put(STREAM, 0, calls=5)
    setup.put(STREAM, TREND_DAYS - 1, calls=7)
    setup.put(STREAM, TREND_DAYS, calls=9)
    trend = (await setup.make()).trend
    assert [day.day for day in trend] == [FRIDAY - n * DAY for n in reversed(range(TREND_DAYS))]
    assert (trend[0].vendors, trend[1].vendors) == ({STREAM: Tally(calls=7)}, {})


async def test_the_trend_is_in_the_days_of_the_subscriptions_zone(setup: BuilderSetup) -> None:
    zone = "Australia/Lord_Howe"
    setup.numbers.put(STREAM, FRIDAY, Tally(calls=3), zone)
    setup.numbers.put(STREAM, FRIDAY, Tally(calls=8))
    assert (await setup.make(zone=zone)).vendors == {STREAM: Tally(calls=3)}
    assert (await setup.make()).vendors == {STREAM: Tally(calls=8)}


async def test_a_strange_day_is_named(setup: BuilderSetup) -> None:
    for back in range(1, 29):
        setup.put(STREAM, back, calls=100)
    setup.put(STREAM, 0, calls=300)
    ((vendor, what, day, value, usual),) = [
        (unusual.vendor, unusual.what, unusual.day, unusual.value, unusual.usual)
        for unusual in (await setup.make()).unusual
    ]
    assert (vendor, what, day, value, usual) == (STREAM, "calls", FRIDAY, 300, 100)


async def test_a_week_is_seven_days_against_the_seven_before(setup: BuilderSetup) -> None:
    for back in range(-2, 12):
        setup.put(STREAM, back, calls=10 if back < 5 else 7, peak_people=back + 3)
    told = await setup.make(MONDAY, rhythm=Rhythm.WEEKLY)
    assert (told.day, told.last_day) == (date(2026, 11, 16), date(2026, 11, 22))
    assert told.vendors == {STREAM: Tally(calls=70, peak_people=7)}
    assert told.before == {STREAM: Tally(calls=49, peak_people=14)}
    assert told.usual is None
    assert setup.rows.asked == [Stretch(utc(16, 0), utc(23, 0))]


async def test_a_strange_day_within_a_week_is_named_by_its_day(setup: BuilderSetup) -> None:
    for back in range(-2, 33):
        setup.put(STREAM, back, calls=900 if back == 1 else 100)
    told = await setup.make(MONDAY, rhythm=Rhythm.WEEKLY)
    assert [(unusual.day, unusual.value) for unusual in told.unusual] == [(FRIDAY - DAY, 900)]


async def test_a_week_with_a_day_missing_has_no_sum_and_says_how_many(setup: BuilderSetup) -> None:
    for back in range(-2, 5):
        if back != 3:
            setup.put(STREAM, back, calls=10)
    told = await setup.make(MONDAY, rhythm=Rhythm.WEEKLY, vendors=frozenset({STREAM}))
    assert told.vendors == {}
    (gap,) = told.gaps
    assert gap.why == "Its calls were not read yet on 1 of these 7 days."


async def test_costs_are_told_where_a_price_is_and_the_minutes_are_known(
    setup: BuilderSetup,
) -> None:
    setup.prices = Prices({STREAM: 0.004, KIT: 0.002}, "EUR")
    setup.put(STREAM, 0, person_seconds=6_000)
    setup.put(KIT, 0, seconds=6_000)
    setup.put(COMET, 0, person_seconds=6_000)
    (cost,) = (await setup.make()).costs
    assert (cost.vendor, cost.minutes, cost.currency) == (STREAM, 100, "EUR")
    assert cost.amount == pytest.approx(0.4)


async def test_moderation_what_waits_and_the_end_of_the_record_are_told(
    setup: BuilderSetup,
) -> None:
    setup.rows.done = Acts(by_verb={"kick": {}}, refused=2)
    one = Waiting(kind="case", case=7, words="not confirmed", since=utc(20))
    setup.rows.waits = [one] * (MOST_WAITING + 5)
    told = await setup.make()
    assert told.acts == setup.rows.done
    assert (told.waiting, told.more_waiting) == ((one,) * MOST_WAITING, True)
    assert told.head == (7, "ab" * 32)
    assert setup.rows.asked == [Stretch(utc(20, 0), utc(21, 0))]


async def test_what_is_said_about_its_sending_is_passed_on(setup: BuilderSetup) -> None:
    builder = DigestBuilder(setup.numbers, setup.rows, Head(), ManualClock(), ())
    differs = Difference(vendor=STREAM, what="calls", day=FRIDAY, counted=1, reported=2)
    told = await builder.make(
        subscription(),
        SATURDAY,
        differences=[differs],
        late_since=utc(21),
        folded=[FRIDAY - timedelta(days=1)],
    )
    assert (told.differences, told.late_since) == ((differs,), utc(21))
    assert (told.folded, told.made_at) == ((FRIDAY - DAY,), ManualClock().now())


async def test_ten_that_wait_are_all_that_wait(setup: BuilderSetup) -> None:
    one = Waiting(kind="asked", case=7, words="Kick Ann: Room", since=utc(20))
    setup.rows.waits = [one] * MOST_WAITING
    told = await setup.make()
    assert (len(told.waiting), told.more_waiting) == (MOST_WAITING, False)


@pytest.mark.parametrize(("rhythm", "day"), [("daily", SATURDAY), ("weekly", MONDAY)])
async def test_a_vendor_known_for_less_than_three_weeks_is_not_judged(
    setup: BuilderSetup, rhythm: str, day: date
) -> None:
    last = (FRIDAY - (day - DAY)).days
    for back in range(last, last + 22):
        setup.put(STREAM, back, calls=1)
        if back < last + 21:
            setup.put(KIT, back, calls=1)
    told = await setup.make(day, rhythm=Rhythm(rhythm))
    assert told.unjudged == (KIT,)
