"""What came of a case is told, whatever Slack says to that."""

from bot.calls.cases import NoticeKind
from bot.calls.outcomes import State
from bot.calls.verbs import Block, Kick
from bot.errors import (
    ChannelUnavailable,
    DeliveryDeferred,
    DeliveryImpossible,
)
from tests.fakes.clock import ManualClock
from tests.moderation.harness import Harness


async def test_a_message_slack_has_no_time_for_is_sent_later(
    harness: Harness, clock: ManualClock
) -> None:
    harness.wall.troubles = [DeliveryDeferred(30.0)]
    await harness.service.request(harness.order(Block(), "ann"))
    await harness.done()
    assert harness.wall.shown == []
    clock.advance(31)
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown == [(NoticeKind.LINE, 1, State.CONFIRMED)]


async def test_a_line_that_surely_was_not_posted_counts_as_not_tried_and_one_in_doubt_does(
    harness: Harness, clock: ManualClock
) -> None:
    harness.wall.troubles = [
        DeliveryDeferred(30.0),
        DeliveryDeferred(30.0, doubtful=True),
        DeliveryDeferred(30.0, posted="ts-known"),
    ]
    await harness.service.request(harness.order(Block(), "ann"))
    for _ in range(4):
        await harness.done()
        clock.advance(31)
        harness.executor.wake()
    await harness.done()
    tried = [(notice.attempt, notice.posted) for notice in harness.wall.notices]
    assert tried == [(1, None), (1, None), (2, None), (3, "ts-known")]


async def test_admins_are_told_once_that_the_channel_takes_no_lines(
    harness: Harness, clock: ManualClock
) -> None:
    harness.wall.troubles = [ChannelUnavailable("is_archived"), ChannelUnavailable("no_permission")]
    await harness.service.request(harness.order(Block(), "ann"))
    await harness.done()
    clock.advance(3600)
    harness.executor.wake()
    await harness.done()
    assert harness.wall.alerts == [("C-LINE", "is_archived")]
    assert harness.wall.shown == []
    clock.advance(3600)
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown == [(NoticeKind.LINE, 1, State.CONFIRMED)]


async def test_a_message_that_can_never_be_sent_is_given_up(harness: Harness) -> None:
    harness.wall.troubles = [DeliveryImpossible("archived")]
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown == []
