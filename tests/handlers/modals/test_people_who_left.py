"""Acts on somebody who has just left, through the real app: kept out, or told why not."""

import pytest

from bot.calls.outcomes import State
from bot.calls.verbs import Block
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.demo.vendors import Visitor
from handlers.blocks.action_values import FORM_PEOPLE
from tests.fakes.form_filler import SUPPORT, FormFiller, latest, people_block_of, short

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOUD = "L O U D 📢📢📢"


@pytest.fixture
def mira(show: Show) -> FormFiller:
    return FormFiller(show)


async def kicked(show: Show, mira: FormFiller) -> None:
    """Loud was kicked, and the card was read again since."""
    await show.sender.command(mira.user, show.stage.cast.ops, f"kick {short(SUPPORT)} loud slurs")
    await mira.told("kicked", LOUD, "confirmed")
    await mira.types(f"show {short(SUPPORT)}")


async def test_somebody_who_was_kicked_a_moment_ago_is_blocked_by_id(
    show: Show, mira: FormFiller
) -> None:
    await kicked(show, mira)
    view = await mira.opens(f"block {short(SUPPORT)} loud slurs")
    text = as_text(view)
    assert f"{LOUD} (user) = loud has left the call." in text
    assert "they cannot come back" in text
    assert await mira.submits() == {}
    await mira.told("blocked", LOUD, "confirmed")
    assert show.stage.world.stream.rooms[SUPPORT].blocked == ["loud"]
    case = await latest(show)
    assert isinstance(case.act.verb, Block)
    assert ([person.id for person in case.act.people], case.state) == (["loud"], State.CONFIRMED)


async def test_the_menu_of_a_block_offers_who_left_and_that_of_a_mute_does_not(
    show: Show, mira: FormFiller
) -> None:
    await kicked(show, mira)
    await mira.opens(f"block {short(SUPPORT)}")
    offered = await mira.offered(FORM_PEOPLE)
    assert offered[-1] == f"{LOUD} | left the call, last seen under 1 min ago · loud"
    await mira.chooses(FORM_PEOPLE, LOUD, "l o u d")
    assert await mira.submits(reasons="Spam", reason="slurs") == {}
    await mira.told("blocked", LOUD, "confirmed")
    await mira.opens(f"mute {short(SUPPORT)}")
    assert await mira.offered(FORM_PEOPLE, "l o u d") == []


@pytest.mark.parametrize("verb", ["mute", "kick"])
async def test_what_needs_them_there_says_so_and_offers_who_is(
    show: Show, mira: FormFiller, verb: str
) -> None:
    await kicked(show, mira)
    view = await mira.opens(f"{verb} {short(SUPPORT)} loud slurs")
    text = as_text(view)
    assert "has left the call." in text
    assert "works only on people who are in the call" in text
    assert "Amina Okafor | amina · host" in await mira.offered(FORM_PEOPLE)
    assert people_block_of(view)


async def test_at_realtimekit_who_left_is_taken_off_the_list(show: Show, mira: FormFiller) -> None:
    kit = show.stage.world.realtimekit
    room = kit.open("left", "Left")
    for person in ("ann", "bob"):
        kit.join(room.id, Visitor(person, person.title()))
    await mira.types(f"show realtimekit:{room.id}")
    kit.leave(room.id, "bob")
    await mira.types(f"show realtimekit:{room.id}")
    await mira.opens(f"block realtimekit:{room.id} Bob slurs")
    assert await mira.submits() == {}
    await mira.told("blocked", "Bob", "confirmed")
