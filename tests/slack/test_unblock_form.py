"""The form of an unblock, through the real app: who is blocked is said in it, and in its menu."""

import pytest

from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from handlers.blocks.values import FORM_PEOPLE
from handlers.modals.onlist import LIST_SECONDS
from tests.slack.test_forms import SUPPORT, Former, latest, short

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALL = "/call/default/support-room"


@pytest.fixture
def mira(show: Show) -> Former:
    show.workspace.modals.clear(show.stage.cast.moderator.id)
    return Former(show)


async def test_the_form_says_who_is_blocked_and_its_menu_offers_them(
    show: Show, mira: Former
) -> None:
    """Also somebody blocked since the list was read a moment ago."""
    view = await mira.opens(f"unblock {short(SUPPORT)}")
    assert "Blocked: nobody." in as_text(view)
    assert await mira.offered(FORM_PEOPLE) == []
    show.workspace.modals.clear(mira.user.id)
    show.stage.world.stream.rooms[SUPPORT].blocked.append("umar")
    await mira.opens(f"unblock {short(SUPPORT)}")
    await mira.drawn("Blocked: umar.")
    assert await mira.offered(FORM_PEOPLE) == ["umar | umar"]
    await mira.chooses(FORM_PEOPLE, "umar", "um")
    assert await mira.submits(reason="appeal") == {}
    await mira.told("unblocked", "umar", "confirmed")
    assert [one.id for one in (await latest(show)).act.people] == ["umar"]


async def test_a_slow_list_is_not_given_up_and_is_there_for_the_next_letter(
    show: Show, mira: Former
) -> None:
    stream = show.stage.world.stream
    stream.rooms[SUPPORT].blocked.append("umar")
    await mira.types(f"show {short(SUPPORT)}")
    stream.faults.slow(LIST_SECONDS * 1.5, on=CALL, times=None)
    await mira.opens(f"unblock {short(SUPPORT)}")
    stream.faults.clear()

    for _ in range(20):
        if offered := await mira.offered(FORM_PEOPLE, "um"):
            break
    assert offered == ["umar | umar"]
