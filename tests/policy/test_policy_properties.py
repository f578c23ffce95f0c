"""What holds whatever the file says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calls.actors import Role
from bot.calls.acts import Act, Person
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS
from bot.errors import NotPermitted
from bot.policy import Policy, Rules
from bot.policy.decide import grant
from bot.policy.rules import People, Places, Protected, VendorRules, Vendors, list_name
from bot.ports import Member
from tests.fakes.directory import HOME, Table, act, actor
from tests.fakes.verbs import sample

USERS = ("U0A", "U0B", "U0C")
GROUPS = ("S0A", "S0B")
ROLES = ("moderator", "lead", "admin")

ids = st.lists(st.sampled_from(USERS + GROUPS), unique=True, max_size=4).map(tuple)
verb_roles = st.dictionaries(st.sampled_from(sorted(VERBS)), st.sampled_from(ROLES), max_size=4)
people = st.builds(People, viewers=st.none() | ids, moderators=ids, leads=ids, admins=ids)
vendor_rules = st.builds(
    VendorRules,
    moderators=st.none() | ids,
    leads=st.none() | ids,
    admins=st.none() | ids,
    verbs=verb_roles,
)
patterns = st.lists(st.sampled_from(("ann", "host-*", "*")), max_size=2).map(tuple)
all_rules = st.builds(
    Rules,
    people=people,
    verbs=verb_roles,
    vendors=st.builds(Vendors, stream=vendor_rules, realtimekit=vendor_rules),
    protected=st.builds(Protected, people=patterns, stream=patterns),
    slack=st.builds(Places, channels=st.sampled_from(((), ("C0A",)))),
    file=st.sampled_from((None, "callwarden.toml")),
)
memberships = st.dictionaries(
    st.sampled_from(GROUPS), st.frozensets(st.sampled_from(USERS)), max_size=2
)
acts = st.builds(
    act,
    st.sampled_from(sorted(VERBS)).map(sample),
    vendor=st.sampled_from(Vendor),
).flatmap(
    lambda one: st.sampled_from(
        [one, one.model_copy(update={"people": (Person(id="host-1"),) if one.people else ()})]
    )
)
channels = st.sampled_from((None, "C0A", "C0B"))


async def permitted(policy: Policy, user: str, team: str, what: Act, channel: str | None) -> bool:
    try:
        await policy.require_permitted(actor(user, team), what, channel)
    except NotPermitted:
        return False
    return True


async def may_look(policy: Policy, user: str, team: str, channel: str | None) -> bool:
    try:
        await policy.require_viewer(actor(user, team), channel)
    except NotPermitted:
        return False
    return True


def promoted(rules: Rules, user: str, role: Role) -> Rules:
    """The same rules with `user` in the general list of `role`."""
    name = list_name(role)
    longer = (*getattr(rules.people, name), user)
    return rules.model_copy(update={"people": rules.people.model_copy(update={name: longer})})


def general(rules: Rules) -> Rules:
    """The same rules with no vendor's lists in place of the general ones."""
    plain = {vendor.value: VendorRules(verbs=rules.vendors.of(vendor).verbs) for vendor in Vendor}
    return rules.model_copy(update={"vendors": Vendors(**plain)})


@settings(deadline=None)
@given(
    all_rules.map(general),
    memberships,
    acts,
    channels,
    st.sampled_from((Role.MODERATOR, Role.LEAD, Role.ADMIN)),
    st.sampled_from((Role.MODERATOR, Role.LEAD, Role.ADMIN)),
)
async def test_a_higher_role_may_do_everything_a_lower_one_may(
    rules: Rules,
    groups: dict[str, frozenset[str]],
    what: Act,
    channel: str | None,
    role: Role,
    other: Role,
) -> None:
    lower, higher = sorted((role, other))
    table = Table(groups=groups)
    below = Policy(promoted(rules, "U0NEW", lower), table)
    above = Policy(promoted(rules, "U0NEW", higher), table)
    assert await may_look(above, "U0NEW", HOME, channel) >= await may_look(
        below, "U0NEW", HOME, channel
    )
    assert await permitted(above, "U0NEW", HOME, what, channel) >= await permitted(
        below, "U0NEW", HOME, what, channel
    )


@settings(deadline=None)
@given(all_rules, st.sampled_from((None, *Vendor)))
def test_whoever_holds_a_role_holds_the_ones_below(rules: Rules, vendor: Vendor | None) -> None:
    admins, leads, moderators, viewers = (
        grant(rules, role, vendor) for role in (Role.ADMIN, Role.LEAD, Role.MODERATOR, Role.VIEWER)
    )
    assert admins.users <= leads.users <= moderators.users <= viewers.users
    assert admins.groups <= leads.groups <= moderators.groups <= viewers.groups


@settings(deadline=None)
@given(all_rules, memberships, acts, channels, st.sampled_from(USERS))
async def test_who_may_act_may_look_there(
    rules: Rules, groups: dict[str, frozenset[str]], what: Act, channel: str | None, user: str
) -> None:
    policy = Policy(rules, Table(groups=groups))
    if await permitted(policy, user, HOME, what, channel):
        assert await may_look(policy, user, HOME, channel)


strangers = st.one_of(
    st.builds(Member, user=st.just("U0A"), team=st.just("T0OTHER")),
    st.tuples(st.booleans(), st.booleans(), st.booleans())
    .filter(any)
    .map(lambda t: Member(user="U0A", team=HOME, guest=t[0], bot=t[1], gone=t[2])),
)


@settings(deadline=None)
@given(all_rules, memberships, acts, channels, strangers, st.sampled_from((HOME, "T0OTHER")))
async def test_outsiders_are_never_permitted(
    rules: Rules,
    groups: dict[str, frozenset[str]],
    what: Act,
    channel: str | None,
    stranger: Member,
    team: str,
) -> None:
    policy = Policy(rules, Table(members={"U0A": stranger}, groups=groups))
    assert not await permitted(policy, "U0A", team, what, channel)
    assert not await may_look(policy, "U0A", team, channel)
