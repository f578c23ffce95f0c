"""Acts on the group behind a CometChat call, as a moderator types and reads them."""

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from tests.fakes.moderator import Moderator, line

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOM = "v1.us.demo.team-huddle"
GROUP = "team-huddle"
HANDLE = handle(CallRef(vendor=Vendor.COMETCHAT, id=ROOM))


async def test_taking_somebody_out_of_the_group_is_never_called_a_kick(show: Show) -> None:
    mira, world = Moderator(show), show.stage.world.cometchat
    await mira.types(f"group {HANDLE} remove umar rude")
    text = await mira.sees("removed umar from the group behind", "confirmed")
    assert "umar" not in world.groups[GROUP].members
    assert "umar" in [stay.visitor.id for stay in world.rooms[ROOM].here()]
    assert "kicked" not in text.lower()
    told = await line(show, "removed umar from the group behind", "confirmed")
    assert "kicked" not in told.lower()


async def test_a_ban_asks_first_and_an_unban_takes_it_back(show: Show) -> None:
    mira, group = Moderator(show), show.stage.world.cometchat.groups[GROUP]
    await show.sender.command(
        mira.user, show.stage.cast.ops, f"group {HANDLE} ban siobhan came back"
    )
    view = await mira.form()
    assert "Whether the call drops them is not documented." in as_text(view)
    assert group.banned == set()
    await show.sender.submit(mira.user, view, {})
    await mira.sees("banned siobhan from the group behind", "confirmed")
    assert group.banned == {"siobhan"}
    await mira.types(f"group {HANDLE} unban siobhan appeal accepted")
    await mira.sees("unbanned Siobhán Ní Bhriain from the group behind", "confirmed")
    assert group.banned == set()


async def test_a_1_to_1_call_offers_nothing_of_a_group_and_says_why(show: Show) -> None:
    mira, world = Moderator(show), show.stage.world.cometchat
    alone = handle(CallRef(vendor=Vendor.COMETCHAT, id="v1.us.demo.one-to-one"))
    card = await mira.types(f"show {alone}")
    assert "tove" in card
    assert "emove from group" not in card
    assert "All actions…" not in card
    for order in ("remove tove rude", "ban tove rude", "unban tove"):
        text = await mira.types(f"group {alone} {order}")
        assert "No chat group is behind a 1-to-1 call or a meeting." in text
    assert world.effects == []


async def test_a_kick_points_to_the_group(show: Show) -> None:
    text = await Moderator(show).types(f"kick {HANDLE} umar rude")
    assert "can only be read" in text
    assert "Remove from group" in text
