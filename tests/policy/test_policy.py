"""Who may look and act, and what a refusal says."""

import pytest

from bot.calls.actors import Role
from bot.calls.acts import CROWD, Person
from bot.calls.models import Vendor
from bot.calls.rights import Rights
from bot.calls.verbs import Block, End, Kick, MemberRemove, Mute, Verb
from bot.errors import (
    ChannelNotAllowed,
    NotPermitted,
    Outsider,
    ProtectedPerson,
    RoleTooLow,
)
from bot.policy import Policy, Rules
from bot.policy.rules import People, Places, Protected, Reading, VendorRules, Vendors
from bot.ports import Member
from tests.fakes.directory import HOME, Table, act, actor

MOD, LEAD, ADMIN, PLAIN = "U0MOD", "U0LEAD", "U0ADMIN", "U0PLAIN"
PEOPLE = People(moderators=(MOD, "S0MODS"), leads=(LEAD,), admins=(ADMIN,))
RULES = Rules(people=PEOPLE, file="callwarden.toml")


def rules(**sections: object) -> Rules:
    return RULES.model_copy(update=sections)


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


async def test_named_viewers_and_everyone_with_a_role_may_look_and_nobody_else(
    table: Table,
) -> None:
    own = Vendors(cometchat=VendorRules(leads=("U0COMET",)))
    few = rules(people=PEOPLE.model_copy(update={"viewers": ("U0VIEW",)}), vendors=own)
    policy = Policy(few, table)
    for user in ("U0VIEW", MOD, "U0COMET"):
        await policy.require_viewer(actor(user), None)
    with pytest.raises(RoleTooLow) as refused:
        await policy.require_viewer(actor(PLAIN), None)
    assert str(refused.value) == "Only viewers can look at calls."
    assert (refused.value.role, refused.value.holders) == ("viewer", ("U0VIEW",))


async def test_orders_are_taken_in_listed_channels_and_the_moderation_channel(
    table: Table,
) -> None:
    places = Places(channels=("C0OPS",), moderation_channel="C0MOD")
    policy = Policy(rules(slack=places), table)
    for channel in ("C0OPS", "C0MOD"):
        await policy.require_permitted(actor(MOD), act(Kick()), channel)
        await policy.require_viewer(actor(PLAIN), channel)
    with pytest.raises(ChannelNotAllowed) as refused:
        await policy.require_permitted(actor(MOD), act(Kick()), "C0ELSE")
    assert refused.value.next_step == (
        "Type it in a channel where Callwarden is used, or ask an admin to allow this one."
    )
    assert (refused.value.role, refused.value.holders) == ("admin", (ADMIN,))
    assert refused.value.line == ""
    with pytest.raises(ChannelNotAllowed) as shown:
        await policy.require_permitted(actor(ADMIN), act(Kick()), "C0ELSE")
    assert 'Add "C0ELSE" to `channels` under `[slack]`' in shown.value.line
    with pytest.raises(ChannelNotAllowed):
        await policy.require_viewer(actor(MOD), "C0ELSE")


async def test_listed_channels_leave_the_app_home_for_looking_only(table: Table) -> None:
    policy = Policy(rules(slack=Places(channels=("C0OPS",))), table)
    await policy.require_viewer(actor(PLAIN), None)
    with pytest.raises(ChannelNotAllowed) as refused:
        await policy.require_permitted(actor(MOD), act(Kick()), None)
    assert refused.value.next_step == "Type it in a channel where Callwarden is used."


HOST = Person(id="p-1", custom_id="host-7", name="Grace")


async def test_one_protected_person_refuses_the_whole_act_and_is_named(table: Table) -> None:
    policy = Policy(rules(protected=Protected(people=("host-*",))), table)
    crowd = act(Block(), Person(id="ann"), HOST, Person(id="host-9"))
    with pytest.raises(ProtectedPerson) as refused:
        await policy.require_permitted(actor(LEAD), crowd, None)
    assert str(refused.value) == (
        "Grace, host-9 are protected: only an admin may act on them. Nothing was done."
    )
    assert refused.value.next_step == "Leave them out, or ask an admin."
    assert (refused.value.role, refused.value.holders) == ("admin", (ADMIN,))
    assert refused.value.line == ""
    await policy.require_permitted(actor(ADMIN), crowd, None)
    await policy.require_permitted(actor(LEAD), act(Block(), Person(id="ann")), None)


async def test_two_protected_people_of_one_name_are_told_apart_by_id(table: Table) -> None:
    policy = Policy(rules(protected=Protected(people=("host-*",))), table)
    two = act(Block(), *(Person(id=f"host-{item}", name="Grace") for item in (1, 2)))
    with pytest.raises(ProtectedPerson, match=r"^Grace \(host-1\), Grace \(host-2\) are protected"):
        await policy.require_permitted(actor(LEAD), two, None)


async def test_while_there_is_no_admin_everybody_reads_how_to_become_one(table: Table) -> None:
    bare = rules(
        people=PEOPLE.model_copy(update={"admins": ()}), protected=Protected(people=("host-*",))
    )
    for asked in (act(Kick(), HOST), act(Mute(), everyone=True)):
        too = asked.model_copy(update={"protected_too": asked.everyone})
        with pytest.raises(ProtectedPerson) as refused:
            await Policy(bare, table).require_permitted(actor(LEAD), too, None)
        assert refused.value.line.startswith(f'Add "{LEAD}" to `admins` under `[people]`')
        assert refused.value.holders == ()


async def test_a_vendors_protected_list_holds_there_only(table: Table) -> None:
    policy = Policy(rules(protected=Protected(stream=("p-1",))), table)
    with pytest.raises(ProtectedPerson, match="Grace is protected"):
        await policy.require_permitted(actor(MOD), act(Kick(), HOST), None)
    await policy.require_permitted(actor(MOD), act(Kick(), HOST, vendor=Vendor.REALTIMEKIT), None)


async def test_an_id_full_of_pattern_signs_protects_itself(table: Table) -> None:
    policy = Policy(rules(protected=Protected(people=("a[1]",))), table)
    with pytest.raises(ProtectedPerson):
        await policy.require_permitted(actor(MOD), act(Kick(), Person(id="a[1]")), None)


async def test_protection_does_not_stop_acts_aimed_at_nobody(table: Table) -> None:
    policy = Policy(rules(protected=Protected(people=("*",))), table)
    await policy.require_permitted(actor(LEAD), act(End()), None)
    await policy.require_permitted(actor(MOD), act(Mute(), everyone=True), None)


VERA = Person(
    id="5f3c-uuid", custom_id="vera", presence="peer-9", role="host", name="Dr. Vera Lindqvist"
)


@pytest.mark.parametrize(
    ("protected", "covered"),
    [
        (Protected(people=("5f3c-uuid",)), True),
        (Protected(people=("vera",)), True),
        (Protected(people=("peer-*",)), True),
        (Protected(roles=("admin", "host")), True),
        (Protected(realtimekit=("vera",)), True),
        (Protected(stream=("vera",)), False),
        (Protected(roles=("Host", "host-*", "hos?")), False),
        (Protected(people=("host", "Dr. Vera Lindqvist")), False),
        (Protected(), False),
    ],
)
async def test_every_id_of_somebody_counts_and_their_role(
    table: Table, protected: Protected, covered: bool
) -> None:
    policy = Policy(rules(protected=protected), table)
    kick = act(Kick(), VERA, vendor=Vendor.REALTIMEKIT)
    if not covered:
        await policy.require_permitted(actor(MOD), kick, None)
        return
    with pytest.raises(ProtectedPerson, match="Vera Lindqvist"):
        await policy.require_permitted(actor(MOD), kick, None)
    await policy.require_permitted(actor(ADMIN), kick, None)


async def test_a_person_is_judged_by_all_that_is_known_of_them(table: Table) -> None:
    policy = Policy(rules(protected=Protected(people=("vera",))), table)
    bare = act(MemberRemove(), Person(id="5f3c-uuid"), vendor=Vendor.REALTIMEKIT)
    await policy.require_permitted(actor(MOD), bare, None)
    with pytest.raises(ProtectedPerson, match=r"Dr\. Vera Lindqvist is protected"):
        await policy.require_permitted(actor(MOD), bare, None, people=[VERA])


async def test_only_admins_include_protected_people_in_an_act_on_everyone(table: Table) -> None:
    policy = Policy(RULES, table)
    asked = act(Mute(), everyone=True).model_copy(update={"protected_too": True})
    with pytest.raises(ProtectedPerson, match="Only an admin can include protected people"):
        await policy.require_permitted(actor(LEAD), asked, None)
    await policy.require_permitted(actor(ADMIN), asked, None)


SOME, CROWDED = (tuple(Person(id=f"p{n}") for n in range(many)) for many in (CROWD, CROWD + 1))


@pytest.mark.parametrize("said", [None, "moderator", "lead", "admin"])
@pytest.mark.parametrize(
    ("people", "everyone", "whole", "floor"),
    [
        (SOME[:1], False, False, Role.MODERATOR),
        (SOME, False, False, Role.MODERATOR),
        (SOME, False, True, Role.LEAD),
        (CROWDED, False, False, Role.LEAD),
        ((), True, False, Role.LEAD),
    ],
    ids=["one", "some", "all-of-them", "a-crowd", "everyone"],
)
async def test_kicking_everyone_wants_a_lead_in_whatever_words_and_whatever_the_file_says(
    table: Table,
    said: str | None,
    people: tuple[Person, ...],
    everyone: bool,
    whole: bool,
    floor: Role,
) -> None:
    policy = Policy(rules(verbs={"kick": said} if said else {}), table)
    kick = act(Kick(), *people, everyone=everyone)
    needed = max(floor, Role[said.upper()] if said else Role.NOBODY)
    for user, role in ((MOD, Role.MODERATOR), (LEAD, Role.LEAD), (ADMIN, Role.ADMIN)):
        if role >= needed:
            await policy.require_permitted(actor(user), kick, None, whole=whole)
        else:
            with pytest.raises(RoleTooLow, match=f"Only {needed.word}s can"):
                await policy.require_permitted(actor(user), kick, None, whole=whole)


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


@pytest.mark.parametrize("user", [LEAD, ADMIN])
async def test_leads_and_admins_may_set_up_digests(table: Table, user: str) -> None:
    await Policy(RULES, table).require_subscriber(actor(user), "C0ANY")


async def test_a_lead_of_one_vendor_may_set_up_digests(table: Table) -> None:
    own = Vendors(realtimekit=VendorRules(leads=(PLAIN,)))
    await Policy(rules(vendors=own), table).require_subscriber(actor(PLAIN), "C0ANY")


@pytest.mark.parametrize("user", [MOD, PLAIN])
async def test_nobody_else_may_and_reads_what_to_add(table: Table, user: str) -> None:
    with pytest.raises(RoleTooLow, match="Only leads can set up digests") as refused:
        await Policy(RULES, table).require_subscriber(actor(user), "C0ANY")
    assert (refused.value.role, refused.value.holders) == ("lead", (LEAD,))


async def test_digests_are_set_up_and_go_only_where_callwarden_is_used(table: Table) -> None:
    policy = Policy(rules(slack=Places(channels=("C0OPS",))), table)
    with pytest.raises(ChannelNotAllowed):
        await policy.require_subscriber(actor(LEAD), "C0ANY")
    with pytest.raises(ChannelNotAllowed, match="not used in that channel"):
        await policy.require_served(actor(LEAD), "C0ANY")
    await policy.require_served(actor(LEAD), "C0OPS")
    await Policy(RULES, table).require_served(actor(LEAD), "C0ANY")


RIGHTS = [
    (PLAIN, "kick", False, False),
    (MOD, "kick", False, True),
    (MOD, "end", False, False),
    (MOD, "mute", True, True),
    (MOD, "kick", True, False),
    (LEAD, "kick", True, True),
    (LEAD, "end", False, True),
]


@pytest.mark.parametrize(("user", "verb", "everyone", "offered"), RIGHTS)
async def test_what_a_card_offers_is_what_its_reader_may_do(
    table: Table, user: str, verb: str, everyone: bool, offered: bool
) -> None:
    policy = Policy(RULES, table)
    rights = await policy.rights(actor(user), Vendor.STREAM, "C0ANY")
    assert rights.may(verb, everyone=everyone) is offered
    assert ("recordings" in rights.reports) is (user != PLAIN)


async def test_nothing_is_offered_where_no_orders_are_taken(table: Table) -> None:
    policy = Policy(rules(slack=Places(channels=("C0OPS",))), table)
    for channel, offered in (("C0OPS", True), ("C0ELSE", False), (None, False)):
        rights = await policy.rights(actor(LEAD), Vendor.STREAM, channel)
        assert rights.may("end") is offered
        assert "recordings" in rights.reports


async def test_a_card_offers_nothing_to_whoever_holds_no_role(table: Table) -> None:
    few = rules(people=PEOPLE.model_copy(update={"viewers": (LEAD,)}))
    assert await Policy(few, table).rights(actor(PLAIN), Vendor.STREAM, None) == Rights()


async def test_a_card_is_drawn_although_slack_is_silent_on_a_group(table: Table) -> None:
    groups = rules(people=PEOPLE.model_copy(update={"admins": ("S0ADMINS",)}))
    table.silent.add("S0ADMINS")
    rights = await Policy(groups, table).rights(actor(LEAD), Vendor.STREAM, None)
    assert rights.may("end")


READERS = [
    (Reading(), PLAIN, False),
    (Reading(), MOD, True),
    (Reading(audit="viewer"), PLAIN, True),
    (Reading(audit="lead"), MOD, False),
    (Reading(audit="lead"), LEAD, True),
]


@pytest.mark.parametrize(("reading", "user", "may"), READERS)
async def test_the_file_says_who_reads_the_audit_log(
    table: Table, reading: Reading, user: str, may: bool
) -> None:
    policy = Policy(rules(reading=reading), table)
    assert await policy.may_read_audit(actor(user)) is may
    if may:
        await policy.require_auditor(actor(user), "Reading the audit log")
    else:
        with pytest.raises(RoleTooLow):
            await policy.require_auditor(actor(user), "Reading the audit log")


async def test_a_moderator_of_one_vendor_reads_the_audit_log(table: Table) -> None:
    own = Vendors(cometchat=VendorRules(moderators=(PLAIN,)))
    assert await Policy(rules(vendors=own), table).may_read_audit(actor(PLAIN))


async def test_a_form_is_refused_to_whoever_may_do_nothing_in_it(table: Table) -> None:
    own = Vendors(cometchat=VendorRules(moderators=(PLAIN,)))
    policy = Policy(rules(vendors=own, slack=Places(channels=("C0OPS",))), table)
    kicks = [(Kick, Vendor.STREAM), (Kick, Vendor.COMETCHAT)]
    await policy.require_any(actor(PLAIN), kicks, "C0OPS", "Kick")
    await policy.require_any(actor(PLAIN), [], "C0OPS", "Kick")
    with pytest.raises(RoleTooLow):
        await policy.require_any(actor(PLAIN), kicks[:1], "C0OPS", "Kick")
    with pytest.raises(ChannelNotAllowed):
        await policy.require_any(actor(PLAIN), kicks, "C0ELSE", "Kick")
