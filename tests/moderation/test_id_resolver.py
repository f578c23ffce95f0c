"""What ids of a button mean after all that was shown is forgotten: the vendor is asked."""

import pytest

from bot.calls.acts import ActRef, Person
from bot.calls.models import Page
from bot.calls.verbs import Kick, Listed, Mute, Unblock
from bot.errors import UnknownPerson, VendorTimeout
from bot.moderation.id_resolver import remembered, resolve, title_of
from tests.moderation.test_resolver import Table


@pytest.fixture
def table() -> Table:
    return Table()


async def test_whom_ids_mean_is_read_from_the_vendor_where_nothing_was_shown(table: Table) -> None:
    known = table.vendor.people["default:room"]
    meant = ActRef(verb=Kick(), call=table.room, people=(known[0].id,))
    assert remembered(table.live_calls, meant) is None
    act = await resolve(table.live_calls, table.resolver, meant)
    assert (act.title, act.people[0].name) == ("Room", known[0].name)
    assert await resolve(table.live_calls, table.resolver, meant) == act


async def test_somebody_who_is_not_there_is_named_by_the_id(table: Table) -> None:
    meant = ActRef(verb=Kick(), call=table.room, people=("nobody", "no-one"))
    with pytest.raises(UnknownPerson, match="nobody, no-one are not in the call any more"):
        await resolve(table.live_calls, table.resolver, meant)
    one = meant.model_copy(update={"people": ("nobody",)})
    with pytest.raises(UnknownPerson, match="nobody is not in the call any more"):
        await resolve(table.live_calls, table.resolver, one)


async def test_an_act_on_everyone_needs_nobody_looked_up(table: Table) -> None:
    act = await resolve(
        table.live_calls, table.resolver, ActRef(verb=Mute(), call=table.room, everyone=True)
    )
    assert (act.everyone, act.people, act.title) == (True, (), "Room")


async def test_absent_people_are_those_of_the_vendors_list(table: Table) -> None:
    table.vendor.rosters[table.room.id, Listed.BLOCKED] = Page(
        items=(Person(id="loud", name="L O U D"),)
    )
    meant = ActRef(verb=Unblock(), call=table.room, people=("loud",))
    act = await resolve(table.live_calls, table.resolver, meant)
    assert [(person.id, person.name) for person in act.people] == [("loud", "L O U D")]


async def test_a_call_is_called_by_its_id_where_its_vendor_is_silent(table: Table) -> None:
    table.vendor.silent = VendorTimeout("Late.", vendor="stream")
    assert await title_of(table.live_calls, table.room) == "default:room"
    table.vendor.silent = None
    assert await title_of(table.live_calls, table.room) == "Room"


async def test_people_who_are_remembered_are_not_read_again_for_the_title(table: Table) -> None:
    people = table.vendor.people["default:room"]
    table.live_calls.recent_calls.meet(table.room, people)
    meant = ActRef(verb=Kick(), call=table.room, people=(people[0].id,))
    act = await resolve(table.live_calls, table.resolver, meant)
    assert (act.title, act.people[0].name, table.vendor.requests) == ("Room", people[0].name, 1)
