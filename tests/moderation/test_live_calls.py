"""One listing of all vendors: most people first, gaps named, requests counted."""

import pytest

from bot.calls.live import ListView, VendorTrouble
from bot.calls.models import Vendor
from bot.calls.rights import NOTHING, Rights
from bot.errors import Diagnosis, Impossible, NotAtVendor, VendorTimeout, VendorUnreachable
from bot.moderation.live_calls import MOST_PAGES, LiveCalls, longer_handles
from bot.moderation.recent_calls import CALL_SECONDS, PEOPLE_SECONDS, RecentCalls
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider


class World:
    """Two vendors and a board over them."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.stream = FakeProvider(Vendor.STREAM)
        self.kit = FakeProvider(Vendor.REALTIMEKIT)
        self.live_calls = LiveCalls(
            {Vendor.STREAM: self.stream, Vendor.REALTIMEKIT: self.kit},
            self.clock,
            RecentCalls(self.clock),
            ("youtube",),
        )


@pytest.fixture
def world() -> World:
    world = World()
    world.stream.open_call("default:small", "a", title="Small talk")
    world.stream.open_call("default:big", "a", "b", "c", title="Big stage")
    world.kit.open_call("m-1", "x", "y", title="Clinic")
    return world


async def test_calls_of_all_vendors_come_most_people_first(world: World) -> None:
    listing = await world.live_calls.list_calls(ListView())
    assert [call.title for call in listing.calls] == ["Big stage", "Clinic", "Small talk"]
    assert listing.troubles == ()


async def test_one_picture_costs_each_vendor_one_request(world: World) -> None:
    await world.live_calls.list_calls(ListView())
    assert (world.stream.requests, world.kit.requests) == (1, 1)


async def test_a_vendor_filter_asks_only_that_vendor(world: World) -> None:
    listing = await world.live_calls.list_calls(ListView(vendor=Vendor.REALTIMEKIT))
    assert [call.title for call in listing.calls] == ["Clinic"]
    assert world.stream.requests == 0


@pytest.mark.parametrize("text", ["BIG", "default:big", "stage"])
async def test_text_is_found_in_title_and_id_in_any_case(world: World, text: str) -> None:
    listing = await world.live_calls.list_calls(ListView(text=text))
    assert [call.title for call in listing.calls] == ["Big stage"]


async def test_a_silent_vendor_is_a_line_and_not_an_error(world: World) -> None:
    world.kit.silent = VendorTimeout("RealtimeKit did not answer within 2 s.", vendor="realtimekit")
    listing = await world.live_calls.list_calls(ListView())
    assert len(listing.calls) == 2
    assert [trouble.vendor for trouble in listing.troubles] == [Vendor.REALTIMEKIT]


async def test_why_a_vendor_cannot_be_reached_is_told_to_admins_only(world: World) -> None:
    why = Diagnosis("dns", "There is no address for it.", "Check it.")
    world.kit.silent = VendorUnreachable("It is away.", vendor="realtimekit", diagnosis=why)
    for answered in (
        await world.live_calls.list_calls(ListView()),
        await world.live_calls.find("x"),
    ):
        (trouble,) = answered.troubles
        admins = {Vendor.REALTIMEKIT: Rights(technical=True)}
        assert (
            trouble.for_reader(admins).message
            == "It is away. There is no address for it. Check it."
        )
        for others in ({}, {Vendor.REALTIMEKIT: NOTHING}, {Vendor.STREAM: Rights(technical=True)}):
            assert trouble.for_reader(others) == VendorTrouble(
                vendor=Vendor.REALTIMEKIT, message="It is away."
            )


def test_what_is_not_connected_has_no_diagnosis(world: World) -> None:
    world.stream.diagnosis = "The proxy is away."
    assert world.live_calls.diagnosis(Vendor.STREAM) == "The proxy is away."
    assert world.live_calls.diagnosis(Vendor.COMETCHAT) == ""


async def test_a_vendor_with_more_calls_than_one_page_is_named(world: World) -> None:
    for number in range(120):
        world.kit.open_call(f"m-{number + 10}", "x")
    listing = await world.live_calls.list_calls(ListView())
    assert listing.partial == (Vendor.REALTIMEKIT,)
    assert world.kit.requests == 1


async def test_an_opened_call_shows_a_page_of_its_people(world: World) -> None:
    ref = world.stream.open_call("default:crowd", *(f"p{n}" for n in range(60)))
    view = await world.live_calls.open(ref, page=2)
    assert [person.id for person in view.people.items] == [f"p{n}" for n in range(50, 60)]
    assert view.people.total == 60
    assert view.rtmp_targets == ("youtube",)


async def test_people_are_read_page_after_page_until_enough(world: World) -> None:
    world.stream.page_size = 10
    ref = world.stream.open_call("default:crowd", *(f"p{n}" for n in range(60)))
    people = await world.live_calls.people(ref, at_least=25)
    assert len(people.items) == 30
    assert people.next == "30"


async def test_a_page_that_repeats_ends_the_reading(world: World) -> None:
    world.stream.page_size = 0
    ref = world.stream.open_call("default:odd", "a")
    assert (await world.live_calls.people(ref)).items == ()


async def test_a_call_that_is_gone_says_so(world: World) -> None:
    ref = world.stream.open_call("default:gone")
    del world.stream.calls["default:gone"]
    with pytest.raises(NotAtVendor):
        await world.live_calls.open(ref)


async def test_what_was_shown_is_remembered_for_a_while(world: World) -> None:
    listing = await world.live_calls.list_calls(ListView())
    ref = listing.calls[0].ref
    await world.live_calls.people(ref)
    recent_calls = world.live_calls.recent_calls
    assert recent_calls.call(ref) is not None
    assert recent_calls.people(ref) is not None
    world.clock.advance(PEOPLE_SECONDS + 1)
    assert recent_calls.people(ref) is None
    world.clock.advance(CALL_SECONDS)
    assert recent_calls.call(ref) is None
    assert recent_calls.called(ref.id) == []


async def test_who_was_not_seen_for_an_hour_is_forgotten_in_a_call_that_goes_on(
    world: World,
) -> None:
    ref = (await world.live_calls.list_calls(ListView(text="big"))).calls[0].ref
    await world.live_calls.people(ref)
    world.clock.advance(CALL_SECONDS / 2)
    world.stream.left.add("a")
    await world.live_calls.people(ref)
    assert world.live_calls.recent_calls.met(ref, "a") is not None
    world.clock.advance(CALL_SECONDS / 2 + 1)
    await world.live_calls.people(ref)
    assert world.live_calls.recent_calls.met(ref, "a") is None
    assert world.live_calls.recent_calls.met(ref, "b") is not None


async def test_without_any_vendor_it_says_so_and_not_that_nothing_is_live() -> None:
    clock = ManualClock()
    with pytest.raises(Impossible, match="No vendor is connected"):
        await LiveCalls({}, clock, RecentCalls(clock)).list_calls(ListView())


def test_longer_handles_tell_calls_apart_and_are_no_longer_than_needed(world: World) -> None:
    calls = list(world.stream.calls.values())
    longer = longer_handles(calls)
    assert len(set(longer.values())) == 2
    assert {len(word) for word in longer.values()} == {4}


async def test_a_page_of_people_says_whether_more_follow(world: World) -> None:
    ref = world.stream.open_call("default:crowd", *(f"p{n}" for n in range(60)))
    follow = [(await world.live_calls.open(ref, page)).people.next is not None for page in range(3)]
    assert follow == [True, True, False]


async def test_a_page_of_people_that_is_gone_shows_the_last_one(world: World) -> None:
    ref = world.stream.open_call("default:crowd", *(f"p{n}" for n in range(60)))
    view = await world.live_calls.open(ref, page=9)
    assert (view.page, len(view.people.items)) == (2, 10)


async def test_a_page_of_people_who_all_left_does_not_end_the_reading(world: World) -> None:
    world.kit.page_size = 10
    ref = world.kit.open_call("m-long", *(f"p{n}" for n in range(25)))
    world.kit.left = {f"p{n}" for n in range(20)}
    people = await world.live_calls.people(ref)
    assert [person.id for person in people.items] == [f"p{n}" for n in range(20, 25)]


async def test_people_read_in_part_are_not_remembered_as_everybody(world: World) -> None:
    world.stream.page_size = 30
    ref = world.stream.open_call("default:crowd", *(f"p{n}" for n in range(60)))
    await world.live_calls.open(ref)
    assert world.live_calls.recent_calls.people(ref) is None


async def test_a_vendor_that_is_not_connected_is_not_said_to_have_no_calls(world: World) -> None:
    with pytest.raises(Impossible, match="CometChat is not connected"):
        await world.live_calls.list_calls(ListView(vendor=Vendor.COMETCHAT))


async def test_a_vendor_that_pages_on_for_ever_is_not_followed_for_ever(world: World) -> None:
    world.kit.page_size = 1
    ref = world.kit.open_call("m-endless", *(f"p{n}" for n in range(MOST_PAGES + 10)))
    world.kit.left = {f"p{n}" for n in range(MOST_PAGES + 10)}
    assert (await world.live_calls.people(ref)).items == ()
    assert world.kit.requests == MOST_PAGES
