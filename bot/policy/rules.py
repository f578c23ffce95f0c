"""The rules as callwarden.toml has them, a class for each section."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.calls.actors import Role
from bot.calls.acts import Protection
from bot.calls.models import Frozen, Vendor
from bot.calls.verbs import VERBS

UNKNOWN_KEY = "unknown_key"
"""The type of the pydantic error for a key nobody knows; its context has `key` and `known`."""


def spelled(pattern: str, what: str, *, secret: bool = False) -> AfterValidator:
    """A validator for text that matches `pattern`; its error says `what` it should have been.

    A value that may be `secret`, or hold a secret, is not repeated in the error.
    """
    form = re.compile(pattern)

    def check(text: str) -> str:
        if form.fullmatch(text) is None:
            raise PydanticCustomError(
                "spelling",
                "{text} is not {what}",
                {"text": "it" if secret else repr(text), "what": what},
            )
        return text

    return AfterValidator(check)


SlackId = Annotated[
    str, spelled(r"[UWS][A-Z0-9]{2,}", "a Slack user id (U…, W…) or user group id (S…)")
]
ChannelId = Annotated[str, spelled(r"[CGD][A-Z0-9]{2,}", "a Slack channel id (C…)")]
TeamId = Annotated[
    str, spelled(r"[TE][A-Z0-9]{2,}", "a Slack workspace id (T…) or organisation id (E…)")
]
Pattern = Annotated[str, StringConstraints(min_length=1)]
"""A participant id or custom id, or an `fnmatch` pattern for several, such as `host-*`."""

RoleInCall = Annotated[str, StringConstraints(min_length=1)]
"""What a vendor says somebody is in a call, such as `host`; upper and lower case differ."""

Ids = tuple[SlackId, ...]
Patterns = tuple[Pattern, ...]
ActingRole = Literal["moderator", "lead", "admin"]
"""The least role for a verb. Not `viewer`: everyone is one unless the file says otherwise."""

ReadingRole = Literal["viewer", "moderator", "lead", "admin"]
"""The least role to read something."""


def require_known_keys(keys: Iterable[str], known: Iterable[str]) -> None:
    """Raise PydanticCustomError of type `UNKNOWN_KEY` for the first of `keys` not in `known`."""
    names = sorted(known)
    for key in keys:
        if key not in names:
            raise PydanticCustomError(UNKNOWN_KEY, "unknown key", {"key": key, "known": names})


class Section(Frozen):
    """A table of callwarden.toml: an unknown key is refused together with the known ones."""

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            require_known_keys(data, cls.model_fields)
        return data


def _known_verbs(verbs: Mapping[str, ActingRole]) -> Mapping[str, ActingRole]:
    require_known_keys(verbs, VERBS)
    return verbs


VerbRoles = Annotated[Mapping[str, ActingRole], AfterValidator(_known_verbs)]
"""The least role by verb name, where it differs from the verb's own."""


class People(Section):
    """`[people]`: who holds which role. `viewers` None is everyone of the own workspace."""

    viewers: Ids | None = None
    moderators: Ids = ()
    leads: Ids = ()
    admins: Ids = ()


class VendorRules(Section):
    """`[vendors.<vendor>]`: lists and verbs in place of the general ones; None is 'as there'."""

    moderators: Ids | None = None
    leads: Ids | None = None
    admins: Ids | None = None
    verbs: VerbRoles = Field(default_factory=dict)


class Vendors(Section):
    """`[vendors]`: the table of each vendor."""

    stream: VendorRules = VendorRules()
    realtimekit: VendorRules = VendorRules()
    cometchat: VendorRules = VendorRules()

    def of(self, vendor: Vendor) -> VendorRules:
        """The rules in the table of `vendor`."""
        rules: VendorRules = getattr(self, vendor.value)
        return rules


class Protected(Section):
    """`[protected]`: people only admins may act on; a vendor's list adds to `people`.

    `roles` are the vendor's own words for what somebody is in a call: a role, a preset.
    """

    people: Patterns = ()
    roles: tuple[RoleInCall, ...] = ()
    stream: Patterns = ()
    realtimekit: Patterns = ()
    cometchat: Patterns = ()

    def of(self, vendor: Vendor) -> Protection:
        """The people who are protected on one vendor: the general list and the vendor's own."""
        own: Patterns = getattr(self, vendor.value)
        return Protection(patterns=self.people + own, roles=self.roles)


class Places(Section):
    """`[slack]`: where orders are taken (`channels` empty: everywhere) and cases are told.

    A channel shared with another workspace takes no digest and no line, unless it is one of
    `shared_channels`.

    `team` pins the workspace the bot serves, or on Enterprise Grid the whole organisation (E…);
    None is the workspace its token belongs to.
    """

    channels: tuple[ChannelId, ...] = ()
    moderation_channel: ChannelId | None = None
    shared_channels: tuple[ChannelId, ...] = ()
    team: TeamId | None = None


class Reading(Section):
    """`[reading]`: the least role for the audit log and for other people's cases."""

    audit: ReadingRole = "moderator"


class Rules(Frozen):
    """All rules. `file` is the name of the file they were read from, None when there is none."""

    people: People = People()
    verbs: VerbRoles = Field(default_factory=dict)
    vendors: Vendors = Vendors()
    protected: Protected = Protected()
    slack: Places = Places()
    reading: Reading = Reading()
    file: str | None = None

    def own_list(self, role: Role, vendor: Vendor | None) -> Ids | None:
        """The list a vendor has in place of the general one; None when it has none."""
        if vendor is None or role is Role.VIEWER:
            return None
        own: Ids | None = getattr(self.vendors.of(vendor), list_name(role))
        return own


def list_name(role: Role) -> str:
    """The key under which a role's people stand, e.g. `moderators`."""
    return f"{role.word}s"
