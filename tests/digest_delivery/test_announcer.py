"""What a round tells beside digests: once, later where Slack is busy, nothing untrue."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.digest_delivery.announcer import LONGEST_PAUSE
from bot.digest_delivery.dispatcher import SendResult
from bot.digests.announcements import Announcement, AnnouncementKind
from bot.digests.digest import Digest
from bot.digests.subscription import Posting, Subscription
from bot.errors import DeliveryDeferred, DeliveryImpossible
from tests.digest_delivery.delivery import SATURDAY, Watch, utc
from tests.fakes.clock import ManualClock
from tests.fakes.digests import OWNER, Channel, subscription


@pytest.fixture
def watch() -> Watch:
    return Watch(ManualClock(utc(21, 8)), subscription())


def introduction(watch: Watch) -> Announcement:
    """What the channel is owed of the one digest there is."""
    (one,) = watch.rows.subs
    return Announcement(
        key="set_up:1",
        about=AnnouncementKind.SET_UP,
        subscription=one,
        by=OWNER.user,
        since=utc(21, 8),
    )


async def test_an_owner_whom_slack_does_not_let_us_tell_is_told_later_and_once(
    watch: Watch,
) -> None:
    """Also by another worker: it is a row."""
    watch.channel.fails = [DeliveryImpossible("is_archived")]
    watch.channel.owner_fails = [DeliveryDeferred(1), DeliveryDeferred(90)]
    await watch.go_at(utc(21))
    await watch.worker("two").send_due()
    assert watch.channel.told == []
    await watch.go_at(utc(21, 9, 1))
    await watch.go_at(utc(21, 9, 2))
    assert watch.channel.told == []
    for minute in (3, 4, 5):
        await watch.go_at(utc(21, 9, minute))
    assert watch.channel.told == [(1, "is_archived")]


async def test_one_that_was_changed_meanwhile_is_not_paused(watch: Watch) -> None:
    """What somebody just did counts more than that an earlier attempt failed."""
    (one,) = watch.rows.subs
    stopped = one.model_copy(update={"stopped": True})

    class Archived(Channel):
        async def post(self, posting: Posting, digest: Digest) -> str:
            del posting, digest
            watch.rows.put(stopped)  # meanwhile
            raise DeliveryImpossible("is_archived")

    channel = Archived()
    watch.stand_at(utc(21))
    await replace(watch.dispatcher, poster=channel).send_due()
    assert watch.rows.subs == [stopped]
    assert channel.told == []
    watch.rows.put(one)
    assert await replace(watch.dispatcher, poster=channel).send(one, SATURDAY) is SendResult.LATER


async def test_an_owner_is_told_once_of_a_zone_that_is_not_known_here(watch: Watch) -> None:
    """However often the bell rings meanwhile; one that is paused already is left alone."""
    (one,) = watch.rows.subs
    kept = one.model_dump_json().replace("Etc/UTC", "Mars/Olympus")
    watch.rows.subs[:] = [Subscription.model_validate_json(kept)]
    for minute in range(3):
        await watch.go_at(utc(21, 9, minute))
    assert watch.channel.told == [(1, "There is no time zone Mars/Olympus here.")]


async def test_a_slack_that_hangs_over_words_holds_up_no_digest(watch: Watch) -> None:
    posted = asyncio.Event()

    class Hanging(Channel):
        async def post(self, posting: Posting, digest: Digest) -> str:
            posted.set()
            return await super().post(posting, digest)

        async def announce(self, announcement: Announcement, now: datetime) -> None:
            await posted.wait()
            await super().announce(announcement, now)

    channel = Hanging()
    watch.rows.owed.append(introduction(watch))
    watch.stand_at(utc(21))
    async with asyncio.timeout(30):
        await replace(watch.dispatcher, poster=channel).send_due()
    assert (len(channel.days), len(channel.told)) == (1, 1)


async def test_the_pauses_grow_to_an_hour_and_what_is_lost_is_given_up(watch: Watch) -> None:
    watch.rows.owed.append(introduction(watch))
    watch.channel.owner_fails = [DeliveryDeferred(1)] * 14
    pauses = []
    for _ in range(14):
        assert [
            undelivered.lost for undelivered in await watch.dispatcher.announcer.announce_due()
        ] == [False]
        pauses.append(watch.rows.not_before["set_up:1"] - watch.clock.now())
        watch.stand_at(watch.rows.not_before["set_up:1"])
    assert pauses[:3] == [timedelta(seconds=2**n) for n in (1, 2, 3)]
    assert pauses[-1] == LONGEST_PAUSE
    watch.channel.owner_fails = [DeliveryImpossible("The channel is archived.")]
    (untold,) = await watch.dispatcher.announcer.announce_due()
    assert (untold.why, untold.lost) == ("The channel is archived.", True)
    watch.clock.advance(86_400)
    assert await watch.dispatcher.announcer.announce_due() == []
