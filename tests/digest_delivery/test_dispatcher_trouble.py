"""What fails for one digest costs no other: channels, owners, vendors, the database."""

from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from bot.calls.models import Vendor
from bot.digest_delivery.dispatcher import LATEST, LEASE
from bot.digests.digest import Difference, Gap
from bot.digests.subscription import Subscription
from bot.errors import ClaimLost, DeliveryDeferred, DeliveryImpossible, MessageRefused, StoreError
from bot.scheduler.scheduler import guarded
from tests.digest_delivery.delivery import FRIDAY, SATURDAY, SUNDAY, Watch, utc


async def test_a_channel_that_is_gone_pauses_it_and_its_owner_is_told_why(watch: Watch) -> None:
    watch.channel.fails = [DeliveryImpossible("Slack answered is_archived")]
    assert await watch.go_at(utc(21)) == []
    assert watch.channel.told == [(1, "Slack answered is_archived")]
    (one,) = watch.rows.subs
    assert (one.paused_until, one.why) == (date.max, "Slack answered is_archived")
    assert one.next_day(watch.clock.now()) is None
    assert await watch.go_at(utc(22)) == []
    assert watch.channel.attempts == 1


async def test_a_digest_that_is_refused_for_what_it_is_leaves_older_days_to_the_next_one(
    watch: Watch,
) -> None:
    await watch.go_at(utc(21, 9) + LATEST + timedelta(minutes=1))
    watch.channel.fails = [MessageRefused("msg_too_long")]
    assert await watch.go_at(utc(22)) == []
    assert await watch.go_at(utc(23)) == [SUNDAY + timedelta(days=1)]
    ((posting, _),) = watch.channel.messages["C-1"]
    assert posting.folded == (SATURDAY,)


@pytest.mark.parametrize("trouble", [DeliveryDeferred(1), DeliveryImpossible("account_inactive")])
async def test_an_owner_who_cannot_be_told_changes_nothing(
    watch: Watch, trouble: Exception
) -> None:
    watch.channel.fails, watch.channel.owner_fails = [DeliveryImpossible("is_archived")], [trouble]
    await watch.go_at(utc(21))
    assert watch.rows.subs[0].why == "is_archived"


async def test_a_worker_that_slept_right_before_posting_leaves_it_to_the_next_ring(
    watch: Watch,
) -> None:
    watch.channel.fails = [ClaimLost("It was held for too long.")]
    assert await watch.go_at(utc(21, 9)) == []
    assert await watch.go_at(utc(21, 9, 6)) == [SATURDAY]


async def test_that_a_digest_was_posted_is_written_down_as_soon_as_the_database_takes_it(
    watch: Watch,
) -> None:
    watch.stand_at(utc(21, 9))
    watch.rows.fails_in = 4
    with capture_logs() as logs:
        await watch.dispatcher.send_due()
    assert [line["event"] for line in logs] == ["write postponed"]
    assert watch.rows.rows[1, SATURDAY].done
    assert watch.channel.days == [("C-1", SATURDAY)]


@pytest.mark.parametrize("call", [1, 2, 3])
async def test_a_database_that_fails_once_costs_a_minute(watch: Watch, call: int) -> None:
    watch.stand_at(utc(21, 9))
    watch.rows.fails_in = call
    with capture_logs() as logs:
        await guarded("digests", watch.dispatcher.send_due)
    assert [line["problem"] for line in logs] == ["The database does not answer."]
    assert await watch.go_at(utc(21, 9, 1)) == [SATURDAY]
    assert watch.rows.rows[1, SATURDAY].done


@pytest.mark.parametrize("trouble", [StoreError("gone"), KeyError("No/Where"), RuntimeError("?")])
async def test_one_that_fails_does_not_hold_up_the_others(watch: Watch, trouble: Exception) -> None:
    (one,) = watch.rows.subs
    watch.rows.subs.append(
        one.model_copy(update={"id": 2, "wish": one.wish.model_copy(update={"channel": "C-2"})})
    )
    watch.news.trouble = [trouble]
    with capture_logs() as logs:
        await watch.go_at(utc(21, 9))
    assert watch.channel.days == [("C-2", SATURDAY)]
    assert [line["job"] for line in logs] == ["digest of subscription 1"]
    await watch.go_at(utc(21, 9, 1))
    assert sorted(watch.channel.days) == [("C-1", SATURDAY), ("C-2", SATURDAY)]


async def test_a_row_whose_zone_is_not_known_here_is_paused_and_does_not_stop_the_others(
    watch: Watch,
) -> None:
    (one,) = watch.rows.subs
    kept = one.model_dump_json().replace("Etc/UTC", "Mars/Olympus").replace("C-1", "C-OLD")
    old = Subscription.model_validate_json(kept).model_copy(update={"id": 2})
    watch.rows.subs.insert(0, old)
    await watch.go_at(utc(21))
    assert watch.channel.days == [("C-1", SATURDAY)]
    assert watch.channel.told == [(2, "There is no time zone Mars/Olympus here.")]
    assert watch.rows.subs[0].paused_until == date.max


async def test_a_worker_that_is_to_stop_begins_no_further_digest(watch: Watch) -> None:
    watch.dispatcher.closing.set()
    assert await watch.go_at(utc(21)) == []


async def test_what_a_vendor_did_not_tell_is_marked_and_the_digest_still_goes_out(
    watch: Watch,
) -> None:
    gap = Gap(vendor=Vendor.STREAM, why="It answered half its pages.")
    differs = Difference(vendor=Vendor.STREAM, what="calls", day=FRIDAY, counted=90, reported=100)
    watch.news.gaps, watch.news.differences = (gap,), (differs,)
    await watch.go_at(utc(21))
    ((_, digest),) = watch.channel.messages["C-1"]
    assert digest.gaps[0] == gap
    assert {item.vendor for item in digest.gaps} == set(Vendor)
    assert digest.differences == (differs,)


async def test_a_claim_lost_before_it_was_marked_is_said_in_the_log(watch: Watch) -> None:
    watch.stand_at(utc(21))
    (one,) = watch.rows.subs
    posting = await watch.rows.claim_posting(one, SATURDAY, owner="one", lease=LEASE)
    assert posting is not None
    watch.rows.rows[1, SATURDAY].token += 1
    with capture_logs() as logs:
        await watch.dispatcher._mark(posting, "1.0", [])
    assert [line["event"] for line in logs] == ["digest taken over"]
