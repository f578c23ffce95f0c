"""Who may act, by the role they hold, and what a refusal says."""

import pytest

from bot.calls.actors import Role
from bot.calls.models import Vendor
from bot.calls.verbs import End, Kick, Mute, Verb
from bot.errors import (
    NotPermitted,
    Outsider,
    RoleTooLow,
)
from bot.policy import Policy, Rules
from bot.policy.rules import People, VendorRules, Vendors
from bot.ports import Member
from tests.fakes.directory import Table, act, actor
from tests.policy.people import ADMIN, LEAD, MOD, PEOPLE, PLAIN, RULES, rules


async def test_without_a_file_everyone_may_look(table: Table) -> None:
    await Policy(Rules(), table).require_viewer(actor(PLAIN), "C0ANY")


async def test_without_a_file_nobody_may_act_and_the_refusal_is_the_file_to_write(
    table: Table,
) -> None:
    with pytest.raises(RoleTooLow) as refused:
        await Policy(Rules(), table).require_permitted(actor("U024BE7LH"), act(Kick()), "C0ANY")
    assert str(refused.value) == "Only moderators can kick."
    assert refused.value.line == (
        "Create callwarden.toml with these three lines and restart Callwarden:\n"
        '```\n# Who may act on calls\n[people]\nmoderators = ["U024BE7LH"]\n```'
    )


UNLED = PEOPLE.model_copy(update={"admins": ()})


@pytest.mark.parametrize(
    ("people", "user", "line"),
    [
        (PEOPLE, "U024BE7LH", False),
        (UNLED, "U024BE7LH", True),
        (PEOPLE.model_copy(update={"admins": ("S0ADMINS",)}), "U024BE7LH", False),
    ],
)
async def test_the_line_to_add_is_for_admins_and_for_everybody_while_there_is_none(
    table: Table, people: People, user: str, line: bool
) -> None:
    with pytest.raises(RoleTooLow) as refused:
        await Policy(rules(people=people), table).require_permitted(actor(user), act(Kick()), None)
    expected = f'Add "{user}" to `moderators` under `[people]` in callwarden.toml'
    assert refused.value.line.startswith(expected) is line
    assert bool(refused.value.line) is line


async def test_an_admin_whom_a_vendor_refuses_reads_the_line_to_add(table: Table) -> None:
    own = Vendors(stream=VendorRules(moderators=(), leads=(), admins=()))
    with pytest.raises(RoleTooLow) as refused:
        await Policy(rules(vendors=own), table).require_permitted(actor(ADMIN), act(Kick()), None)
    assert "`moderators` under `[vendors.stream]`" in refused.value.line


HOLDERS = [
    (PEOPLE, End(), False, "Only leads can end calls.", "lead", (LEAD,)),
    (PEOPLE, Kick(), True, "Only leads can kick everyone.", "lead", (LEAD,)),
    (PEOPLE, Kick(), False, "Only moderators can kick.", "moderator", (MOD, "S0MODS")),
    (People(admins=(ADMIN,)), End(), False, "Only leads can end calls.", "admin", (ADMIN,)),
    (People(), End(), False, "Only leads can end calls.", "lead", ()),
]


@pytest.mark.parametrize(("people", "verb", "everyone", "said", "role", "holders"), HOLDERS)
async def test_a_refusal_names_the_people_who_may(
    table: Table,
    people: People,
    verb: Verb,
    everyone: bool,
    said: str,
    role: str,
    holders: tuple[str, ...],
) -> None:
    with pytest.raises(RoleTooLow) as refused:
        await Policy(rules(people=people), table).require_permitted(
            actor(PLAIN), act(verb, everyone=everyone), None
        )
    assert (str(refused.value), refused.value.role, refused.value.holders) == (said, role, holders)
    assert ("ask whoever looks after" in refused.value.next_step) is (holders == ())


async def test_the_refusal_names_the_vendors_own_list_where_there_is_one(table: Table) -> None:
    own = Vendors(realtimekit=VendorRules(moderators=()))
    policy = Policy(rules(vendors=own, people=UNLED), table)
    with pytest.raises(RoleTooLow) as refused:
        await policy.require_permitted(actor(MOD), act(Kick(), vendor=Vendor.REALTIMEKIT), None)
    assert "`moderators` under `[vendors.realtimekit]`" in refused.value.line
    await policy.require_permitted(actor(LEAD), act(Kick(), vendor=Vendor.REALTIMEKIT), None)


async def test_a_moderator_kicks_but_does_not_end(table: Table) -> None:
    policy = Policy(RULES, table)
    await policy.require_permitted(actor(MOD), act(Kick()), "C0ANY")
    with pytest.raises(RoleTooLow, match="Only leads can end call"):
        await policy.require_permitted(actor(MOD), act(End()), "C0ANY")
    await policy.require_permitted(actor(LEAD), act(End()), "C0ANY")


async def test_the_least_role_is_the_vendors_word_before_the_general_one(table: Table) -> None:
    strict = Vendors(stream=VendorRules(verbs={"kick": "admin"}))
    policy = Policy(rules(verbs={"kick": "lead", "end": "moderator"}, vendors=strict), table)
    with pytest.raises(RoleTooLow, match="admin"):
        await policy.require_permitted(actor(LEAD), act(Kick()), None)
    await policy.require_permitted(actor(LEAD), act(Kick(), vendor=Vendor.REALTIMEKIT), None)
    with pytest.raises(RoleTooLow, match="lead"):
        await policy.require_permitted(actor(MOD), act(Kick(), vendor=Vendor.REALTIMEKIT), None)
    await policy.require_permitted(actor(MOD), act(End()), None)


async def test_somebody_named_by_id_costs_no_group_question(table: Table) -> None:
    await Policy(RULES, table).require_permitted(actor(MOD), act(Kick()), None)
    assert table.asked == ["home", MOD]


async def test_members_of_a_group_hold_its_role(table: Table) -> None:
    table.groups["S0MODS"] = frozenset({PLAIN})
    await Policy(RULES, table).require_permitted(actor(PLAIN), act(Mute()), None)


async def test_only_groups_that_could_give_the_role_are_asked(table: Table) -> None:
    with pytest.raises(RoleTooLow):
        await Policy(RULES, table).require_permitted(actor(PLAIN), act(End()), None)
    assert "S0MODS" not in table.asked


async def test_a_silent_group_refuses_unless_another_one_settles_it(table: Table) -> None:
    two = rules(people=People(moderators=("S0MODS", "S1MODS")))
    table.silent.add("S0MODS")
    with pytest.raises(NotPermitted, match="who is in user group S0MODS; nothing was done"):
        await Policy(two, table).require_permitted(actor(PLAIN), act(Mute()), None)
    table.groups["S1MODS"] = frozenset({PLAIN})
    await Policy(two, table).require_permitted(actor(PLAIN), act(Mute()), None)


@pytest.mark.parametrize("silent", ["home", MOD])
async def test_when_slack_is_silent_the_answer_is_no(table: Table, silent: str) -> None:
    table.silent.add(silent)
    with pytest.raises(NotPermitted) as refused:
        await Policy(RULES, table).require_permitted(actor(MOD), act(Kick()), None)
    assert str(refused.value) == "Slack did not say who you are; nothing was done."
    assert refused.value.next_step == "Try again in a moment."


@pytest.mark.parametrize(("user", "admin"), [(MOD, False), (LEAD, False), (ADMIN, True)])
async def test_who_is_an_admin_is_no_question_of_who_asks_first(
    table: Table, user: str, admin: bool
) -> None:
    policy = Policy(RULES, table)
    assert await policy.is_admin(actor(user), Vendor.STREAM) is admin
    table.silent.add(user)
    assert not await policy.is_admin(actor(user), Vendor.STREAM)


@pytest.mark.parametrize(
    ("user", "role"),
    [(PLAIN, Role.VIEWER), (MOD, Role.MODERATOR), (LEAD, Role.LEAD), (ADMIN, Role.ADMIN)],
)
async def test_somebodys_standing_is_the_highest_role_they_hold(
    table: Table, user: str, role: Role
) -> None:
    assert await Policy(RULES, table).standing(actor(user), Vendor.STREAM) is role


async def test_a_vendors_own_list_gives_another_standing_there(table: Table) -> None:
    own = Vendors(realtimekit=VendorRules(moderators=()))
    policy = Policy(rules(vendors=own, people=PEOPLE.model_copy(update={"viewers": ()})), table)
    assert await policy.standing(actor(MOD), Vendor.STREAM) is Role.MODERATOR
    assert await policy.standing(actor(MOD), Vendor.REALTIMEKIT) is Role.NOBODY


async def test_outsiders_have_no_standing(table: Table) -> None:
    table.members[PLAIN] = Member(user=PLAIN, team="T0ELSE")
    with pytest.raises(Outsider):
        await Policy(RULES, table).standing(actor(PLAIN), Vendor.STREAM)


def test_the_least_role_for_a_verb_is_the_files_word_or_the_verbs_own(table: Table) -> None:
    policy = Policy(rules(verbs={"kick": "lead"}), table)
    assert policy.least(Kick, Vendor.STREAM) is Role.LEAD
    assert policy.least(Mute, Vendor.STREAM) is Mute.least
