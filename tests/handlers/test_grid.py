"""Enterprise Grid: whoever is of the house gets the same answer, whatever they press or type."""

from pathlib import Path
from typing import Any

import pytest

from bot.calls.live import ListView
from bot.demo.slack.people import User
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.demo.slack.workspace import TEAM
from bot.demo.stage import Show, open_show
from handlers.blocks.action_values import MODERATE, REFRESH_LIST, ListValue
from handlers.blocks.elements import actions, button

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORG, SISTER = "E0ACME", "T0SISTER"

INSIDE: dict[str, dict[str, Any]] = {
    "first in a sister workspace": {
        "team": SISTER,
        "enterprise": ORG,
        "teams": (SISTER, TEAM),
        "stranger": True,
    },
    "no team is told": {"team": TEAM, "enterprise": ORG, "teams": (TEAM,), "untold": True},
}
OUTSIDE: dict[str, dict[str, Any]] = {
    "only in a sister workspace": {"team": SISTER, "enterprise": ORG, "teams": (SISTER,)},
    "of another organisation": {"team": "T0X", "enterprise": "E0X", "teams": ("T0X",)},
    "nothing is told": {"team": TEAM, "untold": True},
}


async def joins(show: Show, **traits: Any) -> User:
    """Somebody of a Grid organisation in the channel where commands are typed."""
    show.workspace.enterprise = ORG
    user = show.workspace.add_user("Greta", **traits)
    show.stage.cast.ops.members.add(user.id)
    return user


async def answers(show: Show, user: User) -> list[str]:
    """What a command, a press on a card in the channel, Home and the shortcut show that person."""
    ops = show.stage.cast.ops
    seen = len(_private(show, user))
    assert (await show.sender.command(user, ops, "list")).trouble is None
    told = [await _next(show, user, seen)]
    refresh = actions([button("Refresh", REFRESH_LIST, ListValue(view=ListView()))])
    card = show.workspace.post(ops.id, "Calls", refresh)
    assert (await show.sender.press(user, card, text="Refresh")).trouble is None
    told.append(await _after_press(show, user, card, seen + 1))
    await show.sender.app_home_opened(user)
    told.append(await show.workspace.until(lambda: _home(show, user)))
    await show.sender.shortcut(user, MODERATE)
    told.append(await show.workspace.until(lambda: _form(show, user)))
    return told


def _private(show: Show, user: User) -> list[Message]:
    return show.workspace.ephemerals.get(user.id, [])


async def _next(show: Show, user: User, seen: int) -> str:
    def found() -> str | None:
        mine = _private(show, user)
        return as_text(mine[-1]) if len(mine) > seen else None

    return await show.workspace.until(found)


async def _after_press(show: Show, user: User, card: Message, seen: int) -> str:
    """The answer in the card's place, or beside it."""

    def found() -> str | None:
        if card.edited:
            return as_text(card)
        mine = _private(show, user)
        return as_text(mine[-1]) if len(mine) > seen else None

    return await show.workspace.until(found)


def _home(show: Show, user: User) -> str | None:
    view = show.workspace.modals.homes.get(user.id)
    return None if view is None else as_text(view)


def _form(show: Show, user: User) -> str | None:
    view = show.workspace.modals.top(user.id)
    text = "" if view is None else as_text(view)
    return text if text and "Loading the live calls" not in text else None


@pytest.mark.parametrize("kind", INSIDE)
async def test_a_person_of_the_organisation_who_is_in_the_workspace_is_served(
    show: Show, kind: str
) -> None:
    for told in await answers(show, await joins(show, **INSIDE[kind])):
        assert "workspace" not in told


@pytest.mark.parametrize("kind", OUTSIDE)
async def test_whoever_is_not_of_the_workspace_gets_the_same_no_everywhere(
    show: Show, kind: str
) -> None:
    told = await answers(show, await joins(show, **OUTSIDE[kind]))
    no = (
        "Slack did not say which workspace you belong to"
        if "nothing" in kind
        else "another workspace"
    )
    assert [no in item for item in told] == [True] * 4


async def test_an_app_of_the_whole_organisation_serves_the_workspace_the_file_names(
    tmp_path: Path,
) -> None:
    rules = f'[slack]\nteam = "{TEAM}"\n'
    async with open_show(tmp_path, rules=rules) as show:
        show.workspace.org_wide = True
        inside = await joins(show, **INSIDE["first in a sister workspace"])
        assert not any("workspace" in answer for answer in await answers(show, inside))


async def test_an_app_of_the_whole_organisation_says_that_the_file_has_to_name_whom_it_serves(
    show: Show,
) -> None:
    show.workspace.org_wide = True
    inside = await joins(show, **INSIDE["first in a sister workspace"])
    for told in await answers(show, inside):
        assert "serves no workspace of it yet" in told
