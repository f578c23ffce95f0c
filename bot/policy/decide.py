"""Decisions about permission, as pure functions of the rules and of what is known of people."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.calls.actors import Role
from bot.calls.acts import Act, Person, Protection
from bot.calls.models import Vendor
from bot.calls.reports import REPORTS
from bot.calls.rights import Rights
from bot.calls.verbs import VERBS, Verb
from bot.policy.rules import Ids, Rules, list_name
from bot.ports import Member


class Grant(NamedTuple):
    """Who holds a role or a higher one: users and groups by id, or simply everyone."""

    users: frozenset[str]
    groups: frozenset[str]
    everyone: bool


def least(rules: Rules, act: Act, *, whole: bool = False) -> Role:
    """The least role for an act: the vendor's word, else the general one, else the act's own.

    An act on everyone never wants less than the verb asks for that, whatever the file says. Naming
    a crowd, or all who are there one by one (`whole`), is an act on everyone in other words.
    """
    role = least_for_one(rules, type(act.verb), act.call.vendor)
    return max(role, act.verb.least_for_all) if act.sweeping or whole else role


def least_for_one(rules: Rules, verb: type[Verb], vendor: Vendor) -> Role:
    """The least role for `verb` on a call of that vendor, or on one person in it."""
    said = _said(rules, verb.name, vendor)
    return verb.least if said is None else said


def least_for_all(rules: Rules, verb: type[Verb], vendor: Vendor) -> Role:
    """The least role for `verb` on everyone in a call of that vendor."""
    return max(least_for_one(rules, verb, vendor), verb.least_for_all)


def least_to_read(rules: Rules) -> Role:
    """The least role for the audit log and other people's cases, on any vendor."""
    return Role[rules.reading.audit.upper()]


def rights(rules: Rules, role: Role, vendor: Vendor, channel: str | None) -> Rights:
    """What somebody of that role on a vendor may do there, read in that channel (None: Home)."""
    acting = allowed_in(rules, channel)
    return Rights(
        verbs=frozenset(
            name
            for name, verb in VERBS.items()
            if acting and least_for_one(rules, verb, vendor) <= role
        ),
        everyone=frozenset(
            name
            for name, verb in VERBS.items()
            if acting and least_for_all(rules, verb, vendor) <= role
        ),
        reports=frozenset(name for name, report in REPORTS.items() if report.least <= role),
        technical=role >= Role.ADMIN,
        protection=Protection() if role >= Role.ADMIN else rules.protected.of(vendor),
    )


def _said(rules: Rules, verb: str, vendor: Vendor) -> Role | None:
    """What the file says of a verb: the vendor's word, else the general one, else nothing."""
    for verbs in (rules.vendors.of(vendor).verbs, rules.verbs):
        if verb in verbs:
            return Role[verbs[verb].upper()]
    return None


def grant(rules: Rules, role: Role, vendor: Vendor | None) -> Grant:
    """Who holds `role` or a higher one on `vendor`; with None: on at least one vendor."""
    vendors: tuple[Vendor | None, ...] = (None, *Vendor) if vendor is None else (vendor,)
    named = {
        name
        for higher in Role
        if higher >= role
        for item in vendors
        for name in role_list(rules, higher, item)
    }
    groups = frozenset(name for name in named if name.startswith("S"))
    everyone = role is Role.VIEWER and rules.people.viewers is None
    return Grant(frozenset(named) - groups, groups, everyone)


def role_list(rules: Rules, role: Role, vendor: Vendor | None) -> Ids:
    """The ids listed under a role: the vendor's own list where it has one, else the general one."""
    own = rules.own_list(role, vendor)
    general: Ids | None = getattr(rules.people, list_name(role))
    return (general or ()) if own is None else own


def allowed_in(rules: Rules, channel: str | None) -> bool:
    """Whether orders are taken in `channel`. The moderation channel counts as listed."""
    places = rules.slack
    return not places.channels or channel in {*places.channels, places.moderation_channel} - {None}


def protected(rules: Rules, vendor: Vendor, people: Iterable[Person]) -> tuple[Person, ...]:
    """Those of `people` on whom only admins may act, by any of their ids or by their role."""
    protection = rules.protected.of(vendor)
    return tuple(person for person in people if protection.covers(person.ids, person.role))


def outsider_reason(member: Member, home: str) -> str | None:
    """Why `member` may do nothing, whatever the file says; None for a full member of `home`.

    `home` is a workspace (T…) or a whole organisation (E…). What the request says of the team is
    not looked at: on Enterprise Grid it is the workspace somebody typed in, or their first one, or
    the organisation, so that a command and a press of one person would get different answers.
    """
    if not member.belongs_to(home):
        return "You belong to another workspace."
    if member.gone:
        return "This Slack account is deactivated."
    if member.bot:
        return "Bots give no orders here."
    if member.guest:
        return "You are a guest in this workspace."
    return None
