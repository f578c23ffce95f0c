"""Past calls are kept once and corrected by what comes later; their sums are the calls' own."""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.calls.models import Vendor
from bot.errors import StoreError
from bot.store import SqlStore, open_store
from bot.store.usage.rows import MOST_OF_A_TITLE
from bot.usage.days import DAY, Stretch, local_day
from bot.usage.quarters import QUARTER
from bot.usage.records import CallRecord, Ending, Recorded
from bot.usage.tally import Tally, total
from tests.fakes.clock import ManualClock
from tests.usage.quarters import quarters
from tests.usage.records import START, counted, records

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = Stretch(AT - 12 * 4 * QUARTER, AT + 12 * 4 * QUARTER)
"""The UTC day around `AT`."""

LATER = AT + 3 * DAY
STREAM, CHAT = Vendor.STREAM, Vendor.COMETCHAT


def call(run: str = "r", **said: Any) -> CallRecord:
    """An hour from twelve on."""
    told = {
        "vendor": STREAM,
        "id": "default:lobby",
        "run": run,
        "title": "Lobby",
        "started_at": AT,
        "ended_at": AT + 4 * QUARTER,
    }
    return CallRecord.model_validate(told | said)


async def one_sum(store: SqlStore, stretch: Stretch, vendor: Vendor = STREAM) -> Tally | None:
    (found,) = await store.sums([stretch], [vendor])
    return found.get(vendor)


async def test_what_was_kept_is_summed(store: SqlStore) -> None:
    told = call(
        people=5,
        peak=3,
        person_seconds=7201,
        audio_seconds=5000,
        recordings=(Recorded(started_at=AT, seconds=1200, failed=False),),
        streams=1,
        ending=Ending.ANSWERED,
    )
    await store.keep_calls(STREAM, TODAY, [told], now=LATER)
    assert await one_sum(store, TODAY) == Tally(
        calls=1,
        seconds=3600,
        person_seconds=7201,
        audio_seconds=5000,
        people=5,
        peak_calls=1,
        peak_people=3,
        longest=3600,
        longest_title="Lobby",
        recordings=1,
        recorded_seconds=1200,
        recordings_failed=0,
        streams=1,
        unanswered=0,
        failed=0,
    )


async def test_a_vendor_is_left_out_unless_it_was_read_throughout(store: SqlStore) -> None:
    half = Stretch(TODAY.start, AT)
    await store.keep_calls(STREAM, half, [call()], now=LATER)
    assert await store.sums([half, TODAY], list(Vendor)) == [{STREAM: Tally()}, {}]
    await store.keep_calls(STREAM, Stretch(AT, TODAY.end), [call()], now=LATER)
    assert (await one_sum(store, TODAY)) is not None
    assert await store.sums([], [STREAM]) == []
    assert await store.sums([TODAY], []) == [{}]


async def test_nothing_read_is_told_from_nothing_there(store: SqlStore) -> None:
    await store.keep_calls(STREAM, TODAY, [], now=LATER)
    assert await store.sums([TODAY], [STREAM, CHAT]) == [{STREAM: Tally()}]


async def test_what_is_still_to_come_is_not_read(store: SqlStore) -> None:
    now = AT + timedelta(minutes=20)
    await store.keep_calls(STREAM, TODAY, [], now=now)
    assert await one_sum(store, TODAY) is None
    assert await one_sum(store, Stretch(TODAY.start, AT + QUARTER)) == Tally()
    assert await store.unread(STREAM, TODAY) == [TODAY]
    await store.keep_calls(STREAM, Stretch(LATER, LATER + DAY), [], now=AT)
    assert await store.unread(STREAM, Stretch(LATER, LATER + QUARTER)) != []


async def test_whole_days_that_were_not_read_are_told_one_by_one(store: SqlStore) -> None:
    days = [Stretch(TODAY.start + n * DAY, TODAY.end + n * DAY) for n in range(4)]
    everything = Stretch(days[0].start + QUARTER, days[3].end - QUARTER)
    now = days[3].end
    assert await store.unread(STREAM, everything) == days
    await store.keep_calls(STREAM, days[1], [], now=now)
    await store.keep_calls(CHAT, days[0], [], now=now)
    assert await store.unread(STREAM, everything) == [days[0], *days[2:]]
    await store.keep_calls(STREAM, Stretch(days[2].start, days[3].end), [], now=now)
    assert await store.unread(STREAM, everything) == days[:1]


async def test_parts_of_a_day_make_a_day_only_where_they_meet(store: SqlStore) -> None:
    morning = Stretch(TODAY.start, AT - QUARTER)
    evening = Stretch(AT, TODAY.end)
    await store.keep_calls(STREAM, morning, [], now=LATER)
    await store.keep_calls(STREAM, evening, [], now=LATER)
    assert await store.unread(STREAM, TODAY) == [TODAY]
    await store.keep_calls(STREAM, Stretch(TODAY.start, AT), [], now=LATER)
    assert await store.unread(STREAM, TODAY) == []


async def test_late_numbers_correct_the_past(store: SqlStore) -> None:
    await store.keep_calls(STREAM, TODAY, [call(), call("gone")], now=LATER)
    better = call(ended_at=AT + QUARTER, title="Better", person_seconds=900)
    await store.keep_calls(STREAM, TODAY, [better], now=LATER)
    assert await one_sum(store, TODAY) == Tally(
        calls=1,
        seconds=900,
        person_seconds=900,
        peak_calls=1,
        longest=900,
        longest_title="Better",
    )


async def test_keeping_the_same_again_changes_nothing(store: SqlStore) -> None:
    told = [call(), call("2", recordings=(), ending=Ending.FAILED), call("3", ended_at=None)]
    await store.keep_calls(STREAM, TODAY, told, now=TODAY.end)
    once = await one_sum(store, TODAY)
    await store.keep_calls(STREAM, TODAY, [*told, *told], now=TODAY.end)
    assert await one_sum(store, TODAY) == once == total(quarters(told, TODAY.end).values())


async def test_calls_that_came_again_as_they_were_are_not_written_again(store: SqlStore) -> None:
    told = [call(recordings=(Recorded(started_at=AT, seconds=60),)), call("2", ended_at=None)]
    await store.keep_calls(STREAM, TODAY, told, now=LATER)
    said: list[str] = []
    event.listen(
        store._database.writing,
        "before_cursor_execute",
        lambda _, __, sql, ___, ____, _____: said.append(sql),
    )
    await store.keep_calls(STREAM, TODAY, told, now=LATER)
    written = {sql.split()[2] for sql in said if sql.split()[0] in {"INSERT", "DELETE"}}
    assert written == {"usage_read"}


async def test_a_day_that_a_zone_skipped_has_nothing_in_it(store: SqlStore) -> None:
    await store.keep_calls(STREAM, TODAY, [call()], now=LATER)
    assert await store.sums([Stretch(AT, AT)], [STREAM, CHAT]) == [{STREAM: Tally()}]


async def test_other_vendors_are_left_alone(store: SqlStore) -> None:
    await store.keep_calls(CHAT, TODAY, [call(vendor=CHAT)], now=LATER)
    await store.keep_calls(STREAM, TODAY, [], now=LATER)
    assert (await store.sums([TODAY], list(Vendor)))[0][CHAT].calls == 1
    with pytest.raises(StoreError, match="cannot be written"):
        await store.keep_calls(STREAM, TODAY, [call(vendor=CHAT)], now=LATER)


async def test_a_run_that_began_long_before_keeps_its_other_quarters(store: SqlStore) -> None:
    began = TODAY.start - 40 * DAY
    long = call("long", started_at=began, ended_at=None, person_seconds=1_000_000)
    whole = Stretch(began, TODAY.end)
    await store.keep_calls(STREAM, whole, [long, call()], now=TODAY.end)
    longer = long.model_copy(update={"ended_at": TODAY.end - QUARTER, "person_seconds": 999_999})
    await store.keep_calls(STREAM, TODAY, [longer], now=LATER)
    found = await one_sum(store, whole)
    assert found is not None
    assert (found.calls, found.person_seconds) == (1, 999_999)
    assert found.seconds == (longer.end(LATER) - began) // timedelta(seconds=1)
    await store.keep_calls(STREAM, TODAY, [longer, call()], now=LATER)
    again = await one_sum(store, whole)
    assert again == total(found for _, found in sorted(quarters([longer, call()], LATER).items()))


async def test_a_call_last_seen_running_stays_as_it_was_seen(store: SqlStore) -> None:
    await store.keep_calls(STREAM, Stretch(TODAY.start, AT + QUARTER), [call()], now=AT + QUARTER)
    running = call(ended_at=None)
    await store.keep_calls(STREAM, Stretch(TODAY.start, AT + QUARTER), [running], now=AT + QUARTER)
    await store.keep_calls(STREAM, Stretch(AT + QUARTER, TODAY.end), [], now=LATER)
    found = await one_sum(store, TODAY)
    assert found is not None
    assert (found.calls, found.seconds) == (1, 900)


async def test_a_call_is_not_replaced_by_a_stretch_that_it_only_meets(store: SqlStore) -> None:
    await store.keep_calls(STREAM, TODAY, [call(started_at=AT - QUARTER, ended_at=AT)], now=LATER)
    await store.keep_calls(STREAM, Stretch(AT, TODAY.end), [], now=LATER)
    assert (await one_sum(store, TODAY)) == Tally(
        calls=1, seconds=900, peak_calls=1, longest=900, longest_title="Lobby"
    )
    nobody = call("n", ending=Ending.UNANSWERED)
    await store.keep_calls(STREAM, TODAY, [nobody], now=LATER)
    await store.keep_calls(STREAM, Stretch(AT, AT + QUARTER), [], now=LATER)
    assert (await one_sum(store, TODAY)) == Tally()


async def test_what_no_database_holds_is_kept_as_far_as_it_can_be(store: SqlStore) -> None:
    files = (Recorded(started_at=AT, seconds=10**17), Recorded(started_at=AT, seconds=None))
    odd = call("nul\0\ud800", title="a\0b\ud800", person_seconds=10**30, people=-4)
    odd = odd.model_copy(update={"recordings": files})
    ancient = call("old", started_at=datetime(1970, 1, 1, tzinfo=UTC), ended_at=AT)
    await store.keep_calls(STREAM, TODAY, [odd, ancient], now=LATER)
    found = await one_sum(store, TODAY)
    assert found is not None
    assert (found.calls, found.longest_title, found.people) == (1, "ab?", 0)


async def test_a_title_of_any_length_is_kept_as_far_as_anybody_reads_it(store: SqlStore) -> None:
    """PostgreSQL takes no more than 2,700 bytes beside a key."""
    dice = random.Random(7)
    long = "".join(chr(0x4E00 + dice.getrandbits(14)) for _ in range(20_000))
    await store.keep_calls(STREAM, TODAY, [call(title=long)], now=LATER)
    found = await one_sum(store, TODAY)
    assert found is not None
    assert found.longest_title == long[:MOST_OF_A_TITLE]


async def test_a_full_day_is_kept_in_one_go(store: SqlStore) -> None:
    told = [
        call(f"{n}", started_at=TODAY.start + timedelta(seconds=40 * n), people=1)
        for n in range(1500)
    ]
    await store.keep_calls(STREAM, TODAY, told, now=LATER)
    await store.keep_calls(STREAM, TODAY, told[::2], now=LATER)
    found = await one_sum(store, TODAY)
    assert found is not None
    assert (found.calls, found.people, found.peak_calls) == (750, 750, 585)


ZONES = [ZoneInfo(name) for name in ("Europe/London", "Asia/Kathmandu", "America/New_York")]
DAYS = [date(2026, 10, 23) + n * DAY for n in range(3)]
EVERYTHING = Stretch(START - timedelta(hours=58), START + timedelta(hours=38))
SOON = EVERYTHING.end
RUNS = st.sampled_from("abcdefgh")


@st.composite
def readings(draw: st.DrawFn) -> list[tuple[Stretch, list[CallRecord]]]:
    """Truths that replace one another, each read in random pieces, in any order."""
    told: list[tuple[Stretch, list[CallRecord]]] = []
    for _ in range(draw(st.integers(1, 2))):
        truth = {record.run: record for record in draw(st.lists(records(RUNS), max_size=6))}
        cuts = sorted(draw(st.sets(st.integers(1, 4 * 96 - 1), max_size=3)))
        edges = [EVERYTHING.start + cut * QUARTER for cut in (0, *cuts, 4 * 96)]
        pieces = [Stretch(*pair) for pair in pairwise(edges)]
        told += [
            (piece, [record for record in truth.values() if record.touches(piece, SOON)])
            for piece in draw(st.permutations(pieces))
        ]
    return told


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_random_readings_add_up_to_a_slow_recount(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    with asyncio.Runner() as runner:
        opening = open_store(url, ManualClock())
        store = runner.run(opening.__aenter__())
        try:

            @settings(deadline=None)
            @given(readings())
            def same(told: list[tuple[Stretch, list[CallRecord]]]) -> None:
                runner.run(store.keep_calls(STREAM, EVERYTHING, [], now=SOON))
                kept: dict[str, CallRecord] = {}
                for stretch, found in told:
                    runner.run(store.keep_calls(STREAM, stretch, found, now=SOON))
                    kept = {
                        run: one for run, one in kept.items() if not one.touches(stretch, SOON)
                    } | {record.run: record for record in found}
                for zone in ZONES:
                    days = [local_day(day, zone) for day in DAYS]
                    sums = runner.run(store.sums(days, [STREAM]))
                    for day, one in zip(days, sums, strict=True):
                        slow = counted(list(kept.values()), day, SOON)
                        assert {name: getattr(one[STREAM], name) for name in slow} == slow

            same()
        finally:
            runner.run(opening.__aexit__(None, None, None))
