"""The errors of refusals: what was refused, who may do it, and what to write into the file.

Every function here returns the error that its caller raises.
"""

from collections.abc import Sequence

from bot.calls.actors import Role
from bot.calls.acts import Act, Person
from bot.calls.models import Vendor
from bot.errors import (
    ChannelNotAllowed,
    NotPermitted,
    Outsider,
    ProtectedPerson,
    RoleTooLow,
    Unverified,
)
from bot.policy.decide import role_list
from bot.policy.rules import Rules, VendorRules, list_name

FILE = "callwarden.toml"
LATER = "Try again in a moment."
SINGULAR = (" call", " recording", " transcript", " livestream")
"""Ends of labels that name one thing."""
NOBODY = "Nobody holds that role yet: ask whoever looks after Callwarden here."


def role_too_low(
    rules: Rules,
    user: str,
    what: str,
    role: Role,
    vendor: Vendor | None,
    *,
    line: bool,
    besides: str = "",
) -> RoleTooLow:
    """The error that only those of `role` can do `what`; it names them.

    When nobody holds the role, it names those of the next higher one that somebody holds. With
    `line` it says what to write in the file, so that `user` may do it. `besides` is a sentence
    about what the asker may do.
    """
    where = f" on {vendor.label}" if vendor and _apart(rules, vendor) else ""
    named, holders = _holders(rules, role, vendor)
    ask = f"Ask {_an(named)}." if holders else NOBODY
    return RoleTooLow(
        " ".join(filter(None, (f"Only {role.word}s can {_said(what)}{where}.", besides))),
        next_step=ask,
        role=named.word,
        holders=holders,
        line=_line_to_add(rules, user, role, vendor) if line else "",
    )


def _said(label: str) -> str:
    """A label inside a sentence: “End call” becomes `end calls`."""
    plural = "s" if label.endswith(SINGULAR) and " a " not in label else ""
    return f"{label[:1].lower()}{label[1:]}{plural}"


def _apart(rules: Rules, vendor: Vendor) -> bool:
    """Whether a vendor has rules of its own."""
    return rules.vendors.of(vendor) != VendorRules()


def _holders(rules: Rules, role: Role, vendor: Vendor | None) -> tuple[Role, tuple[str, ...]]:
    """The role that somebody is named for, `role` or the next above it, and who is."""
    for higher in sorted(one for one in Role if one >= role):
        if found := role_list(rules, higher, vendor):
            return higher, found
    return role, ()


def _an(role: Role) -> str:
    return f"an {role.word}" if role.word[0] in "aeiou" else f"a {role.word}"


def _line_to_add(rules: Rules, user: str, role: Role, vendor: Vendor | None) -> str:
    if rules.file is None:
        return (
            f"Create {FILE} with these three lines and restart Callwarden:\n"
            f'```\n# Who may act on calls\n[people]\n{list_name(role)} = ["{user}"]\n```'
        )
    line = f'Add "{user}" to {_list(rules, role, vendor)} in {rules.file}'
    return f"{line} and restart Callwarden."


def _list(rules: Rules, role: Role, vendor: Vendor | None) -> str:
    table = "people" if rules.own_list(role, vendor) is None else f"vendors.{vendor}"
    return f"`{list_name(role)}` under `[{table}]`"


def many(act: Act) -> str:
    """The words for an act on many: on everyone, or on so many people by name."""
    return (
        f"{act.verb.label} everyone"
        if act.everyone
        else f"{act.verb.label} {len(act.people)} people"
    )


def admins_only(rules: Rules, user: str, vendor: Vendor, *, line: bool) -> ProtectedPerson:
    """The error that only admins may include protected people in an act on everyone."""
    return ProtectedPerson(
        "Only an admin can include protected people. Nothing was done.",
        next_step="Leave out `--protected`, or ask an admin.",
        role=Role.ADMIN.word,
        holders=role_list(rules, Role.ADMIN, vendor),
        line=_line_to_add(rules, user, Role.ADMIN, vendor) if line else "",
    )


def all_or_nobody(act: Act, people: Sequence[Person]) -> ProtectedPerson:
    """The error that a vendor which acts on everyone at once cannot spare the protected."""
    names = _names(people)
    verb = "is" if len(people) == 1 else "are"
    return ProtectedPerson(
        f"{act.call.vendor.label} can do “{act.verb.label}” only to everyone at once, and {names} "
        f"{verb} protected. Nothing was done.",
        next_step="Do it to people by name, or ask an admin to include protected people.",
    )


def protected_people(
    rules: Rules, user: str, people: Sequence[Person], vendor: Vendor, *, line: bool
) -> ProtectedPerson:
    """The error that an act is aimed at protected people, all of whom it names.

    With `line` it says what to write in the file, so that `user` may act on them.
    """
    names = _names(people)
    verb = "is" if len(people) == 1 else "are"
    return ProtectedPerson(
        f"{names} {verb} protected: only an admin may act on them. Nothing was done.",
        next_step="Leave them out, or ask an admin.",
        role=Role.ADMIN.word,
        holders=role_list(rules, Role.ADMIN, vendor),
        line=_line_to_add(rules, user, Role.ADMIN, vendor) if line else "",
    )


def _names(people: Sequence[Person]) -> str:
    """Who they are by name; with ids where two have the same one."""
    shown = [person.shown for person in people]
    both = (
        name if shown.count(name) == 1 else f"{name} ({person.id})"
        for name, person in zip(shown, people, strict=True)
    )
    return ", ".join(both)


def channel_not_allowed(rules: Rules, channel: str | None, *, line: bool) -> ChannelNotAllowed:
    """The error that orders are not taken in `channel`.

    None is the App Home, which no admin can allow.
    """
    step = "Type it in a channel where Callwarden is used"
    if channel is None:
        return ChannelNotAllowed("Callwarden takes no orders here.", next_step=f"{step}.")
    return ChannelNotAllowed(
        "Callwarden takes no orders here.",
        next_step=f"{step}, or ask an admin to allow this one.",
        role=Role.ADMIN.word,
        holders=role_list(rules, Role.ADMIN, None),
        line=f"{_channel_to_add(rules, channel)} and restart Callwarden." if line else "",
    )


def not_used_there(rules: Rules, channel: str, *, line: bool) -> ChannelNotAllowed:
    """The error that a channel which is not listed gets no digest."""
    add = _channel_to_add(rules, channel)
    other = f"{add[:1].lower()}{add[1:]}" if line else "ask an admin to allow this one"
    return ChannelNotAllowed(
        "Callwarden is not used in that channel.", next_step=f"Choose another, or {other}."
    )


def _channel_to_add(rules: Rules, channel: str) -> str:
    return f'Add "{channel}" to `channels` under `[slack]` in {rules.file or FILE}'


def unknown_person() -> Unverified:
    """The error that Slack did not answer who somebody is."""
    return Unverified("Slack did not say who you are; nothing was done.", next_step=LATER)


def unknown_workspace() -> NotPermitted:
    """The error that Slack names no workspace to which the person belongs."""
    return NotPermitted("Slack did not say which workspace you belong to; nothing was done.")


def no_workspace_named(rules: Rules) -> Outsider:
    """The error that the app is installed for an organisation and the file names no workspace."""
    return Outsider(
        "Callwarden is installed for the whole organisation and serves no workspace of it yet.",
        next_step='Ask an admin to add `team = "T…"` (one workspace) or `team = "E…"` (all) '
        f"under `[slack]` in {rules.file or FILE} and restart Callwarden.",
    )


def unknown_group(groups: Sequence[str]) -> Unverified:
    """The error that Slack did not answer for user groups that could have given the role."""
    names = ", ".join(groups)
    return Unverified(
        f"Slack did not say who is in user group {names}; nothing was done.", next_step=LATER
    )
