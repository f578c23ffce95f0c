"""Whatever a vendor holds a name as, it answers to what a reader types for it."""

import pytest

from bot.calls.models import Call, CallRef, Participant, Vendor
from bot.moderation.live_calls import LiveCalls, matches
from bot.moderation.people_index import PeopleIndex
from bot.moderation.recent_calls import RecentCalls
from tests.calls.test_names import ALIKE, BLANK
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider


@pytest.mark.parametrize(("held", "typed"), ALIKE)
def test_people_and_lists_know_a_name_however_it_is_held(held: str, typed: str) -> None:
    person = Participant(id="u1", name=held)
    others = (Participant(id="u2", name="Bea"), Participant(id="u3"))
    assert PeopleIndex((person, *others)).find(typed) == [person]
    call = Call(ref=CallRef(vendor=Vendor.STREAM, id="default:x"), title=f"{held} show", people=1)
    assert matches(call, typed)
    assert matches(call.model_copy(update={"title": f"{typed} show"}), held)


@pytest.mark.parametrize(("held", "typed"), ALIKE)
async def test_menus_and_find_know_a_name_however_it_is_held(held: str, typed: str) -> None:
    clock, vendor = ManualClock(), FakeProvider()
    ref = vendor.open_call("default:x", f"u1={held}", "u2=Bea", title=held)
    vendor.open_call("default:y", "u3=Cem", title="Other")
    live_calls = LiveCalls({Vendor.STREAM: vendor}, clock, RecentCalls(clock))
    await live_calls.call_index.refresh()
    assert [call.ref for call in live_calls.call_index.find(typed, 10)] == [ref]
    assert [person.person.id for person in (await live_calls.find(typed)).people] == ["u1"]


@pytest.mark.parametrize("name", BLANK)
def test_somebody_without_a_visible_name_is_reached_by_what_is_shown(name: str) -> None:
    person = Participant(id="u_7", name=name)
    nobody = Participant(id="\u3164", name=name)
    people_index = PeopleIndex((person, nobody, Participant(id="u2", name="Bea")))
    assert people_index.find(person.shown) == [person]
    assert people_index.find(nobody.shown) == [nobody]


def test_a_name_that_is_somebody_elses_id_is_never_taken_for_one_of_them() -> None:
    host, troll = Participant(id="u1", name="Vera"), Participant(id="u2", name="U1")
    assert PeopleIndex((host, troll)).find("u1") == [host, troll]
