"""How many leave by going backstage stands in its form, before it is submitted."""

import pytest

from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from handlers.blocks.action_values import FORM_VERB
from tests.fakes.form_filler import FormFiller

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = "livestream:launch-show"
"""Jun is there as host, Siobhán as admin, Dolores as user."""


def left(show: Show) -> set[str]:
    return {stay.visitor.id for stay in show.stage.world.stream.rooms[LAUNCH].here()}


async def test_the_form_says_how_many_leave_and_so_many_do(show: Show) -> None:
    mira = FormFiller(show)
    form = as_text(await mira.opens(f"stage {LAUNCH} back wrong speaker"))
    assert "1 person leaves, 2 may stay." in form
    assert left(show) == {"jun", "siobhan", "dolores"}
    assert await mira.submits(reason="wrong speaker") == {}
    await mira.sees("went backstage with", "confirmed")
    assert left(show) == {"jun", "siobhan"}


async def test_the_form_in_which_a_verb_is_chosen_says_it_once_it_is_chosen(show: Show) -> None:
    mira = FormFiller(show)
    form = as_text(await mira.opens(f"stage {LAUNCH}"))
    assert "leaves" not in form
    await mira.chooses(FORM_VERB, "Go backstage")
    await mira.drawn("1 person leaves, 2 may stay.")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/calltypes", "Up to 3 people leave: Stream Video does not say who may stay."),
        ("/call/livestream/launch-show", "Stream Video did not say in time how many people leave."),
    ],
)
async def test_what_is_not_known_is_said(show: Show, path: str, words: str) -> None:
    mira = FormFiller(show)
    await mira.types(f"show {LAUNCH}")
    show.stage.world.stream.faults.error(500, on=path, times=None)
    await show.sender.command(mira.user, show.stage.cast.ops, f"stage {LAUNCH} back wrong speaker")
    await mira.drawn(words)
