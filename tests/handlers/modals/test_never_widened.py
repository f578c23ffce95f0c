"""Everyone but some, and people by name, never become everyone where the vendor cannot do that."""

import pytest

from bot.demo.slack.errors import NotShown
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.demo.vendors import Visitor
from handlers.blocks.action_values import FORM_CALL, FORM_WHOM
from tests.fakes.form_filler import SUPPORT, FormFiller, short

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def mira(show: Show) -> FormFiller:
    return FormFiller(show)


@pytest.fixture
def room(show: Show) -> str:
    """A call at RealtimeKit with two people of one name."""
    kit = show.stage.world.realtimekit
    opened = kit.open("class", "Class")
    for person, name in (("ann", "Ann"), ("bob", "Bob"), ("sam", "Sam"), ("sam-2", "Sam")):
        kit.join(opened.id, Visitor(person, name))
    return opened.id


@pytest.mark.parametrize("spared", ["ann", "bob", "sam", "nobody", "@ann and nobody"])
async def test_a_silence_that_spares_somebody_is_refused_with_the_reason(
    show: Show, mira: FormFiller, room: str, spared: str
) -> None:
    """Also where the spared has just left, is nobody there, or may be one of two."""
    await mira.types(f"show realtimekit:{room}")
    show.stage.world.realtimekit.leave(room, "bob")
    await mira.types(f"show realtimekit:{room}")
    text = await mira.types(f"silence realtimekit:{room} all except {spared} noise")
    assert "RealtimeKit can do “Silence” only to everyone at once" in text
    assert "cannot leave anybody out. Nothing was done." in text
    assert show.workspace.modals.top(mira.user.id) is None
    assert show.stage.world.realtimekit.effects == []


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("words", ["all except loud, zzz", "loud, zzz"])
async def test_a_form_chooses_everyone_only_where_somebody_said_so(
    show: Show, mira: FormFiller, words: str
) -> None:
    """Another call is chosen after the words were typed: its vendor silences everyone or nobody."""
    await mira.opens(f"silence {short(SUPPORT)} {words}")
    await mira.chooses(FORM_CALL, "Class", "class")
    view = await mira.drawn("RealtimeKit can do this only to everyone at once.")
    assert "as soon as you submit" not in as_text(view)
    with pytest.raises(NotShown, match="'Who' has to be filled in"):
        await mira.submits(reasons="Spam")
    assert show.stage.world.realtimekit.effects == []
    await mira.chooses(FORM_WHOM, "Everyone (4)")
    await mira.drawn("This silences 4 people as soon as you submit.")
    assert await mira.submits(reasons="Spam") == {}
    await mira.told("silenced everyone")


async def test_where_it_is_open_who_is_spared_everyone_is_not_chosen(
    show: Show, mira: FormFiller
) -> None:
    """Two answer to the name: neither is chosen, and what was asked for stays chosen."""
    view = await mira.opens(f'mute {short(SUPPORT)} all except "Jun Park" noise')
    assert "Everyone except selected people" in as_text(view)
    assert "Choose whom to leave out." in as_text(view)
    with pytest.raises(NotShown, match="'People' has to be filled in"):
        await mira.submits(reasons="Spam")
    assert show.stage.world.stream.effects == []
