"""Who may look, where, what a card offers, and who may set up digests or read the audit log."""

import pytest

from bot.calls.models import Vendor
from bot.calls.rights import Rights
from bot.calls.verbs import Kick
from bot.errors import (
    ChannelNotAllowed,
    RoleTooLow,
)
from bot.policy import Policy
from bot.policy.rules import Places, Reading, VendorRules, Vendors
from tests.fakes.directory import Table, act, actor
from tests.policy.people import ADMIN, LEAD, MOD, PEOPLE, PLAIN, RULES, rules


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
