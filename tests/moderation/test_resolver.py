"""Words become an act on the call and the people that were meant, or a question back."""

from collections.abc import Sequence

import pytest

from bot.calls.acts import Act
from bot.calls.cases import Case
from bot.calls.handles import handle
from bot.calls.models import Call, CallRef, Page, Vendor
from bot.calls.verbs import End, Kick, Mute, RecordPause, RecordResume, RecordStart
from bot.errors import (
    AmbiguousCall,
    AmbiguousPerson,
    BadInput,
    Impossible,
    NotAtVendor,
    UnknownCall,
    UnknownPerson,
    VendorTimeout,
)
from bot.moderation.live_calls import MOST_PEOPLE, LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.moderation.resolver import TargetResolver, TypedOrder, UnclearPeople
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider

PEOPLE = ("u1=Alice Smith", "u2=Alice Jones", "u3=Bob", "u4=Bob", "u5")


class Past:
    """The cases of a call, as the store would tell them."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        return [case for case in self.cases if case.act.call.id == call.id][:limit]


class OnePage(FakeProvider):
    """A vendor that falls silent over its further pages."""

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        if cursor is not None:
            raise VendorTimeout("Too slow.", vendor="stream")
        return await super().list_live(limit=limit)


class Table:
    """A vendor with one room, and a planner at it."""

    def __init__(self, vendor: FakeProvider | None = None) -> None:
        self.vendor = vendor or FakeProvider()
        self.room = self.vendor.open_call("default:room", *PEOPLE, title="Room")
        clock = ManualClock()
        self.past = Past()
        self.live_calls = LiveCalls({Vendor.STREAM: self.vendor}, clock, RecentCalls(clock))
        self.resolver = TargetResolver(self.live_calls, self.past)

    async def kick(self, *people: str) -> Act:
        return await self.resolver.resolve(Kick(), handle(self.room), people, everyone=False)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.mark.parametrize("form", [str.upper, str.lower])
async def test_a_handle_in_any_case_finds_its_call(table: Table, form: object) -> None:
    word = handle(table.room).lower() if form is str.lower else handle(table.room)
    assert (await table.resolver.call(word)).ref == table.room


async def test_a_vendors_own_id_finds_the_call(table: Table) -> None:
    assert (await table.resolver.call("default:room")).ref == table.room


async def test_a_call_named_with_its_vendor_need_not_be_listed(table: Table) -> None:
    assert (await table.resolver.call("Stream:default:room")).ref == table.room
    assert table.vendor.requests == 1


async def test_a_call_named_with_its_vendor_that_is_gone_says_so(table: Table) -> None:
    with pytest.raises(NotAtVendor):
        await table.resolver.call("stream:default:nowhere")


async def test_a_call_shown_a_moment_ago_costs_no_request(table: Table) -> None:
    await table.resolver.call("default:room")
    before = table.vendor.requests
    await table.resolver.call(handle(table.room))
    assert table.vendor.requests == before


async def test_an_unknown_word_is_no_call(table: Table) -> None:
    with pytest.raises(UnknownCall, match=r"No live call matches “ZZZZ”\.$"):
        await table.resolver.call("ZZZZ")


async def test_a_live_call_beyond_the_first_page_is_found_by_its_handle(table: Table) -> None:
    calls = [table.vendor.open_call(f"default:c{number}", "p") for number in range(250)]
    assert (await table.resolver.call(handle(calls[-1]))).ref == calls[-1]
    assert table.vendor.requests == 4
    with pytest.raises(UnknownCall, match=r"No live call matches “ZZZZ”\.$"):
        await table.resolver.call("ZZZZ")


async def test_a_vendor_that_falls_silent_over_its_further_pages_is_named() -> None:
    table = Table(OnePage())
    for number in range(150):
        table.vendor.open_call(f"default:c{number}", "p")
    with pytest.raises(UnknownCall, match="Stream Video did not answer, so it may be there"):
        await table.resolver.call("ZZZZ")


async def test_an_unknown_word_while_a_vendor_is_silent_may_be_there(table: Table) -> None:
    table.vendor.silent = VendorTimeout("Too slow.", vendor="stream")
    with pytest.raises(UnknownCall, match="Stream Video did not answer, so it may be there"):
        await table.resolver.call("ZZZZ")


async def test_one_handle_for_two_calls_asks_for_more_letters(table: Table) -> None:
    twins = _twins()
    for name in twins:
        table.vendor.open_call(name)
    word = handle(CallRef(vendor=Vendor.STREAM, id=twins[0]))
    with pytest.raises(AmbiguousCall) as trouble:
        await table.resolver.call(word)
    assert all(name in trouble.value.next_step for name in twins)
    longer = handle(CallRef(vendor=Vendor.STREAM, id=twins[1]), 10)
    assert (await table.resolver.call(longer)).ref.id == twins[1]


def _twins() -> tuple[str, str]:
    """Two ids whose four-letter handles are the same."""
    seen: dict[str, str] = {}
    for number in range(20_000):
        name = f"default:{number}"
        word = handle(CallRef(vendor=Vendor.STREAM, id=name))
        if word in seen:
            return seen[word], name
        seen[word] = name
    raise AssertionError("no two handles alike")


@pytest.mark.parametrize(
    ("word", "person"),
    [("u5", "u5"), ("app-u3", "u3"), ("alice smith", "u1"), ("Jones", "u2")],
)
async def test_a_person_is_found_by_id_custom_id_name_or_a_word_of_it(
    table: Table, word: str, person: str
) -> None:
    act = await table.kick(word)
    assert [p.id for p in act.people] == [person]
    assert act.people[0].presence == f"{person}-p1"


async def test_naming_somebody_twice_is_one_person(table: Table) -> None:
    assert [p.id for p in (await table.kick("u5", "u5", "u1")).people] == ["u5", "u1"]


@pytest.mark.parametrize("word", ["Bob", "Alice"])
async def test_a_name_that_fits_two_people_asks_for_the_id(table: Table, word: str) -> None:
    with pytest.raises(AmbiguousPerson) as trouble:
        await table.kick(word)
    assert trouble.value.next_step.startswith("Use the id")


async def test_a_part_of_a_word_is_never_taken_for_a_name(table: Table) -> None:
    with pytest.raises(UnknownPerson, match="matches “Ali”"):
        await table.kick("Ali")


async def test_who_is_there_is_told_when_nobody_fits(table: Table) -> None:
    table.vendor.open_call("default:many", *(f"p{n}" for n in range(10)), title="Many")
    with pytest.raises(UnknownPerson) as trouble:
        await table.resolver.resolve(Kick(), "default:many", ["zoe"], everyone=False)
    assert (
        trouble.value.next_step
        == "In the call: " + ", ".join(f"p{n} (app-p{n})" for n in range(8)) + " and 2 more."
    )


async def test_an_empty_call_says_that_it_is_empty(table: Table) -> None:
    table.vendor.open_call("default:empty")
    with pytest.raises(UnknownPerson) as trouble:
        await table.resolver.resolve(Kick(), "default:empty", ["zoe"], everyone=False)
    assert trouble.value.next_step == "The call is empty."


async def test_people_seen_a_moment_ago_cost_no_request(table: Table) -> None:
    await table.kick("u5")
    before = table.vendor.requests
    await table.kick("u1")
    assert table.vendor.requests == before


async def test_somebody_who_just_joined_is_looked_for_again(table: Table) -> None:
    await table.kick("u5")
    table.vendor.people["default:room"] = table.vendor.people["default:room"][:1]
    table.vendor.open_call("default:room", *PEOPLE, "new=Zoe", title="Room")
    assert (await table.kick("Zoe")).people[0].id == "new"


async def test_an_act_on_the_call_needs_nobody(table: Table) -> None:
    act = await table.resolver.resolve(End(), "default:room", (), everyone=False)
    assert (act.people, act.title) == ((), "Room")


async def test_everyone_is_kept_as_everyone(table: Table) -> None:
    assert (await table.resolver.resolve(Mute(), "default:room", (), everyone=True)).everyone


async def test_what_a_vendor_cannot_do_names_the_nearest_that_works(table: Table) -> None:
    with pytest.raises(Impossible) as trouble:
        table.resolver.require_capability(RecordResume(), table.room)
    assert trouble.value.next_step.startswith("Use “Kick” instead")


async def test_what_has_nothing_near_it_says_so(table: Table) -> None:
    with pytest.raises(Impossible, match="it has no pause") as trouble:
        table.resolver.require_capability(RecordPause(), table.room)
    assert trouble.value.next_step == ""


async def test_an_option_the_vendor_does_not_take_names_those_it_takes(table: Table) -> None:
    with pytest.raises(Impossible, match="no option “individual”") as trouble:
        table.resolver.require_capability(
            RecordStart.model_validate({"kind": "individual"}), table.room
        )
    assert trouble.value.next_step == "Options: composite, raw."
    table.resolver.require_capability(RecordStart.model_validate({"kind": "raw"}), table.room)


async def test_a_vendor_that_is_not_connected_can_do_nothing(table: Table) -> None:
    with pytest.raises(Impossible, match="CometChat is not connected"):
        table.resolver.require_capability(Kick(), CallRef(vendor=Vendor.COMETCHAT, id="x"))


async def test_a_part_of_a_name_is_held_against_who_is_there_now(table: Table) -> None:
    """Somebody of the same name may have come in since the people were last read."""
    await table.kick("u5")
    table.vendor.open_call("default:room", *PEOPLE, "u6=Bea Jones", title="Room")
    with pytest.raises(UnclearPeople) as asked:
        await table.resolver.meant(Kick(), TypedOrder(call="default:room", text="jones rude"))
    assert [other.id for other in asked.value.reading.others] == ["u2", "u6"]


@pytest.mark.parametrize("text", ["u2 rude", '"u2" rude', "u2"])
async def test_an_id_of_a_moment_ago_costs_no_request(table: Table, text: str) -> None:
    await table.kick("u5")
    before = table.vendor.requests
    meant = await table.resolver.meant(Kick(), TypedOrder(call="default:room", text=text))
    assert [person.id for person in meant.act.people] == ["u2"]
    assert table.vendor.requests == before


@pytest.mark.parametrize(
    ("newcomer", "text"),
    [
        ("u6=Alice Jones", "Alice Jones rude"),
        ("u6=Alice Jones", '"alice jones" rude'),
        ("u6=Alice Jones \U0001f525 lee", "Alice Jones \U0001f525 lee rude"),
        ("u6=alice jones junior", "alice jones junior rude"),
    ],
)
async def test_a_whole_name_is_held_against_who_is_there_now(
    table: Table, newcomer: str, text: str
) -> None:
    """Somebody may have come in under the same name, or a longer one, since it was last read."""
    await table.kick("u5")
    table.vendor.open_call("default:room", *PEOPLE, newcomer, title="Room")
    with pytest.raises(UnclearPeople) as asked:
        await table.resolver.meant(Kick(), TypedOrder(call="default:room", text=text))
    reading = asked.value.reading
    assert "u6" in {participant.id for participant in (*reading.people, *reading.others)}


async def test_too_many_names_are_refused(table: Table) -> None:
    names = [f"p{number}" for number in range(51)]
    table.vendor.open_call("default:full", *names, title="Full")
    with pytest.raises(BadInput, match="At most 50"):
        await table.resolver.meant(
            Kick(), TypedOrder(call="default:full", text=" and ".join(f"@{name}" for name in names))
        )


async def test_a_name_is_asked_about_where_not_everybody_is_listed(table: Table) -> None:
    """Somebody of the same name may be among the others; an id is one person's alone."""
    names = [f"p{number}=Person {number}" for number in range(MOST_PEOPLE + 30)]
    table.vendor.open_call("default:huge", *names, title="Huge")
    for text in ("Person 3 rude", '"Person 3" rude'):
        with pytest.raises(UnclearPeople, match="30 more people are in the call") as asked:
            await table.resolver.meant(Kick(), TypedOrder(call="default:huge", text=text))
        assert [person.id for person in asked.value.reading.people] == ["p3"]
    meant = await table.resolver.meant(Kick(), TypedOrder(call="default:huge", text="p3 rude"))
    assert [person.id for person in meant.act.people] == ["p3"]


async def test_a_word_taken_for_an_option_may_be_somebodys_name(table: Table) -> None:
    """Of “ann --video”, the word behind the dashes is an option, or a person who is called so."""
    table.vendor.open_call("default:odd", "a=Ann", "v=--video", title="Odd")
    call = await table.resolver.call("default:odd")
    plain = TypedOrder(call="default:odd", text="ann")
    reading = await table.resolver.reading(Kick(), call, plain)
    assert [person.id for person in (*reading.people, *reading.others)] == ["a"]
    typed = TypedOrder(call="default:odd", text="ann", literal="ann --video")
    doubted = await table.resolver.reading(Kick(), call, typed)
    assert [person.id for person in doubted.others] == ["v"]
    assert not doubted.settled
