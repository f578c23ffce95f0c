"""A case of another release that cannot be read holds up nobody, and is named where it belongs."""

from sqlalchemy import text

from bot.calls.verbs import Mute
from bot.moderation.asker import Asker
from handlers.blocks.call_card import call_message
from tests.moderation.harness import MODERATOR, VIEWER, Harness

ODD = """UPDATE moderation_case SET request = '{"act": {"verb": {"name": "teleport"}}}'"""


async def made_elsewhere(harness: Harness) -> None:
    """Case 1 becomes one of another release."""
    await harness.store.accept(harness.order(Mute(), "ann"))
    async with harness.store._database.engine.begin() as connection:
        await connection.execute(text(ODD))


async def test_its_line_and_itself_are_left_to_others_while_the_rest_goes_on(
    harness: Harness,
) -> None:
    await made_elsewhere(harness)
    await harness.service.request(harness.order(Mute(), "bob", key="k2"))
    await harness.done()
    assert harness.vendor.done == [("mute", "bob")]
    assert {number for _, number, _ in harness.wall.shown} == {2}
    harness.executor.wake()
    await harness.done()
    assert {number for _, number, _ in harness.wall.shown} == {2}


async def test_it_is_named_on_the_card_of_its_call_and_left_out_elsewhere(harness: Harness) -> None:
    await made_elsewhere(harness)
    asker = Asker(MODERATOR, "C1")
    assert await harness.service.cases.own(asker, 5) == []
    view, cases = await harness.service.open(Asker(VIEWER, "C1"), harness.room)
    assert (view.set_aside, cases) == ((), [])
    view, cases = await harness.service.open(asker, harness.room)
    assert (view.set_aside, cases) == ((1,), [])
    words = "Case #1 was made by another release of Callwarden and cannot be shown here."
    assert words in str(call_message(view, cases).blocks)
