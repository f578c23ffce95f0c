"""A case of another release that cannot be read holds up nobody, and is named where it belongs."""

from sqlalchemy import text

from bot.calls.verbs import Mute
from bot.moderation.service import Asker
from handlers.blocks.call_card import call_message
from tests.moderation.harness import MODERATOR, VIEWER, Office

ODD = """UPDATE moderation_case SET request = '{"act": {"verb": {"name": "teleport"}}}'"""


async def made_elsewhere(office: Office) -> None:
    """Case 1 becomes one of another release."""
    await office.store.accept(office.order(Mute(), "ann"))
    async with office.store._database.engine.begin() as connection:
        await connection.execute(text(ODD))


async def test_its_line_and_itself_are_left_to_others_while_the_rest_goes_on(
    office: Office,
) -> None:
    await made_elsewhere(office)
    await office.desk.request(office.order(Mute(), "bob", key="k2"))
    await office.done()
    assert office.vendor.done == [("mute", "bob")]
    assert {number for _, number, _ in office.wall.shown} == {2}
    office.executor.nudge()
    await office.done()
    assert {number for _, number, _ in office.wall.shown} == {2}


async def test_it_is_named_on_the_card_of_its_call_and_left_out_elsewhere(office: Office) -> None:
    await made_elsewhere(office)
    asker = Asker(MODERATOR, "C1")
    assert await office.desk.mine(asker, 5) == []
    view, cases = await office.desk.open(Asker(VIEWER, "C1"), office.room)
    assert (view.set_aside, cases) == ((), [])
    view, cases = await office.desk.open(asker, office.room)
    assert (view.set_aside, cases) == ((1,), [])
    words = "Case #1 was made by another release of Callwarden and cannot be shown here."
    assert words in str(call_message(view, cases).blocks)
