"""Who is of the workspace that is served: guests, bots and people of others are not."""

import pytest

from bot.calls.verbs import Kick
from bot.errors import (
    NotPermitted,
    Outsider,
)
from bot.policy import Policy
from bot.policy.rules import Places
from bot.ports import Member
from tests.fakes.directory import HOME, Table, act, actor
from tests.policy.people import ADMIN, PLAIN, RULES, rules


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (Member(user=ADMIN, team="T0OTHER"), "another workspace"),
        (Member(user=ADMIN, team=HOME, guest=True), "guest"),
        (Member(user=ADMIN, team=HOME, bot=True), "Bots"),
        (Member(user=ADMIN, team=HOME, gone=True), "deactivated"),
    ],
)
async def test_outsiders_are_refused_even_when_the_file_names_them(
    table: Table, member: Member, why: str
) -> None:
    table.members[ADMIN] = member
    policy = Policy(RULES, table)
    with pytest.raises(Outsider, match=why):
        await policy.require_permitted(actor(ADMIN), act(Kick()), None)
    with pytest.raises(Outsider, match=why):
        await policy.require_viewer(actor(ADMIN), None)


@pytest.mark.parametrize("named", [HOME, "T0SISTER", "E0ORG", ""])
async def test_whatever_team_a_request_names_the_person_decides(table: Table, named: str) -> None:
    """Commands, presses and events of one person name different teams."""
    policy = Policy(RULES, table)
    await policy.require_permitted(actor(ADMIN, team=named), act(Kick()), None)
    table.members[ADMIN] = Member(user=ADMIN, team="T0OTHER")
    with pytest.raises(Outsider):
        await policy.require_permitted(actor(ADMIN, team=named), act(Kick()), None)


ON_GRID: dict[str, tuple[str | None, Member, bool]] = {
    "of the same workspace": (None, Member(user=PLAIN, team=HOME), True),
    "first in a sister, and here": (
        None,
        Member(user=PLAIN, team="T0SIS", teams=frozenset({"T0SIS", HOME}), enterprise="E0ORG"),
        True,
    ),
    "only in a sister": (
        None,
        Member(user=PLAIN, team="T0SIS", teams=frozenset({"T0SIS"}), enterprise="E0ORG"),
        False,
    ),
    "no team told, here by organisation": (
        None,
        Member(user=PLAIN, team="", teams=frozenset({HOME}), enterprise="E0ORG"),
        True,
    ),
    "no team told at all": (None, Member(user=PLAIN, team=""), False),
    "the organisation is listed": (
        "E0ORG",
        Member(user=PLAIN, team="T0SIS", teams=frozenset({"T0SIS"}), enterprise="E0ORG"),
        True,
    ),
    "another organisation": (
        "E0ORG",
        Member(user=PLAIN, team="T0X", teams=frozenset({"T0X"}), enterprise="E0ELSE"),
        False,
    ),
    "a guest of a listed organisation": (
        "E0ORG",
        Member(user=PLAIN, team="T0SIS", enterprise="E0ORG", guest=True),
        False,
    ),
    "a sister is listed": (
        "T0SIS",
        Member(user=PLAIN, team=HOME, teams=frozenset({HOME, "T0SIS"}), enterprise="E0ORG"),
        True,
    ),
}


@pytest.mark.parametrize("case", ON_GRID)
async def test_who_is_of_the_house_on_enterprise_grid(table: Table, case: str) -> None:
    listed, member, inside = ON_GRID[case]
    table.members[PLAIN] = member
    policy = Policy(rules(slack=Places(team=listed)), table)
    if inside:
        await policy.require_viewer(actor(PLAIN), None)
        return
    with pytest.raises(NotPermitted):
        await policy.require_viewer(actor(PLAIN), None)


async def test_an_app_of_a_whole_organisation_serves_nobody_until_the_file_says_whom(
    table: Table,
) -> None:
    table.house = "E0ORG"
    of_all = Member(user=ADMIN, team=HOME, teams=frozenset({HOME}), enterprise="E0ORG")
    table.members[ADMIN] = of_all
    with pytest.raises(Outsider) as refused:
        await Policy(RULES, table).require_viewer(actor(ADMIN), None)
    assert '`team = "T…"`' in refused.value.next_step
    for team in (HOME, "E0ORG"):
        await Policy(rules(slack=Places(team=team)), table).require_viewer(actor(ADMIN), None)


async def test_a_team_in_the_file_is_not_asked_for_and_outranks_the_token(table: Table) -> None:
    pinned = Policy(rules(slack=Places(team="T0PINNED")), table)
    with pytest.raises(Outsider):
        await pinned.require_permitted(actor(ADMIN), act(Kick()), None)
    assert "home" not in table.asked
