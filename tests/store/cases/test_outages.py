"""A channel that cannot be posted to: its lines are kept, tried once an hour, and come in order."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.calls.cases import Notice, NoticeKind
from bot.calls.models import Vendor
from bot.store import SqlStore, open_store
from tests.fakes.clock import ManualClock
from tests.store.ageing import time_passing
from tests.store.orders import DONE, MINUTE, order

HOUR = timedelta(hours=1)


async def lines(store: SqlStore) -> Sequence[Notice]:
    return await store.due_notices(owner="n", limit=10, lease=MINUTE, kind=NoticeKind.LINE)


async def asked(store: SqlStore, number: int, start: int = 0) -> None:
    for each in range(start, start + number):
        await store.accept(order(f"k{each}", person=f"p{each}"))


async def refused(store: SqlStore, error: str = "is_archived") -> bool:
    """The next line is taken up, and Slack refuses it."""
    (line,) = await lines(store)
    return await store.keep_line(line, error)


async def test_after_a_refusal_one_line_an_hour_is_tried_until_one_arrives(
    store: SqlStore, clock: ManualClock
) -> None:
    await asked(store, 1)
    assert await refused(store), "the outage begins"
    clock.advance(1)
    await asked(store, 3, start=1)
    assert await lines(store) == []
    clock.advance(HOUR.total_seconds() - 2)
    assert await lines(store) == []
    clock.advance(1)
    (tried,) = await lines(store)
    assert (tried.key, tried.attempt) == ("line:1", 1), "nothing has to be looked for"
    assert not await store.keep_line(tried, "channel_not_found"), "it is told once"
    (outage,) = await store.outages()
    assert (outage.channel, outage.error, outage.kept) == ("C-LINE", "channel_not_found", 4)
    assert clock.now() - outage.began_at == HOUR
    clock.advance(HOUR.total_seconds())
    (tried,) = await lines(store)
    await store.mark_shown(tried, posted="1.0")
    assert await store.outages() == []
    assert [line.key for line in await lines(store)] == ["line:2", "line:3", "line:4"]
    assert (await store.backlog()).outages == 0


async def test_kept_lines_come_as_they_were_asked_whichever_case_ended_first(
    store: SqlStore, clock: ManualClock
) -> None:
    await asked(store, 1)
    await refused(store)
    for number in range(1, 4):
        clock.advance(1)
        await asked(store, 1, start=number)
    claims = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
    for claim in reversed(claims):
        clock.advance(1)
        assert await store.finish(claim, [DONE])
    assert (await store.backlog()).outages == 1
    clock.advance(HOUR.total_seconds())
    told = list(await lines(store))
    await store.mark_shown(told[0], posted="1.0")
    for _ in range(3):
        (line,) = await store.due_notices(owner="n", limit=1, lease=MINUTE, kind=NoticeKind.LINE)
        await store.mark_shown(line, posted="1.0")
        told.append(line)
    assert [notice.case for notice in told] == [1, 2, 3, 4]
    assert {notice.version for notice in told} == {2}


async def test_only_one_process_tries_and_another_does_where_it_dies(
    store: SqlStore, clock: ManualClock
) -> None:
    await asked(store, 2)
    line, other = await lines(store)
    assert [await store.keep_line(notice, "no_permission") for notice in (line, other)] == [
        True,
        False,
    ]
    clock.advance(HOUR.total_seconds())
    assert len(await lines(store)) == 1
    assert await lines(store) == []
    await store.release("n")
    clock.advance(61)
    assert len(await lines(store)) == 1, "who tried never came back"


async def test_answers_in_private_go_on(store: SqlStore, clock: ManualClock) -> None:
    await store.accept(order("k0", reply_url="https://hooks.slack.test/1"))
    await refused(store)
    clock.advance(2)
    assert (
        len(await store.due_notices(owner="n", limit=10, lease=MINUTE, kind=NoticeKind.ANSWER)) == 1
    )


async def test_a_clock_set_back_does_not_put_off_the_next_try(
    store: SqlStore, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=2).total_seconds())
    await asked(store, 1)
    await refused(store)
    clock.advance(-timedelta(days=1).total_seconds())
    await asked(store, 1, start=1)
    assert [line.key for line in await lines(store)] == ["line:2"]


async def test_what_another_has_taken_over_is_left_to_it(
    store: SqlStore, clock: ManualClock
) -> None:
    await asked(store, 1)
    (old,) = await lines(store)
    await store.release("n")
    (new,) = await lines(store)
    await store.keep_line(old, "is_archived")
    await store.mark_shown(new, posted="1.0")
    assert await store.outages() == []
    clock.advance(HOUR.total_seconds())
    assert await lines(store) == []


async def test_lines_are_given_up_after_thirty_days(store: SqlStore, clock: ManualClock) -> None:
    await asked(store, 2)
    for line in await lines(store):
        await store.keep_line(line, "is_archived")
    clock.advance(timedelta(days=29).total_seconds())
    await asked(store, 1, start=2)
    await refused(store)
    assert (await store.outages())[0].kept == 3
    clock.advance(timedelta(days=1).total_seconds())
    (line,) = await lines(store)
    await store.keep_line(line, "is_archived")
    (outage,) = await store.outages()
    assert outage.kept == 1


@pytest.mark.parametrize(
    ("channel", "place", "outages"), [("C-LINE", "C-LINE", 1), ("C-NEW", "C-NEW", 0), (None, "", 1)]
)
async def test_a_start_tries_at_once_and_takes_kept_lines_to_the_channel_that_is_set_now(
    database_url: str, clock: ManualClock, channel: str | None, place: str, outages: int
) -> None:
    async with open_store(database_url, clock, line_channel="C-LINE", timeout_s=60) as store:
        await asked(store, 2)
        line, shown = await lines(store)
        await store.mark_shown(shown, posted="1.0")
        await store.keep_line(line, "is_archived")
    async with open_store(database_url, clock, line_channel=channel, timeout_s=60) as store:
        assert len(await store.outages()) == outages
        (line,) = await lines(store)
        assert (line.key, line.place) == ("line:1", place or "C-LINE")


async def test_no_more_is_taken_up_than_there_is_room_for(
    database_url: str, clock: ManualClock
) -> None:
    """Lines of a start before may be due for another channel, and both be closed."""
    with time_passing(clock, database_url):
        for channel in ("C-OLD", "C-NEW"):
            async with open_store(database_url, clock, line_channel=channel, timeout_s=60) as store:
                await store.accept(order(channel, person=channel))
                await store.accept(order(f"2{channel}", person=f"2{channel}"))
        async with open_store(database_url, clock, line_channel="C-NEW", timeout_s=60) as store:
            for line in await lines(store):
                await store.keep_line(line, "is_archived")
            assert len(await store.outages()) == 2
            clock.advance(HOUR.total_seconds())
            for left in (1, 1, 0):
                due = await store.due_notices(
                    owner="n", limit=1, lease=MINUTE, kind=NoticeKind.LINE
                )
                assert len(due) == left


async def test_whose_lease_ran_out_begins_no_outage(store: SqlStore) -> None:
    """Somebody else has the line meanwhile, and may have brought it where it belongs."""
    await asked(store, 1)
    (old,) = await lines(store)
    await store.release("n")
    (new,) = await lines(store)
    await store.mark_shown(new, posted="1.0")
    assert not await store.keep_line(old, "is_archived")
    assert await store.outages() == []
