"""The figures: counted where things happen, bounded in their labels, and nobody's global state."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.bootstrap import open_app
from bot.calls.models import Vendor
from bot.errors import StoreError
from bot.meter import UNMETERED, Backlog, Waiting
from bot.metrics import READ_SECONDS, Metrics
from bot.settings import Settings
from bot.store import SqlStore
from handlers.inbound.request_metrics import RequestTimer, kind_of
from handlers.services import Services
from tests.fakes.clock import START, ManualClock
from tests.store.orders import order

Figures = dict[str, float]


async def figures(metrics: Metrics) -> Figures:
    """Each sample by its name and labels, as `name{a=b}`."""
    page = (await metrics.page()).decode()
    return {
        sample.name
        + "".join(
            f"{{{key}={word}}}" for key, word in sorted(sample.labels.items()) if key != "le"
        ): float(sample.value)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.labels.get("le") in {None, "+Inf"}
    }


@pytest.fixture
def metrics(clock: ManualClock) -> Metrics:
    return Metrics(clock)


async def test_what_happens_is_counted_under_few_known_words(metrics: Metrics) -> None:
    metrics.acted("stream", "kick", "confirmed")
    metrics.acted("stream", "kick", "confirmed")
    metrics.refused("RoleTooLow")
    metrics.asked("stream", "act", "ok", 0.2)
    metrics.acked("command", 0.02)
    metrics.wrote(7)
    seen = await figures(metrics)
    assert seen["callwarden_acts_total{state=confirmed}{vendor=stream}{verb=kick}"] == 2
    assert seen["callwarden_refusals_total{kind=RoleTooLow}"] == 1
    asked = "{kind=act}{outcome=ok}{vendor=stream}"
    assert seen[f"callwarden_vendor_request_seconds_sum{asked}"] == 0.2
    assert seen["callwarden_ack_seconds_count{kind=command}"] == 1
    assert seen["callwarden_store_batch_size_sum"] == 7
    assert any(name.startswith("callwarden_build_info{version=") for name in seen)


async def test_two_houses_count_apart(clock: ManualClock) -> None:
    one, other = Metrics(clock), Metrics(clock)
    one.refused("BadInput")
    assert "callwarden_refusals_total{kind=BadInput}" in await figures(one)
    assert "callwarden_refusals_total{kind=BadInput}" not in await figures(other)


async def test_of_several_breakers_of_a_vendor_the_worst_is_shown(metrics: Metrics) -> None:
    states = ["closed", "open"]
    metrics.watch("stream", lambda: states[0])
    metrics.watch("stream", lambda: states[1])
    assert (await figures(metrics))["callwarden_breaker_state{vendor=stream}"] == 2
    states[1] = "half_open"
    assert (await figures(metrics))["callwarden_breaker_state{vendor=stream}"] == 1


async def test_the_queue_is_read_when_the_page_is(metrics: Metrics, clock: ManualClock) -> None:
    waiting = Waiting(count=3, oldest=START - timedelta(seconds=20))
    backlog = Backlog(cases={Vendor.STREAM: waiting}, notices=Waiting())

    async def read() -> Backlog:
        return backlog

    assert "callwarden_database_readable" in await figures(metrics)
    metrics.queue(read)
    clock.advance(10)
    seen = await figures(metrics)
    assert seen["callwarden_cases_open{vendor=stream}"] == 3
    assert seen["callwarden_case_oldest_seconds{vendor=stream}"] == 30
    assert seen["callwarden_cases_open{vendor=cometchat}"] == 0
    assert (seen["callwarden_outbox_due"], seen["callwarden_database_readable"]) == (0, 1)


async def test_a_queue_that_cannot_be_read_is_not_shown_as_empty(metrics: Metrics) -> None:
    answers: list[Backlog | StoreError] = [
        Backlog(cases={Vendor.STREAM: Waiting(count=3)}, notices=Waiting(count=1)),
        StoreError("The database does not answer."),
    ]

    async def read() -> Backlog:
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    metrics.queue(read)
    assert (await figures(metrics))["callwarden_outbox_due"] == 1
    seen = await figures(metrics)
    assert seen["callwarden_database_readable"] == 0
    assert "callwarden_cases_open{vendor=stream}" not in seen
    assert seen["callwarden_outbox_due"] != seen["callwarden_outbox_due"]  # not a number


async def test_a_database_that_hangs_holds_the_page_up_for_a_second_at_most(
    metrics: Metrics,
) -> None:
    async def never() -> Backlog:
        await asyncio.Event().wait()
        raise AssertionError

    metrics.queue(never)
    async with asyncio.timeout(READ_SECONDS + 2):
        assert (await figures(metrics))["callwarden_database_readable"] == 0


async def test_the_store_tells_what_waits(store: SqlStore, clock: ManualClock) -> None:
    assert await store.backlog() == Backlog(cases={}, notices=Waiting())
    await store.accept(order("k1", person="p1"))
    clock.advance(5)
    await store.accept(order("k2", person="p2"))
    seen = await store.backlog()
    ((vendor, waiting),) = seen.cases.items()
    assert vendor is Vendor.STREAM
    for item in (waiting, seen.notices):
        assert item.count == 2
        assert item.oldest is not None
        assert abs(item.oldest - START) < timedelta(minutes=1)  # a server has its own time


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"command": "/calls"}, "command"),
        ({"type": "block_actions"}, "press"),
        ({"type": "block_suggestion"}, "options"),
        ({"type": "view_submission"}, "form"),
        ({"type": "view_closed"}, "form"),
        ({"type": "event_callback"}, "event"),
        ({"type": "shortcut"}, "shortcut"),
        ({"type": "something Slack adds later"}, "other"),
        ({}, "other"),
    ],
)
def test_each_kind_of_request_has_its_name(body: dict[str, str], kind: str) -> None:
    assert kind_of(body) == kind


async def test_only_what_was_let_in_is_timed(metrics: Metrics, clock: ManualClock) -> None:
    with RequestTimer(lambda: metrics, clock):
        clock.advance(1)
    with RequestTimer(lambda: metrics, clock) as arrival:
        clock.advance(0.5)
        arrival.body = {"command": "/calls"}
    seen = await figures(metrics)
    assert seen["callwarden_ack_seconds_sum{kind=command}"] == 0.5
    assert "callwarden_ack_seconds_sum{kind=other}" not in seen


async def test_where_nobody_counts_nothing_is_counted() -> None:
    UNMETERED.acted("stream", "kick", "confirmed")
    UNMETERED.refused("BadInput")
    UNMETERED.asked("stream", "read", "ok", 0.1)
    UNMETERED.acked("command", 0.1)
    UNMETERED.wrote(1)
    UNMETERED.watch("stream", lambda: "open")
    assert await UNMETERED.page() == b""


async def test_a_process_counts_from_when_it_is_open(sqlite_url: str) -> None:
    services = Services("/calls")
    assert services.meter is UNMETERED
    slack = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3cret"}
    settings = Settings.load({**slack, "DATABASE_URL": sqlite_url}, None)
    async with open_app(settings, services, worker=False):
        assert b"callwarden_database_readable 1.0" in await services.meter.page()
