"""Protected people, and acts that hit everybody."""

import pytest

from bot.calls.actors import Role
from bot.calls.acts import CROWD, Person
from bot.calls.models import Vendor
from bot.calls.verbs import Block, End, Kick, MemberRemove, Mute
from bot.errors import (
    ProtectedPerson,
    RoleTooLow,
)
from bot.policy import Policy
from bot.policy.rules import Protected
from tests.fakes.directory import Table, act, actor
from tests.policy.people import ADMIN, LEAD, MOD, PEOPLE, RULES, rules

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
