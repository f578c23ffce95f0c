"""Asking those who may: what is said where nobody can be asked, and what a silent vendor proves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.background import BackgroundTasks
from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.asks import Ask, Asked
from bot.calls.outages import ChannelOutage
from bot.calls.verbs import Kick, Unblock
from bot.errors import (
    BadInput,
    ChannelUnavailable,
    DeliveryImpossible,
    NobodyAsked,
    UnknownCall,
    VendorTimeout,
)
from bot.moderation.asks import AskService
from bot.moderation.lease_consumer import Claimant
from bot.ports import AskPoster
from tests.fakes.clock import START, ManualClock
from tests.moderation.test_resolver import Table

VIC = Actor(user="UVIC", team="T1")


class Rows:
    """The orders that were refused, in memory; `gone` forgets one between two looks."""

    def __init__(self, *orders: Ask) -> None:
        self.orders = {order.id: order for order in orders}
        self.gone = False
        self.closed: list[ChannelOutage] = []
        self.told: list[str] = []
        self.later: list[datetime] = []

    async def refer(self, id_: str, actor: Actor) -> Asked | None:
        del actor
        if self.gone:
            return None
        return Asked(self.orders[id_], new=True)

    async def refused_order(self, id_: str) -> Ask | None:
        return self.orders.get(id_)

    async def due_asks(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Ask]:
        del owner, lease
        return [order for order in self.orders.values() if order.id not in self.told][:limit]

    async def finish_ask(self, ask: Ask) -> None:
        self.told.append(ask.id)

    async def postpone_ask(self, ask: Ask, until: datetime) -> None:
        self.told.append(ask.id)
        self.later.append(until)

    async def outages(self) -> Sequence[ChannelOutage]:
        return self.closed


class Lost:
    """A channel that is gone when it comes to posting, or cannot be posted to now."""

    channel = "C1"

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble or DeliveryImpossible("shared")

    async def post(self, ask: Ask) -> None:
        del ask
        raise self.trouble

    async def require_unshared(self) -> None:
        """It is the workspace's own."""


def order(table: Table) -> Ask:
    act = Act(verb=Kick(), call=table.room, title="Room", people=(Person(id="ann"),))
    return Ask(
        id="a1", act=act, actor=VIC, role="lead", holders=("ULEO",), why="No.", refused_at=START
    )


def asking(
    table: Table, rows: Rows, poster: AskPoster | None, tasks: BackgroundTasks
) -> AskService:
    return AskService(rows, poster, table.live_calls, Claimant(ManualClock(), tasks, "one"))


@pytest.fixture
def table() -> Table:
    return Table()


async def test_without_a_moderation_channel_nobody_is_asked(table: Table) -> None:
    tasks = BackgroundTasks()
    asked = asking(table, Rows(order(table)), None, tasks)
    with pytest.raises(NobodyAsked, match="no moderation channel"):
        await asked.ask("a1", VIC)
    asked.wake()
    assert await tasks.drain(5) == 0


async def test_an_order_that_is_forgotten_meanwhile_is_too_old(table: Table) -> None:
    rows = Rows(order(table))
    rows.gone = True
    with pytest.raises(BadInput, match="too old"):
        await asking(table, rows, Lost(), BackgroundTasks()).ask("a1", VIC)


async def test_a_call_that_its_vendor_knows_no_more_has_ended(table: Table) -> None:
    rows = Rows(order(table))
    del table.vendor.calls["default:room"]
    with pytest.raises(UnknownCall, match="has ended"):
        await asking(table, rows, Lost(), BackgroundTasks()).ask("a1", VIC)


async def test_a_silent_vendor_is_no_end_and_a_lost_channel_is_tried_no_more(
    table: Table,
) -> None:
    rows, tasks = Rows(order(table)), BackgroundTasks()
    table.vendor.silent = VendorTimeout("Late.", vendor="stream")
    asked = await asking(table, rows, Lost(), tasks).ask("a1", VIC)
    assert (asked.channel, asked.ask.id) == ("C1", "a1")
    assert await tasks.drain(5) == 0
    assert rows.told == ["a1"]


async def test_an_order_nobody_asked_for_is_opened_by_nobody(table: Table) -> None:
    with pytest.raises(BadInput, match="not kept any more"):
        await asking(table, Rows(order(table)), Lost(), BackgroundTasks()).order("a1")


async def test_what_outlives_a_call_is_asked_for_after_it(table: Table) -> None:
    kick = order(table)
    unblock = kick.model_copy(update={"act": kick.act.model_copy(update={"verb": Unblock()})})
    del table.vendor.calls["default:room"]
    tasks = BackgroundTasks()
    asked = await asking(table, Rows(unblock), Lost(), tasks).ask("a1", VIC)
    assert asked.ask.act.verb == Unblock()
    assert await tasks.drain(5) == 0


async def test_an_order_waits_an_hour_for_a_channel_that_cannot_be_posted_to(table: Table) -> None:
    rows, tasks = Rows(order(table)), BackgroundTasks()
    await asking(table, rows, Lost(ChannelUnavailable("is_archived")), tasks).ask("a1", VIC)
    assert await tasks.drain(5) == 0
    assert rows.later == [START + timedelta(hours=1)]


async def test_nobody_is_said_to_be_asked_in_a_channel_that_cannot_be_posted_to(
    table: Table,
) -> None:
    rows = Rows(order(table))
    rows.closed = [
        ChannelOutage(channel=channel, error="is_archived", began_at=START, retry_at=START)
        for channel in ("C0ELSE", "C1")
    ]
    with pytest.raises(NobodyAsked, match="cannot be posted to now"):
        await asking(table, rows, Lost(), BackgroundTasks()).ask("a1", VIC)
    rows.closed.pop()
    await asking(table, rows, Lost(), BackgroundTasks()).ask("a1", VIC)
