"""Unblocking in words, through the real app: whom a slip of the finger means, nobody."""

import pytest

from bot.calls.outcomes import State
from bot.demo.stage import Show
from tests.fakes.form_filler import SUPPORT, FormFiller, latest, people_block_of, short

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def mira(show: Show) -> FormFiller:
    return FormFiller(show)


async def blocks(show: Show, mira: FormFiller, name: str) -> None:
    await show.sender.command(
        mira.user, show.stage.cast.ops, f"block {short(SUPPORT)} {name} came back"
    )
    await mira.form()
    assert await mira.submits() == {}
    await mira.told("blocked", "confirmed")


async def test_the_blocked_are_unblocked_by_a_part_of_the_name_they_had(
    show: Show, mira: FormFiller
) -> None:
    await blocks(show, mira, '"Kofi Mensah"')
    stream = show.stage.world.stream
    assert stream.rooms[SUPPORT].blocked == ["kofi"]
    await show.sender.command(
        mira.user, show.stage.cast.ops, f"unblock {short(SUPPORT)} Kofi Mensah appeal accepted"
    )
    await mira.told("unblocked Kofi Mensah", "appeal accepted", "confirmed")
    assert stream.rooms[SUPPORT].blocked == []
    case = await latest(show)
    assert ([person.id for person in case.act.people], case.reason) == (["kofi"], "appeal accepted")


async def test_somebody_who_is_not_blocked_is_refused_with_those_who_are(
    show: Show, mira: FormFiller
) -> None:
    await blocks(show, mira, "loud")
    before = list(show.stage.world.stream.effects)
    text = await mira.types(f"unblock {short(SUPPORT)} lowd")
    assert "Nobody blocked from “Support room · billing” matches “lowd”." in text
    assert "L O U D 📢📢📢 (loud)" in text
    assert show.stage.world.stream.effects == before


async def test_somebody_unblocked_elsewhere_is_already_so(show: Show, mira: FormFiller) -> None:
    await blocks(show, mira, "loud")
    show.stage.world.stream.rooms[SUPPORT].blocked.clear()
    await show.sender.command(mira.user, show.stage.cast.ops, f"unblock {short(SUPPORT)} loud")
    await mira.told("L O U D", "not blocked")
    assert (await latest(show)).state is State.ALREADY


async def test_one_known_and_one_unknown_open_the_form_and_send_nothing(
    show: Show, mira: FormFiller
) -> None:
    show.stage.world.stream.rooms[SUPPORT].blocked.append("umar")
    view = await mira.opens(f"unblock {short(SUPPORT)} umar, lowd")
    text = str(view.given)
    assert "No one matches “lowd”." in text
    assert show.stage.world.stream.effects == []
    assert await mira.submits() == {}
    assert [person.id for person in (await latest(show)).act.people] == ["umar"]
    assert people_block_of(view).startswith("people.blocked.")


async def test_a_member_of_another_name_is_refused_with_the_members(
    show: Show, mira: FormFiller
) -> None:
    text = await mira.types(f"member {short(SUPPORT)} remove alcie")
    assert "Nobody among the members of “Support room · billing” matches “alcie”." in text
    assert show.stage.world.stream.effects == []
