"""Every live call can be chosen from: all pages, kept for a while, no vendor in another's way."""

import asyncio

import pytest

from bot.calls.handles import LONG, handle
from bot.calls.models import Call, CallRef, Page, Vendor
from bot.errors import VendorTimeout
from bot.moderation.call_index import FRESH_SECONDS, MOST_CALLS, MOST_INDEX_PAGES, CallIndex
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import RecentCalls
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider


class Town:
    """Two vendors and the roll over them."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.stream = FakeProvider(Vendor.STREAM)
        self.kit = FakeProvider(Vendor.REALTIMEKIT)
        providers = {Vendor.STREAM: self.stream, Vendor.REALTIMEKIT: self.kit}
        self.call_index: CallIndex = LiveCalls(
            providers, self.clock, RecentCalls(self.clock)
        ).call_index

    def crowd(self, calls: int) -> None:
        for number in range(calls):
            self.stream.open_call(f"default:c{number}", "a", title=f"Crowd {number}")


@pytest.fixture
def town() -> Town:
    return Town()


async def test_all_pages_of_every_vendor_are_read(town: Town) -> None:
    town.crowd(2_000)
    town.kit.open_call("m-1", "x", "y", title="Clinic")
    await town.call_index.refresh()
    assert len(list(town.call_index.calls())) == 2_001
    assert (town.stream.requests, town.kit.requests) == (20, 1)
    assert town.call_index.known


async def test_a_fresh_roll_asks_nobody_and_a_stale_one_is_read_once(town: Town) -> None:
    town.crowd(3)
    await asyncio.gather(town.call_index.refresh(), town.call_index.refresh())
    await town.call_index.refresh()
    assert town.stream.requests == 1
    town.clock.advance(FRESH_SECONDS)
    assert town.call_index.due
    await town.call_index.refresh()
    assert town.stream.requests == 2


@pytest.mark.parametrize(
    "text", ["crowd 7", "7 CROWD", "c7", "stream crowd 7", "Stream Video 7", "default:c7"]
)
async def test_a_call_is_found_by_words_of_its_title_id_and_vendor(town: Town, text: str) -> None:
    town.crowd(9)
    await town.call_index.refresh()
    assert [call.title for call in town.call_index.find(text, 100)] == ["Crowd 7"]


async def test_a_handle_comes_before_all_that_merely_contain_it(town: Town) -> None:
    meant = town.stream.open_call("default:meant", title="Quiet")
    town.stream.open_call("default:other", *"abc", title=f"About {handle(meant)}")
    await town.call_index.refresh()
    found = town.call_index.find(handle(meant, LONG)[:4].lower(), 100)
    assert [call.ref.id for call in found] == ["default:meant", "default:other"]


async def test_no_more_are_found_than_can_be_shown_most_people_first(town: Town) -> None:
    town.crowd(150)
    town.kit.open_call("m-1", "x", "y", title="Clinic")
    await town.call_index.refresh()
    found = town.call_index.find("", 100)
    assert len(found) == 100
    assert found[0].title == "Clinic"
    assert town.call_index.find("nobody says this", 100) == []


async def test_a_vendor_that_fails_keeps_what_was_known_of_it_and_is_named(town: Town) -> None:
    town.crowd(2)
    await town.call_index.refresh()
    town.clock.advance(FRESH_SECONDS)
    town.stream.silent = VendorTimeout("Stream took too long.", vendor="stream")
    await town.call_index.refresh()
    assert len(town.call_index.find("crowd", 100)) == 2
    assert [trouble.message for trouble in town.call_index.troubles] == ["Stream took too long."]
    assert not town.call_index.due


async def test_a_call_that_ended_is_gone_with_the_next_reading(town: Town) -> None:
    town.crowd(2)
    await town.call_index.refresh()
    del town.stream.calls["default:c0"]
    town.clock.advance(FRESH_SECONDS)
    await town.call_index.refresh()
    assert [call.title for call in town.call_index.calls()] == ["Crowd 1"]
    assert town.call_index.call(CallRef(vendor=Vendor.STREAM, id="default:c0")) is None


async def test_reading_is_bounded(town: Town) -> None:
    town.crowd(MOST_CALLS + 500)
    await town.call_index.refresh()
    assert len(list(town.call_index.calls())) == MOST_CALLS
    assert town.stream.requests <= MOST_INDEX_PAGES


class Slow(FakeProvider):
    """Shows one page, and never another; `shown` is set when it is asked for that."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = asyncio.Event()

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        page = await super().list_live(limit=limit, cursor=cursor)
        if cursor is not None:
            self.shown.set()
            await asyncio.Event().wait()
        return page


class Turning(FakeProvider):
    """Always has another page, which is the one before, or empty."""

    def __init__(self, cursors: list[str]) -> None:
        super().__init__()
        self.cursors = iter(cursors)

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        del cursor
        page = await super().list_live(limit=limit)
        return Page(items=page.items, next=next(self.cursors))


def roll_of(vendor: FakeProvider) -> CallIndex:
    clock = ManualClock()
    return CallIndex({vendor.vendor: vendor}, clock, RecentCalls(clock), timeout_s=0.01)


async def test_a_vendor_that_takes_too_long_is_named_and_what_it_showed_counts() -> None:
    vendor = Slow()
    for number in range(150):
        vendor.open_call(f"default:c{number}")
    call_index = roll_of(vendor)
    both = asyncio.gather(call_index.refresh(), call_index.refresh())
    await vendor.shown.wait()
    assert (len(list(call_index.calls())), call_index.known, call_index.due) == (100, False, False)
    await both
    assert (vendor.requests, call_index.known) == (2, True)
    assert len(list(call_index.calls())) == 100
    (trouble,) = call_index.troubles
    assert trouble.message == "Stream Video took too long to list all its calls."


@pytest.mark.parametrize(
    ("cursors", "requests"),
    [(["1", "1"], 2), ([str(n) for n in range(MOST_INDEX_PAGES + 9)], MOST_INDEX_PAGES)],
)
async def test_a_vendor_that_pages_on_for_ever_is_left(cursors: list[str], requests: int) -> None:
    vendor = Turning(cursors)
    vendor.open_call("default:only")
    call_index = roll_of(vendor)
    await call_index.refresh()
    assert vendor.requests == requests
    assert [call.ref.id for call in call_index.calls()] == ["default:only"]
    assert call_index.call(CallRef(vendor=Vendor.COMETCHAT, id="x")) is None
